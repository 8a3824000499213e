"""Objectives for optimizers: where they start, and gradients in plain NumPy for every library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Objective(NamedTuple):
    """A starting point, and the gradient at a point in a given step."""

    start: Array
    gradient: Callable[[Array, int], Array]


_RNG = np.random.default_rng(7)
_CURVATURE = np.geomspace(0.05, 5.0, 12).reshape(4, 3)
_CENTRE = _RNG.normal(size=(4, 3))
_NOISE = _RNG.normal(size=(64, 6)) * np.geomspace(1e-6, 1e3, 6)
_INPUT = _RNG.normal(size=(40, 5))
_LABEL = (_INPUT @ _RNG.normal(size=5) + _RNG.normal(size=40) > 0).astype(float)


def _quadratic(w: Array, step: int) -> Array:
    return _CURVATURE * (w - _CENTRE)


def _rosenbrock(w: Array, step: int) -> Array:
    x, y = w
    return 0.01 * np.array([2 * (x - 1) + 400 * x * (x * x - y), 200 * (y - x * x)])


def _logistic(w: Array, step: int) -> Array:
    return _INPUT.T @ (1 / (1 + np.exp(-_INPUT @ w)) - _LABEL) / len(_LABEL)


def _noise(w: Array, step: int) -> Array:
    """Gradients of every size, and none at all in every third step: an embedding's rows."""
    return np.zeros(6) if step % 3 == 2 else _NOISE[step % len(_NOISE)]


OBJECTIVES: dict[str, Objective] = {
    "quadratic": Objective(_RNG.normal(size=(4, 3)) * 3, _quadratic),
    "rosenbrock": Objective(np.array([-1.2, 1.0]), _rosenbrock),
    "logistic": Objective(_RNG.normal(size=5), _logistic),
    "noise": Objective(_RNG.normal(size=6), _noise),
    "scalar": Objective(np.array(5.0), lambda w, step: 2.0 * (2.0 * w - 6.0)),
}


def gradients_at(values: list[Array], step: int) -> list[Array]:
    """The gradients of all objectives, each at its own point, in the dtype of the points."""
    pairs = zip(OBJECTIVES.values(), values, strict=True)
    return [
        np.asarray(objective.gradient(np.asarray(value, np.float64), step)).astype(value.dtype)
        for objective, value in pairs
    ]


def starts(dtype: Any = np.float32) -> list[Array]:
    """The starting points of all objectives."""
    return [objective.start.astype(dtype) for objective in OBJECTIVES.values()]


def relative_error(ours: list[Array], theirs: list[Any]) -> float:
    """The largest difference over all objectives, relative to the size of each one's point."""
    worst = 0.0
    for a, b in zip(ours, theirs, strict=True):
        b = np.asarray(b)
        assert np.isfinite(a).all() and np.isfinite(b).all()
        worst = max(worst, float(np.max(np.abs(a - b)) / max(1e-3, np.max(np.abs(b)))))
    return worst
