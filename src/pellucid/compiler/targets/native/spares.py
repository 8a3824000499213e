"""New arrays for variables that change, and outputs: those that nobody holds any more.

A call gives every variable it changes a new array, so that arrays read before stay as they were.
Fresh memory is dear: the system clears each page when it is first touched, which took 7 % of the
time of a 784-256-128-10 network. So the array of the call before last is used again, if Python's
count of references says that nobody else has it.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pellucid.compiler.kernels.memory import ALIGNMENT
from pellucid.graph import Array

# Below, a new array costs less than the look at an old one.
_LEAST_BYTES = 16 * 1024
# Above, memory of outputs that nobody holds is given back to the system.
_MOST_BYTES = 32 * 1024 * 1024
_KEPT = 2  # the one that the variable has now, and the one before


class _Kept(NamedTuple):
    memory: Array
    array: Array


class Spares:
    """Arrays by the number of the buffer they were made for.

    >>> spares, w = Spares(), np.ones((64, 64))
    >>> first = spares.copy(0, w)
    >>> second = spares.copy(0, first)
    >>> address = first.ctypes.data
    >>> del first
    >>> spares.copy(0, second).ctypes.data == address
    True
    """

    def __init__(self) -> None:
        self._kept: dict[int, deque[_Kept]] = defaultdict(deque)

    def copy(self, number: int, array: Array) -> Array:
        """The values of `array` in C order, in memory that starts at a cache line if it is long."""
        if array.nbytes < _LEAST_BYTES:
            return np.array(array, order="C")
        target = self._free(number, array.shape, array.dtype)
        if target is None:
            target = self._new(number, array.shape, array.dtype)
        np.copyto(target, array)
        return target

    def empty(self, number: int, shape: Any, dtype: Any) -> Array:
        """An array with anything in it; one of before, if nobody holds it any more."""
        kind = np.dtype(dtype)
        size = math.prod(shape) * kind.itemsize
        if not _LEAST_BYTES <= size <= _MOST_BYTES:
            return np.empty(shape, dtype)
        found = self._free(number, tuple(shape), kind)
        return self._new(number, tuple(shape), kind) if found is None else found

    def _free(self, number: int, shape: tuple[int, ...], dtype: Any) -> Array | None:
        kept = self._kept[number]
        for _ in range(len(kept)):
            try:
                each = kept.popleft()  # out of the reach of other threads while it is looked at
            except IndexError:
                return None
            same = each.array.shape == shape and each.array.dtype == dtype
            if same and _is_alone(each):
                found = each.array  # from now on it is not alone, whoever else looks
                kept.append(each)
                return found
            if len(kept) < _KEPT - 1:
                kept.append(each)
        return None

    def _new(self, number: int, shape: tuple[int, ...], dtype: Any) -> Array:
        size = math.prod(shape) * dtype.itemsize
        memory = np.empty(size + ALIGNMENT, np.uint8)
        start = -memory.ctypes.data % ALIGNMENT
        made: Array = memory[start : start + size].view(dtype).reshape(shape)
        self._kept[number].append(_Kept(memory, made))
        return made


def _references() -> Callable[[object], int] | None:
    """What counts references, where counts can be relied on: in CPython with its lock."""
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return None
    return getattr(sys, "getrefcount", None)


_count = _references()


def _is_alone(kept: _Kept) -> bool:
    """Whether only `kept` refers to the array and to its memory (a view would refer to that)."""
    # The tuple and the argument of the count; the memory also has the array itself, as its base.
    return _count is not None and _count(kept.array) == 2 and _count(kept.memory) == 3
