"""Shapes: reshape, transpose, join, split, index, gather."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dims import Dim, Shape, SymbolicDim, as_dim, as_shape, format_shape, size_of
from pellucid.graph.dtypes import as_dtype, promote
from pellucid.graph.tensor import Tensor, apply, as_tensor, constant, hooks, normalize_axis


def shape(x: Any) -> Shape:
    """The shape of x: integers, and multiples of N."""
    return as_tensor(x).shape


def ndim(x: Any) -> int:
    """The number of axes of x."""
    return as_tensor(x).ndim


def reshape(x: Any, newshape: Any) -> Tensor:
    """The same elements in another shape; -1 stands for what is left, None for N.

    >>> reshape([[1, 2], [3, 4]], (4,)).shape, reshape([1, 2, 3, 4], (2, -1)).shape
    ((4,), (2, 2))
    """
    x = as_tensor(x)
    wanted = list(newshape) if isinstance(newshape, Sequence) else [newshape]
    if wanted.count(-1) > 1:
        raise ShapeError("reshape", expected="at most one -1", received=str(newshape))
    if -1 in wanted:
        known = size_of([as_dim(dim) for dim in wanted if dim != -1])
        wanted[wanted.index(-1)] = _quotient(size_of(x.shape), known, x, newshape)
    target = as_shape(wanted)
    return x if target == x.shape else apply("reshape", x, shape=target)


def _quotient(total: Dim, known: Dim, x: Tensor, newshape: Any) -> Dim:
    if isinstance(total, SymbolicDim):
        return total // known
    if isinstance(known, SymbolicDim) or (known and total % known) or (not known and total):
        raise ShapeError(
            "reshape",
            expected=f"a size that divides the {total} elements of {format_shape(x.shape)}",
            received=str(newshape),
        )
    return total // known if known else 0


def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """X with its axes in another order, reversed by default."""
    x = as_tensor(x)
    order = tuple(reversed(range(x.ndim))) if axes is None else tuple(axes)
    return apply("transpose", x, axes=tuple(normalize_axis(a, x.ndim) for a in order))


def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """X with two of its axes exchanged."""
    x = as_tensor(x)
    order = list(range(x.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def moveaxis(x: Any, source: int, destination: int) -> Tensor:
    """X with one axis moved to another place."""
    x = as_tensor(x)
    order = list(range(x.ndim))
    order.insert(normalize_axis(destination, x.ndim), order.pop(normalize_axis(source, x.ndim)))
    return transpose(x, order)


def expand_dims(x: Any, axis: int) -> Tensor:
    """X with a new axis of size 1."""
    x = as_tensor(x)
    axis = normalize_axis(axis, x.ndim + 1)
    return apply("reshape", x, shape=(*x.shape[:axis], 1, *x.shape[axis:]))


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Tensor:
    """X without its axes of size 1, or without those named."""
    x = as_tensor(x)
    if axis is None:
        axes = [a for a, dim in enumerate(x.shape) if dim == 1]
    else:
        axes = [normalize_axis(a, x.ndim) for a in ([axis] if isinstance(axis, int) else axis)]
    if any(x.shape[a] != 1 for a in axes):
        raise ShapeError("squeeze", expected="axes of size 1", received=format_shape(x.shape))
    return apply("reshape", x, shape=tuple(d for a, d in enumerate(x.shape) if a not in axes))


def broadcast_to(x: Any, shape: Any) -> Tensor:
    """X repeated along axes of size 1 (and new leading ones) up to `shape`."""
    return apply("broadcast_to", as_tensor(x), shape=as_shape(shape))


def concatenate(xs: Sequence[Any], axis: int = -1) -> Tensor:
    """The tensors joined along an axis they have; dtypes are promoted."""
    tensors = [as_tensor(x) for x in xs]
    if not tensors:
        raise ArgumentError("concatenate", expected="at least one tensor", received="none")
    dtype = promote(*(t.dtype for t in tensors))
    axis = normalize_axis(axis, tensors[0].ndim)
    if len({t.ndim for t in tensors}) > 1:
        shapes = " and ".join(format_shape(t.shape) for t in tensors)
        raise ShapeError("concatenate", expected="the same number of axes", received=shapes)
    return apply("concatenate", *(as_tensor(t, dtype) for t in tensors), axis=axis)


def stack(xs: Sequence[Any], axis: int = 0) -> Tensor:
    """The tensors, all of one shape, joined along a new axis."""
    return concatenate([expand_dims(x, axis) for x in xs], axis)


def split(x: Any, parts: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """X in several pieces along `axis`: a number of equal ones, or cut at the given positions."""
    x = as_tensor(x)
    axis = normalize_axis(axis, x.ndim)
    length = x.shape[axis]
    if not isinstance(length, int) or (isinstance(parts, int) and length % parts):
        raise ShapeError(
            "split", expected=f"an axis of known length, divisible by {parts}", received=str(length)
        )
    cuts = range(length // parts, length, length // parts) if isinstance(parts, int) else parts
    ends = [0, *cuts, length]
    index = (slice(None),) * axis
    return [x[(*index, slice(a, b))] for a, b in zip(ends, ends[1:], strict=False)]


def unstack(x: Any, axis: int = 0) -> list[Tensor]:
    """The slices of x along `axis`, one after another, without that axis."""
    x = as_tensor(x)
    axis = normalize_axis(axis, x.ndim)
    length = x.shape[axis]
    if not isinstance(length, int):
        raise ShapeError("unstack", expected="an axis of known length", received=str(length))
    return [x[(slice(None),) * axis + (i,)] for i in range(length)]


def flip(x: Any, axis: int | Sequence[int] | None = None) -> Tensor:
    """X with the elements along `axis` (all axes by default) in reverse order."""
    x = as_tensor(x)
    axes = range(x.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    return apply("flip", x, axes=tuple(normalize_axis(a, x.ndim) for a in axes))


def pad(x: Any, pad_width: Any, constant_values: float = 0.0) -> Tensor:
    """X with `constant_values` added around it: (before, after) for each axis, or one for all."""
    x = as_tensor(x)
    pairs = np.broadcast_to(np.asarray(pad_width, int), (x.ndim, 2)).tolist()
    low, high = zip(*pairs, strict=True) if pairs else ((), ())
    attrs = {"low": low, "high": high, "interior": (0,) * x.ndim}
    if not constant_values:
        return apply("pad", x, **attrs)
    return apply("pad", x - constant_values, **attrs) + constant_values


def tile(x: Any, repeats: Sequence[int] | int) -> Tensor:
    """X laid side by side `repeats` times along each axis."""
    x = as_tensor(x)
    counts = [repeats] if isinstance(repeats, int) else list(repeats)
    rank = max(len(counts), x.ndim)
    counts = [1] * (rank - len(counts)) + counts
    dims: tuple[Dim, ...] = (1,) * (rank - x.ndim) + x.shape
    spread = [d for count, dim in zip(counts, dims, strict=True) for d in (count, dim)]
    flat = reshape(x, [d for dim in dims for d in (1, dim)])
    merged = [dim * count for count, dim in zip(counts, dims, strict=True)]
    return reshape(broadcast_to(flat, spread), merged)


def repeat(x: Any, repeats: int, axis: int = 0) -> Tensor:
    """X with each slice along `axis` repeated in place."""
    x = as_tensor(x)
    axis = normalize_axis(axis, x.ndim)
    wide = (*x.shape[: axis + 1], repeats, *x.shape[axis + 1 :])
    merged = (*x.shape[:axis], x.shape[axis] * repeats, *x.shape[axis + 1 :])
    return reshape(broadcast_to(expand_dims(x, axis + 1), wide), merged)


def take(x: Any, indices: Any, axis: int = 0) -> Tensor:
    """The slices of x along `axis` at integer `indices` of any shape; -1 is the last.

    An index out of range raises `ArgumentError` when evaluated.

    >>> take([10, 20, 30], [[0, 2]]).numpy().tolist()
    [[10, 30]]
    """
    x = as_tensor(x)
    return apply("gather", x, as_tensor(indices), axis=normalize_axis(axis, x.ndim))


def take_along_axis(x: Any, indices: Any, axis: int = -1) -> Tensor:
    """One element of x for each index, along `axis`; the other axes go together."""
    x = as_tensor(x)
    return apply("gather_along", x, as_tensor(indices), axis=normalize_axis(axis, x.ndim))


def top_k(x: Any, k: int) -> tuple[Tensor, Tensor]:
    """The k largest elements of the last axis, largest first, and their positions."""
    x = as_tensor(x)
    order = flip(apply("argsort", flip(x, -1), axis=x.ndim - 1), -1)
    length = x.shape[-1]
    if not isinstance(length, int) or not 0 <= k <= length:
        raise ArgumentError("top_k", expected=f"0 <= k <= {length}", received=str(k))
    indices = (length - 1) - order[..., :k]
    return take_along_axis(x, indices), indices


def arange(stop: Any, dtype: Any = "int32") -> Tensor:
    """0, 1, 2, … up to `stop`, which may be a multiple of N."""
    return apply("iota", size=as_dim(stop), dtype=as_dtype(dtype))


def one_hot(x: Any, num_classes: int, dtype: Any = "float32") -> Tensor:
    """1 at the position that each integer of x names, 0 elsewhere, along a new last axis."""
    x = as_tensor(x)
    hits = expand_dims(x, -1) == arange(num_classes, x.dtype)
    return as_tensor(hits, dtype)


def zeros(shape: Any, dtype: Any = "float32") -> Tensor:
    """Zeros of a shape."""
    return full(shape, 0.0, dtype)


def ones(shape: Any, dtype: Any = "float32") -> Tensor:
    """Ones of a shape."""
    return full(shape, 1.0, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = "float32") -> Tensor:
    """A tensor of a shape, every element `fill_value`."""
    return apply("broadcast_to", as_tensor(fill_value, dtype), shape=as_shape(shape))


def eye(n: int, dtype: Any = "float32") -> Tensor:
    """The identity matrix of n rows."""
    return constant(np.eye(n), dtype)


def _getitem(x: Tensor, index: Any) -> Tensor:
    """NumPy's basic indexing, and one integer index array."""
    items = list(index) if isinstance(index, tuple) else [index]
    if any(item is Ellipsis for item in items):
        place = next(i for i, item in enumerate(items) if item is Ellipsis)
        used = sum(item is not None and item is not Ellipsis for item in items)
        items[place : place + 1] = [slice(None)] * (x.ndim - used)
    used = sum(item is not None for item in items)
    if used > x.ndim:
        raise ShapeError("index", expected=f"at most {x.ndim} indices", received=str(used))
    items += [slice(None)] * (x.ndim - used)
    return _take_items(x, items)


