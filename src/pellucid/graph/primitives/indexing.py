"""Gather and scatter along one axis, sliding windows and their overlap-add, counting."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DTypeError, ShapeError
from pellucid.graph.arrays import Array
from pellucid.graph.dims import Dim, Shape, format_shape
from pellucid.graph.dtypes import DType
from pellucid.graph.primitives.table import define
from pellucid.graph.tensor import Tensor, apply


def _check_indices(op: str, indices: Tensor) -> None:
    if indices.dtype not in ("int32", "int64"):
        raise DTypeError(op, expected="integer indices", received=indices.dtype)


def _check_range(op: str, indices: Array, size: int) -> None:
    """Indices count from 0, or from the end with -1; outside [-size, size) is a user's mistake."""
    if indices.size and (indices.min() < -size or indices.max() >= size):
        wrong = indices[(indices < -size) | (indices >= size)].ravel()[0]
        raise ArgumentError(
            op, expected=f"indices below {size}", received=str(wrong), hint="check the categories"
        )


def _gather_shape(x: Tensor, indices: Tensor, axis: int) -> tuple[Shape, DType]:
    _check_indices("gather", indices)
    return x.shape[:axis] + indices.shape + x.shape[axis + 1 :], x.dtype


def _gather_numpy(x: Array, indices: Array, axis: int) -> Array:
    _check_range("gather", indices, x.shape[axis])
    return np.take(x, indices, axis=axis)


def _gather_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    x, indices = node.inputs
    axis = node.attrs["axis"]
    return [apply("scatter_add", indices, g, axis=axis, size=x.shape[axis]), None]


define("gather", _gather_shape, _gather_numpy, _gather_gradient)


def _scatter_shape(indices: Tensor, updates: Tensor, axis: int, size: Dim) -> tuple[Shape, DType]:
    _check_indices("scatter_add", indices)
    rank = indices.ndim
    if updates.shape[axis : axis + rank] != indices.shape:
        raise ShapeError(
            "scatter_add",
            expected=f"updates whose axes from {axis} are {format_shape(indices.shape)}",
            received=format_shape(updates.shape),
        )
    return (*updates.shape[:axis], size, *updates.shape[axis + rank :]), updates.dtype


def _scatter_numpy(indices: Array, updates: Array, axis: int, size: int) -> Array:
    _check_range("scatter_add", indices, size)
    rank = indices.ndim
    shape = (*updates.shape[:axis], size, *updates.shape[axis + rank :])
    result = np.zeros(shape, updates.dtype)
    place: Any = (slice(None),) * axis + (indices,)
    np.add.at(result, place, updates)
    return result


def _scatter_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    return [None, apply("gather", g, node.inputs[0], axis=node.attrs["axis"])]


define("scatter_add", _scatter_shape, _scatter_numpy, _scatter_gradient)


def _gather_along_shape(x: Tensor, indices: Tensor, axis: int) -> tuple[Shape, DType]:
    _check_indices("gather_along", indices)
    if x.shape[:axis] + x.shape[axis + 1 :] != indices.shape[:axis] + indices.shape[axis + 1 :]:
        raise ShapeError(
            "gather_along",
            expected=f"indices like {format_shape(x.shape)} but for axis {axis}",
            received=format_shape(indices.shape),
        )
    return indices.shape, x.dtype


def _gather_along_numpy(x: Array, indices: Array, axis: int) -> Array:
    _check_range("gather_along", indices, x.shape[axis])
    return np.take_along_axis(x, indices, axis=axis)


def _gather_along_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    x, indices = node.inputs
    axis = node.attrs["axis"]
    return [apply("scatter_add_along", indices, g, axis=axis, size=x.shape[axis]), None]


define("gather_along", _gather_along_shape, _gather_along_numpy, _gather_along_gradient)


def _scatter_along_shape(
    indices: Tensor, updates: Tensor, axis: int, size: Dim
) -> tuple[Shape, DType]:
    _check_indices("scatter_add_along", indices)
    if indices.shape != updates.shape:
        raise ShapeError(
            "scatter_add_along",
            expected=f"updates of shape {format_shape(indices.shape)}",
            received=format_shape(updates.shape),
        )
    return (*updates.shape[:axis], size, *updates.shape[axis + 1 :]), updates.dtype


