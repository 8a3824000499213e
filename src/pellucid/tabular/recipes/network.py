"""Networks of many members at once: every weight has a leading axis K, one place a member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pellucid.graph import Tensor, Variable, ops
from pellucid.nn.layer import Layer
from pellucid.tabular.recipes.pooling import Kind, pool
from pellucid.tabular.recipes.targets import Targets


@dataclass(frozen=True)
class Form:
    """What goes into a network and what comes out.

    Inputs (N, n_numbers + n_others + len(n_levels)): numbers, other dense features (one-hot, marks
    of missing values), and codes of categories to be embedded, of so many levels. Outputs (N,
    n_scores), read as `kind` says.
    """

    kind: Kind
    n_numbers: int
    n_others: int
    n_levels: tuple[int, ...]
    n_scores: int

    @property
    def n_dense(self) -> int:
        """Numbers and others."""
        return self.n_numbers + self.n_others

    @property
    def n_inputs(self) -> int:
        """All that goes in."""
        return self.n_dense + len(self.n_levels)


class Parameter(NamedTuple):
    """A trained variable, and its shares of the learning rate and of the weight decay."""

    variable: Variable
    rate: float = 1.0
    decay: float = 1.0


class MemberNetwork(Layer):
    """K networks of one shape as one layer: prepared columns (N, F) → pooled scores (N, C).

    A subclass makes its weights, each with a leading axis K, and gives `members`, the scores of
    every member. For numbers, `units` (4, K) holds the mean and deviation of what each member
    learns from, and its extremes, which no answer exceeds; all after the `standard` (2,), the mean
    and deviation of all rows, has been taken off. Answers are in the unit of the target.
    """

    def __init__(self, kind: Kind, n_members: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind: Kind = kind
        self.n_members = int(n_members)
        self._parameters: list[Parameter] = []

    @property
    def parameters(self) -> list[Parameter]:
        """What is trained, and how."""
        return self._parameters

    def parameter(
        self, name: str, shape: Sequence[int], rate: float = 1.0, decay: float = 1.0
    ) -> Variable:
        """A new trained weight (K, *shape), 0 until it is set."""
        variable = self.add_weight((self.n_members, *shape), "zeros", name=name)
        self._parameters.append(Parameter(variable, rate, decay))
        return variable

    def build(self, input_shape: Any) -> None:
        """Make the weights that bring numbers to the unit of the target."""
        if self.kind == "regression":
            self.units = self.add_weight(
                (4, self.n_members), "zeros", trainable=False, name="units"
            )
            self.standard = self.add_weight(
                (2,), "zeros", dtype="float64", trainable=False, name="standard"
            )

    def members(self, x: Tensor, drop: Drop | None = None) -> Tensor:
        """Scores (K, E, N, C) of inputs (K or 1, N, F): E opinions of each of the K members.

        `drop` leaves out units, in training.
        """
        raise NotImplementedError

    def initialize(self, x: Sequence[np.ndarray], random: np.random.Generator) -> None:
        """Set the weights at random, fitted to a sample (n, F) of what each member learns from."""
        raise NotImplementedError

    def answers(self, x: Tensor) -> Tensor:
        """Pooled scores (K, N, C) of each member; numbers in deviations from the mean."""
        scores = self.members(x)
        opinions = ops.moveaxis(scores, 1, 0)
        own = pool(opinions, self.kind) if scores.shape[1] != 1 else opinions[0]
        if self.kind != "regression":
            return own
        centre, deviation, low, high = (self._unit(place) for place in range(4))
        return ops.clip(own * deviation + centre, low, high)

    def call(self, inputs: Tensor | list[Tensor]) -> Tensor:
        """Scores (N, C), pooled over all members, in the unit of the target.

        `inputs` are the features (N, F), or they and codes (N, E).
        """
        if isinstance(inputs, list):
            inputs = ops.concatenate([ops.cast(part, self.dtype) for part in inputs], axis=-1)
        pooled = pool(self.answers(ops.expand_dims(inputs, 0)), self.kind)
        if self.kind != "regression":
            return pooled
        return ops.cast(pooled, "float64") * self.standard[1] + self.standard[0]

    def aims(self, targets: Tensor) -> Tensor:
        """What the scores (K, …, C) of members should be, for targets (K, N, C)."""
        if self.kind != "regression":
            return targets
        return (targets - self._unit(0)) / self._unit(1)

    def _unit(self, place: int) -> Tensor:
        return ops.reshape(self.units[place], (-1, 1, 1))

    def standardize(self, targets: Targets, learned: Sequence[np.ndarray]) -> Targets:
        """Targets less their mean, over their deviation; sets `standard` and `units`."""
        if self.kind != "regression":
            return targets
        mean, deviation = targets.values.mean(), targets.values.std() or 1.0
        self.standard.assign([mean, deviation])
        values = (targets.values - mean) / deviation
        parts = [values[rows, 0] for rows in learned]
        figures = [[p.mean(), p.std() or 1.0, p.min(), p.max()] for p in parts]
        self.units.assign(np.array(figures).T)
        return Targets(targets.kind, values)

    def in_unit(self, scores: np.ndarray) -> np.ndarray:
        """Pooled scores in the unit of the target."""
        if self.kind != "regression":
            return scores
        mean, deviation = self.standard.value
        return scores * deviation + mean


class Drop:
    """Leaves out units, in training: a new choice at every use and every step."""

    def __init__(self, share: Tensor, key: Tensor) -> None:
        self._share = share
        self._key = key
        self.uses = 0

    def __call__(self, x: Tensor) -> Tensor:
        """`x` (K, …) with a share of its elements, one for each member, 0; the others enlarged."""
        share = ops.reshape(self._share, (-1, *[1] * (x.ndim - 1)))
        draw = np.array([0, self.uses], np.int64)
        self.uses += 1
        kept = ops.random.uniform(x.shape, seed=self._key + draw) >= share
        return x * ops.where(kept, 1.0 / (1.0 - share), 0.0)
