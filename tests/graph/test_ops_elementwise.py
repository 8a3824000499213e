"""Elementwise ops against NumPy: values, broadcasting, types, ties."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import DTYPES, Tensor, Variable, check_gradient, constant, gradient, ops
from tests.graph.strategies import array_of, arrays, broadcastable

BINARY = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "true_divide": np.divide,
    "floor_divide": np.floor_divide,
    "mod": np.mod,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
}
UNARY = {
    "negative": np.negative,
    "absolute": np.absolute,
    "abs": np.abs,
    "sign": np.sign,
    "square": np.square,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,
    "relu": lambda x: np.maximum(x, 0),
    "isnan": np.isnan,
    "isfinite": np.isfinite,
    "stop_gradient": lambda x: x,
    "convert_to_tensor": lambda x: x,
    "logical_not": np.logical_not,
    "zeros_like": np.zeros_like,
    "ones_like": np.ones_like,
}


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=40)
@given(broadcastable(), st.sampled_from(DTYPES), st.sampled_from(DTYPES))
def test_binary_ops_are_those_of_numpy(name: str, shapes: Any, first: str, second: str) -> None:
    a, b = array_of(shapes[0], first), array_of(shapes[1], second, seed=1)
    result = getattr(ops, name)(a, b)
    value = result.numpy()
    with np.errstate(all="ignore"):
        if value.dtype != bool:  # ours in 32 bits, where NumPy's are in 64 or the other way round
            a, b = a.astype(value.dtype), b.astype(value.dtype)
        expected = BINARY[name](a, b)
    assert (result.shape, result.dtype) == (expected.shape, value.dtype.name)
    np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize("name", UNARY)
@settings(max_examples=40)
@given(arrays())
def test_unary_ops_are_those_of_numpy(name: str, x: Any) -> None:
    if x.dtype == bool and name in ("negative", "sign"):
        return
    result = getattr(ops, name)(x)
    value = result.numpy()
    assert (value.shape, value.dtype.name) == (result.shape, result.dtype)
    np.testing.assert_array_equal(value, UNARY[name](x))


@given(broadcastable(count=3), st.sampled_from(DTYPES))
def test_where(shapes: Any, dtype: str) -> None:
    condition = array_of(shapes[0], "bool")
    a, b = array_of(shapes[1], dtype), array_of(shapes[2], dtype, seed=1)
    np.testing.assert_array_equal(ops.where(condition, a, b), np.where(condition, a, b))


@given(arrays(dtypes=("float32", "float64", "int32")))
def test_clip(x: Any) -> None:
    np.testing.assert_array_equal(ops.clip(x, -1, 2), np.clip(x, -1, 2))


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, 0.5, -1.5, 2.0])
def test_power(exponent: float) -> None:
    x = np.array([0.0, 0.3, 1.0, 7.0])
    with np.errstate(all="ignore"):
        up, down = x**exponent, exponent**x
    np.testing.assert_allclose(constant(x) ** exponent, up, 1e-15)
    np.testing.assert_allclose(ops.power(x, exponent), up, 1e-15)
    np.testing.assert_allclose(exponent ** constant(x), down, 1e-15)


def test_integer_powers_of_integers() -> None:
    x = constant(np.array([2, -3], np.int32))
    assert (x**2).numpy().tolist() == [4, 9]
    assert (x**3).dtype == "int32"
    assert (2 ** constant([0, 5])).numpy().tolist() == [1, 32]
    with pytest.raises(ArgumentError, match="exponents >= 0 for integers; received -1"):
        (x**-1).numpy()


def test_rounding_to_decimals() -> None:
    x = np.array([1.005, 2.345, -0.555, 12345.678])
    np.testing.assert_allclose(ops.round(x, 2), np.round(x, 2), 1e-15)
    np.testing.assert_allclose(ops.round(x, -2), np.round(x, -2), 1e-15)
    assert ops.round([0.5, 1.5, 2.5]).numpy().tolist() == [0, 2, 2]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (ops.relu, 0.0),
        (ops.absolute, 0.0),
        (lambda x: ops.maximum(x, 0), 0.0),
        (lambda x: ops.maximum(0, x), 1.0),
        (lambda x: ops.minimum(x, 0), 0.0),
        (lambda x: ops.maximum(x, x), 1.0),
        (lambda x: ops.clip(x, 0, 1), 0.0),
        (lambda x: ops.max(ops.stack([x, x, -x])), 1 / 3),
        (lambda x: ops.where(x > 0, x, 2 * x), 2.0),
        (lambda x: x**3, 0.0),
        (lambda x: x**1, 1.0),
        (lambda x: x**0, 0.0),
    ],
)
def test_slopes_at_a_kink(function: Any, expected: float) -> None:
    x = Variable(0.0)
    assert float(gradient(function(x), x)) == pytest.approx(expected)


def test_no_slope_where_none_is_declared() -> None:
    x = Variable([1.5, -0.5])
    for function in (ops.floor, ops.ceil, ops.round, ops.sign, ops.stop_gradient):
        assert (
            gradient(ops.sum(function(x) * x), x).numpy().tolist() == function(x).numpy().tolist()
        )


@pytest.mark.parametrize(
    "function",
    [
        *(getattr(ops, name) for name in ("exp", "sin", "tan", "tanh", "sigmoid", "softplus")),
        *(getattr(ops, name) for name in ("sinh", "cosh", "arcsin", "arccos", "arctan", "erf")),
        *(getattr(ops, name) for name in ("log2", "log10", "rsqrt", "reciprocal", "square")),
        lambda x: ops.logsumexp(x),
        lambda x: ops.softmax(x)[1],
        lambda x: ops.log_softmax(x, 0) * x,
        lambda x: ops.sigmoid_cross_entropy([0.2, 0.9, 0.0], x),
        lambda x: ops.softmax_cross_entropy([0.2, 0.7, 0.1], x * x),
        lambda x: ops.std(x) * ops.var(x),
        lambda x: x ** constant([2.0, 0.0, 3.0]),
    ],
)
def test_composed_functions_have_the_right_slopes(function: Any) -> None:
    assert check_gradient(function, [0.2, 0.7, 0.45], order=2, step=1e-3) <= 1e-6


@pytest.mark.parametrize("form", [ops.sigmoid_cross_entropy, ops.softmax_cross_entropy])
def test_losses_broadcast_their_labels(form: Any) -> None:
    def loss(labels: Tensor, logits: Tensor) -> Tensor:
        return form(labels, logits)

    row, rows = np.array([0.2, 0.5, 0.3]), np.arange(6.0).reshape(2, 3) * 0.3
    assert check_gradient(loss, row, rows, step=1e-3) <= 1e-6
    assert check_gradient(loss, rows, row, step=1e-3) <= 1e-6


def test_classes_do_not_broadcast() -> None:
    with pytest.raises(ShapeError, match=r"labels \(2, 3\), logits \(2, 1\)"):
        ops.softmax_cross_entropy(ops.ones((2, 3)), ops.ones((2, 1)))


@pytest.mark.parametrize("operation", [operator.add, operator.mul, operator.lt, ops.maximum])
def test_shapes_that_do_not_broadcast_are_named(operation: Any) -> None:
    with pytest.raises(ShapeError, match=r"op \w+: .*\(2, 3\) and \(2,\)") as caught:
        operation(ops.ones((2, 3)), ops.ones(2))
    assert "axis -1: 3 against 2" in str(caught.value)
