"""What a recipe is, and what training by one gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from pellucid.tabular.recipes.network import Form, MemberNetwork


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


class Recipe(Protocol):
    """How a table is learned: which network, started how, trained how."""

    name: str

    def plan(self, n_rows: int) -> Plan:
        """The length of training for this many rows to learn from."""
        ...

    def repeats(self, n_rows: int) -> int:
        """How often k-fold cross-validation is worth repeating, for this many rows."""
        ...

    def dials(self, form: Form, n_members: int) -> Dials:
        """The numbers that steer the training of each member."""
        ...

    def network(self, form: Form, n_members: int, n_rows: int) -> MemberNetwork:
        """The network of all members, without sensible weights."""
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