def _scatter_along_numpy(indices: Array, updates: Array, axis: int, size: int) -> Array:
    _check_range("scatter_add_along", indices, size)
    result = np.zeros((*updates.shape[:axis], size, *updates.shape[axis + 1 :]), updates.dtype)
    grid: list[Any] = list(np.ogrid[tuple(slice(0, dim) for dim in indices.shape)])
    grid[axis] = indices
    np.add.at(result, tuple(grid), updates)
    return result


def _scatter_along_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    return [None, apply("gather_along", g, node.inputs[0], axis=node.attrs["axis"])]


define("scatter_add_along", _scatter_along_shape, _scatter_along_numpy, _scatter_along_gradient)


def _windows_shape(
    x: Tensor, axis: int, size: int, stride: int, dilation: int
) -> tuple[Shape, DType]:
    length, spread = x.shape[axis], (size - 1) * dilation + 1
    if not isinstance(length, int) or min(size, stride, dilation) < 1 or length < spread:
        raise ShapeError(
            "windows",
            expected=f"an axis of at least {spread} elements; size, stride and dilation >= 1",
            received=f"axis {axis} of {format_shape(x.shape)}, size {size}, stride {stride}",
        )
    count = _window_count(length, size, stride, dilation)
    return (*x.shape[:axis], count, *x.shape[axis + 1 :], size), x.dtype


def _window_count(length: int, size: int, stride: int, dilation: int) -> int:
    return (length - (size - 1) * dilation - 1) // stride + 1


def _windows_numpy(x: Array, axis: int, size: int, stride: int, dilation: int) -> Array:
    spread = (size - 1) * dilation + 1
    view = np.lib.stride_tricks.sliding_window_view(x, spread, axis=axis)
    return view[(slice(None),) * axis + (slice(None, None, stride),)][..., ::dilation]


def _windows_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    attrs = dict(node.attrs)
    del attrs["size"]
    return [apply("overlap_add", g, length=node.inputs[0].shape[attrs["axis"]], **attrs)]


define("windows", _windows_shape, _windows_numpy, _windows_gradient)


def _overlap_shape(
    x: Tensor, axis: int, length: int, stride: int, dilation: int
) -> tuple[Shape, DType]:
    count, size = x.shape[axis], x.shape[-1]
    if not isinstance(size, int) or _window_count(length, size, stride, dilation) != count:
        raise ShapeError(
            "overlap_add",
            expected=f"all the windows of an axis of {length} elements, on axis {axis}",
            received=f"{format_shape(x.shape)}, stride {stride}, dilation {dilation}",
        )
    return (*x.shape[:axis], length, *x.shape[axis + 1 : -1]), x.dtype


def _overlap_numpy(x: Array, axis: int, length: int, stride: int, dilation: int) -> Array:
    result = np.zeros((*x.shape[:axis], length, *x.shape[axis + 1 : -1]), x.dtype)
    count = x.shape[axis]
    for k in range(x.shape[-1]):
        stop = k * dilation + (count - 1) * stride + 1
        result[(slice(None),) * axis + (slice(k * dilation, stop, stride),)] += x[..., k]
    return result


def _overlap_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    attrs = dict(node.attrs)
    del attrs["length"]
    return [apply("windows", g, size=node.inputs[0].shape[-1], **attrs)]


define("overlap_add", _overlap_shape, _overlap_numpy, _overlap_gradient)


def _iota_shape(size: Dim, dtype: DType) -> tuple[Shape, DType]:
    return (size,), dtype


define("iota", _iota_shape, lambda size, dtype: np.arange(size, dtype=dtype))


def _dim_size_shape(size: Dim, dtype: DType) -> tuple[Shape, DType]:
    return (), dtype


define("dim_size", _dim_size_shape, lambda size, dtype: np.asarray(size, dtype))
