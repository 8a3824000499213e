"""A program bound to arrays of its own: the shortest way from Python into machine code and back."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.graph import Array
from pellucid.graph.dims import resolve

if TYPE_CHECKING:
    from pellucid.compiler.targets.native.runner import NativeProgram


class BoundProgram:
    """Fixed arrays for one N: fill `inputs`, call it, read `outputs`.

    Nothing is checked, converted or allocated at a call; that takes about a microsecond. Variables
    that were assigned new arrays since are followed. For programs without updates, one thread.

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
        self._memory = memory = program.own_room(n)
        numbers = {buffer: i for i, buffer in enumerate(kernels.buffers)}
        self.inputs: list[Array] = []
        for tensor, view in kernels.inputs.items():
            self.inputs.append(np.zeros(resolve(tensor.shape, n), tensor.dtype))
            memory.point(numbers[view.buffer], self.inputs[-1])
        self.outputs: list[Array] = []
        for view in kernels.results[: len(kernels.program.outputs)]:
            self.outputs.append(np.zeros(resolve(view.shape, n), view.buffer.dtype))
            memory.point(numbers[view.buffer], self.outputs[-1])
        self._variables = [(v, numbers[view.buffer]) for v, view in kernels.variables.items()]
        self._seen: list[Any] = [None] * len(self._variables)
        self._step = program.step_function
        scratch, _ = memory.scratch(program.scratch(n), 1)
        # As ctypes values, made once: converting numbers costs more than the call.
        self._arguments = (
            ctypes.c_void_p(memory.table_address),
            ctypes.c_int64(n),
            ctypes.c_void_p(memory.status_address),
            ctypes.c_void_p(scratch),
            ctypes.c_int64(0),
            ctypes.c_void_p(memory.barrier_address),
        )

    def __call__(self) -> None:
        for place, (variable, number) in enumerate(self._variables):
            if variable.value is not self._seen[place]:
                array = np.ascontiguousarray(variable.value)
                self._memory.hold(number, array)
                self._seen[place] = variable.value
        self._step(*self._arguments)
