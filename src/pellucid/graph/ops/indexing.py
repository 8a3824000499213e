"""Elements by their position: square brackets, take, top_k, one_hot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dims import Dim, SymbolicDim
from pellucid.graph.ops.creation import arange
from pellucid.graph.ops.movement import expand_dims, flip, moveaxis, reshape, squeeze
from pellucid.graph.tensor import Tensor, apply, as_tensor, hooks, normalize_axis


def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """The slices of x along `axis` at integer `indices` of any shape; -1 is the last.

    Without an axis, elements of x laid out flat. An index out of range raises `ArgumentError` when
    evaluated.

    >>> take([10, 20, 30], [[0, 2]]).numpy().tolist()
    [[10, 30]]
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    return apply("gather", x, as_tensor(indices), axis=normalize_axis(axis, x.ndim))


def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """One element of x for each index, along `axis`; the other axes go together.

    Without an axis, of x laid out flat.
    """
    x = as_tensor(x)
    if axis is None:
        x, axis = reshape(x, (-1,)), 0
    return apply("gather_along", x, as_tensor(indices), axis=normalize_axis(axis, x.ndim))


def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """The k largest elements of the last axis, and their positions; the first one, at a tie.

    Always in falling order; `sorted=False` would allow any.

    >>> values, positions = top_k([3.0, 9.0, 4.0, 9.0], 3)
    >>> values.numpy().tolist(), positions.numpy().tolist()
    ([9.0, 9.0, 4.0], [1, 3, 2])
    """
    x = as_tensor(x)
    length = x.shape[-1] if x.ndim else 0
    if not isinstance(length, int) or not 0 <= k <= length:
        raise ArgumentError("top_k", expected=f"0 <= k <= {length}", received=k)
    # The order of the mirrored axis, mirrored back, is falling and keeps ties in place.
    order = flip(apply("argsort", flip(x, -1), axis=x.ndim - 1), -1)
    indices = (length - 1) - order[..., :k]
    return take_along_axis(x, indices, -1), indices


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = "float32") -> Tensor:
    """1 at the position that each integer of x names, 0 elsewhere, along a new axis.

    An integer outside [0, num_classes) gives zeros only.

    >>> one_hot([2, 0], 3).numpy().tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    x = as_tensor(x)
    x = as_tensor(x, "int32") if x.dtype == "bool" else x
    hits = expand_dims(x, -1) == arange(num_classes, dtype=x.dtype)
    return as_tensor(moveaxis(hits, -1, axis), dtype)


def getitem(x: Tensor, index: Any) -> Tensor:
    """NumPy's indexing: integers, slices, `...`, None, and at most one array of integers."""
    items = _complete(list(index) if isinstance(index, tuple) else [index], x.ndim)
    axis, placed, source = 0, None, x
    for item in items:
        if item is None:
            x, axis = expand_dims(x, axis), axis + 1
        elif isinstance(item, slice):
            x, axis = _slice_axis(x, axis, item), axis + 1
        elif isinstance(item, int | np.integer):
            x = _pick(x, axis, int(item))
        else:
            indices = as_tensor(item)
            placed, x = range(axis, axis + indices.ndim), take(x, indices, axis)
            axis += indices.ndim
    if placed and source.ndim > 1 and _apart(items):
        x = moveaxis(x, placed, range(len(placed)))
    return x


def _complete(items: list[Any], ndim: int) -> list[Any]:
    """The items with `...` and what is left out at the end spelled out as whole slices."""
    for item in items:
        if isinstance(item, bool | str) or (isinstance(item, float) and not _is_array(item)):
            raise ArgumentError("index", expected="integers, slices, ... or None", received=item)
    arrays = sum(_is_array(item) for item in items)
    if arrays > 1:
        raise ArgumentError(
            "index",
            expected="at most one index array",
            received=f"{arrays}",
            hint="use take_along_axis, or index twice",
        )
    places = [position for position, item in enumerate(items) if item is Ellipsis]
    used = sum(item is not None and item is not Ellipsis for item in items)
    if used > ndim or len(places) > 1:
        received = f"{used} with {len(places)} of ..." if len(places) > 1 else f"{used}"
        raise ShapeError("index", expected=f"at most {ndim} indices", received=received)
    place = places[0] if places else len(items)
    return items[:place] + [slice(None)] * (ndim - used) + items[place + 1 :]


def _is_array(item: Any) -> bool:
    return not (item is Ellipsis or isinstance(item, slice | int | np.integer | float | None))


def _apart(items: Sequence[Any]) -> bool:
    """Whether a slice or None stands between an integer and the array.

    NumPy counts both as index arrays, and puts the axes of arrays that are apart first.
    """
    kept = [not isinstance(item, slice | None) for item in items]
    first, last = kept.index(True), len(kept) - kept[::-1].index(True)
    return not all(kept[first:last])


def _slice_axis(x: Tensor, axis: int, item: slice) -> Tensor:
    if item == slice(None):
        return x
    length = x.shape[axis]
    if isinstance(length, SymbolicDim):
        return _slice_samples(x, axis, length, item)
    if item.step is not None and not item.step:
        raise ArgumentError("index", expected="a slice whose step is not 0", received=item)
    start, stop, step = item.indices(length)
    if step > 0:
        return _cut(x, axis, start, max(start, stop), step)
    size = len(range(start, stop, step))
    last = start + (size - 1) * step
    return flip(_cut(x, axis, last, start + 1, -step) if size else _cut(x, axis, 0, 0, 1), axis)


def _slice_samples(x: Tensor, axis: int, length: Dim, item: slice) -> Tensor:
    """A slice of an axis of N samples: its first few, or all of them backwards."""
    if (item.start, item.stop, item.step) == (None, None, -1):
        return flip(x, axis)
    start, stop = item.start or 0, item.stop
    if item.step not in (None, 1) or not isinstance(stop, int) or not 0 <= start <= stop:
        raise ShapeError(
            "index",
            expected=f"a slice with fixed ends from the first on, of an axis of {length} samples",
            received=str(item),
            hint="select samples outside the graph",
        )
    return _cut(x, axis, start, stop, 1)


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
    lowest, end = (-length, length) if isinstance(length, int) else (0, position + 1)
    if not lowest <= position < end:
        raise ShapeError("index", expected=f"an index below {length}", received=str(position))
    position = position % length if isinstance(length, int) else position
    return squeeze(_cut(x, axis, position, position + 1, 1), axis)


hooks.getitem = getitem
