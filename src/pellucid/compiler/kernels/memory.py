"""The memory plan: where each temporary lies in one arena, reused as soon as it is free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.compiler.kernels.ir import KernelProgram
from pellucid.compiler.kernels.phases import phases
from pellucid.compiler.kernels.views import Buffer
from pellucid.graph.dims import resolve

ALIGNMENT = 64  # a cache line, and the widest vector


@dataclass(frozen=True)
class MemoryPlan:
    """Byte offsets of the temporaries for one N, and the size of the arena that holds them."""

    offsets: dict[Buffer, int]
    size: int


def lifetimes(program: KernelProgram) -> dict[Buffer, tuple[int, int]]:
    """For each temporary, the phase in which it is written first, and the last that uses it.

    Threads may be at any kernel of a phase, so within one no memory is used twice.
    """
    spans: dict[Buffer, tuple[int, int]] = {}
    for number, kernel in zip(phases(program.kernels), program.kernels, strict=True):
        for view in (*kernel.reads, *kernel.stores.values(), *kernel.items):
            buffer = view.buffer
            if buffer.kind == "temporary":
                first, _ = spans.get(buffer, (number, number))
                spans[buffer] = (first, number)
        spans.update((buffer, (number, number)) for buffer in kernel.work)
    return spans


def plan_memory(program: KernelProgram, n: int | None) -> MemoryPlan:
    """Offsets for N = n: largest first, each at the lowest place free for its lifetime."""
    spans = lifetimes(program)
    sizes = {b: _aligned(_count(b, n) * np.dtype(b.dtype).itemsize) for b in spans}
    placed: list[tuple[int, int, tuple[int, int]]] = []
    offsets: dict[Buffer, int] = {}
    for buffer in sorted(spans, key=lambda b: (-sizes[b], spans[b])):
        first, last = spans[buffer]
        busy = sorted((start, end) for start, end, (a, b) in placed if a <= last and first <= b)
        offset = 0
        for start, end in busy:
            if offset + sizes[buffer] <= start:
                break
            offset = max(offset, end)
        offsets[buffer] = offset
        placed.append((offset, offset + sizes[buffer], spans[buffer]))
    return MemoryPlan(offsets, max((end for _, end, _ in placed), default=0))


def _count(buffer: Buffer, n: int | None) -> int:
    count: int = resolve(buffer.size, n)
    return count


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
