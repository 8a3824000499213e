"""Accuracies: the part of the samples whose prediction is right."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, as_tensor, ops
from pellucid.nn.arguments import number
from pellucid.nn.losses.inputs import same_rank
from pellucid.nn.metrics.metric import METRICS
from pellucid.nn.metrics.reduction import FUNCTIONS, MeanMetricWrapper


@FUNCTIONS.register()
def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where y_pred equals y_true, else 0.

    >>> accuracy([1, 2, 3], [1, 2, 0]).numpy().tolist()
    [1.0, 1.0, 0.0]
    """
    y, p = same_rank(as_tensor(y_true), as_tensor(y_pred))
    return as_tensor(y == p, "float32")


@FUNCTIONS.register()
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """1 where (y_pred > threshold) equals y_true, else 0; y_true is 0 or 1.

    >>> binary_accuracy([1, 0, 0], [0.9, 0.5, 0.6]).numpy().tolist()
    [1.0, 1.0, 0.0]
    """
    y, p = same_rank(as_tensor(y_true), as_tensor(y_pred))
    return as_tensor(as_tensor(p > threshold, y.dtype) == y, "float32")


@FUNCTIONS.register()
def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest of y_pred's last axis is at the place of y_true's, else 0.

    Both have shape (…, C); of equal largest elements the first counts.

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]).numpy().tolist()
    [1.0, 0.0]
    """
    return as_tensor(ops.argmax(y_true, -1) == ops.argmax(y_pred, -1), "float32")


@FUNCTIONS.register()
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest of y_pred's last axis is at place y_true, else 0.

    y_true holds class numbers, of shape (…) or (…, 1); y_pred has shape (…, C).

    >>> sparse_categorical_accuracy([1, 1], [[0.2, 0.8], [0.6, 0.4]]).numpy().tolist()
    [1.0, 0.0]
    """
    p = as_tensor(y_pred)
    return as_tensor(_classes(y_true, p) == ops.argmax(p, -1), "float32")


def _classes(y_true: Any, y_pred: Tensor) -> Tensor:
    """Class numbers without the last axis, if it is one of size 1 that y_pred has too."""
    y = as_tensor(y_true)
    return ops.squeeze(y, -1) if y.ndim == y_pred.ndim and y.shape[-1] == 1 else y


@FUNCTIONS.register()
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """1 where fewer than k classes have a larger prediction than the right one, else 0.

    y_true and y_pred have shape (…, C); the right class is that of the largest y_true.

    >>> y_pred = [[0.1, 0.2, 0.7]]
    >>> top_k_categorical_accuracy([[0, 1, 0]], y_pred, k=2).numpy().tolist()
    [1.0]
    """
    return sparse_top_k_categorical_accuracy(ops.argmax(y_true, -1), y_pred, k)


@FUNCTIONS.register()
def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Tensor:
    """1 where fewer than k classes have a larger prediction than class y_true, else 0.

    y_true holds class numbers. With `from_sorted_ids`, y_pred holds class numbers too, the most
    likely first, and the right one is looked for among the first k. A prediction that is not a
    number is never right.

    >>> sparse_top_k_categorical_accuracy([1, 0], [[0.1, 0.2, 0.7]] * 2, k=2).numpy().tolist()
    [1.0, 0.0]
    """
    p = as_tensor(y_pred)
    y = ops.expand_dims(_classes(y_true, p), -1)
    if from_sorted_ids:
        return as_tensor(ops.any(y == p[..., :k], -1), "float32")
    right = ops.take_along_axis(p, as_tensor(y, "int64"), -1)
    larger = ops.sum(as_tensor(p > right, "int32"), -1)
    return as_tensor((larger < k) & ~ops.isnan(ops.squeeze(right, -1)), "float32")


@METRICS.register()
class Accuracy(MeanMetricWrapper):
    """The part of the predictions that equal the labels.

    For probabilities use `BinaryAccuracy`, `CategoricalAccuracy` or `SparseCategoricalAccuracy`;
    `compile(metrics=["accuracy"])` chooses by the shapes.

    >>> float(Accuracy()([1, 2, 3, 4], [1, 2, 3, 0]))
    0.75
    """

    direction = "up"

    def __init__(self, name: str = "accuracy", dtype: str | None = None) -> None:
        super().__init__(accuracy, name, dtype)


@METRICS.register()
class BinaryAccuracy(MeanMetricWrapper):
    """The part of the samples on whose side of `threshold` (default 0.5, excluded) y_pred lies.

    y_true is 0 or 1. Predictions that are logits want threshold 0. With several outputs a sample
    counts by the part of its outputs that are right. Raises `ArgumentError` unless the threshold
    is a number.

    >>> float(BinaryAccuracy()([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]))
    0.75
    """

    direction = "up"

    def __init__(
        self, name: str = "binary_accuracy", dtype: str | None = None, threshold: float = 0.5
    ) -> None:
        self.threshold = number("BinaryAccuracy.threshold", threshold)
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


@METRICS.register()
class CategoricalAccuracy(MeanMetricWrapper):
    """The part of the samples whose most likely class is right; y_true is one-hot.

    >>> float(CategoricalAccuracy()([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5
    """

    direction = "up"

    def __init__(self, name: str = "categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


@METRICS.register()
class SparseCategoricalAccuracy(MeanMetricWrapper):
    """The part of the samples whose most likely class is right; y_true holds class numbers.

    >>> float(SparseCategoricalAccuracy()([[2], [1]], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]]))
    0.5
    """

    direction = "up"

    def __init__(self, name: str = "sparse_categorical_accuracy", dtype: str | None = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


@METRICS.register()
class TopKCategoricalAccuracy(MeanMetricWrapper):
    """The part of the samples whose right class is among the k most likely; y_true is one-hot.

    Raises `ArgumentError` unless k is a whole number >= 1.

    >>> y_true = [[0, 0, 1], [0, 1, 0]]
    >>> float(TopKCategoricalAccuracy(k=1)(y_true, [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5
    """

    direction = "up"

    def __init__(
        self, k: int = 5, name: str = "top_k_categorical_accuracy", dtype: str | None = None
    ) -> None:
        self.k = whole("TopKCategoricalAccuracy.k", k, 1)
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


@METRICS.register()
class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """The part of the samples whose right class is among the k most likely, by class numbers.

    With `from_sorted_ids` the predictions are class numbers too, most likely first. Raises
    `ArgumentError` unless k is a whole number >= 1.

    >>> float(SparseTopKCategoricalAccuracy(k=1)([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]))
    0.5
    """

    direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str = "sparse_top_k_categorical_accuracy",
        dtype: str | None = None,
        from_sorted_ids: bool = False,
    ) -> None:
        self.k = whole("SparseTopKCategoricalAccuracy.k", k, 1)
        self.from_sorted_ids = from_sorted_ids
        arguments = {"k": k, "from_sorted_ids": from_sorted_ids}
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, **arguments)


def whole(where: str, value: Any, low: int) -> int:
    """`value` if it is a whole number >= low, else `ArgumentError`."""
    if number(where, value, low) != int(value):
        raise ArgumentError(where, expected="a whole number", received=repr(value))
    return int(value)
