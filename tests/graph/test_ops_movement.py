"""Shapes, joins, frames and repetitions against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Array, check_gradient, constant, ops
from tests.graph.strategies import SOME, array_of, arrays, broadcastable, with_axis

few = settings(max_examples=50)


def agree(ours: Any, theirs: Any) -> None:
    """The same elements, the inferred shape and dtype included."""
    value = ours.numpy()
    assert (ours.shape, ours.dtype) == (value.shape, value.dtype.name)
    assert value.dtype == np.asarray(theirs).dtype
    np.testing.assert_array_equal(value, theirs)


@few
@given(st.data())
def test_reshape(data: Any) -> None:
    x = data.draw(arrays())
    dims = [d for d in x.shape if d != 1]
    order = data.draw(st.permutations(dims))
    merged = tuple(order) if data.draw(st.booleans()) else (x.size,)
    agree(ops.reshape(x, merged), x.reshape(merged))
    if x.size:
        place = data.draw(st.integers(0, len(merged)))
        if place < len(merged):
            merged = (*merged[:place], -1, *merged[place + 1 :])
        agree(ops.reshape(x, merged), x.reshape(merged))
    agree(ops.reshape(x, -1), x.reshape(-1))


@few
@given(st.data())
def test_transpose(data: Any) -> None:
    x = data.draw(arrays())
    axes = tuple(data.draw(st.permutations(range(x.ndim))))
    agree(ops.transpose(x), x.transpose())
    agree(constant(x).T, x.T)
    agree(ops.transpose(x, axes), x.transpose(axes))
    agree(ops.transpose(x, [a - x.ndim for a in axes]), x.transpose(axes))
    if axes:
        source, destination = data.draw(st.permutations(axes)), list(axes)
        agree(ops.moveaxis(x, source, destination), np.moveaxis(x, source, destination))
        agree(ops.moveaxis(x, axes[0], -1), np.moveaxis(x, axes[0], -1))
        agree(ops.swapaxes(x, axes[0], -1), np.swapaxes(x, axes[0], -1))


@few
@given(with_axis())
def test_axes_of_size_one(case: tuple[Array, int]) -> None:
    x, axis = case
    wide = np.expand_dims(x, axis)
    agree(ops.expand_dims(x, axis), wide)
    agree(ops.squeeze(wide), np.squeeze(wide))
    agree(ops.squeeze(wide, axis), x)


@few
@given(with_axis())
def test_flip(case: tuple[Array, int]) -> None:
    x, axis = case
    agree(ops.flip(x), np.flip(x))
    agree(ops.flip(x, axis), np.flip(x, axis))
    agree(ops.flip(x, tuple(range(x.ndim))), np.flip(x))


@few
@given(broadcastable(count=1))
def test_broadcast_to(shapes: Any) -> None:
    x = array_of(shapes[0], "float32")
    target = (2, 3, *[5 if dim == 1 else dim for dim in x.shape])
    agree(ops.broadcast_to(x, target), np.broadcast_to(x, target))


@few
@given(with_axis(), st.lists(st.integers(0, 3), min_size=1, max_size=3))
def test_concatenate_and_split(case: tuple[Array, int], extra: list[int]) -> None:
    x, axis = case
    parts = [x] + [
        np.repeat(np.take(x, [0] if x.shape[axis] else [], axis), n, axis) for n in extra
    ]
    joined = np.concatenate(parts, axis)
    agree(ops.concatenate(parts, axis), joined)
    cuts = np.cumsum([part.shape[axis] for part in parts])[:-1].tolist()
    for ours, theirs in zip(
        ops.split(joined, cuts, axis), np.split(joined, cuts, axis), strict=True
    ):
        agree(ours, theirs)


@few
@given(with_axis())
def test_stack_and_unstack(case: tuple[Array, int]) -> None:
    x, axis = case
    agree(ops.stack([x, x, x], axis), np.stack([x, x, x], axis))
    pieces = ops.unstack(x, axis=axis)
    assert len(pieces) == x.shape[axis]
    for position, piece in enumerate(pieces):
        agree(piece, np.take(x, position, axis))


@few
@given(with_axis(), st.integers(1, 3))
def test_split_into_equal_parts(case: tuple[Array, int], parts: int) -> None:
    x, axis = case
    wide = np.repeat(x, parts, axis)
    for ours, theirs in zip(ops.split(wide, parts, axis), np.split(wide, parts, axis), strict=True):
        agree(ours, theirs)


@few
@given(st.data(), arrays(high=3))
def test_pad(data: Any, x: Array) -> None:
    amount = st.integers(0, 3)
    width: Any = [(data.draw(amount), data.draw(amount)) for _ in x.shape]
    if not width:
        assert float(ops.pad(x, width)) == float(ops.pad(x, 2)) == x
        return
    agree(ops.pad(x, width), np.pad(x, width))
    agree(ops.pad(x, 2), np.pad(x, 2))
    agree(ops.pad(x, width, constant_values=1), np.pad(x, width, constant_values=1))
    if x.size:
        for mode in ("reflect", "symmetric"):
            agree(ops.pad(x, width, mode), np.pad(x, width, mode))


def test_a_frame_of_any_number_leaves_the_inside_as_it_is() -> None:
    x = np.array([0.1, 1e20, -3.0])
    for frame in (np.inf, -np.inf, np.nan, 1e30):
        agree(ops.pad(x, 1, constant_values=frame), np.pad(x, 1, constant_values=frame))


@few
@given(arrays(high=3), st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_tile(x: Array, counts: list[int]) -> None:
    agree(ops.tile(x, counts), np.tile(x, counts))
    agree(ops.tile(x, 2), np.tile(x, 2))


@few
@given(st.data(), with_axis())
def test_repeat(data: Any, case: tuple[Array, int]) -> None:
    x, axis = case
    counts = [data.draw(st.integers(0, 2)) for _ in range(x.shape[axis])]
    agree(ops.repeat(x, 3), np.repeat(x, 3))
    agree(ops.repeat(x, 0, axis), np.repeat(x, 0, axis))
    agree(ops.repeat(x, 2, axis), np.repeat(x, 2, axis))
    agree(ops.repeat(x, counts, axis), np.repeat(x, counts, axis))


@given(st.integers(-5, 5), st.integers(-5, 9), st.sampled_from([-3, -1, 1, 2, 0.5]))
def test_arange(start: int, stop: int, step: float) -> None:
    dtype = "float32" if isinstance(step, float) else "int32"
    expected = np.arange(start, stop, step).astype(dtype)
    agree(ops.arange(start, stop, step), expected)
    agree(ops.arange(abs(stop)), np.arange(abs(stop), dtype=np.int32))
    agree(ops.arange(start, stop, step, "float64"), expected.astype("float64"))


@given(SOME, SOME, st.integers(-2, 2))
def test_made_from_a_shape(rows: int, columns: int, diagonal: int) -> None:
    agree(ops.eye(rows), np.eye(rows, dtype="float32"))
    agree(ops.eye(rows, columns, diagonal, "int32"), np.eye(rows, columns, diagonal, "int32"))
    agree(ops.full((rows, columns), 7, "int64"), np.full((rows, columns), 7))
    agree(ops.zeros(rows), np.zeros(rows, "float32"))
    agree(ops.ones((rows, columns), "bool"), np.ones((rows, columns), bool))
    agree(ops.full_like(np.zeros(rows), 2.5), np.full(rows, 2.5))
    agree(ops.full_like(np.zeros(rows, int), 2, "float32"), np.full(rows, 2, "float32"))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: ops.reshape(x, (3, -1)),
        lambda x: ops.transpose(x, (1, 2, 0)),
        lambda x: ops.flip(x, (0, 2)),
        lambda x: ops.broadcast_to(x[:, :1], (2, 3, 4)),
        lambda x: ops.concatenate([x, x * x, x[:, :, :2]], -1),
        lambda x: ops.stack([x, x * x], 1),
        lambda x: ops.split(x, [1, 3], 2)[1],
        lambda x: ops.pad(x, [(1, 0), (0, 2), (1, 1)], constant_values=3.0) ** 2,
        lambda x: ops.pad(x, 1, "reflect") ** 2,
        lambda x: ops.tile(x, (2, 1, 3)) ** 2,
        lambda x: ops.repeat(x, [1, 0, 3], 1) ** 2,
        lambda x: ops.unstack(x, axis=1)[1] ** 2,
    ],
)
def test_gradients(function: Any) -> None:
    x = np.arange(24.0).reshape(2, 3, 4) * 0.1
    assert check_gradient(function, x, step=1e-3) <= 1e-6


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: ops.reshape(ops.ones((2, 3)), (4, 2)), ShapeError, "8 elements, the tensor 6"),
        (lambda: ops.reshape(ops.ones((2, 3)), (4, -1)), ShapeError, "divides the 6 elements"),
        (lambda: ops.reshape(ops.ones((2, 3)), (-1, -1)), ShapeError, "at most one -1"),
        (lambda: ops.reshape(ops.ones(2), (-2, -1)), ShapeError, ">= 0"),
        (lambda: ops.transpose(ops.ones((2, 3)), (0, 0)), ShapeError, "each axis below 2 once"),
        (lambda: ops.swapaxes(ops.ones((2, 3)), 0, 2), ShapeError, r"axis in \[-2, 2\)"),
        (lambda: ops.moveaxis(ops.ones((2, 3)), (0, 1), 0), ArgumentError, "2 destinations"),
        (lambda: ops.expand_dims(ops.ones(2), 3), ShapeError, "axis"),
        (lambda: ops.squeeze(ops.ones((2, 1)), 0), ShapeError, "axes of size 1"),
        (lambda: ops.concatenate([]), ArgumentError, "at least one"),
        (lambda: ops.concatenate([ops.ones(2), ops.ones((2, 1))]), ShapeError, "number of axes"),
        (
            lambda: ops.concatenate([ops.ones((2, 3)), ops.ones((2, 4))], 0),
            ShapeError,
            r"concatenate: .* \(2, 3\) and \(2, 4\)",
        ),
        (lambda: ops.split(ops.ones(5), 2), ShapeError, "divide 5"),
        (lambda: ops.split(ops.ones(5), 0), ShapeError, "divide 5"),
        (lambda: ops.unstack(ops.ones(5), 4), ShapeError, "4 elements"),
        (lambda: ops.broadcast_to(ops.ones(3), (2, 4)), ShapeError, "broadcast"),
        (lambda: ops.pad(ops.ones(3), -1), ShapeError, "amounts >= 0"),
        (lambda: ops.pad(ops.ones(3), 1, "wrap"), ArgumentError, "reflect or symmetric"),
        (lambda: ops.pad(ops.ones(0), 1, "reflect"), ShapeError, "length > 0"),
        (lambda: ops.pad(ops.ones((2, 2)), [1, 2, 3]), ArgumentError, "pad"),
        (lambda: ops.repeat(ops.ones(3), [1, 2]), ShapeError, "3 numbers"),
        (lambda: ops.tile(ops.ones(3), -1), ShapeError, ">= 0"),
        (lambda: ops.arange(1, 2, 0), ArgumentError, "step other than 0"),
        (lambda: ops.flip(ops.ones(3), 1), ShapeError, "axis"),
    ],
)
def test_bad_arguments(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()
