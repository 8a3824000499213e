"""Losses for probabilities: the cross-entropies, with and without focus on the hard cases.

All are in nats, and all have a stable form on logits. With `from_logits=False` that form is still
taken where y_pred was made by `sigmoid` or `softmax`: the loss looks through to the logits, so no
digits are lost and its slope is sigmoid(z) - y. Other probabilities are held within
[1e-7, 1 - 1e-7], as in Keras, and give at most 16.1 nats.
"""

from __future__ import annotations

import warnings
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, as_tensor, format_shape, ops
from pellucid.graph.ops.logits import sigmoid_logits, softmax_logits
from pellucid.graph.tensor import normalize_axis
from pellucid.nn.losses.inputs import (
    EPSILON,
    TINY,
    check_arguments,
    floating,
    mean,
    pair,
    smoothed,
)
from pellucid.nn.losses.loss import LOSSES, NamedLoss


def _clipped(p: Tensor) -> Tensor:
    return ops.clip(p, EPSILON, 1.0 - EPSILON)


def logits_or_none(
    where: str, p: Tensor, behind: Tensor | None, from_logits: bool
) -> Tensor | None:
    """The logits: y_pred itself if it is said to be, else what stands behind it, or None."""
    if from_logits and behind is not None:
        warnings.warn(
            f"{where}: from_logits=True, but y_pred is the output of a sigmoid or softmax; "
            "leave out that activation, or from_logits",
            stacklevel=3,
        )
    return p if from_logits else behind


@LOSSES.register("bce", "BCE")
def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """-(y log p + (1 - y) log(1 - p)), averaged over `axis`, in nats.

    `y_true` and `y_pred` have one shape: (N, 1) for one yes-or-no question, (N, C) for C of them
    (multi-label). Labels are 0, 1 or anything between; `label_smoothing` s moves them to
    y (1 - s) + s / 2. `y_pred` holds probabilities, or logits z of any size with
    `from_logits=True`. Raises `ShapeError` for shapes that differ, `ArgumentError` for a smoothing
    outside [0, 1].

    >>> binary_crossentropy([[1.0], [0.0]], [[1e4], [1e4]], from_logits=True).numpy().tolist()
    [0.0, 10000.0]
    """
    where = "binary_crossentropy"
    check_arguments(where, label_smoothing=label_smoothing, axis=axis)
    y, p = pair(where, y_true, y_pred)
    y = smoothed(y, label_smoothing, 2)
    z = logits_or_none(where, p, sigmoid_logits(p), from_logits)
    return mean(ops.sigmoid_cross_entropy(y, z) if z is not None else binary_terms(y, p), axis)


def binary_terms(y: Tensor, p: Tensor) -> Tensor:
    """The cross-entropy of each element, from probabilities."""
    p = _clipped(p)
    return -(y * ops.log(p) + (1.0 - y) * ops.log(1.0 - p))


@LOSSES.register()
def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """-Σ y log p over the C classes along `axis`, in nats; `y_true` is one-hot or a distribution.

    Probabilities are first divided by their sum. `label_smoothing` s moves labels to
    y (1 - s) + s / C. Raises `ShapeError` for shapes that differ or a single class, `ArgumentError`
    for a smoothing outside [0, 1].

    >>> round(float(categorical_crossentropy([[0.0, 1.0]], [[0.25, 0.75]])[0]), 6)
    0.287682
    """
    where = "categorical_crossentropy"
    check_arguments(where, label_smoothing=label_smoothing, axis=axis)
    y, p = classes_pair(where, y_true, y_pred, axis, label_smoothing)
    z = logits_or_none(where, p, softmax_logits(p, axis), from_logits)
    if z is not None:
        return ops.softmax_cross_entropy(y, z, axis)
    return -ops.sum(y * ops.log(normalized(p, axis)), axis)


def classes_pair(
    where: str, y_true: Any, y_pred: Any, axis: int, smoothing: float
) -> tuple[Tensor, Tensor]:
    """Soft labels and predictions for two or more classes along an axis."""
    hint = "For labels that are class numbers use sparse_categorical_crossentropy"
    y, p = pair(where, y_true, y_pred, hint)
    _at_least_two(where, p, axis)
    return smoothed(y, smoothing, p.shape[axis]), p


def _at_least_two(where: str, p: Tensor, axis: int) -> None:
    if not p.ndim or p.shape[normalize_axis(axis, p.ndim)] == 1:
        raise ShapeError(
            where,
            expected=f"two or more classes along axis {axis} of y_pred",
            received=format_shape(p.shape),
            hint="For one output use binary_crossentropy",
        )


def normalized(p: Tensor, axis: int) -> Tensor:
    """Probabilities that sum to 1, held away from 0 and 1."""
    # A row of zeros (of relu, say) is not divided by zero; it is then the least likely of all.
    return _clipped(p / ops.maximum(ops.sum(p, axis, keepdims=True), TINY))


