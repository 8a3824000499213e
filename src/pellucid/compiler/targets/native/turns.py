"""Who does which kernel: all threads together, or one of them alone where there is little to do.

A barrier costs some 1.5 µs once the threads' clocks have drifted apart; the dozen small kernels of
a softmax and its loss cost more in barriers than in work. So a run of small kernels is done by the
first thread, without a barrier in between, as long as N is not large.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.phases import phases
from pellucid.compiler.targets.native.access import Frame
from pellucid.graph.dims import Dim, SymbolicDim, size_of

WriteOne = Callable[[Frame, Kernel], None]

# Operations on single elements, in one kernel, that are less work than a barrier.
_SMALL = 16 * 1024
_PLAIN = frozenset(("map", "reduction", "iota", "gather_along", "argmax", "argmin"))


def write_in_turn(frame: Frame, kernels: Sequence[Kernel], write: WriteOne) -> None:
    """Kernels one after another; threads wait for each other at the end of each phase."""
    numbers = phases(kernels)
    ends = [a != b for a, b in zip(numbers, [*numbers[1:], -1], strict=True)]
    place = 0
    while place < len(kernels):
        stop = place
        while stop < len(kernels) and _rows(kernels[stop]):
            stop += 1
        saved = sum(ends[place:stop]) - 1 - (place > 0 and not ends[place - 1])
        if frame.threads > 1 and saved > 0:
            within = place > 0 and not ends[place - 1]
            _write_run(frame, kernels[place:stop], ends[place:stop], write, within)
            place = stop
            continue
        write(frame, kernels[place])
        if ends[place]:
            frame.barrier()
        place += 1


def _write_run(
    frame: Frame, kernels: Sequence[Kernel], ends: Sequence[bool], write: WriteOne, within: bool
) -> None:
    """A run of small kernels, both ways; `within` if its first one is not the first of a phase."""
    code = frame.code
    most = min(_rows(kernel) for kernel in kernels)

    def alone() -> None:
        if within:  # later kernels of the run may need what others of that phase still write
            frame.barrier()
        with code.when(code.value(frame.thread, "i64").equals(0)):
            for kernel in kernels:
                write(replace(frame, threads=1, thread=0), kernel)
        frame.barrier()

    def together() -> None:
        for kernel, end in zip(kernels, ends, strict=True):
            write(frame, kernel)
            if end:
                frame.barrier()

    code.either(frame.n <= most, alone, together)


def _rows(kernel: Kernel) -> int:
    """The largest N for which a kernel is small; 0 for one that never is."""
    if kernel.kind not in _PLAIN:
        return 0
    shapes = [kernel.space, *(node.shape for node in kernel.nodes)]
    if kernel.kind != "map" and kernel.head is not None:
        shapes += [tensor.shape for tensor in kernel.head.inputs[-1:]]
    sizes = [_size(shape) for shape in shapes]
    if None in sizes:
        return 0
    effort = len(kernel.nodes)
    fixed = effort * max(size[0] for size in sizes if size)
    a_sample = effort * max(size[1] for size in sizes if size)
    return (_SMALL - fixed) // a_sample if a_sample else (1 << 40) * (fixed <= _SMALL)


def _size(shape: Sequence[Dim]) -> tuple[int, int] | None:
    """Elements of any N, and for every sample; None where they grow with the square of N."""
    if sum(isinstance(dim, SymbolicDim) for dim in shape) > 1:
        return None
    size = size_of(shape)
    return (0, size.multiple) if isinstance(size, SymbolicDim) else (size, 0)
