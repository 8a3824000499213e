"""Guarded memory: zones around every buffer, in which a stray write is seen after the call.

It is used where the setting `checks` is on. Temporaries then lie apart from each other at one call,
each between zones of its own, and as planned at the next, where they use memory again: what a
kernel forgets to write, or reads too late, is NaN instead of yesterday's right value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.compiler.kernels import KernelProgram
from pellucid.compiler.kernels.memory import ALIGNMENT
from pellucid.compiler.kernels.views import Buffer
from pellucid.compiler.targets.native.room import Room, aligned
from pellucid.compiler.targets.native.spares import Spares
from pellucid.errors import GraphError
from pellucid.graph import Array
from pellucid.graph.dims import resolve

ZONE = 128  # bytes: two vectors of the widest machine
_PATTERN = 0xA5
_UNWRITTEN = 0xFF  # NaN as a float, -1 as a whole number


class Zone(NamedTuple):
    """Bytes that nobody may write: those `side` ("before", "after") a buffer."""

    buffer: str
    side: str
    content: Array


class GuardedRoom(Room):
    """A room that knows after a call whether machine code wrote outside its buffers."""

    def __init__(
        self, buffers: Sequence[Buffer], spares: Spares | None = None, apart: bool = True
    ) -> None:
        super().__init__(buffers, spares)
        self.apart = apart
        self._zones: list[Zone] = []

    def taken(self) -> Room:
        room = super().taken()
        assert isinstance(room, GuardedRoom)
        room.apart, self.apart = self.apart, not self.apart
        return room

    def give_back(self, room: Room) -> None:
        assert isinstance(room, GuardedRoom)
        room._zones.clear()
        super().give_back(room)

    def new(self, number: int, shape: Any, dtype: Any) -> Array:
        count = int(np.prod(shape, dtype=np.int64))
        inside = self._guarded(repr(self._buffers[number]), count * np.dtype(dtype).itemsize)
        array: Array = inside.view(dtype).reshape(shape)
        self.point(number, array)
        return array

    def rows(self, number: int, shape: Any, dtype: Any) -> None:
        self.hold(number, self.new(number, shape, dtype))

    def copied(self, number: int, array: Array) -> Array:
        copy = self.new(number, array.shape, array.dtype)
        copy[...] = array
        self.hold(number, copy)
        return copy

    def scratch(self, bytes_each: int, threads: int) -> tuple[int, int]:
        size = -(-bytes_each // ALIGNMENT) * ALIGNMENT
        step = size + ZONE
        self._scratch = aligned(ZONE + step * threads)
        self._scratch[:] = _PATTERN
        for start in range(ZONE, ZONE + step * threads, step):
            self._scratch[start : start + bytes_each] = _UNWRITTEN
        for number in range(threads):
            start = number * step
            name = f"scratch of thread {number}"
            self._zones.append(Zone(name, "before", self._scratch[start : start + ZONE]))
            after = slice(start + ZONE + bytes_each, start + step + ZONE)
            self._zones.append(Zone(name, "after", self._scratch[after]))
        return self._scratch.ctypes.data + ZONE, step

    def plan(self, n: int | None, kernels: KernelProgram) -> None:
        plan = self._plan(n, kernels)
        if self.apart:
            for number, buffer in enumerate(self._buffers):
                if buffer in plan.offsets:
                    self.hold(number, self.new(number, (resolve(buffer.size, n),), buffer.dtype))
            return
        self._arena = self._guarded("all temporaries", plan.size)
        self._place(plan, self._arena.ctypes.data)

    def check(self, where: str) -> None:
        """Raise `GraphError` if a zone was written to, naming the buffer and the side."""
        for zone in self._zones:
            wrong = np.flatnonzero(zone.content != _PATTERN)
            if wrong.size:
                place = int(wrong[0] if zone.side == "after" else zone.content.size - wrong[-1])
                raise GraphError(
                    f"{where}, {zone.buffer}",
                    expected="machine code to write inside its buffers",
                    received=f"{wrong.size} bytes written {zone.side} it, from byte {place} on",
                    hint="This is a fault of the compiler: settings.target = 'numpy' avoids it",
                )

    def _guarded(self, name: str, size: int) -> Array:
        """So many bytes between two zones, the rest of the last cache line included."""
        whole = aligned(ZONE + -(-size // ALIGNMENT) * ALIGNMENT + ZONE)
        whole[:] = _PATTERN
        inside: Array = whole[ZONE : ZONE + size]
        inside[:] = _UNWRITTEN
        self._zones.append(Zone(name, "before", whole[:ZONE]))
        self._zones.append(Zone(name, "after", whole[ZONE + size :]))
        return inside