def _take_items(x: Tensor, items: list[Any]) -> Tensor:
    arrays = [i for i in items if not isinstance(i, slice | int | np.integer | type(None))]
    if len(arrays) > 1:
        raise ArgumentError(
            "index",
            expected="at most one index array",
            received=f"{len(arrays)}",
            hint="use take_along_axis, or index twice",
        )
    axis = 0
    for item in [i for i in items if i is not None]:
        if isinstance(item, slice):
            x, axis = _slice_axis(x, axis, item), axis + 1
        elif isinstance(item, int | np.integer):
            x = _pick(x, axis, int(item))
        else:
            indices = as_tensor(item)
            x, axis = take(x, indices, axis), axis + indices.ndim
    for position, item in enumerate(items):
        if item is None:
            kept = sum(1 for i in items[:position] if not isinstance(i, int | np.integer))
            x = expand_dims(x, kept)
    return x


def _slice_axis(x: Tensor, axis: int, item: slice) -> Tensor:
    if item == slice(None):
        return x
    length = x.shape[axis]
    if isinstance(length, SymbolicDim):
        if item.step not in (None, 1) or item.stop is None or item.stop < 0:
            if item.step == -1 and item.start is None and item.stop is None:
                return flip(x, axis)
            raise ShapeError(
                "index",
                expected="a slice with fixed ends, of an axis of N samples",
                received=str(item),
                hint="select samples outside the graph",
            )
        start, stop, step = item.start or 0, item.stop, 1
    else:
        start, stop, step = item.indices(length)
    if step < 0:
        size = len(range(start, stop, step))
        last = start + (size - 1) * step
        x = _slice_axis(x, axis, slice(last, start + 1, -step) if size else slice(0, 0))
        return flip(x, axis)
    return _cut(x, axis, start, max(start, stop), step)


def _cut(x: Tensor, axis: int, start: int, stop: int, step: int) -> Tensor:
    return apply(
        "slice",
        x,
        starts=tuple(start if a == axis else 0 for a in range(x.ndim)),
        stops=tuple(stop if a == axis else dim for a, dim in enumerate(x.shape)),
        steps=tuple(step if a == axis else 1 for a in range(x.ndim)),
    )


def _pick(x: Tensor, axis: int, position: int) -> Tensor:
    length = x.shape[axis]
    known = isinstance(length, int)
    if (known and not -length <= position < length) or (not known and position < 0):  # type: ignore[operator]
        raise ShapeError("index", expected=f"an index below {length}", received=str(position))
    position = position % length if isinstance(length, int) else position
    return squeeze(_cut(x, axis, position, position + 1, 1), axis)


hooks.getitem = _getitem
