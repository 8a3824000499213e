"""The memory that a call of machine code works in, kept from one call to the next."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.compiler.kernels import KernelProgram, MemoryPlan, plan_memory
from pellucid.compiler.kernels.memory import ALIGNMENT
from pellucid.compiler.kernels.views import Buffer
from pellucid.compiler.targets.native.spares import Spares
from pellucid.compiler.targets.native.together import BARRIER_BYTES
from pellucid.graph import Array

_POINTER, _INTEGER = ctypes.c_void_p, ctypes.c_int64


class Room:
    """The table of addresses that the code reads, and the arena of the temporaries."""

    def __init__(self, buffers: Sequence[Buffer], spares: Spares | None = None) -> None:
        self._buffers = buffers
        self._spare: list[Room] = []
        self._spares = spares or Spares()
        self._table = (_POINTER * max(len(buffers), 1))()
        self.table_address = ctypes.addressof(self._table)
        self.status = _INTEGER(0)
        self.status_address = ctypes.addressof(self.status)
        self._barrier = aligned(BARRIER_BYTES)
        self._barrier[:] = 0
        self.barrier_address = self._barrier.ctypes.data
        self._scratch: Array = np.empty(0, np.uint8)
        self._arena: Array = np.empty(0, np.uint8)
        self._plans: dict[int | None, MemoryPlan] = {}
        self._planned: int | None = -1
        self._held: dict[int, Array] = {}
        self._rows: dict[int, Array] = {}

    def taken(self) -> Room:
        """A room that no other call uses at the moment."""
        try:
            return self._spare.pop()
        except IndexError:  # asked for forgiveness: another thread may take the last one meanwhile
            return type(self)(self._buffers, self._spares)

    def give_back(self, room: Room) -> None:
        """Let another call have it."""
        room._held.clear()
        self._spare.append(room)

    def point(self, number: int, array: Array) -> None:
        """Say where a buffer is; the caller keeps the array alive."""
        self._table[number] = array.ctypes.data

    def point_at(self, number: int, address: int) -> None:
        """Say where a buffer is by its address; the caller keeps the memory alive."""
        self._table[number] = address

    def hold(self, number: int, array: Array) -> None:
        """Say where a buffer is, and keep the array alive for the call."""
        self._held[number] = array
        self._table[number] = array.ctypes.data

    def new(self, number: int, shape: Any, dtype: Any) -> Array:
        """A new array for a buffer; the caller keeps it alive."""
        array = self._spares.empty(number, shape, dtype)
        self._table[number] = array.ctypes.data
        return array

    def rows(self, number: int, shape: Any, dtype: Any) -> None:
        """Room for the rows of a batch, kept for the next call."""
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        kept = self._rows.get(number)
        if kept is None or kept.size < size:
            kept = self._rows[number] = aligned(size)
        self._table[number] = kept.ctypes.data

    def copied(self, number: int, array: Array) -> Array:
        """A new array for a buffer with these values in C order, alive for the call."""
        copy = self._spares.copy(number, array)
        self.hold(number, copy)
        return copy

    def scratch(self, bytes_each: int, threads: int) -> tuple[int, int]:
        """The address of the first thread's scratch, and the distance to the next one's."""
        step = -(-bytes_each // ALIGNMENT) * ALIGNMENT
        if step * threads > self._scratch.size:
            self._scratch = aligned(step * threads)
        return self._scratch.ctypes.data, step

    def plan(self, n: int | None, kernels: KernelProgram) -> None:
        """Make room for the temporaries at this N."""
        if n == self._planned:
            return
        plan = self._plan(n, kernels)
        if plan.size > self._arena.size:
            self._arena = aligned(plan.size)
        self._place(plan, self._arena.ctypes.data)
        self._planned = n

    def _plan(self, n: int | None, kernels: KernelProgram) -> MemoryPlan:
        plan = self._plans.get(n)
        if plan is None:
            plan = self._plans[n] = plan_memory(kernels, n)
        return plan

    def _place(self, plan: MemoryPlan, base: int) -> None:
        for number, buffer in enumerate(self._buffers):
            if buffer in plan.offsets:
                self._table[number] = base + plan.offsets[buffer]

    def check(self, where: str) -> None:
        """Whether the call has kept to its buffers; only a guarded room can tell."""


def aligned(size: int) -> Array:
    """So many bytes, from the start of a cache line on."""
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size]
