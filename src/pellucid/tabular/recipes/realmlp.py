"""RealMLP: a multi-layer perceptron with good habits, and defaults tuned over many tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from pellucid.graph import Tensor, Variable, constant, ops
from pellucid.nn.layer import LAYERS
from pellucid.tabular.recipes.base import Dials, Plan, batch_for, epochs_for, even_dials
from pellucid.tabular.recipes.blocks import (
    EMBEDDING,
    activated,
    activated_array,
    embedded,
    joined,
    uniform_start,
)
from pellucid.tabular.recipes.network import Drop, Form, MemberNetwork
from pellucid.tabular.recipes.pooling import Kind

# Shares of the learning rate, and the sizes of embeddings (Holzmüller et al. 2024, table A.1).
_BIAS, _ACTIVATION, _SCALE, _PERIODIC = 0.1, 0.1, 6.0, 0.1
_FREQUENCIES, _COORDINATES, _SIGMA = 16, 4, 0.1
# Tables of fewer rows to learn from get a smaller network.
_FEW = 1000
# Of fewer rows yet, folds are drawn several times.
_TINY = 250


@dataclass(frozen=True)
class RealMLP:
    """RealMLP, all members at once, made smaller for small tables.

    None is filled by the number of rows to learn from and by what is learned: `hidden`,
    `learning_rate` and `dropout` by size; `activation` SELU for classes and Mish for numbers;
    `batch_size` 256, up to 1,024 for many rows. There are at most `epochs`, fewer where each member
    would be shown more than `visits` rows. Label `smoothing`, 0.1 in the paper, is off: it costs
    log-loss, and probabilities are what is wanted. `RealMLP.published` is what the paper has for
    tables of every size; below 1,000 rows it was worse on the clinical tables it was tried on.

    Holzmüller, Grinsztajn & Steinwart, "Better by default", NeurIPS 2024, arXiv 2407.04491.
    """

    name: str = "realmlp"
    hidden: tuple[int, ...] | None = None
    learning_rate: float | None = None
    dropout: float | None = None
    weight_decay: float = 0.02
    smoothing: float = 0.0
    activation: str | None = None
    embed_numbers: bool = True
    epochs: int = 256
    visits: int = 2_000_000
    batch_size: int | None = None

    @classmethod
    def published(cls, kind: Kind) -> RealMLP:
        """RealMLP-TD: the defaults of the paper for what is learned.

        >>> RealMLP.published("regression").learning_rate
        0.2
        """
        rate = 0.2 if kind == "regression" else 0.04
        return cls(
            hidden=(256, 256, 256),
            learning_rate=rate,
            dropout=0.15,
            smoothing=0.1,
            visits=2**62,
            batch_size=256,
        )

    def repeats(self, n_rows: int) -> int:
        """Three times below 250 rows, where one choice of folds is much like a throw of dice.

        >>> RealMLP().repeats(100), RealMLP().repeats(300)
        (3, 1)
        """
        return 3 if n_rows < _TINY else 1

    def filled(self, kind: Kind, n_rows: int) -> RealMLP:
        """The recipe for so many rows to learn from."""
        small = n_rows < _FEW
        number = kind == "regression"
        rate = (0.1 if small else 0.2) if number else 0.02 if small else 0.04
        return replace(
            self,
            hidden=self.hidden or ((64, 64) if small else (128, 128, 128)),
            learning_rate=rate if self.learning_rate is None else self.learning_rate,
            dropout=(0.05 if small else 0.15) if self.dropout is None else self.dropout,
            activation=self.activation or ("mish" if number else "selu"),
            epochs=epochs_for(n_rows, self.epochs, self.visits),
            batch_size=self.batch_size or batch_for(n_rows),
        )

    def plan(self) -> Plan:
        """The length of training."""
        assert self.batch_size
        return Plan(self.epochs, self.batch_size)

    def dials(self, n_members: int) -> Dials:
        """The same for all members."""
        assert self.learning_rate is not None and self.dropout is not None
        return even_dials(
            n_members, self.learning_rate, self.weight_decay, self.dropout, self.smoothing
        )

    def network(self, form: Form, n_members: int) -> MemberNetwork:
        """The networks of `n_members` members."""
        assert self.hidden and self.activation
        return RealMLPMembers(
            form.kind,
            n_members,
            n_numbers=form.n_numbers,
            n_others=form.n_others,
            n_levels=form.n_levels,
            n_scores=form.n_scores,
            hidden=self.hidden,
            activation=self.activation,
            embed_numbers=self.embed_numbers,
            name="realmlp",
        )

    def to_json(self) -> dict[str, Any]:
        """The settings by name."""
        return asdict(self)


@LAYERS.register()
class RealMLPMembers(MemberNetwork):
    """K RealMLPs: prepared columns (N, F) → pooled scores (N, C).

    Numbers x get three coordinates more, W₂ cos(2π W₁ x + b₁) + b₂ (PBLD embeddings); categories
    of many levels eight each. All features are multiplied by learned scales. Layers are x W / √F +
    b; activations x + α (f(x) - x). Two classes have one output each, whose difference is the
    score.
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
        activation: str,
        embed_numbers: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(kind, n_members, **kwargs)
        self.n_numbers, self.n_others, self.n_scores = n_numbers, n_others, n_scores
        self.n_levels, self.hidden = list(n_levels), list(hidden)
        self.activation = activation
        self.embed_numbers = embed_numbers and n_numbers > 0

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        super().build(input_shape)
        if self.embed_numbers:
            p, f = _FREQUENCIES, self.n_numbers
            self.frequencies = self.parameter("frequencies", (1, f, p), _PERIODIC)
            self.phases = self.parameter("phases", (1, f, p), _PERIODIC)
            self.mixture = self.parameter("mixture", (f, p, _COORDINATES - 1), _PERIODIC)
            self.shift = self.parameter("shift", (1, f, _COORDINATES - 1), _PERIODIC)
        if self.n_levels:
            self.embeddings = self.parameter("embeddings", (sum(self.n_levels), EMBEDDING))
        width = self._width()
        self.scale = self.parameter("scale", (1, width), _SCALE)
        self.kernels, self.biases, self.slopes = [], [], []
        n_outputs = 2 if self.kind == "binary" else self.n_scores
        for place, units in enumerate([*self.hidden, n_outputs], 1):
            self.kernels.append(self.parameter(f"kernel_{place}", (width, units)))
            self.biases.append(self.parameter(f"bias_{place}", (1, units), _BIAS, 0.0))
            if place <= len(self.hidden):
                self.slopes.append(self.parameter(f"slope_{place}", (1, units), _ACTIVATION))
            width = units

    def _width(self) -> int:
        per_number = _COORDINATES if self.embed_numbers else 1
        return per_number * self.n_numbers + self.n_others + EMBEDDING * len(self.n_levels)

    def members(self, x: Tensor, drop: Drop | None = None) -> Tensor:
        """Scores (K, 1, N, C) of inputs (K or 1, N, F)."""
        h = self._features(x) * self.scale
        for kernel, bias, slope in zip(self.kernels, self.biases, self.slopes, strict=False):
            z = _linear(h, kernel, bias)
            h = z + (activated(z, self.activation) - z) * slope
            h = drop(h) if drop else h
        z = _linear(h, self.kernels[-1], self.biases[-1])
        z = z[:, :, 1:] - z[:, :, :1] if self.kind == "binary" else z
        return ops.expand_dims(z, 1)

    def _features(self, x: Tensor) -> Tensor:
        """Numbers and categories embedded, and what is between them."""
        dense = self.n_numbers + self.n_others
        parts = []
        if self.embed_numbers:
            numbers = ops.expand_dims(x[:, :, : self.n_numbers], -1)
            waves = ops.cos((2.0 * math.pi) * numbers * self.frequencies + self.phases)
            mixed = ops.einsum("knfp,kfpo->knfo", waves, self.mixture) + self.shift
            own = ops.broadcast_to(numbers, (*mixed.shape[:-1], 1))
            both = ops.concatenate([own, mixed], axis=-1)  # (K, N, F, 4)
            parts.append(ops.reshape(both, (self.n_members, -1, _COORDINATES * self.n_numbers)))
        first = self.n_numbers if self.embed_numbers else 0
        if dense > first:
            parts.append(x[:, :, first:dense])
        if self.n_levels:
            parts.append(embedded(self.embeddings, x[:, :, dense:], self.n_levels))
        return joined(parts, self.n_members)

    def initialize(self, x: Sequence[np.ndarray], random: np.random.Generator) -> None:
        """Weights such that each layer's results have deviation 1 on the sample; "he+5" biases."""
        k = self.n_members
        if self.embed_numbers:
            draw = random.standard_normal(self.frequencies.value.shape)
            self.frequencies.assign(_SIGMA * draw)
            self.phases.assign(random.uniform(-math.pi, math.pi, self.phases.value.shape))
            for each in (self.mixture, self.shift):
                uniform_start(each, _FREQUENCIES, random)
        if self.n_levels:
            self.embeddings.assign(random.standard_normal(self.embeddings.value.shape))
        for each in (self.scale, *self.slopes):
            each.assign(np.ones(each.value.shape))
        h = list(np.asarray(self._features(constant(np.stack(x))).numpy()))
        for place, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            started = [_started(h[m], kernel.value.shape[-1], random) for m in range(k)]
            kernel.assign(np.stack([w for w, _, _ in started]))
            bias.assign(np.stack([b for _, b, _ in started]))
            if place < len(self.hidden):
                h = [activated_array(z, self.activation) for _, _, z in started]


def _linear(x: Tensor, kernel: Variable, bias: Variable) -> Tensor:
    return ops.matmul(x, kernel) * (1.0 / math.sqrt(kernel.value.shape[-2])) + bias


def _started(
    x: np.ndarray, units: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kernel (F, H) and bias (1, H) of a layer on a sample x (n, F), and what it makes of it.

    Each unit's results have deviation 1. Its bias takes it to 0 at a random mixture of five rows
    ("he+5", Steinwart 2019).
    """
    n, width = x.shape
    kernel: np.ndarray = random.standard_normal((width, units), np.float32)
    z = x @ kernel / math.sqrt(width)
    size = z.std(axis=0)
    size = np.where(size > 1e-12, size, 1.0)
    kernel, z = kernel / size, z / size
    shares = random.standard_exponential((5, units), np.float32)
    chosen = z[random.integers(0, n, (5, units)), np.arange(units)]
    bias = -(chosen * shares).sum(axis=0) / shares.sum(axis=0)
    return kernel, bias[None], z + bias
