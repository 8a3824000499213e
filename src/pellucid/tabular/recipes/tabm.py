"""TabM: several opinions from one network, by small differences at its entrance."""

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
class TabM:
    """TabM-mini with piecewise-linear embeddings of numbers, all members at once.

    Each member is one network with `opinions` heads: the features are multiplied by a vector of
    each opinion's own, the hidden layers are shared, the last layer is its own. Each opinion learns
    by itself; their probabilities are averaged. The paper's network is wider (512, 32 opinions) and
    trains until it stops getting better.

    Gorishniy, Kotelnikov & Babenko, "TabM", ICLR 2025, arXiv 2410.24210, section 3 (TabM-mini);
    Gorishniy, Rubachev & Babenko, NeurIPS 2022, arXiv 2203.05556, for the embeddings.
    """

    name: str = "tabm"
    hidden: tuple[int, ...] = (64, 64)
    opinions: int = 16
    bins: int = 16
    coordinates: int = 8
    learning_rate: float = 0.003
    dropout: float = 0.1
    weight_decay: float = 0.1
    smoothing: float = 0.0
    epochs: int = 100
    batch_size: int | None = None

    def repeats(self, n_rows: int) -> int:
        """Once."""
        return 1

    def filled(self, kind: Kind, n_rows: int) -> TabM:
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
        return TabMMembers(
            form.kind,
            n_members,
            n_numbers=form.n_numbers,
            n_others=form.n_others,
            n_levels=form.n_levels,
            n_scores=form.n_scores,
            hidden=self.hidden,
            opinions=self.opinions,
            bins=self.bins,
            coordinates=self.coordinates,
            name="tabm",
        )

    def to_json(self) -> dict[str, Any]:
        """The settings by name."""
        return asdict(self)


@LAYERS.register()
class TabMMembers(MemberNetwork):
    """K networks of E opinions each: prepared columns (N, F) → pooled scores (N, C).

    A number x becomes W x + b + V p, p being the parts of `bins` intervals between quantiles that
    lie below x, each in [0, 1] (`lefts` and `slopes` of the intervals are not trained).
    """

    def __init__(
        self,
        kind: Kind,
        n_members: int,
        *,
        n_numbers: int,
        n_others: int,
        n_levels: Sequence[int],
        n_scores: int,
        hidden: Sequence[int],
        opinions: int,
        bins: int,
        coordinates: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(kind, n_members, **kwargs)
        self.n_numbers, self.n_others, self.n_scores = n_numbers, n_others, n_scores
        self.n_levels, self.hidden = list(n_levels), list(hidden)
        self.opinions, self.bins, self.coordinates = opinions, bins, coordinates

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        super().build(input_shape)
        k, f, d = self.n_members, self.n_numbers, self.coordinates
        if f:
            shape = (k, 1, f, self.bins)
            self.lefts = self.add_weight(shape, "zeros", trainable=False, name="lefts")
            self.slopes = self.add_weight(shape, "zeros", trainable=False, name="slopes")
            self.lines = self.parameter("lines", (1, f, d))
            self.shift = self.parameter("shift", (1, f, d), decay=0.0)
            self.pieces = self.parameter("pieces", (f, self.bins, d))
        if self.n_levels:
            self.embeddings = self.parameter("embeddings", (sum(self.n_levels), EMBEDDING))
        width = d * f + self.n_others + EMBEDDING * len(self.n_levels)
        self.views = self.parameter("views", (self.opinions, 1, width))
        self.kernels, self.biases = [], []
        for place, units in enumerate(self.hidden, 1):
            self.kernels.append(self.parameter(f"kernel_{place}", (width, units)))
            self.biases.append(self.parameter(f"bias_{place}", (1, 1, units), decay=0.0))
            width = units
        self.heads = self.parameter("heads", (self.opinions, width, self.n_scores))
        self.offsets = self.parameter("offsets", (self.opinions, 1, self.n_scores), decay=0.0)

    def members(self, x: Tensor, drop: Drop | None = None) -> Tensor:
        """Scores (K, E, N, C) of inputs (K or 1, N, F)."""
        k, e = self.n_members, self.opinions
        h = ops.expand_dims(self._features(x), 1) * self.views  # (K, E, N, width)
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            width, units = kernel.value.shape[1:]
            rows = ops.reshape(h, (k, -1, width))  # the opinions share the kernel
            z = ops.reshape(ops.matmul(rows, kernel), (k, e, -1, units)) + bias
            h = ops.relu(z)
            h = drop(h) if drop else h
        return ops.matmul(h, self.heads) + self.offsets

    def _features(self, x: Tensor) -> Tensor:
        dense = self.n_numbers + self.n_others
        parts = []
        if self.n_numbers:
            numbers = ops.expand_dims(x[:, :, : self.n_numbers], -1)
            below = ops.clip((numbers - self.lefts) * self.slopes, 0.0, 1.0)  # (K, N, F, bins)
            bent = ops.einsum("knfp,kfpd->knfd", below, self.pieces)
            both = bent + (numbers * self.lines + self.shift)
            parts.append(ops.reshape(both, (self.n_members, -1, self.n_numbers * self.coordinates)))
        if self.n_others:
            parts.append(x[:, :, self.n_numbers : dense])
        if self.n_levels:
            parts.append(embedded(self.embeddings, x[:, :, dense:], self.n_levels))
        return joined(parts, self.n_members)

    def initialize(self, x: Sequence[np.ndarray], random: np.random.Generator) -> None:
        """Intervals between quantiles of the sample; views of ±1; the rest as in the papers."""
        if self.n_numbers:
            edges = [_edges(rows[:, : self.n_numbers], self.bins) for rows in x]
            self.lefts.assign(np.stack([left for left, _ in edges])[:, None])
            self.slopes.assign(np.stack([slope for _, slope in edges])[:, None])
            uniform_start(self.lines, 1, random)
            uniform_start(self.shift, 1, random)
        if self.n_levels:
            self.embeddings.assign(random.standard_normal(self.embeddings.value.shape))
        self.views.assign(random.choice([-1.0, 1.0], self.views.value.shape))
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            for each in (kernel, bias):
                uniform_start(each, kernel.value.shape[1], random)
        for each in (self.heads, self.offsets):
            uniform_start(each, self.heads.value.shape[2], random)


def _edges(rows: np.ndarray, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Left ends and 1 / lengths (F, bins) of the intervals between quantiles; 0 for empty ones."""
    cuts = np.quantile(rows, np.linspace(0, 1, bins + 1), axis=0).T
    lengths = np.diff(cuts, axis=1)
    return cuts[:, :-1], np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 1e-6)
