"""Movement: the same elements in another shape, order or frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.arrays import Array
from pellucid.graph.dims import Dim, Shape, SymbolicDim, broadcast_shapes, format_shape, size_of
from pellucid.graph.dtypes import DType
from pellucid.graph.primitives.table import define, same, unbroadcast
from pellucid.graph.tensor import Tensor, apply, constant


def _reshape_shape(x: Tensor, shape: Shape) -> tuple[Shape, DType]:
    if size_of(shape) != size_of(x.shape):
        raise ShapeError(
            "reshape",
            expected=f"a shape of {size_of(x.shape)} elements",
            received=format_shape(shape),
            hint=f"the new shape {format_shape(shape)} has {size_of(shape)} elements, "
            f"the tensor {size_of(x.shape)}",
        )
    return shape, x.dtype


define(
    "reshape",
    _reshape_shape,
    lambda x, shape: np.reshape(x, shape),
    lambda g, node: [apply("reshape", g, shape=node.inputs[0].shape)],
)


def _transpose_shape(x: Tensor, axes: tuple[int, ...]) -> tuple[Shape, DType]:
    if sorted(axes) != list(range(x.ndim)):
        raise ShapeError("transpose", expected=f"each axis below {x.ndim} once", received=str(axes))
    return tuple(x.shape[axis] for axis in axes), x.dtype


def _transpose_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    axes = node.attrs["axes"]
    return [apply("transpose", g, axes=tuple(axes.index(axis) for axis in range(len(axes))))]


define("transpose", _transpose_shape, lambda x, axes: np.transpose(x, axes), _transpose_gradient)


def _broadcast_shape(x: Tensor, shape: Shape) -> tuple[Shape, DType]:
    if broadcast_shapes(x.shape, shape) != shape:
        raise ShapeError(
            "broadcast_to",
            expected=f"a shape that broadcasts to {format_shape(shape)}",
            received=format_shape(x.shape),
        )
    return shape, x.dtype


define(
    "broadcast_to",
    _broadcast_shape,
    lambda x, shape: np.broadcast_to(x, shape),
    lambda g, node: [unbroadcast(g, node.inputs[0].shape)],
)


def _sliced(length: Dim, start: int, stop: Dim, step: int) -> Dim:
    """The number of elements from start to stop by step."""
    if isinstance(stop, SymbolicDim):
        if start == 0 and step == 1 and stop == length:
            return stop
        raise ShapeError(
            "slice",
            expected="the whole axis, or a slice with fixed ends",
            received=f"{start}:{stop}:{step} of an axis of length {length}",
            hint="an axis of N samples is taken whole inside the graph",
        )
    in_range = isinstance(length, SymbolicDim) or stop <= length
    if not (0 <= start <= stop and in_range and step >= 1):
        raise ShapeError(
            "slice",
            expected=f"0 <= start <= stop <= {length} and step >= 1",
            received=f"{start}:{stop}:{step}",
        )
    return -(-(stop - start) // step)


def _slice_shape(
    x: Tensor, starts: tuple[int, ...], stops: Shape, steps: tuple[int, ...]
) -> tuple[Shape, DType]:
    return tuple(map(_sliced, x.shape, starts, stops, steps)), x.dtype


def _slice_numpy(x: Array, starts: Any, stops: Any, steps: Any) -> Array:
    for axis, stop in enumerate(stops):
        if stop > x.shape[axis]:
            raise ShapeError(
                "slice",
                expected=f"at least {stop} elements on axis {axis}",
                received=f"{x.shape[axis]}",
                hint="give a batch large enough for this index",
            )
    return x[tuple(map(slice, starts, stops, steps))]


def _slice_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    (x,) = node.inputs
    starts, steps = node.attrs["starts"], node.attrs["steps"]
    frames = []
    for axis, (start, step) in enumerate(zip(starts, steps, strict=True)):
        length, count = x.shape[axis], g.shape[axis]
        frame = (0, 0, 0)  # zeros before, behind and between
        if isinstance(length, int) and isinstance(count, int) and length != count:
            spread = (count - 1) * step + 1 if count else 0
            frame = (start, length - start - spread, step - 1)
        elif length != count and isinstance(count, int):
            # How many zeros follow is not known, so the few are put where they came from.
            places = constant(np.arange(start, start + count * step, step))
            g = apply("scatter_add", places, g, axis=axis, size=length)
        frames.append(frame)
    low, high, interior = (tuple(frame[side] for frame in frames) for side in range(3))
    return [apply("pad", g, low=low, high=high, interior=interior)]


define("slice", _slice_shape, _slice_numpy, _slice_gradient)


def _padded(length: Dim, low: int, high: int, interior: int) -> Dim:
    if isinstance(length, SymbolicDim):
        return length + low + high + interior
    return low + length + high + interior * max(length - 1, 0)


def _pad_shape(
    x: Tensor, low: tuple[int, ...], high: tuple[int, ...], interior: tuple[int, ...]
) -> tuple[Shape, DType]:
    if min((*low, *high, *interior), default=0) < 0:
        raise ShapeError("pad", expected="amounts >= 0", received=f"{low}, {high}, {interior}")
    return tuple(map(_padded, x.shape, low, high, interior)), x.dtype


def _pad_numpy(x: Array, low: Any, high: Any, interior: Any) -> Array:
    sizes = zip(x.shape, low, high, interior, strict=True)
    shape = [dim + before + after + gap * max(dim - 1, 0) for dim, before, after, gap in sizes]
    result: Array = np.zeros(shape, x.dtype)
    result[_pad_window(x.shape, low, interior)] = x
    return result


def _pad_window(shape: Sequence[int], low: Any, interior: Any) -> tuple[slice, ...]:
    """Where the original elements lie in the padded array."""
    return tuple(
        slice(start, start + (dim - 1) * (gap + 1) + 1 if dim else start, gap + 1)
        for dim, start, gap in zip(shape, low, interior, strict=True)
    )


def _pad_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    (x,) = node.inputs
    low, interior = node.attrs["low"], node.attrs["interior"]
    cuts: list[tuple[int, Dim, int]] = []
    for dim, start, gap in zip(x.shape, low, interior, strict=True):
        if isinstance(dim, SymbolicDim):
            cuts.append((0, dim, 1))
            continue
        cuts.append((start, start + (dim - 1) * (gap + 1) + 1 if dim else start, gap + 1))
    starts, stops, steps = zip(*cuts, strict=True) if cuts else ((), (), ())
    return [apply("slice", g, starts=starts, stops=stops, steps=steps)]


define("pad", _pad_shape, _pad_numpy, _pad_gradient)

define(
    "flip",
    same,
    lambda x, axes: np.flip(x, axes),
    lambda g, node: [apply("flip", g, axes=node.attrs["axes"])],
)


def _concatenate_shape(*inputs: Tensor, axis: int) -> tuple[Shape, DType]:
    first = inputs[0].shape
    total: Dim = 0
    for tensor in inputs:
        shape = tensor.shape
        if shape[:axis] + shape[axis + 1 :] != first[:axis] + first[axis + 1 :]:
            raise ShapeError(
                "concatenate",
                expected=f"equal shapes but for axis {axis}",
                received=format_shape(shape),
                hint=f"every part must be like the first, {format_shape(first)}",
            )
        total = shape[axis] + total
    return (*first[:axis], total, *first[axis + 1 :]), inputs[0].dtype


def _concatenate_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    axis = node.attrs["axis"]
    parts: list[Tensor | None] = []
    start: Dim = 0
    for tensor in node.inputs:
        dim = tensor.shape[axis]
        parts.append(g if dim == g.shape[axis] else _part(g, axis, start, dim))
        start = dim + start
    return parts


def _part(g: Tensor, axis: int, start: Dim, length: Dim) -> Tensor:
    """The elements from `start` on along an axis; either may depend on N."""
    if isinstance(start, int) and isinstance(length, int):
        starts = tuple(start if a == axis else 0 for a in range(g.ndim))
        stops = tuple(start + length if a == axis else dim for a, dim in enumerate(g.shape))
        return apply("slice", g, starts=starts, stops=stops, steps=(1,) * g.ndim)
    places = apply("iota", size=length, dtype="int64")
    offset = apply("dim_size", size=start, dtype="int64")
    return apply("gather", g, apply("add", places, offset), axis=axis)


define(
    "concatenate",
    _concatenate_shape,
    lambda *arrays, axis: np.concatenate(arrays, axis=axis),
    _concatenate_gradient,
)
