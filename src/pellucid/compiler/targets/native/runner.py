"""A native program: its machine code, its memory, and calls of it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.compiler.kernels import MemoryPlan, lower, plan_memory
from pellucid.compiler.kernels.memory import ALIGNMENT
from pellucid.compiler.kernels.views import Buffer
from pellucid.compiler.program import Program
from pellucid.compiler.targets.native.cache import Entry, compiled
from pellucid.compiler.targets.native.driver import batches_can_be_driven, row_inputs, write_driver
from pellucid.compiler.targets.native.keys import key
from pellucid.compiler.targets.native.machine import host, object_code
from pellucid.compiler.targets.native.together import BARRIER_BYTES, team
from pellucid.errors import ArgumentError
from pellucid.graph import Array, Variable
from pellucid.graph.dims import resolve

if TYPE_CHECKING:
    from pellucid.compiler.targets.native.step import Step

_POINTER, _INTEGER = ctypes.c_void_p, ctypes.c_int64


class NativeProgram:
    """A program as machine code: a call computes the outputs and stores the new values.

    Variables that change get new arrays at every call, which the code then works on in place; an
    array that was read off a variable before stays as it was.
    """

    def __init__(self, program: Program, threads: int = 1) -> None:
        self.kernels = lower(program)
        self.threads = threads
        self.drives = batches_can_be_driven(program)
        self._inputs = row_inputs(self.kernels) if self.drives else []
        found = compiled(key(self.kernels, threads, self.drives), self._compile)
        self._code = found.code
        self._scratch, self._scratch_a_sample = found.facts["scratch"]
        kinds: list[Any] = [_POINTER, _INTEGER, _POINTER, _POINTER, _INTEGER, _POINTER]
        self._step = self._code.function("step", None, *kinds)
        if self.drives:
            kinds = [_POINTER] * 4 + [_INTEGER] * 5 + [_POINTER, _POINTER, _INTEGER, _POINTER]
            self._batches = self._code.function("batches", None, *kinds)
        self._numbers = {buffer: i for i, buffer in enumerate(self.kernels.buffers)}
        self._changed = {variable for variable, _ in program.updates}
        self._memory = _Memory(self.kernels.buffers)
        self._constants = [
            (self._numbers[b], np.array(a, order="C")) for b, a in self.kernels.constants.items()
        ]

    @property
    def text(self) -> str:
        """The program in LLVM's language."""
        return str(self._write().module)

    def _compile(self) -> Entry:
        step = self._write()
        names = ["step", "batches"] if self.drives else ["step"]
        facts = {"scratch": (step.scratch, step.scratch_a_sample)}
        return Entry(object_code(str(step.module), host()), names, facts)

    def _write(self) -> Step:
        # Here, not above: a program whose code is kept is spared the import of the generators.
        from pellucid.compiler.targets.native.step import write_step

        step = write_step(self.kernels, host(), threads=self.threads)
        if self.drives:
            write_driver(step.module, self.kernels, "step", self.threads)
        return step

    def __call__(self, arrays: Sequence[Array], n: int | None) -> list[Any]:
        """Run once on arrays of the right shapes and types."""
        memory = self._memory.taken()
        new = self._connect(memory, n)
        held = []
        for view, array in zip(self.kernels.inputs.values(), arrays, strict=True):
            held.append(np.ascontiguousarray(array))
            memory.point(self._numbers[view.buffer], held[-1])
        outputs = self._outputs(memory, n)
        self._together(
            lambda *own: self._step(memory.table_address, n or 0, memory.status_address, *own),
            memory,
            n,
        )
        self._finish(memory, new)
        return outputs

    def run_batches(
        self,
        arrays: Sequence[Array],
        order: Array | None,
        size: int,
        first: int,
        last: int,
        steps: int,
    ) -> Array:
        """Run on batches `first` up to `last`, `steps` a pass; the outputs, one line a batch."""
        memory = self._memory.taken()
        new = self._connect(memory, size)
        rows = len(arrays[0])
        held = [np.ascontiguousarray(array) for array in arrays]
        sources = (_POINTER * len(held))(*(array.ctypes.data for array in held))
        gathered = []
        for each, array in zip(self._inputs, held, strict=True):
            if order is not None:
                gathered.append(np.empty((size, *array.shape[1:]), array.dtype))
                memory.point(each.number, gathered[-1])
        single = self._outputs(memory, size)
        history = np.empty((last - first, len(single)), np.float64)
        places = None if order is None else np.ascontiguousarray(order, np.int64)
        shared = (
            memory.table_address,
            memory.status_address,
            ctypes.addressof(sources),
            None if places is None else places.ctypes.data,
            rows,
            size,
            steps,
            first,
            last,
            history.ctypes.data,
        )
        self._together(lambda *own: self._batches(*shared, *own), memory, size)
        self._finish(memory, new)
        return history

    def _together(self, call: Callable[..., Any], memory: _Memory, n: int | None) -> None:
        """Call machine code in all threads, each with scratch of its own."""
        bytes_each = self._scratch + (n or 0) * self._scratch_a_sample
        scratch, step = memory.scratch(bytes_each, self.threads)
        barrier = memory.barrier_address
        if self.threads == 1:
            call(scratch, 0, barrier)
            return
        team(self.threads).run(lambda number: call(scratch + number * step, number, barrier))

    def _connect(self, memory: _Memory, n: int | None) -> list[tuple[Variable, Array]]:
        """Point the table at variables, constants and temporaries; the new arrays of variables."""
        memory.plan(n, self.kernels)
        for number, array in self._constants:
            memory.point(number, array)
        new = []
        for variable, view in self.kernels.variables.items():
            array = variable.value
            if variable in self._changed:
                array = np.array(array, order="C")
                new.append((variable, array))
            elif not array.flags.c_contiguous:
                array = np.ascontiguousarray(array)
            memory.hold(self._numbers[view.buffer], array)
        return new

    def _outputs(self, memory: _Memory, n: int | None) -> list[Array]:
        outputs = []
        for view in self.kernels.results[: len(self.kernels.program.outputs)]:
            outputs.append(np.empty(resolve(view.shape, n), view.buffer.dtype))
            memory.point(self._numbers[view.buffer], outputs[-1])
        return outputs

    def _finish(self, memory: _Memory, new: list[tuple[Variable, Array]]) -> None:
        self._memory.give_back(memory)
        if memory.status.value:
            memory.status.value = 0
            raise ArgumentError(
                f"program {self.kernels.program.name!r}",
                expected="indices within the axis",
                received="one that is out of range",
                hint="check the categories",
            )
        for variable, array in new:
            variable.adopt(array)


