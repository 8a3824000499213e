"""Phases: runs of kernels between which no thread has to wait for another.

Kernels of one phase neither read nor write what another of them writes, so threads may be at
different ones at the same time. A barrier stands only between two phases: the 200 gradients of the
weights of 200 layers, with their updates, are one phase.
"""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.views import Buffer


def phases(kernels: Sequence[Kernel]) -> list[int]:
    """The number of the phase of each kernel; they grow, and kernels keep their order.

    A scan has barriers of its own, and is a phase of its own.
    """
    numbers: list[int] = []
    phase = 0
    read: set[Buffer] = set()
    written: set[Buffer] = set()
    for place, kernel in enumerate(kernels):
        reads = {view.buffer for view in kernel.reads}
        writes = {view.buffer for view in (*kernel.stores.values(), *kernel.items)}
        writes.update(kernel.work)
        waits = bool(reads & written or writes & written or writes & read)
        alone = kernel.body is not None or (place > 0 and kernels[place - 1].body is not None)
        if place and (waits or alone):
            phase += 1
            read, written = set(), set()
        read |= reads
        written |= writes
        numbers.append(phase)
    return numbers
