"""What the losses share: arguments in range, shapes that fit, means, labels made soft."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, as_tensor, format_shape, is_float, ops
from pellucid.graph.tensor import normalize_axis
from pellucid.nn.arguments import number

# Keras's: probabilities are held within [1e-7, 1 - 1e-7], denominators above 1e-7.
EPSILON = 1e-7
# Near the smallest float32 that keeps all its digits.
TINY = 2e-38

_RANGES: dict[str, dict[str, Any]] = {
    "label_smoothing": {"low": 0, "high": 1},
    "gamma": {"low": 0},
    "delta": {"low": 0, "above": True},
    "q": {"low": 0, "high": 1, "above": True, "below": True},
}


def check_arguments(where: str, **arguments: Any) -> None:
    """Raise `ArgumentError` for the first of these that is out of its range."""
    for name, value in arguments.items():
        if name in _RANGES:
            number(f"{where}.{name}", value, **_RANGES[name])
        if name == "axis" and isinstance(value, bool):
            raise ArgumentError(f"{where}.axis", expected="a whole number", received=repr(value))


def floating(x: Any) -> Tensor:
    """A tensor of a floating type; whole numbers become float32."""
    x = as_tensor(x)
    return x if is_float(x.dtype) else as_tensor(x, "float32")


def pair(where: str, y_true: Any, y_pred: Any, hint: str | None = None) -> tuple[Tensor, Tensor]:
    """Labels and predictions in the type of the predictions, with the same shape.

    Labels (N,) meet predictions (N, 1), and the other way round, as in Keras. Any other difference
    raises `ShapeError`: broadcasting labels hides mistakes.
    """
    p = floating(y_pred)
    y, p = same_rank(as_tensor(y_true, p.dtype), p)
    if y.shape != p.shape:
        raise ShapeError(
            where,
            expected="y_true and y_pred of one shape",
            received=f"{format_shape(y.shape)} and {format_shape(p.shape)}",
            hint=hint,
        )
    return y, p


def same_rank(y: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """The two with as many axes, where one has a last axis of size 1 that the other lacks."""
    if y.ndim == p.ndim + 1 and y.shape[-1] == 1:
        return (y, ops.expand_dims(p, -1)) if p.ndim == 1 else (ops.squeeze(y, -1), p)
    if p.ndim == y.ndim + 1 and p.shape[-1] == 1:
        return (ops.expand_dims(y, -1), p) if y.ndim == 1 else (y, ops.squeeze(p, -1))
    return y, p


def mean(x: Tensor, axis: int = -1) -> Tensor:
    """The mean over an axis; of one element, the element; of a scalar, itself."""
    if not x.ndim:
        return x
    axis = normalize_axis(axis, x.ndim)
    return ops.squeeze(x, axis) if x.shape[axis] == 1 else ops.mean(x, axis)


def smoothed(y: Tensor, amount: float, classes: Any) -> Tensor:
    """Labels moved towards 1 / classes: y (1 - amount) + amount / classes."""
    return y * (1.0 - amount) + amount / classes if amount else y
