"""What a recipe is, and what training by one gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from pellucid.tabular.recipes.network import Form, MemberNetwork
from pellucid.tabular.recipes.pooling import Kind


class Dials(NamedTuple):
    """Numbers that steer training, one for each member: arrays (K,), which need no new program.

    `learning_rate` at the top of a cycle; `weight_decay` apart from the gradient; `dropout`, the
    share of units left out, in [0, 1); `smoothing`, how far a label is moved towards all classes
    alike, in [0, 1).
    """

    learning_rate: np.ndarray
    weight_decay: np.ndarray
    dropout: np.ndarray
    smoothing: np.ndarray


def even_dials(
    n_members: int, learning_rate: float, weight_decay: float, dropout: float, smoothing: float
) -> Dials:
    """The same numbers for all members.

    >>> even_dials(2, 0.01, 0.1, 0.2, 0.0).dropout.tolist()
    [0.20000000298023224, 0.20000000298023224]
    """
    values = (learning_rate, weight_decay, dropout, smoothing)
    return Dials(*(np.full(n_members, value, np.float32) for value in values))


class Plan(NamedTuple):
    """How long a network of a table of some size trains.

    `epochs` passes over the rows in batches of `batch_size`; the left-out rows are looked at every
    `look_every` epochs, and the best of these looks is kept. The learning rate goes up and down in
    so many `cycles`; 0 lets it fall once.
    """

    epochs: int
    batch_size: int
    look_every: int = 1
    cycles: int = 4


def batch_for(n_rows: int) -> int:
    """256 rows, more where there are many: steps of 1,024 use the processor better.

    >>> [batch_for(n) for n in (100, 10_000, 20_000, 100_000)]
    [256, 256, 512, 1024]
    """
    size = 256
    while size < 1024 and n_rows > 64 * size:
        size *= 2
    return size


def epochs_for(n_rows: int, most: int, visits: int) -> int:
    """As many epochs as bring `visits` rows to each member, at least 8 and no more than `most`.

    >>> [epochs_for(n, 256, 2_000_000) for n in (100, 10_000, 100_000)]
    [256, 200, 20]
    """
    return min(most, max(8, visits // n_rows))


class Recipe(Protocol):
    """How a table is learned: which network, started how, trained how."""

    name: str

    def repeats(self, n_rows: int) -> int:
        """How often k-fold cross-validation is worth repeating, for this many rows."""
        ...

    def filled(self, kind: Kind, n_rows: int) -> Recipe:
        """The recipe with every setting that is None made to fit so many rows to learn from."""
        ...

    def plan(self) -> Plan:
        """The length of training, of a recipe that is filled."""
        ...

    def dials(self, n_members: int) -> Dials:
        """The numbers that steer the training of each member, of a recipe that is filled."""
        ...

    def network(self, form: Form, n_members: int) -> MemberNetwork:
        """The network of all members, without sensible weights, of a recipe that is filled."""
        ...

    def to_json(self) -> dict[str, Any]:
        """The settings by name."""
        ...


class Progress(NamedTuple):
    """Where training stands: after `epoch` of `n_epochs`, the mean loss on left-out rows."""

    epoch: int
    n_epochs: int
    loss: float


Report = Callable[[Progress], None]
