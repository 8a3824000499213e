"""A native program: its machine code, its arena, and calls of it."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.compiler.kernels import lower, plan_memory
from pellucid.compiler.kernels.memory import ALIGNMENT
from pellucid.compiler.program import Program
from pellucid.compiler.targets.native.machine import host, load, object_code
from pellucid.compiler.targets.native.step import write_step
from pellucid.errors import ArgumentError
from pellucid.graph import Array, Variable
from pellucid.graph.dims import resolve


class NativeProgram:
    """A program as machine code: calling it computes the outputs and updates the variables."""

    def __init__(self, program: Program) -> None:
        self.kernels = lower(program)
        self.ir = str(write_step(self.kernels, host()))
        self._code = load(object_code(self.ir, host()), ["step"])
        self._step = self._code.function(
            "step", None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p
        )
        self._constants = {b: np.array(a, order="C") for b, a in self.kernels.constants.items()}

    def __call__(self, arrays: Sequence[Array], n: int | None) -> list[Any]:
        program = self.kernels
        plan = plan_memory(program, n)
        raw = np.empty(plan.size + ALIGNMENT, np.uint8)
        start = -raw.ctypes.data % ALIGNMENT
        held: dict[Any, Array] = dict(self._constants)
        for (tensor, view), array in zip(program.inputs.items(), arrays, strict=True):
            held[view.buffer] = np.ascontiguousarray(array, tensor.dtype)
        for variable, view in program.variables.items():
            if isinstance(variable, Variable):
                held[view.buffer] = variable.value
        outputs = []
        for view in program.results[: len(program.program.outputs)]:
            outputs.append(np.empty(resolve(view.shape, n), view.buffer.dtype))
            held[view.buffer] = outputs[-1]
        base = raw.ctypes.data + start
        table = (ctypes.c_void_p * max(len(program.buffers), 1))()
        for number, buffer in enumerate(program.buffers):
            table[number] = (
                held[buffer].ctypes.data if buffer in held else base + plan.offsets.get(buffer, 0)
            )
        status = ctypes.c_int64(0)
        self._step(ctypes.addressof(table), n or 0, ctypes.addressof(status))
        if status.value:
            raise ArgumentError(
                "gather",
                expected="indices within the axis",
                received="one that is not",
                hint="check the categories",
            )
        return outputs