@LOSSES.register()
def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Tensor:
    """-log p of the class that each label names by its number, 0 … C - 1, in nats.

    `y_true` has the shape of `y_pred` without `axis` (or with 1 there). Where it is `ignore_class`
    the loss is 0. Any other number that is no class raises `ArgumentError` when evaluated; shapes
    that do not fit raise `ShapeError`.

    >>> round(float(sparse_categorical_crossentropy([1], [[0.25, 0.75]])[0]), 6)
    0.287682
    """
    where = "sparse_categorical_crossentropy"
    check_arguments(where, axis=axis)
    p = floating(y_pred)
    _at_least_two(where, p, axis)
    y = class_numbers(where, y_true, p, axis, ignore_class)
    z = logits_or_none(where, p, softmax_logits(p, axis), from_logits)
    if ignore_class is None:
        return _sparse(y, p, z, axis)
    counts = y != ignore_class
    return ops.where(counts, _sparse(ops.where(counts, y, 0), p, z, axis), 0.0)


def _sparse(y: Tensor, p: Tensor, z: Tensor | None, axis: int) -> Tensor:
    # An index of -1 would mean the last class; moved below -C it is refused like any other.
    classes = p.shape[axis]
    y = ops.where(y < 0, y - classes, y)
    if z is not None:
        return ops.sparse_softmax_cross_entropy(y, z, axis)
    return -picked(ops.log(normalized(p, axis)), y, axis)


def picked(x: Tensor, y: Tensor, axis: int) -> Tensor:
    """The element of x along `axis` that each class number names."""
    return ops.squeeze(ops.take_along_axis(x, ops.expand_dims(y, axis), axis), axis)


def class_numbers(
    where: str, y_true: Any, p: Tensor, axis: int, ignore_class: int | None = None
) -> Tensor:
    """Labels as whole numbers, in the shape of `p` without the class axis.

    Labels that are known already are looked at now: a number that is neither a class nor
    `ignore_class` raises `ArgumentError`.
    """
    y = as_tensor(y_true)
    if y.ndim == p.ndim and y.shape[axis] == 1:
        y = ops.squeeze(y, axis)
    wanted = list(p.shape)
    del wanted[axis]
    if y.shape != tuple(wanted):
        raise ShapeError(
            where,
            expected=f"y_true of shape {format_shape(wanted)}, one class number for each",
            received=format_shape(y.shape),
            hint="For one-hot labels use categorical_crossentropy",
        )
    _check_known(where, as_tensor(y_true), p.shape[axis], ignore_class)
    return y if y.dtype in ("int32", "int64") else as_tensor(y, "int32")


def _check_known(where: str, y: Tensor, classes: Any, ignore_class: int | None) -> None:
    if y.op != "constant":
        return
    values = y.numpy()
    wrong = values[((values < 0) | (values >= classes)) & (values != ignore_class)]
    if wrong.size:
        raise ArgumentError(
            where,
            expected=f"class numbers from 0 to {classes - 1}",
            received=str(wrong.ravel()[0]),
            hint="Number the classes from 0, or set ignore_class",
        )


@LOSSES.register()
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Tensor:
    """(1 - p^q) / q of the class that each label names: bears wrong labels (Zhang, Sabuncu 2018).

    Between the cross-entropy (q near 0) and the absolute error (q near 1); `y_pred` holds
    probabilities along its last axis. Raises `ArgumentError` for q outside (0, 1).
    """
    where = "categorical_generalized_cross_entropy"
    check_arguments(where, q=q)
    p = floating(y_pred)
    _at_least_two(where, p, -1)
    y = class_numbers(where, y_true, p, -1)
    # At 0 the slope of p^q is infinite.
    return (1.0 - ops.maximum(picked(p, y, -1), TINY) ** q) / q


@LOSSES.register()
class BinaryCrossentropy(NamedLoss):
    """`binary_crossentropy` as a `Loss`.

    >>> loss = BinaryCrossentropy(from_logits=True)
    >>> round(float(loss([[1.0], [0.0]], [[0.0], [0.0]])), 6)
    0.693147
    """

    function = staticmethod(binary_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(from_logits=from_logits, label_smoothing=label_smoothing, axis=axis)


@LOSSES.register()
class CategoricalCrossentropy(NamedLoss):
    """`categorical_crossentropy` as a `Loss`."""

    function = staticmethod(categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(from_logits=from_logits, label_smoothing=label_smoothing, axis=axis)


@LOSSES.register()
class SparseCategoricalCrossentropy(NamedLoss):
    """`sparse_categorical_crossentropy` as a `Loss`; ignored labels do not count in the mean."""

    function = staticmethod(sparse_categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(from_logits=from_logits, ignore_class=ignore_class, axis=axis)
        self.ignore_class = ignore_class
        self.axis = axis

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        """Which labels are not `ignore_class`; None if there is no such class."""
        if self.ignore_class is None:
            return None
        y = class_numbers(self.name, y_true, y_pred, self.axis, self.ignore_class)
        return y != self.ignore_class


@LOSSES.register()
class CategoricalGeneralizedCrossEntropy(NamedLoss):
    """`categorical_generalized_cross_entropy` as a `Loss`."""

    function = staticmethod(categorical_generalized_cross_entropy)

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_generalized_cross_entropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(q=q)
