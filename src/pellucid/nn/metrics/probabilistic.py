"""Distances between distributions, averaged over the samples."""

from __future__ import annotations

from typing import Any

from pellucid.graph import Tensor, as_tensor, ops
from pellucid.nn.losses.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from pellucid.nn.losses.divergence import kl_divergence, poisson
from pellucid.nn.metrics.metric import METRICS, Updates
from pellucid.nn.metrics.reduction import MeanMetricWrapper


@METRICS.register("kld", "KLD")
class KLDivergence(MeanMetricWrapper):
    """The mean of Σ y_true log(y_true / y_pred) over the last axis, in nats; both at least 1e-7.

    >>> round(float(KLDivergence()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 5)
    0.45814
    """

    direction = "down"

    def __init__(self, name: str = "kl_divergence", dtype: str | None = None) -> None:
        super().__init__(kl_divergence, name, dtype)


@METRICS.register()
class Poisson(MeanMetricWrapper):
    """The mean of y_pred - y_true log(y_pred + 1e-7): -log of Poisson's density, but for y_true!.

    >>> float(Poisson()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.5
    """

    direction = "down"

    def __init__(self, name: str = "poisson", dtype: str | None = None) -> None:
        super().__init__(poisson, name, dtype)


@METRICS.register("bce", "BCE")
class BinaryCrossentropy(MeanMetricWrapper):
    """The mean of -(y_true log p + (1 - y_true) log(1 - p)), in nats.

    p is y_pred, or sigmoid(y_pred) if they are `from_logits`. `label_smoothing` moves the labels
    towards 0.5 by that part of the way.

    >>> round(float(BinaryCrossentropy()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 5)
    0.81492
    """

    direction = "down"

    def __init__(
        self,
        name: str = "binary_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing}
        super().__init__(binary_crossentropy, name, dtype, **arguments)


@METRICS.register()
class CategoricalCrossentropy(MeanMetricWrapper):
    """The mean of -Σ y_true log p over the classes on `axis`, in nats; y_true is one-hot.

    p is y_pred, or softmax(y_pred) if they are `from_logits`. `label_smoothing` spreads that part
    of each label evenly over the classes.

    >>> y_true = [[0, 1, 0], [0, 0, 1]]
    >>> round(float(CategoricalCrossentropy()(y_true, [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 5)
    1.17694
    """

    direction = "down"

    def __init__(
        self,
        name: str = "categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis
        arguments = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_crossentropy, name, dtype, **arguments)


@METRICS.register()
class SparseCategoricalCrossentropy(MeanMetricWrapper):
    """The mean of -log p of the right class, in nats; y_true holds class numbers.

    p is y_pred, or softmax(y_pred) if they are `from_logits`. Samples whose label is `ignore_class`
    do not count, with and without weights. (In Keras they lower the mean where there are none.)

    >>> metric = SparseCategoricalCrossentropy()
    >>> round(float(metric([1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 5)
    1.17694
    """

    direction = "down"

    def __init__(
        self,
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis
        arguments = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(sparse_categorical_crossentropy, name, dtype, **arguments)

    def updates(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> Updates:
        """The mean after this batch."""
        if self.ignore_class is not None:
            sample_weight = self._counted(as_tensor(y_true), as_tensor(y_pred), sample_weight)
        return super().updates(y_true, y_pred, sample_weight)

    def _counted(self, y_true: Tensor, y_pred: Tensor, sample_weight: Any) -> Tensor:
        """The weights, with 0 for labels to ignore."""
        if y_true.ndim == y_pred.ndim:
            y_true = ops.squeeze(y_true, self.axis)
        counts = as_tensor(y_true != self.ignore_class, "float64")
        if sample_weight is None:
            return counts
        weight = as_tensor(sample_weight, "float64")
        if weight.ndim == counts.ndim + 1:
            weight = ops.squeeze(weight, -1)
        return counts * ops.reshape(weight, (*weight.shape, *[1] * (counts.ndim - weight.ndim)))
