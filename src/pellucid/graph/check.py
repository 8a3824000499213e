"""Derivatives seen as difference quotients, and gradients checked against them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import NumericsError
from pellucid.graph.arrays import Array
from pellucid.graph.evaluate import evaluate
from pellucid.graph.gradient import gradient
from pellucid.graph.tensor import Tensor, Variable, apply, as_tensor


def difference_quotient(
    function: Callable[..., Any], *at: Any, step: float = 1e-6, direction: Any = None
) -> Array:
    """How fast a function changes: (f(x + h·d) - f(x - h·d)) / 2h, in float64.

    `function` takes tensors and returns one; `at` holds the point, one value an argument.
    `direction` (one value an argument) defaults to 1 in every element of the first argument and 0
    in the others. The error is of order h² plus rounding of order 1e-16 / h.

    >>> round(float(difference_quotient(lambda a, b: 3 * (a + b * b), 5.0, 2.0)), 6)
    3.0
    """
    point = [np.asarray(value, np.float64) for value in at]
    if direction is None:
        direction = [np.full_like(v, float(i == 0)) for i, v in enumerate(point)]
    ahead = [v + step * np.asarray(d) for v, d in zip(point, direction, strict=True)]
    behind = [v - step * np.asarray(d) for v, d in zip(point, direction, strict=True)]
    high, low = (
        np.asarray(function(*(Variable(v) for v in side)), np.float64) for side in (ahead, behind)
    )
    return np.asarray((high - low) / (2 * step))


def check_gradient(
    function: Callable[..., Any],
    *at: Any,
    order: int = 2,
    step: float = 1e-5,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> float:
    """The largest relative error of a function's gradients against difference quotients.

    In float64, in a random direction, up to `order` (2: the gradient of the gradient too). The
    quotient is Richardson's: (4 q(h/2) - q(h)) / 3, of error h⁴. `at` holds one array an argument.
    Raises `NumericsError` if the error is above `tolerance`.

    >>> check_gradient(lambda a, b: a * b, [1.0, 2.0], [3.0, 4.0]) < 1e-6
    True
    """
    rng = np.random.default_rng(seed)
    point = [np.asarray(value, np.float64) for value in at]
    worst = 0.0
    current: Callable[..., Tensor] = lambda *xs: _weighted_sum(function(*xs), seed)  # noqa: E731
    for level in range(1, order + 1):
        direction = [rng.standard_normal(v.shape) for v in point]
        slope = _along(current, direction)
        exact = float(evaluate(slope(*map(Variable, point))))
        near, wide = (
            float(difference_quotient(current, *point, step=h, direction=direction))
            for h in (step / 2, step)
        )
        estimate = (4 * near - wide) / 3
        error = abs(exact - estimate) / max(1.0, abs(exact), abs(estimate))
        worst = max(worst, error)
        if not error <= tolerance:
            raise NumericsError(
                f"gradient of order {level}",
                expected=f"{estimate:.12g}, the difference quotient",
                received=f"{exact:.12g}",
                hint=f"relative error {error:.2g}; check the gradient rule",
            )
        current = slope
    return worst


def _weighted_sum(y: Any, seed: int) -> Tensor:
    """A scalar that depends on every element of y in its own measure."""
    y = as_tensor(y)
    rng = np.random.default_rng(seed + 1)
    weights = rng.uniform(0.5, 1.5, size=y.shape)
    return _total(y * weights)


def _total(x: Tensor) -> Tensor:
    return apply("sum", x, axes=tuple(range(x.ndim)), keepdims=False)


def _along(function: Callable[..., Tensor], direction: Sequence[Array]) -> Callable[..., Tensor]:
    """The directional derivative of a scalar function, as a function."""

    def slope(*xs: Tensor) -> Tensor:
        total: Any = 0.0
        for g, d in zip(gradient(function(*xs), xs), direction, strict=True):
            total = total + _total(g * d)
        return as_tensor(total)

    return slope
