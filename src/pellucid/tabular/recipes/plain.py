"""A plain multi-layer perceptron, kept small and well regularised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pellucid.graph import Tensor, ops
from pellucid.nn.layer import LAYERS
from pellucid.tabular.recipes.base import Dials, Plan, batch_for, epochs_for, even_dials
from pellucid.tabular.recipes.blocks import EMBEDDING, embedded, joined, uniform_start
from pellucid.tabular.recipes.network import Drop, Form, MemberNetwork
from pellucid.tabular.recipes.pooling import Kind

# Rows that each member is shown, all epochs together, at most.
_VISITS = 1_000_000


@dataclass(frozen=True)
class PlainMLP:
    """Dense layers with ReLU and dropout, Adam with weight decay, one fall of the learning rate.

    What the other recipes are measured against: no embedding of numbers, weights started as in
    PyTorch. `weight_decay` is taken off at each step, times the learning rate (AdamW).
    """

    name: str = "plain"
    hidden: tuple[int, ...] = (64, 64)
    learning_rate: float = 0.003
    dropout: float = 0.2
    weight_decay: float = 0.1
    smoothing: float = 0.0
    epochs: int = 100
    batch_size: int | None = None

    def repeats(self, n_rows: int) -> int:
        """Once."""
        return 1

    def filled(self, kind: Kind, n_rows: int) -> PlainMLP:
        """The recipe for so many rows to learn from."""
        few = int(np.clip(n_rows // 8, 32, 256))
        return replace(
            self,
            epochs=epochs_for(n_rows, self.epochs, _VISITS),
            batch_size=self.batch_size or max(few, batch_for(n_rows) if few == 256 else 0),
        )

    def plan(self) -> Plan:
        """The length of training."""
        assert self.batch_size
        return Plan(self.epochs, self.batch_size, cycles=0)

    def dials(self, n_members: int) -> Dials:
        """The same for all members."""
        return even_dials(
            n_members, self.learning_rate, self.weight_decay, self.dropout, self.smoothing
        )

    def network(self, form: Form, n_members: int) -> MemberNetwork:
        """The networks of `n_members` members."""
        return PlainMembers(
            form.kind,
            n_members,
            n_dense=form.n_dense,
            n_levels=form.n_levels,
            n_scores=form.n_scores,
            hidden=self.hidden,
            name="plain",
        )

    def to_json(self) -> dict[str, Any]:
        """The settings by name."""
        return asdict(self)


@LAYERS.register()
class PlainMembers(MemberNetwork):
    """K plain perceptrons: prepared columns (N, F) → pooled scores (N, C)."""

    def __init__(
        self,
        kind: Kind,
        n_members: int,
        *,
        n_dense: int,
        n_levels: Sequence[int],
        n_scores: int,
        hidden: Sequence[int],
        **kwargs: Any,
    ) -> None:
        super().__init__(kind, n_members, **kwargs)
        self.n_dense, self.n_scores = n_dense, n_scores
        self.n_levels, self.hidden = list(n_levels), list(hidden)

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        super().build(input_shape)
        if self.n_levels:
            self.embeddings = self.parameter("embeddings", (sum(self.n_levels), EMBEDDING))
        width = self.n_dense + EMBEDDING * len(self.n_levels)
        self.kernels, self.biases = [], []
        for place, units in enumerate([*self.hidden, self.n_scores], 1):
            self.kernels.append(self.parameter(f"kernel_{place}", (width, units)))
            self.biases.append(self.parameter(f"bias_{place}", (1, units), decay=0.0))
            width = units

    def members(self, x: Tensor, drop: Drop | None = None) -> Tensor:
        """Scores (K, 1, N, C) of inputs (K or 1, N, F)."""
        parts = [x[:, :, : self.n_dense]] if self.n_dense else []
        if self.n_levels:
            parts.append(embedded(self.embeddings, x[:, :, self.n_dense :], self.n_levels))
        h = joined(parts, self.n_members)
        for kernel, bias in zip(self.kernels[:-1], self.biases[:-1], strict=True):
            h = ops.relu(ops.matmul(h, kernel) + bias)
            h = drop(h) if drop else h
        return ops.expand_dims(ops.matmul(h, self.kernels[-1]) + self.biases[-1], 1)

    def initialize(self, x: Sequence[np.ndarray], random: np.random.Generator) -> None:
        """Weights and biases spread evenly over ± 1 / √F."""
        if self.n_levels:
            self.embeddings.assign(random.standard_normal(self.embeddings.value.shape))
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            for each in (kernel, bias):
                uniform_start(each, kernel.value.shape[1], random)
