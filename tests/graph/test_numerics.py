"""Accuracy of elementary functions over their whole range, in units in the last place (ulp)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.graph import Array, Tensor, constant, gradient, ops

Function = Callable[[Any], Any]
WIDE = np.longdouble


def _sigmoid(x: Any) -> Any:
    e = np.exp(-abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def _softplus(x: Any) -> Any:
    return np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))


def _erf(x: Any) -> Any:
    return np.array([math.erf(v) for v in x.astype(float)])


# The op, the same in extended precision, and the largest error allowed.
FUNCTIONS: dict[str, tuple[Function, Function, float]] = {
    "exp": (ops.exp, np.exp, 4),
    "expm1": (ops.expm1, np.expm1, 4),
    "log": (ops.log, np.log, 4),
    "log1p": (ops.log1p, np.log1p, 4),
    "log2": (ops.log2, np.log2, 4),
    "log10": (ops.log10, np.log10, 4),
    "sqrt": (ops.sqrt, np.sqrt, 0.5),
    "rsqrt": (ops.rsqrt, lambda x: 1 / np.sqrt(x), 2),
    "reciprocal": (ops.reciprocal, lambda x: 1 / x, 0.5),
    "sin": (ops.sin, np.sin, 4),
    "cos": (ops.cos, np.cos, 4),
    "tan": (ops.tan, np.tan, 4),
    "arcsin": (ops.arcsin, np.arcsin, 4),
    "arccos": (ops.arccos, np.arccos, 4),
    "arctan": (ops.arctan, np.arctan, 4),
    "sinh": (ops.sinh, np.sinh, 4),
    "cosh": (ops.cosh, np.cosh, 4),
    "tanh": (ops.tanh, np.tanh, 4),
    "sigmoid": (ops.sigmoid, _sigmoid, 4),
    "softplus": (ops.softplus, _softplus, 4),
    "erf": (ops.erf, _erf, 2),
}
FLOATS = [np.float32, np.float64]


def whole_range(dtype: Any) -> Array:
    """Numbers of every magnitude, denormal ones too, and many where functions turn."""
    rng = np.random.default_rng(0)
    bits = np.dtype(dtype).itemsize * 8
    patterns = rng.integers(0, 2**bits, 30_000, dtype=f"uint{bits}").view(dtype)
    parts = [patterns, rng.uniform(-8, 8, 30_000), rng.uniform(-2, 2, 30_000)]
    parts += [rng.uniform(-120, 120, 30_000), 1 - np.exp(-rng.uniform(1, 40, 5_000))]
    numbers = np.concatenate([part.astype(dtype) for part in parts])
    return numbers[np.isfinite(numbers)]


def errors_in_ulp(value: Array, exact: Array) -> Array:
    """How far each value is from the exact one; infinite where only one of them is a number."""
    with np.errstate(all="ignore"):
        rounded = exact.astype(value.dtype)
        distance = np.abs(value.astype(WIDE) - exact) / np.spacing(np.abs(rounded)).astype(WIDE)
    same = (value == rounded) | (np.isnan(value) & np.isnan(rounded))
    both = np.isfinite(value) & np.isfinite(rounded)
    return np.where(both, distance, np.where(same, 0.0, np.inf))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_accurate_over_their_whole_range(name: str, dtype: Any) -> None:
    function, exact, allowed = FUNCTIONS[name]
    x = whole_range(dtype)
    with np.errstate(all="ignore"):
        expected = np.asarray(exact(x.astype(WIDE)), WIDE)
    value = function(constant(x)).numpy()
    assert value.dtype == dtype
    errors = errors_in_ulp(value, expected)
    worst = int(np.argmax(errors))
    assert errors[worst] <= allowed + 0.01, (x[worst], value[worst], expected[worst])


SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("exp", [np.nan, np.inf, 0, 1, 1]),
        ("expm1", [np.nan, np.inf, -1, 0.0, -0.0]),
        ("log", [np.nan, np.inf, np.nan, -np.inf, -np.inf]),
        ("log1p", [np.nan, np.inf, np.nan, 0.0, -0.0]),
        ("sqrt", [np.nan, np.inf, np.nan, 0.0, -0.0]),
        ("sin", [np.nan, np.nan, np.nan, 0.0, -0.0]),
        ("tanh", [np.nan, 1, -1, 0.0, -0.0]),
        ("sigmoid", [np.nan, 1, 0, 0.5, 0.5]),
        ("softplus", [np.nan, np.inf, 0, math.log(2), math.log(2)]),
        ("erf", [np.nan, 1, -1, 0.0, -0.0]),
        ("sinh", [np.nan, np.inf, -np.inf, 0.0, -0.0]),
        ("cosh", [np.nan, np.inf, np.inf, 1, 1]),
        ("arctan", [np.nan, math.pi / 2, -math.pi / 2, 0.0, -0.0]),
        ("absolute", [np.nan, np.inf, np.inf, 0.0, 0.0]),
        ("sign", [np.nan, 1, -1, 0, 0]),
        ("floor", [np.nan, np.inf, -np.inf, 0.0, -0.0]),
        ("isnan", [1, 0, 0, 0, 0]),
        ("isfinite", [0, 0, 0, 1, 1]),
    ],
)
def test_special_numbers(name: str, expected: list[float], dtype: Any) -> None:
    value = getattr(ops, name)(constant(SPECIAL.astype(dtype))).numpy()
    np.testing.assert_array_equal(value, np.asarray(expected).astype(value.dtype))
    if value.dtype == dtype:
        zeros = [i for i, v in enumerate(expected) if v == 0]
        assert np.signbit(value[zeros]).tolist() == np.signbit(np.array(expected)[zeros]).tolist()


@pytest.mark.parametrize("dtype", FLOATS)
def test_denormal_numbers_are_not_flushed(dtype: Any) -> None:
    tiny = np.finfo(dtype).smallest_subnormal
    x = constant(np.array([tiny, -tiny]))
    for function in (ops.sin, ops.tanh, ops.erf, ops.expm1, ops.log1p, ops.sinh, ops.arctan):
        assert function(x).numpy().tolist() == [tiny, -tiny], function
    assert (x * 1).numpy().tolist() == [tiny, -tiny]


def test_arithmetic_follows_ieee() -> None:
    one, zero, infinity = (constant(v) for v in (1.0, 0.0, math.inf))
    assert float(one / zero) == math.inf
    assert float(-one / zero) == -math.inf
    assert math.isnan(float(zero / zero))
    assert math.isnan(float(infinity - infinity))
    assert math.isnan(float(ops.maximum(math.nan, one)))
    assert float(zero**zero) == 1
    assert not bool(constant(math.nan) == math.nan)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["softplus", "sinh", "cosh", "sigmoid", "tanh", "erf", "arccos"])
def test_slopes_are_finite_and_right_far_out(name: str, dtype: Any) -> None:
    slopes: dict[str, Function] = {
        "softplus": _sigmoid,
        "sinh": np.cosh,
        "cosh": np.sinh,
        "sigmoid": lambda x: _sigmoid(x) * _sigmoid(-x),
        "tanh": lambda x: 1 / np.cosh(x) ** 2,
        "erf": lambda x: np.exp(-x * x) * 2 / np.sqrt(WIDE(math.pi)),
        "arccos": lambda x: -1 / np.sqrt((1 - x) * (1 + x)),
    }
    points = [-0.999, -0.5, 0.0, 1e-30, 0.3, 0.9999] if name == "arccos" else [-80.0, -3, 0, 2, 80]
    x = constant(np.array(points, dtype))
    slope = gradient(ops.sum(FUNCTIONS[name][0](x)), x).numpy()
    expected = np.asarray(slopes[name](x.numpy().astype(WIDE)), float)
    tolerance = 50 * np.finfo(dtype).eps
    np.testing.assert_allclose(slope, expected, tolerance, tolerance)


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e30])
def test_logits_of_any_size(scale: float) -> None:
    z = constant(np.array([[scale, 0.0, -scale], [0.0, 0.0, 0.0]]))
    p = ops.softmax(z).numpy()
    np.testing.assert_allclose(p.sum(-1), 1, 1e-15)
    assert np.isfinite(ops.log_softmax(z).numpy()).all()
    y = constant(np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))
    for loss in (ops.softmax_cross_entropy(y, z), ops.sigmoid_cross_entropy(y, z)):
        assert np.isfinite(loss.numpy()).all()
        assert np.isfinite(gradient(ops.sum(loss), z).numpy()).all()
    assert float(ops.softmax_cross_entropy(y, z)[0]) == pytest.approx(2 * scale, abs=2)


def test_logsumexp_of_infinities() -> None:
    assert float(ops.logsumexp([-math.inf, -math.inf])) == -math.inf
    assert float(ops.logsumexp([math.inf, 0.0])) == math.inf
    assert float(ops.logsumexp([-math.inf, 3.0])) == 3.0
    assert float(ops.logsumexp(np.full((2, 3), 1e300))) == pytest.approx(1e300)


def test_long_sums_keep_their_digits() -> None:
    tenths: Tensor = ops.full((1_000_000,), 0.1)
    assert float(ops.sum(tenths)) == pytest.approx(100_000, rel=1e-6)
    assert float(ops.mean(tenths)) == pytest.approx(0.1, rel=1e-6)
    shifted = constant(np.array([1e4, 1e4 + 1, 1e4 + 2], np.float32))
    assert float(ops.var(shifted)) == pytest.approx(2 / 3, rel=1e-6)