class _Memory:
    """The table of addresses that the code reads, and the arena of the temporaries."""

    def __init__(self, buffers: Sequence[Buffer]) -> None:
        self._buffers = buffers
        self._spare: list[_Memory] = []
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

    def taken(self) -> _Memory:
        """A memory that no other call uses at the moment."""
        return self._spare.pop() if self._spare else _Memory(self._buffers)

    def give_back(self, memory: _Memory) -> None:
        """Let another call have it."""
        memory._held.clear()
        self._spare.append(memory)

    def point(self, number: int, array: Array) -> None:
        """Say where a buffer is; the caller keeps the array alive."""
        self._table[number] = array.ctypes.data

    def hold(self, number: int, array: Array) -> None:
        """Say where a buffer is, and keep the array alive for the call."""
        self._held[number] = array
        self._table[number] = array.ctypes.data

    def scratch(self, bytes_each: int, threads: int) -> tuple[int, int]:
        """The address of the first thread's scratch, and the distance to the next one's."""
        step = -(-bytes_each // ALIGNMENT) * ALIGNMENT
        if step * threads > self._scratch.size:
            self._scratch = aligned(step * threads)
        return self._scratch.ctypes.data, step

    def plan(self, n: int | None, kernels: Any) -> None:
        """Make room for the temporaries at this N."""
        if n == self._planned:
            return
        plan = self._plans.get(n)
        if plan is None:
            plan = self._plans[n] = plan_memory(kernels, n)
        if plan.size > self._arena.size:
            self._arena = aligned(plan.size)
        base = self._arena.ctypes.data
        for number, buffer in enumerate(self._buffers):
            if buffer in plan.offsets:
                self._table[number] = base + plan.offsets[buffer]
        self._planned = n


def aligned(size: int) -> Array:
    """So many bytes, from the start of a cache line on."""
    raw = np.empty(size + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size]
