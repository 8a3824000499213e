"""Confusion counts: how many positives and negatives fall on each side of each threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph import Tensor, apply, as_tensor, constant, format_shape, is_float, ops
from pellucid.nn.losses.inputs import same_rank

# What stands for a prediction that is not among the top k: below every threshold.
NEVER = -1e10


class Counts(NamedTuple):
    """Weighted numbers of samples for T thresholds, float64 of shape (T,), or (T, L) for L labels.

    A sample counts as predicted positive where its prediction is above the threshold.
    """

    true_positives: Tensor
    false_positives: Tensor
    true_negatives: Tensor
    false_negatives: Tensor


def count(
    y_true: Any,
    y_pred: Any,
    thresholds: Sequence[float],
    sample_weight: Any = None,
    top_k: int | None = None,
    class_id: int | None = None,
    multi_label: bool = False,
    label_weights: Sequence[float] | None = None,
) -> Counts:
    """The counts of one batch.

    y_true and y_pred have one shape; a label other than 0 is positive. All elements count alike,
    unless `multi_label` counts the columns of (N, L) apart. `top_k` takes only the k largest of
    the last axis as predicted, `class_id` only one column. `sample_weight` has one weight a sample
    or one an element, `label_weights` one for each column.

    >>> counts = count([1, 0, 1], [0.9, 0.6, 0.2], [0.5])
    >>> [float(each[0]) for each in counts]
    [1.0, 1.0, 0.0, 1.0]
    """
    p = as_tensor(y_pred)
    p, y = same_rank(p if is_float(p.dtype) else as_tensor(p, "float32"), as_tensor(y_true))
    _check_shapes(y, p)
    weight = _weights(p, sample_weight, label_weights)
    if top_k is not None:
        p = _only_top(p, top_k)
    if class_id is not None:
        y, p, weight = _column(y, class_id), _column(p, class_id), _column(weight, class_id)
    if not multi_label:
        y, p, weight = (ops.reshape(each, (-1,)) for each in (y, p, weight))
    is_positive = as_tensor(y, "bool")
    positives = ops.where(is_positive, weight, 0.0)
    negatives = ops.where(is_positive, 0.0, weight)
    split = _by_bucket if _are_even(thresholds) else _by_comparison
    (tp, fn), (fp, tn) = split(p, thresholds, positives, negatives)
    return Counts(tp, fp, tn, fn)


def _check_shapes(y: Tensor, p: Tensor) -> None:
    if y.shape != p.shape:
        raise ShapeError(
            "metric",
            expected="y_true and y_pred of one shape",
            received=f"{format_shape(y.shape)} and {format_shape(p.shape)}",
            hint="Labels as class numbers want one_hot first",
        )


def _weights(p: Tensor, sample_weight: Any, label_weights: Any) -> Tensor:
    """The weight of every element of `p`."""
    weight = ops.ones((), "float64")
    if sample_weight is not None:
        weight = as_tensor(sample_weight, "float64")
        if weight.ndim == p.ndim + 1 and weight.shape[-1] == 1:
            weight = ops.squeeze(weight, -1)
        for _ in range(p.ndim - weight.ndim if weight.ndim else 0):
            weight = ops.expand_dims(weight, -1)
    if label_weights is not None:
        weight = weight * constant(np.asarray(label_weights, np.float64))
    return ops.broadcast_to(weight, p.shape)


def _only_top(p: Tensor, k: int) -> Tensor:
    """Predictions below every threshold but for the k largest of the last axis."""
    _, places = ops.top_k(p, k)
    hits = ops.any(ops.one_hot(places, int(p.shape[-1]), dtype="bool"), -2)  # type: ignore[arg-type]
    return ops.where(hits, p, NEVER)


def _column(x: Tensor, column: int) -> Tensor:
    if x.ndim < 2:
        raise ShapeError(
            "metric with class_id",
            expected="predictions of shape (N, C)",
            received=format_shape(x.shape),
        )
    return x[..., column]


def _are_even(thresholds: Sequence[float]) -> bool:
    """Whether they are 0, 1/n, 2/n, … 1, but for 1e-7 or less."""
    last = len(thresholds) - 1
    return last >= 2 and np.allclose(thresholds, np.arange(last + 1) / last, rtol=0, atol=1.01e-7)


Split = tuple[tuple[Tensor, Tensor], ...]


def _by_comparison(p: Tensor, thresholds: Sequence[float], *groups: Tensor) -> Split:
    """The weight of each group above and not above each threshold: T comparisons an element."""
    levels = ops.reshape(constant(list(thresholds), p.dtype), (-1, *[1] * p.ndim))
    above = ops.expand_dims(p, 0) > levels
    return tuple(
        (ops.sum(ops.where(above, group, 0.0), 1), ops.sum(ops.where(above, 0.0, group), 1))
        for group in groups
    )


def _by_bucket(p: Tensor, thresholds: Sequence[float], *groups: Tensor) -> Split:
    """The same for evenly spaced thresholds: each element goes to the bucket it falls in.

    One addition an element instead of T comparisons: for 200 thresholds and 1000 elements, 0.18 ms
    instead of 4 ms in NumPy.
    """
    size = len(thresholds)
    held = ops.minimum(ops.where(p > 0, p, 0.0), 1.0)  # where() also catches NaN
    passed = as_tensor(ops.ceil(held * float(size - 1)), "int32")
    if thresholds[0] < 0:
        passed = ops.maximum(passed, 1)  # every prediction is above it
    pairs = []
    for group in groups:
        bucket = apply("scatter_add_along", passed, group, axis=0, size=size + 1)
        above = ops.flip(ops.cumsum(ops.flip(bucket, 0), 0), 0)
        pairs.append((above[1:], ops.cumsum(bucket, 0)[:-1]))
    return tuple(pairs)
