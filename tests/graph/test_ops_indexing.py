"""Square brackets, take, top_k, one_hot and the scatters behind them, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pellucid.errors import ArgumentError, PellucidError, ShapeError
from pellucid.graph import Array, check_gradient, constant, gradient, ops
from tests.graph.strategies import array_of, arrays, shapes, with_axis
from tests.graph.test_ops_movement import agree


@settings(max_examples=200)
@given(st.data(), shapes(high=4))
def test_basic_indices(data: Any, shape: tuple[int, ...]) -> None:
    x = array_of(shape, "float32")
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True, max_dims=6))
    agree(constant(x)[index], x[index])


@settings(max_examples=200)
@given(st.data(), shapes(low=1, high=4))
def test_one_index_array_among_others(data: Any, shape: tuple[int, ...]) -> None:
    x = array_of(shape, "float64")
    place = data.draw(st.integers(0, len(shape) - 1))
    others = hnp.basic_indices(shape[:place] + shape[place + 1 :], allow_ellipsis=False)
    drawn = data.draw(others)
    index = list(drawn) if isinstance(drawn, tuple) else [drawn]
    length = shape[place]
    if not length:
        return
    inner = st.integers(-length, length - 1)
    positions = data.draw(hnp.arrays(np.int64, shapes(low=1, high=2), elements=inner))
    index += [slice(None)] * (len(shape) - 1 - len(index))
    index.insert(place, positions)
    if data.draw(st.booleans()):
        index.insert(data.draw(st.integers(0, len(index))), None)
    agree(constant(x)[tuple(index)], x[tuple(index)])


@settings(max_examples=60)
@given(st.data(), with_axis())
def test_take(data: Any, case: tuple[Array, int]) -> None:
    x, axis = case
    length = x.shape[axis]
    inner = st.integers(-length, max(length - 1, 0))
    indices = data.draw(hnp.arrays(np.int32, shapes(high=2) if length else (0,), elements=inner))
    agree(ops.take(x, indices, axis), np.take(x, indices, axis))
    if x.size:
        agree(ops.take(x, indices % x.size), np.take(x, indices % x.size))


@settings(max_examples=60)
@given(st.data(), with_axis())
def test_take_along_axis(data: Any, case: tuple[Array, int]) -> None:
    x, axis = case
    order = np.argsort(x, axis, kind="stable")
    agree(ops.take_along_axis(x, order, axis), np.take_along_axis(x, order, axis))
    flat = np.argsort(x, None)
    agree(ops.take_along_axis(x, flat), np.take_along_axis(x, flat, None))


@settings(max_examples=60)
@given(st.data(), arrays(low=1, dtypes=("float32", "int32")))
def test_top_k(data: Any, x: Array) -> None:
    k = data.draw(st.integers(0, x.shape[-1]))
    coarse = x // 2  # with ties
    values, indices = ops.top_k(coarse, k)
    order = np.argsort(-coarse, -1, kind="stable")[..., :k]
    agree(indices, order)
    agree(values, np.take_along_axis(coarse, order, -1))


@settings(max_examples=60)
@given(shapes(high=2), st.integers(1, 5), st.integers(-1, 0))
def test_one_hot(shape: tuple[int, ...], classes: int, axis: int) -> None:
    x = array_of(shape, "int32") % (classes + 2) - 1  # some out of range on either side
    rows = (x[..., None] == np.arange(classes)).astype("float32")
    agree(ops.one_hot(x, classes, axis), np.moveaxis(rows, -1, axis))


def test_repeated_indices_add_their_gradients() -> None:
    x = constant(np.arange(4.0))
    weights = np.array([1.0, 10.0, 100.0, 1000.0])
    picked = ops.take(x, [2, -2, 0, 2], 0) * weights
    assert gradient(ops.sum(picked), x).numpy().tolist() == [100, 0, 1011, 0]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[1] ** 2,
        lambda x: x[:, 1:, ::2] ** 2,
        lambda x: x[:, ::-2] ** 2,
        lambda x: x[..., None, 2] ** 2,
        lambda x: x[1, ..., -1] ** 2,
        lambda x: x[:, [2, 0, 2]] ** 2,
        lambda x: x[1, :, [3, 0]] ** 2,
        lambda x: x[:, :0],
        lambda x: ops.take(x, [[1, -1], [1, 7]]) ** 2,
        lambda x: ops.take_along_axis(x, constant(np.zeros((2, 1, 4), int)), 1) ** 2,
        lambda x: ops.top_k(x, 2)[0] ** 2,
        lambda x: ops.sort(x, 1) ** 2 * constant([[[1.0], [2.0], [3.0]]]),
    ],
)
def test_gradients(function: Any) -> None:
    x = np.random.default_rng(0).permutation(24).reshape(2, 3, 4) * 0.1
    assert check_gradient(function, x, step=1e-3) <= 1e-6


@pytest.mark.parametrize("wrong", [3, -4, 100])
def test_an_index_out_of_range(wrong: int) -> None:
    x = constant([[1.0, 2.0, 3.0]] * 3)
    with pytest.raises(ShapeError, match=f"index below 3; received {wrong}"):
        x[wrong]
    for expression in (
        ops.take(x, [0, wrong], 1),
        x[:, [wrong]],
        ops.take_along_axis(x, [[wrong]] * 3, 1),
        gradient(ops.sum(ops.take(x, constant([0]), 0)), x) + ops.take(x, [wrong], 0),
    ):
        with pytest.raises(ArgumentError, match=f"indices below 3; received {wrong}"):
            expression.numpy()


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ((0, 0, 0), "at most 2 indices"),
        ((..., ...), "with 2 of"),
        (([0], [1]), "at most one index array"),
        (True, "integers, slices"),
        ("a", "integers, slices"),
        (1.0, "integers, slices"),
        (slice(0, 2, 0), "step is not 0"),
        ([0.5], "integer indices"),
    ],
)
def test_bad_indices(index: Any, words: str) -> None:
    with pytest.raises(PellucidError, match=words):
        ops.ones((2, 3))[index]
