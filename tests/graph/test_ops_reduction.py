"""Sums, extremes, order and statistics over axes, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import ShapeError
from pellucid.graph import (
    Array,
    N,
    check_gradient,
    constant,
    evaluate,
    gradient,
    ops,
    placeholder,
)
from tests.graph.strategies import SOME, array_of, arrays, with_axis
from tests.graph.test_ops_movement import agree

few = settings(max_examples=60)
NUMBERS = ("int32", "int64", "float32", "float64")


@st.composite
def with_axes(draw: Any, **options: Any) -> tuple[Array, Any]:
    """An array and None, one axis, or several of them."""
    x = draw(arrays(**options))
    several = st.lists(st.sampled_from(range(x.ndim)), unique=True) if x.ndim else st.just([])
    axes = draw(several)
    signed = tuple(a - x.ndim if draw(st.booleans()) else a for a in axes)
    return x, draw(st.sampled_from([None, signed, *signed[:1]]))


@pytest.mark.parametrize("name", ["sum", "prod"])
@few
@given(with_axes(), st.booleans())
def test_sums_and_products(name: str, case: Any, keepdims: bool) -> None:
    x, axis = case
    x = x / 16 if x.dtype.kind == "f" else x  # so that a product does not overflow
    dtype = "int32" if x.dtype == bool else x.dtype
    theirs = getattr(np, name)(x.astype(dtype), axis, keepdims=keepdims, dtype=dtype)
    ours = getattr(ops, name)(x, axis, keepdims)
    assert (ours.shape, ours.dtype) == (theirs.shape, dtype)
    np.testing.assert_allclose(ours.numpy(), theirs, 1e-5)


@pytest.mark.parametrize("name", ["max", "min", "amax", "amin", "argmax", "argmin", "any", "all"])
@few
@given(with_axes(sizes=SOME), st.booleans())
def test_extremes(name: str, case: Any, keepdims: bool) -> None:
    x, axis = case
    if name.startswith("arg"):
        axis = axis[0] if isinstance(axis, tuple) and axis else None
        if axis is None and not x.ndim:
            return
    agree(getattr(ops, name)(x, axis, keepdims), getattr(np, name)(x, axis=axis, keepdims=keepdims))


@pytest.mark.parametrize("name", ["mean", "var", "std"])
@few
@given(with_axes(sizes=SOME), st.booleans())
def test_statistics(name: str, case: Any, keepdims: bool) -> None:
    x, axis = case
    wide = x.astype("float32") if x.dtype.kind != "f" else x
    theirs = getattr(np, name)(wide.astype("float64"), axis=axis, keepdims=keepdims)
    ours = getattr(ops, name)(x, axis, keepdims)
    assert (ours.shape, ours.dtype) == (theirs.shape, wide.dtype.name)
    np.testing.assert_allclose(ours.numpy(), theirs, 2e-6, 2e-6)


@few
@given(with_axis(low=1))
def test_order(case: tuple[Array, int]) -> None:
    x, axis = case
    agree(ops.argsort(x, axis), np.argsort(x, axis, kind="stable"))
    agree(ops.sort(x, axis), np.sort(x, axis))
    agree(ops.sort(x, None), np.sort(x, None))
    agree(ops.argsort(x, None), np.argsort(x, None, kind="stable"))


@few
@given(with_axis(low=1))
def test_running_sums(case: tuple[Array, int]) -> None:
    x, axis = case
    dtype = "int32" if x.dtype == bool else x.dtype
    agree(ops.cumsum(x, axis), np.cumsum(x, axis, dtype))
    agree(ops.cumsum(x), np.cumsum(x, None, dtype))
    agree(ops.cumsum(x, axis, "float64"), np.cumsum(x, axis, "float64"))


@few
@given(with_axes(sizes=SOME, dtypes=("float32", "float64")), st.booleans())
def test_logsumexp(case: Any, keepdims: bool) -> None:
    x, axis = case
    theirs = np.log(np.sum(np.exp(x.astype("float64")), axis=axis, keepdims=keepdims))
    ours = ops.logsumexp(x, axis, keepdims)
    assert (ours.shape, ours.dtype) == (theirs.shape, x.dtype.name)
    np.testing.assert_allclose(ours.numpy(), theirs, 1e-5, 1e-5)


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_softmax_is_a_distribution(axis: int) -> None:
    x = array_of((2, 3, 5), "float64")
    e = np.exp(x)
    np.testing.assert_allclose(ops.softmax(x, axis), e / e.sum(axis, keepdims=True), 1e-13)
    np.testing.assert_allclose(ops.exp(ops.log_softmax(x, axis)), ops.softmax(x, axis), 1e-13)


def test_nothing_at_all() -> None:
    empty = ops.zeros((0, 3))
    assert float(ops.sum(empty)) == 0
    assert float(ops.prod(empty)) == 1
    assert np.isnan(float(ops.mean(empty)))
    assert ops.max(empty, 1).numpy().shape == (0,)
    assert ops.any(empty, 0).numpy().tolist() == [False] * 3
    assert ops.all(empty, 0).numpy().tolist() == [True] * 3
    for function in (ops.max, ops.min, ops.argmax, ops.argmin):
        with pytest.raises(ShapeError, match=r"at least one element .*\(0, 3\)"):
            function(empty, 0)


def test_no_samples_have_no_largest_one() -> None:
    x = placeholder((N, 2), name="x")
    for function in (ops.max, ops.argmin):
        with pytest.raises(ShapeError, match="at least one element"):
            evaluate(function(x, 0), {x: np.zeros((0, 2))})


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_slopes_of_a_product_with_zeros(zeros: int) -> None:
    x = np.array([[2.0, 3.0, 5.0], [1.0, -1.0, 4.0]])
    x[0, :zeros] = 0
    others = [[np.prod(np.delete(row, i)) for i in range(3)] for row in x]
    v = constant(x)
    np.testing.assert_allclose(gradient(ops.sum(ops.prod(v, 1)), v), others)
    order = 2 if zeros < 2 else 1
    assert check_gradient(lambda t: ops.prod(t, 1), x, order=order, step=1e-3) <= 1e-6


def test_elements_that_tie_share_the_slope() -> None:
    x = constant([[1.0, 5.0, 5.0], [2.0, 2.0, 2.0]])
    slope = gradient(ops.sum(ops.max(x, 1)), x).numpy()
    np.testing.assert_allclose(slope, [[0, 0.5, 0.5], [1 / 3] * 3])
    slope = gradient(ops.min(x), x).numpy()
    assert slope.tolist() == [[1, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ops.sum(x, (0, -1)) ** 2,
        lambda x: ops.prod(x, 1),
        lambda x: ops.max(x, (0, 2)) ** 2,
        lambda x: ops.min(x) ** 2,
        lambda x: ops.mean(x, 1, keepdims=True) ** 2,
        lambda x: ops.var(x, -1),
        lambda x: ops.std(x, (0, 1)),
        lambda x: ops.cumsum(x, 1) ** 2,
        lambda x: ops.cumsum(x) ** 2,
        lambda x: ops.sort(x, 2) ** 2,
        lambda x: ops.logsumexp(x, (1, 2)),
        lambda x: ops.softmax(x, 1) ** 2,
    ],
)
def test_gradients(function: Any) -> None:
    x = np.random.default_rng(1).permutation(24).reshape(2, 3, 4) * 0.1 + 0.3
    assert check_gradient(function, x, step=1e-3) <= 1e-6


@pytest.mark.parametrize("axis", [2, -3, (0, 0), (0, 2)])
def test_bad_axes(axis: Any) -> None:
    with pytest.raises(ShapeError, match="axis|axes"):
        ops.sum(ops.ones((2, 3)), axis)
