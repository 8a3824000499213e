"""Errors of predicted numbers, averaged over the samples."""

from __future__ import annotations

from typing import Any

from pellucid.graph import Tensor, ops
from pellucid.nn.losses.inputs import pair
from pellucid.nn.losses.regression import (
    cosine_similarity,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from pellucid.nn.metrics.metric import METRICS, Updates
from pellucid.nn.metrics.reduction import Mean, MeanMetricWrapper


@METRICS.register("mse", "MSE")
class MeanSquaredError(MeanMetricWrapper):
    """The mean of (y_true - y_pred)².

    >>> float(MeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.25
    """

    direction = "down"

    def __init__(self, name: str = "mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(mean_squared_error, name, dtype)


@METRICS.register("mae", "MAE")
class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of |y_true - y_pred|.

    >>> float(MeanAbsoluteError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.25
    """

    direction = "down"

    def __init__(self, name: str = "mean_absolute_error", dtype: str | None = None) -> None:
        super().__init__(mean_absolute_error, name, dtype)


@METRICS.register("mape", "MAPE")
class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean of 100 |y_true - y_pred| / max(|y_true|, 1e-7), in percent.

    >>> float(MeanAbsolutePercentageError()([[1.0], [2.0]], [[1.5], [2.0]]))
    25.0
    """

    direction = "down"

    def __init__(
        self, name: str = "mean_absolute_percentage_error", dtype: str | None = None
    ) -> None:
        super().__init__(mean_absolute_percentage_error, name, dtype)


@METRICS.register("msle", "MSLE")
class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of (log(1 + y_true) - log(1 + y_pred))²; both are held above 1e-7.

    >>> round(float(MeanSquaredLogarithmicError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])), 5)
    0.12011
    """

    direction = "down"

    def __init__(
        self, name: str = "mean_squared_logarithmic_error", dtype: str | None = None
    ) -> None:
        super().__init__(mean_squared_logarithmic_error, name, dtype)


@METRICS.register()
class RootMeanSquaredError(Mean):
    """The root of the mean of (y_true - y_pred)², taken once, over all samples.

    >>> float(RootMeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
    0.5
    """

    direction = "down"

    def __init__(self, name: str = "root_mean_squared_error", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    # What it takes differs from Mean's on purpose: the values are made here.
    def updates(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> Updates:
        """The mean square after this batch."""
        y, p = pair("RootMeanSquaredError", y_true, y_pred)
        return super().updates(ops.square(p - y), sample_weight)

    def result(self) -> Tensor:
        """The root."""
        return ops.sqrt(super().result())


def _cosine(y_true: Any, y_pred: Any, axis: int) -> Tensor:
    return -cosine_similarity(y_true, y_pred, axis)


@METRICS.register()
class CosineSimilarity(MeanMetricWrapper):
    """The mean cosine of the angle between y_true and y_pred along `axis`: 1 for one direction.

    (The loss of this name is its negative.)

    >>> round(float(CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]])), 4)
    0.5
    """

    direction = "up"

    def __init__(
        self, name: str = "cosine_similarity", dtype: str | None = None, axis: int = -1
    ) -> None:
        self.axis = axis
        super().__init__(_cosine, name, dtype, axis=axis)


@METRICS.register()
class LogCoshError(MeanMetricWrapper):
    """The mean of log(cosh(y_pred - y_true)).

    >>> round(float(LogCoshError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])), 4)
    0.1084
    """

    direction = "down"

    def __init__(self, name: str = "logcosh", dtype: str | None = None) -> None:
        super().__init__(log_cosh, name, dtype)
