"""Shapes: reshape, transpose, join, split, pad, tile."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dims import Dim, Shape, SymbolicDim, as_dim, as_shape, format_shape, size_of
from pellucid.graph.dtypes import promote
from pellucid.graph.tensor import (
    Tensor,
    apply,
    as_axes,
    as_tensor,
    constant,
    hooks,
    normalize_axis,
)


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
    first, second = normalize_axis(axis1, x.ndim), normalize_axis(axis2, x.ndim)
    order = list(range(x.ndim))
    order[first], order[second] = second, first
    return transpose(x, order)


def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """X with one axis, or several, moved to other places."""
    x = as_tensor(x)
    sources = [normalize_axis(axis, x.ndim) for axis in as_axes(source)]
    places = [normalize_axis(axis, x.ndim) for axis in as_axes(destination)]
    if len(sources) != len(places):
        raise ArgumentError(
            "moveaxis", expected=f"{len(sources)} destinations", received=f"{len(places)}"
        )
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        order.insert(place, axis)
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
        axes = [normalize_axis(a, x.ndim) for a in as_axes(axis)]
    if any(x.shape[a] != 1 for a in axes):
        raise ShapeError("squeeze", expected="axes of size 1", received=format_shape(x.shape))
    return apply("reshape", x, shape=tuple(d for a, d in enumerate(x.shape) if a not in axes))


def broadcast_to(x: Any, shape: Any) -> Tensor:
    """X repeated along axes of size 1 (and new leading ones) up to `shape`."""
    return apply("broadcast_to", as_tensor(x), shape=as_shape(shape))


def concatenate(xs: Sequence[Any], axis: int = 0) -> Tensor:
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


def stack(x: Sequence[Any], axis: int = 0) -> Tensor:
    """The tensors, all of one shape, joined along a new axis."""
    return concatenate([expand_dims(tensor, axis) for tensor in x], axis)


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """X in several pieces along `axis`: a number of equal ones, or cut at the given positions."""
    x = as_tensor(x)
    axis = normalize_axis(axis, x.ndim)
    length = x.shape[axis]
    if not isinstance(length, int):
        raise ShapeError("split", expected="an axis of known length", received=str(length))
    if isinstance(indices_or_sections, int):
        parts = indices_or_sections
        if parts < 1 or length % parts:
            raise ShapeError("split", expected=f"parts that divide {length}", received=str(parts))
        cuts: Sequence[int] = [i * (length // parts) for i in range(1, parts)]
    else:
        cuts = indices_or_sections
    ends = [0, *cuts, length]
    index = (slice(None),) * axis
    return [x[(*index, slice(a, b))] for a, b in pairwise(ends)]


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The slices of x along `axis`, one after another, without that axis; `num` checks how many."""
    x = as_tensor(x)
    axis = normalize_axis(axis, x.ndim)
    length = x.shape[axis]
    if not isinstance(length, int) or num not in (None, length):
        expected = "an axis of known length" if num is None else f"an axis of {num} elements"
        raise ShapeError("unstack", expected=expected, received=str(length))
    return [x[(slice(None),) * axis + (i,)] for i in range(length)]


def flip(x: Any, axis: int | Sequence[int] | None = None) -> Tensor:
    """X with the elements along `axis` (all axes by default) in reverse order."""
    x = as_tensor(x)
    axes = range(x.ndim) if axis is None else as_axes(axis)
    return apply("flip", x, axes=tuple(normalize_axis(a, x.ndim) for a in axes))


def pad(
    x: Any, pad_width: Any, mode: str = "constant", constant_values: float | None = None
) -> Tensor:
    """X with a frame around it: (before, after) for each axis, or one such pair for all.

    The frame holds `constant_values` (0 by default), or x mirrored: "reflect" leaves out the edge
    element, "symmetric" repeats it.

    >>> pad([1, 2, 3], (2, 1)).numpy().tolist(), pad([1, 2, 3], (2, 1), "reflect").numpy().tolist()
    ([0, 0, 1, 2, 3, 0], [3, 2, 1, 2, 3, 2])
    """
    x = as_tensor(x)
    pairs = _pairs(pad_width, x.ndim)
    if mode in ("reflect", "symmetric"):
        return _pad_mirrored(x, pairs, mode)
    if mode != "constant":
        raise ArgumentError("pad", expected="constant, reflect or symmetric", received=mode)
    low, high = (tuple(pair[side] for pair in pairs) for side in (0, 1))
    attrs = {"low": low, "high": high, "interior": (0,) * x.ndim}
    framed = apply("pad", x, **attrs)
    if not constant_values:
        return framed
    inside = apply("pad", broadcast_to(constant(True), x.shape), **attrs)
    return apply("where", inside, framed, constant(constant_values, x.dtype))


def _pairs(pad_width: Any, ndim: int) -> list[list[int]]:
    """(before, after) for each of `ndim` axes."""
    try:
        widths = np.asarray(pad_width, int)
        widths = np.broadcast_to(widths if widths.size else widths.reshape(0, 2), (ndim, 2))
    except ValueError:
        raise ArgumentError(
            "pad", expected=f"(before, after) for each of {ndim} axes", received=pad_width
        ) from None
    result: list[list[int]] = widths.tolist()
    return result


def _pad_mirrored(x: Tensor, pairs: Sequence[Sequence[int]], mode: Any) -> Tensor:
    for axis, (low, high) in enumerate(pairs):
        length = x.shape[axis]
        if not low and not high:
            continue
        if not isinstance(length, int) or not length:
            raise ShapeError("pad", expected="an axis of known length > 0", received=str(length))
        positions = np.pad(np.arange(length), (low, high), mode=mode)
        x = apply("gather", x, constant(positions), axis=axis)
    return x


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


def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """X with each slice along `axis` repeated in place, all equally often or each its own number.

    Without an axis, the elements of x laid out flat.

    >>> repeat([[1, 2]], 2).numpy().tolist(), repeat([1, 2], [1, 3]).numpy().tolist()
    ([1, 1, 2, 2], [1, 2, 2, 2])
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    axis = normalize_axis(axis, x.ndim)
    length = x.shape[axis]
    if isinstance(repeats, int):
        wide = (*x.shape[: axis + 1], repeats, *x.shape[axis + 1 :])
        merged = (*x.shape[:axis], length * repeats, *x.shape[axis + 1 :])
        return reshape(broadcast_to(expand_dims(x, axis + 1), wide), merged)
    if len(repeats) != length:
        raise ShapeError("repeat", expected=f"{length} numbers", received=str(len(repeats)))
    positions = np.repeat(np.arange(length), repeats)
    return apply("gather", x, constant(positions), axis=axis)


hooks.stack = stack
