"""Losses for numbers: distances between y_true and y_pred, averaged over the last axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.graph import Tensor, ops
from pellucid.nn.losses.inputs import EPSILON, check_arguments, mean, pair
from pellucid.nn.losses.loss import LOSSES, NamedLoss


@LOSSES.register("mse", "MSE")
def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """mean((y_true - y_pred)²) over the last axis.

    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).numpy().tolist()
    [2.5]
    """
    y, p = pair("mean_squared_error", y_true, y_pred)
    return mean(ops.square(p - y))


@LOSSES.register()
def quadratic(y_true: Any, y_pred: Any) -> Tensor:
    """mean(½ (y_true - y_pred)²) over the last axis: its slope is the error itself.

    >>> float(quadratic(6.0, 10.0))
    8.0
    """
    y, p = pair("quadratic", y_true, y_pred)
    return 0.5 * mean(ops.square(p - y))


@LOSSES.register("mae", "MAE")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """mean(|y_true - y_pred|) over the last axis; the slope where they are equal is taken as 0."""
    y, p = pair("mean_absolute_error", y_true, y_pred)
    return mean(abs(p - y))


@LOSSES.register("mape", "MAPE")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """100 mean(|y_true - y_pred| / max(|y_true|, 1e-7)) over the last axis, in percent."""
    y, p = pair("mean_absolute_percentage_error", y_true, y_pred)
    return 100.0 * mean(abs(p - y) / ops.maximum(abs(y), EPSILON))


@LOSSES.register("msle", "MSLE")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """mean((log(1 + y_true) - log(1 + y_pred))²) over the last axis; both at least 1e-7."""
    y, p = pair("mean_squared_logarithmic_error", y_true, y_pred)
    difference = ops.log1p(ops.maximum(p, EPSILON)) - ops.log1p(ops.maximum(y, EPSILON))
    return mean(ops.square(difference))


@LOSSES.register()
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """mean(½ e² where |e| <= delta, else delta |e| - ½ delta²), e = y_pred - y_true (Huber 1964).

    >>> huber([0.0, 0.0], [[0.5], [3.0]]).numpy().tolist()
    [0.125, 2.5]
    """
    check_arguments("huber", delta=delta)
    y, p = pair("huber", y_true, y_pred)
    e = p - y
    size = abs(e)
    return mean(ops.where(size <= delta, 0.5 * (e * e), delta * size - 0.5 * delta**2))


@LOSSES.register()
def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """mean(log(cosh(y_pred - y_true))) over the last axis: ½ e² for small e, |e| - log 2 for large.

    The slope is tanh(e).
    """
    y, p = pair("log_cosh", y_true, y_pred)
    e = p - y
    size = abs(e)
    # |e| + log((1 + exp(-2|e|)) / 2), with the 1s that cancel for small e taken out.
    value = size + ops.log1p(0.5 * ops.expm1(-2.0 * size))
    return mean(ops.custom_gradient(value, (e,), lambda g: [g * ops.tanh(e)]))


@LOSSES.register()
def cosine_similarity(y_true: Any, y_pred: Any, axis: int | Sequence[int] = -1) -> Tensor:
    """-cos of the angle between y_true and y_pred along `axis`: -1 for the same direction.

    A vector shorter than 1e-7 is divided by 1e-7, so a zero vector gives 0.

    >>> cosine_similarity([[1.0, 0.0], [1.0, 1.0]], [[0.0, 1.0], [2.0, 2.0]]).numpy().tolist()
    [0.0, -1.0]
    """
    check_arguments("cosine_similarity", axis=axis)
    y, p = pair("cosine_similarity", y_true, y_pred)
    return -ops.sum(_unit(y, axis) * _unit(p, axis), axis)


def _unit(x: Tensor, axis: int | Sequence[int]) -> Tensor:
    # The root of what is held above 0 has a slope everywhere.
    squared = ops.maximum(ops.sum(x * x, axis, keepdims=True), EPSILON**2)
    return x / ops.sqrt(squared)


@LOSSES.register()
class MeanSquaredError(NamedLoss):
    """`mean_squared_error` as a `Loss`, with weights and a reduction.

    >>> float(MeanSquaredError()([[0.0], [1.0]], [[2.0], [1.0]]))
    2.0
    """

    function = staticmethod(mean_squared_error)


@LOSSES.register()
class Quadratic(NamedLoss):
    """`quadratic` as a `Loss`."""

    function = staticmethod(quadratic)


@LOSSES.register()
class MeanAbsoluteError(NamedLoss):
    """`mean_absolute_error` as a `Loss`."""

    function = staticmethod(mean_absolute_error)


@LOSSES.register()
class MeanAbsolutePercentageError(NamedLoss):
    """`mean_absolute_percentage_error` as a `Loss`."""

    function = staticmethod(mean_absolute_percentage_error)


@LOSSES.register()
class MeanSquaredLogarithmicError(NamedLoss):
    """`mean_squared_logarithmic_error` as a `Loss`."""

    function = staticmethod(mean_squared_logarithmic_error)


@LOSSES.register()
class Huber(NamedLoss):
    """`huber` as a `Loss`, named "huber_loss"."""

    function = staticmethod(huber)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(delta=delta)


@LOSSES.register()
class LogCosh(NamedLoss):
    """`log_cosh` as a `Loss`."""

    function = staticmethod(log_cosh)


@LOSSES.register()
class CosineSimilarity(NamedLoss):
    """`cosine_similarity` as a `Loss`."""

    function = staticmethod(cosine_similarity)

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "cosine_similarity",
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(axis=axis)
