"""How much memory a program takes, before it runs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pellucid.compiler.kernels import KernelProgram, plan_memory
from pellucid.compiler.kernels.memory import lifetimes
from pellucid.compiler.kernels.views import MOVEMENT
from pellucid.compiler.program import LEAVES, Program
from pellucid.graph import Tensor
from pellucid.graph.dims import resolve


@dataclass(frozen=True)
class MemoryUse:
    """Bytes that one call of a program takes for N samples.

    `updates` are the new values of variables, which stand beside the old ones until all are known;
    `temporaries`, intermediate values where memory is used again as soon as it is free;
    `unshared`, the same if each had a place of its own; `scratch`, what each thread has to itself.

    >>> print(MemoryUse(4096, 4096, 0, 51_200, 400, 40_960, 81_920, 0))
    variables     4.0 kB
    updates       4.0 kB
    inputs       50.0 kB
    outputs        400 B
    temporaries  40.0 kB  (80.0 kB if none were shared)
    total        98.4 kB
    """

    variables: int
    updates: int
    constants: int
    inputs: int
    outputs: int
    temporaries: int
    unshared: int
    scratch: int

    @property
    def total(self) -> int:
        """All of it at the same time."""
        held = self.variables + self.updates + self.constants
        return held + self.inputs + self.outputs + self.temporaries + self.scratch

    def __str__(self) -> str:
        parts = "variables updates constants inputs outputs temporaries scratch total".split()
        lines = []
        for name in parts:
            amount = getattr(self, name)
            if amount or name == "total":
                lines.append(f"{name:<11} {readable(amount):>8}")
            if name == "temporaries" and self.unshared > amount:
                lines[-1] += f"  ({readable(self.unshared)} if none were shared)"
        return "\n".join(lines)


def readable(amount: float) -> str:
    """Bytes in units of 1024, for people.

    >>> readable(400), readable(1536), readable(3 * 1024**3)
    ('400 B', '1.5 kB', '3.0 GB')
    """
    for unit in ("B", "kB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"


def native_use(kernels: KernelProgram, n: int | None, scratch: int) -> MemoryUse:
    """What machine code takes: temporaries as they are planned."""
    plan = plan_memory(kernels, n)
    unshared = sum(
        resolve(buffer.size, n) * np.dtype(buffer.dtype).itemsize for buffer in lifetimes(kernels)
    )
    constants = sum(np.asarray(array).nbytes for array in kernels.constants.values())
    return _use(kernels.program, n, constants, (plan.size, max(unshared, plan.size)), scratch)


def numpy_use(program: Program, n: int | None) -> MemoryUse:
    """What the printed program takes: all values stay until it returns; views take nothing."""
    results, passed = set(program.results), (*LEAVES, *MOVEMENT, "item")
    nodes = [t for t in program.nodes if t.op not in passed and t not in results]
    between = _bytes((node for node in nodes if node.op != "scan"), n)
    constants = _bytes((t for t in program.nodes if t.op == "constant"), n)
    return _use(program, n, constants, (between, between), 0)


def _use(
    program: Program, n: int | None, constants: int, between: tuple[int, int], scratch: int
) -> MemoryUse:
    return MemoryUse(
        _bytes(program.variables, n),
        _bytes((variable for variable, _ in program.updates), n),
        constants,
        _bytes(program.inputs, n),
        _bytes(program.outputs, n),
        *between,
        scratch,
    )


def _bytes(tensors: Iterable[Tensor], n: int | None) -> int:
    return sum(math.prod(resolve(t.shape, n)) * np.dtype(t.dtype).itemsize for t in tensors)
