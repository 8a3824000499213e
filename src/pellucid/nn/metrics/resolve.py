"""Which metric is meant by a name, given the shapes of labels and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.nn.metrics.accuracy import (
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
)
from pellucid.nn.metrics.metric import METRICS, Metric
from pellucid.nn.metrics.reduction import MeanMetricWrapper


def get(identifier: Any) -> Any:
    """The metric meant by a name, a config, a class, a metric itself or a function.

    A function of (y_true, y_pred) comes back as it is. None gives None. Raises `ArgumentError` for
    anything else.

    >>> get("mse").name, get("AUC").name
    ('mean_squared_error', 'auc')
    """
    return METRICS.get(identifier)


def resolve(
    identifier: Any,
    y_true_shape: Sequence[Any] | None = None,
    y_pred_shape: Sequence[Any] | None = None,
    loss: Any = None,
) -> Metric:
    """The metric meant by what `compile(metrics=[…])` was given, named as it was given.

    "accuracy" and "acc" become the accuracy that fits: binary for predictions (…, 1), sparse where
    labels have fewer axes than predictions or a last axis of 1, else categorical. Where the shape
    of the labels is not known, the loss decides. A loss `from_logits` moves the threshold of the
    binary one to 0, where sigmoid is 0.5 (Keras leaves it at 0.5, which is a probability of 0.62).
    A function becomes a mean of its values. Raises `ArgumentError` for an unknown name or None.

    >>> resolve("accuracy", (None,), (None, 10))
    SparseCategoricalAccuracy(name='accuracy', dtype=None)
    >>> resolve("acc", (None, 1), (None, 1)).threshold
    0.5
    """
    if isinstance(identifier, str) and identifier.lower() in ("accuracy", "acc"):
        return _accuracy(identifier, y_true_shape, y_pred_shape or (), loss)
    found = get(identifier)
    if found is None:
        raise ArgumentError("metric", expected="a metric", received="None")
    metric = found if isinstance(found, Metric) else MeanMetricWrapper(found)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


def _accuracy(
    name: str, y_true_shape: Sequence[Any] | None, y_pred_shape: Sequence[Any], loss: Any
) -> Metric:
    if len(y_pred_shape) and y_pred_shape[-1] == 1:
        return BinaryAccuracy(name, threshold=0.0 if getattr(loss, "from_logits", False) else 0.5)
    if y_true_shape is None:
        sparse = "sparse" in str(getattr(loss, "name", getattr(loss, "__name__", loss)))
    else:
        sparse = len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1] == 1
    return SparseCategoricalAccuracy(name) if sparse else CategoricalAccuracy(name)


serialize = METRICS.serialize
deserialize = METRICS.deserialize
