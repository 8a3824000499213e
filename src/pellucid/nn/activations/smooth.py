"""Smooth activations: bounded ones first, then those that grow with x, all stable for any x.

Where a gradient is written out here, the derived one would lose digits to cancellation or divide
zero by zero; the reason stands beside it.
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.graph import Tensor, as_tensor, is_float, ops
from pellucid.nn.activations.lookup import ACTIVATIONS
from pellucid.nn.arguments import number


def _floating(x: Any) -> Tensor:
    x = as_tensor(x)
    return x if is_float(x.dtype) else as_tensor(x, "float32")


@ACTIVATIONS.register()
def sigmoid(x: Any) -> Tensor:
    """1 / (1 + exp(-x)), in (0, 1).

    A cross-entropy that is given the result takes the logits x from it, see `pellucid.losses`.

    >>> float(sigmoid(0.0))
    0.5
    """
    return ops.sigmoid(x)


@ACTIVATIONS.register()
def tanh(x: Any) -> Tensor:
    """The hyperbolic tangent, in (-1, 1)."""
    return ops.tanh(x)


@ACTIVATIONS.register()
def softsign(x: Any) -> Tensor:
    """A curve like tanh without exponentials, x / (1 + |x|), in (-1, 1); slope 1 / (1 + |x|)²."""
    x = _floating(x)
    d = 1.0 / (1.0 + abs(x))
    # The derived slope, d - |x| d², is a difference of nearly equal numbers for large |x|.
    return ops.custom_gradient(x * d, (x,), lambda g: [g * d * d])


@ACTIVATIONS.register()
def tanh_shrink(x: Any) -> Tensor:
    """What tanh takes away, x - tanh(x)."""
    z = _floating(x)
    return z - ops.tanh(z)


@ACTIVATIONS.register()
def exponential(x: Any) -> Tensor:
    """The exponential, e to the power x: infinite above 88.7 in float32."""
    return ops.exp(x)


@ACTIVATIONS.register()
def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """The exponential linear unit: x above 0, alpha · (exp(x) - 1) elsewhere (Clevert et al. 2016).

    The slope at 0 is alpha.
    """
    x = _floating(x)
    # Of numbers above 0 the exponential might be infinite, and 0 times infinity is not a slope.
    return ops.where(x > 0, x, number("elu.alpha", alpha) * ops.expm1(ops.minimum(x, 0.0)))


# The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, equation 14).
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


@ACTIVATIONS.register()
def selu(x: Any) -> Tensor:
    """1.0507 · elu(x, 1.6733), which keeps mean 0 and variance 1 (Klambauer et al. 2017)."""
    return _SELU_SCALE * elu(x, _SELU_ALPHA)


@ACTIVATIONS.register()
def celu(x: Any, alpha: float = 1.0) -> Tensor:
    """An elu with slope 1 on both sides of 0, for every alpha (Barron 2017).

    x above 0, alpha · (exp(x / alpha) - 1) elsewhere. Raises `ArgumentError` unless alpha > 0.
    """
    x = _floating(x)
    alpha = number("celu.alpha", alpha, 0, above=True)
    return ops.where(x > 0, x, alpha * ops.expm1(ops.minimum(x, 0.0) / alpha))


@ACTIVATIONS.register("swish")
def silu(x: Any) -> Tensor:
    """A smooth rectifier, x · sigmoid(x) (Ramachandran et al. 2017)."""
    z = _floating(x)
    return z * ops.sigmoid(z)


swish = silu


@ACTIVATIONS.register()
def gelu(x: Any, approximate: bool = False) -> Tensor:
    """A smooth rectifier, x · Φ(x), Φ being the share of a normal distribution below x.

    `approximate=True` replaces Φ(x) by (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, which changes
    the result by at most 0.0005. Hendrycks and Gimpel 2016, section 2.

    >>> round(float(gelu(1.0)), 4), round(float(gelu(1.0, approximate=True)), 4)
    (0.8413, 0.8412)
    """
    z = _floating(x)
    if not approximate:
        return 0.5 * z * (1.0 + ops.erf(z * math.sqrt(0.5)))
    # (1 + tanh(u)) / 2 is sigmoid(2u), which does not lose its digits where tanh is near -1.
    return z * ops.sigmoid(math.sqrt(8 / math.pi) * (z + 0.044715 * (z * z * z)))


@ACTIVATIONS.register()
def softplus(x: Any) -> Tensor:
    """A smooth rectifier, log(1 + exp(x)), without overflow; its slope is sigmoid(x)."""
    return ops.softplus(x)


@ACTIVATIONS.register()
def log_sigmoid(x: Any) -> Tensor:
    """The logarithm of sigmoid(x), -softplus(-x), also where sigmoid(x) rounds to 0."""
    return -ops.softplus(-_floating(x))


@ACTIVATIONS.register()
def mish(x: Any) -> Tensor:
    """A smooth rectifier, x · tanh(softplus(x)) (Misra 2019)."""
    z = _floating(x)
    return z * ops.tanh(ops.softplus(z))


@ACTIVATIONS.register()
def squareplus(x: Any, b: float = 4) -> Tensor:
    """A smooth rectifier without exponentials, (x + sqrt(x² + b)) / 2 (Barron 2021).

    Raises `ArgumentError` unless b > 0.

    >>> float(squareplus(0.0))
    1.0
    """
    x = _floating(x)
    b = number("squareplus.b", b, 0, above=True)
    root = ops.sqrt(x * x + b)
    # For x < 0 the sum x + root cancels; b / (root - x) is the same number.
    wide = root + abs(x)
    y = ops.where(x > 0, 0.5 * wide, 0.5 * b / wide)
    return ops.custom_gradient(y, (x,), lambda g: [g * squareplus(x, b) / root])


@ACTIVATIONS.register()
def sparse_plus(x: Any) -> Tensor:
    """A smooth rectifier that reaches 0: 0 up to -1, (x + 1)² / 4 up to 1, x above."""
    x = _floating(x)
    middle = ops.clip(x, -1.0, 1.0) + 1.0
    return ops.where(x < 1, 0.25 * (middle * middle), x)
