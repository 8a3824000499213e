"""A native program: its machine code, its memory, and calls of it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid import settings
from pellucid.compiler.kernels import KernelProgram, lower
from pellucid.compiler.program import Program
from pellucid.compiler.targets.native.cache import Entry, compiled
from pellucid.compiler.targets.native.driver import batches_can_be_driven, row_inputs, write_driver
from pellucid.compiler.targets.native.keys import key
from pellucid.compiler.targets.native.machine import host, object_code
from pellucid.compiler.targets.native.room import Room
from pellucid.compiler.targets.native.together import team
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

    def __init__(
        self, program: Program, threads: int = 1, kernels: KernelProgram | None = None
    ) -> None:
        self.kernels = kernels or lower(program)
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
        self._memory = self._room()
        self._constants = [
            (self._numbers[b], np.array(a, order="C")) for b, a in self.kernels.constants.items()
        ]

    @property
    def step_function(self) -> Any:
        """The function that runs the program once, for ctypes."""
        return self._step

    def own_room(self, n: int | None) -> Room:
        """A room for someone who keeps it, with constants and temporaries in place."""
        room = Room(self.kernels.buffers)
        room.plan(n, self.kernels)
        for number, array in self._constants:
            room.hold(number, array)
        return room

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
        shared = (memory.table_address, n or 0, memory.status_address)
        self._together(self._step, shared, memory, n)
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
        for each, array in zip(self._inputs, held, strict=True):
            if order is not None:
                memory.rows(each.number, (size, *array.shape[1:]), array.dtype)
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
        self._together(self._batches, shared, memory, size)
        self._finish(memory, new)
        return history

    def _room(self) -> Room:
        if not settings.get("checks"):
            return Room(self.kernels.buffers)
        from pellucid.compiler.targets.native.guards import GuardedRoom

        return GuardedRoom(self.kernels.buffers)

    def scratch(self, n: int | None) -> int:
        """Bytes of scratch that each thread needs for N samples."""
        count: int = self._scratch + (n or 0) * self._scratch_a_sample
        return count

    def _together(
        self, function: Callable[..., Any], shared: Sequence[Any], memory: Room, n: int | None
    ) -> None:
        """Call machine code in all threads, each with scratch of its own."""
        scratch, step = memory.scratch(self.scratch(n), self.threads)
        barrier = memory.barrier_address
        if self.threads == 1:
            function(*shared, scratch, 0, barrier)
            return
        team(self.threads).run(
            [
                partial(function, *shared, scratch + number * step, number, barrier)
                for number in range(self.threads)
            ]
        )

    def _connect(self, memory: Room, n: int | None) -> list[tuple[Variable, Array]]:
        """Point the table at variables, constants and temporaries; the new arrays of variables."""
        memory.plan(n, self.kernels)
        for number, array in self._constants:
            memory.point(number, array)
        new = []
        for variable, view in self.kernels.variables.items():
            number, array = self._numbers[view.buffer], variable.value
            if variable in self._changed:
                new.append((variable, memory.copied(number, array)))
            elif array.flags.c_contiguous:
                memory.hold(number, array)
            else:
                memory.copied(number, array)
        return new

    def _outputs(self, memory: Room, n: int | None) -> list[Array]:
        outputs = []
        for view in self.kernels.results[: len(self.kernels.program.outputs)]:
            number, shape = self._numbers[view.buffer], resolve(view.shape, n)
            outputs.append(memory.new(number, shape, view.buffer.dtype))
        return outputs

    def _finish(self, memory: Room, new: list[tuple[Variable, Array]]) -> None:
        where = f"program {self.kernels.program.name!r}"
        memory.check(where)
        wrong, memory.status.value = memory.status.value, 0
        self._memory.give_back(memory)
        if wrong:
            raise ArgumentError(
                where,
                expected="indices within the axis",
                received="one that is out of range",
                hint="check the categories",
            )
        try:
            for variable, array in new:
                variable.adopt(array)
        except BaseException:  # Ctrl-C in between: no variable may be ahead of the others
            for variable, array in new:
                variable.adopt(array)
            raise
