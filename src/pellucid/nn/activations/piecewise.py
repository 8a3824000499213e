"""Activations made of straight pieces, and the leaky ones: linear first, then relu and its kin.

At a kink the slope is that of the piece named in the docstring.
"""

from __future__ import annotations

from typing import Any

from pellucid.graph import Tensor, as_tensor, ops
from pellucid.nn.activations.lookup import ACTIVATIONS
from pellucid.nn.arguments import number


@ACTIVATIONS.register()
def linear(x: Any) -> Tensor:
    """The input itself: no activation."""
    return as_tensor(x)


@ACTIVATIONS.register()
def relu(
    x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Tensor:
    """The rectifier: x above `threshold`, but at most `max_value`; leaking below.

    Up to `threshold` the value is negative_slope · (x - threshold). The defaults give max(x, 0),
    whose slope at 0 is taken as 0. Raises `ArgumentError` for a negative `max_value`.

    >>> relu([-2.0, 0.5, 9.0], negative_slope=0.5, max_value=6).numpy().tolist()
    [-1.0, 0.5, 6.0]
    """
    x = as_tensor(x)
    number("relu.negative_slope", negative_slope)
    number("relu.threshold", threshold)
    if max_value is None and not threshold:
        return leaky_relu(x, negative_slope) if negative_slope else ops.relu(x)
    y = ops.where(x > threshold, x, 0) if threshold else ops.relu(x)
    if max_value is not None:
        y = ops.clip(y, 0, number("relu.max_value", max_value, 0))
    return y - negative_slope * ops.relu(threshold - x) if negative_slope else y


@ACTIVATIONS.register()
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """A leaky rectifier: x above 0, elsewhere negative_slope · x, which is also the slope at 0."""
    return prelu(x, number("leaky_relu.negative_slope", negative_slope))


def prelu(x: Any, alpha: Any) -> Tensor:
    """A rectifier that learns its leak: x above 0, alpha · x elsewhere (He et al. 2015).

    `alpha` is a tensor that broadcasts against x.
    """
    x = as_tensor(x)
    return ops.where(x > 0, x, alpha * x)


@ACTIVATIONS.register()
def relu6(x: Any) -> Tensor:
    """The rectifier, at most 6: x held within [0, 6]; the slope at both ends is 0."""
    return ops.clip(x, 0, 6)


@ACTIVATIONS.register()
def hard_sigmoid(x: Any) -> Tensor:
    """A sigmoid of three straight pieces, relu6(x + 3) / 6."""
    return relu6(as_tensor(x) + 3.0) / 6.0


@ACTIVATIONS.register("hard_swish")
def hard_silu(x: Any) -> Tensor:
    """A silu without exponentials, x · hard_sigmoid(x) (Howard et al. 2019)."""
    z = as_tensor(x)
    return z * hard_sigmoid(z)


@ACTIVATIONS.register()
def hard_tanh(x: Any) -> Tensor:
    """A tanh of three straight pieces: x held within [-1, 1]; the slope at both ends is 0."""
    return ops.clip(x, -1, 1)


@ACTIVATIONS.register()
def sparse_sigmoid(x: Any) -> Tensor:
    """A sigmoid that reaches 0 and 1: (x + 1) / 2 within [0, 1]; the slope at both ends is 0."""
    return ops.clip(0.5 * (as_tensor(x) + 1.0), 0, 1)


@ACTIVATIONS.register()
def hard_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """Small inputs become 0: x where |x| > threshold, else 0."""
    x = as_tensor(x)
    return ops.where(abs(x) > number("hard_shrink.threshold", threshold, 0), x, 0.0)


@ACTIVATIONS.register()
def soft_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """Every x moved towards 0 by `threshold`, but not past it; the slope at both kinks is 0.

    >>> soft_shrink([-2.0, 0.25, 1.0]).numpy().tolist()
    [-1.5, 0.0, 0.5]
    """
    x = as_tensor(x)
    t = number("soft_shrink.threshold", threshold, 0)
    return ops.relu(x - t) - ops.relu(-t - x)


@ACTIVATIONS.register()
def threshold(x: Any, threshold: float, default_value: float) -> Tensor:
    """Keep x above `threshold`; put `default_value` elsewhere."""
    x = as_tensor(x)
    return ops.where(x > number("threshold.threshold", threshold), x, default_value)
