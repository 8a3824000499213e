"""A program bound to arrays of its own: the shortest way from Python into machine code and back."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid import settings
from pellucid.compiler.kernels import KernelProgram
from pellucid.compiler.targets.native.guards import GuardedRoom
from pellucid.compiler.targets.native.room import Room
from pellucid.errors import ArgumentError
from pellucid.graph import Array
from pellucid.graph.dims import resolve

if TYPE_CHECKING:
    from pellucid.compiler.targets.native.runner import NativeProgram

# Bytes of an input up to which copying them is quicker than to find out where they lie.
_COPIED = 16 * 1024


class BoundProgram:
    """Fixed arrays for one N: fill `inputs` (or `give` others), call it, read `outputs`.

    Nothing is checked, converted or allocated at a call; that takes about a microsecond. Variables
    that were assigned new arrays since are followed. For programs without updates, one thread.
    With the setting `checks` its memory is guarded. Raises `ArgumentError` for an index out of
    range.

    >>> from pellucid.compiler import make_program, run_passes
    >>> from pellucid.compiler.targets.native.runner import NativeProgram
    >>> from pellucid.graph import placeholder
    >>> x = placeholder((None, 2), name="x")
    >>> double = BoundProgram(NativeProgram(run_passes(make_program([x * 2], [x]))), n=1)
    >>> double.inputs[0][:] = [[1.0, 2.0]]
    >>> double()
    >>> double.outputs[0].tolist()
    [[2.0, 4.0]]
    """

    def __init__(self, program: NativeProgram, n: int) -> None:
        kernels = program.kernels
        self._where = f"program {kernels.program.name!r}"
        self._memory = memory = _room(kernels, n)
        numbers = {buffer: i for i, buffer in enumerate(kernels.buffers)}
        self.inputs: list[Array] = []
        self._places = [numbers[view.buffer] for view in kernels.inputs.values()]
        for tensor, number in zip(kernels.inputs, self._places, strict=True):
            self.inputs.append(np.zeros(resolve(tensor.shape, n), tensor.dtype))
            memory.point(number, self.inputs[-1])
        self.copies = all(array.nbytes <= _COPIED for array in self.inputs)
        self.outputs: list[Array] = []
        for view in kernels.results[: len(kernels.program.outputs)]:
            shape = resolve(view.shape, n)
            self.outputs.append(memory.new(numbers[view.buffer], shape, view.buffer.dtype))
        self._variables = [(v, numbers[view.buffer]) for v, view in kernels.variables.items()]
        self._seen: list[Any] = [None] * len(self._variables)
        self._step = program.step_function
        scratch, _ = memory.scratch(program.scratch(n), 1)
        self._guarded = isinstance(memory, GuardedRoom)
        self._status = memory.status
        # As ctypes values, made once: converting numbers costs more than the call.
        self._arguments = (
            ctypes.c_void_p(memory.table_address),
            ctypes.c_int64(n),
            ctypes.c_void_p(memory.status_address),
            ctypes.c_void_p(scratch),
            ctypes.c_int64(0),
            ctypes.c_void_p(memory.barrier_address),
        )

    copies: bool
    """Whether `give` copies: inputs are small."""

    def give(self, *arrays: Array) -> None:
        """Hand over inputs of the right shape, type and order, which must live until the call."""
        for own, number, array in zip(self.inputs, self._places, arrays, strict=True):
            if self.copies:
                own[...] = array
            else:
                self._memory.point_at(number, _address(array))

    def __call__(self) -> None:
        for place, (variable, number) in enumerate(self._variables):
            if variable.value is not self._seen[place]:
                array = np.ascontiguousarray(variable.value)
                self._memory.hold(number, array)
                self._seen[place] = variable.value
        self._step(*self._arguments)
        if self._guarded:
            self._memory.check(self._where)
        if self._status.value:
            self._status.value = 0
            raise ArgumentError(
                self._where,
                expected="indices within the axis",
                received="one that is out of range",
                hint="check the categories",
            )


def _address(array: Array) -> int:
    """Where an array's elements begin; by `array.ctypes` that takes three times as long."""
    if array.flags.writeable:
        memory: Any = array
        return ctypes.addressof(ctypes.c_char.from_buffer(memory))
    return int(array.ctypes.data)


def _room(kernels: KernelProgram, n: int) -> Room:
    """A room of its own, guarded with the setting `checks`, constants and temporaries in place."""
    guarded = settings.get("checks")
    room = GuardedRoom(kernels.buffers) if guarded else Room(kernels.buffers)
    room.plan(n, kernels)
    for number, buffer in enumerate(kernels.buffers):
        if buffer in kernels.constants:
            room.hold(number, np.array(kernels.constants[buffer], order="C"))
    return room
