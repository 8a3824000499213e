"""Scans: the kernels of a step, run over and over in a loop of the code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.views import Buffer, View, whole
from pellucid.compiler.targets.native.access import Frame, scaled
from pellucid.compiler.targets.native.emit import Index, Value
from pellucid.compiler.targets.native.maps import write_map
from pellucid.compiler.targets.native.memory import memory_type
from pellucid.compiler.targets.native.movers import copy_kernel, head_of
from pellucid.graph.dims import size_of

WriteKernels = Callable[[Frame, Sequence[Kernel]], None]


def write_scan(frame: Frame, kernel: Kernel, write_kernels: WriteKernels) -> None:
    """Each carried value has two buffers: a step reads one and writes the other."""
    head, body, code = head_of(kernel), kernel.body, frame.code
    assert body is not None
    graph = head.attrs["body"]
    n_carry, first_capture = graph.n_carry, graph.n_carry + graph.n_slices
    views = [kernel.loads[tensor] for tensor in head.inputs]
    slots = [body.inputs[slot] for slot in graph.inputs]
    even, odd = kernel.work[0 : 2 * n_carry : 2], kernel.work[1 : 2 * n_carry : 2]
    for view, buffer in zip(views, even, strict=False):
        write_map(frame, copy_kernel(view, whole(buffer, view.shape)))
    frame.barrier()
    length = frame.size(head.attrs["length"])
    bases = [frame.base(view) for view in views[n_carry:]]
    goals = [frame.base(view) for view in kernel.items[n_carry:]]
    first = [*(frame.pointers[b] for b in even), *(frame.pointers[b] for b in odd)]
    with code.loop(0, length, carry=first) as loop:
        step: Index = loop.index
        if head.attrs["reverse"]:
            step = code.index(length) - 1 - loop.index
        old, new = loop.carried[:n_carry], loop.carried[n_carry:]
        pointers: dict[object, Value] = {}
        for slot, pointer in zip(slots, old, strict=False):
            pointers[slot.buffer] = pointer
        for place, slot in enumerate(slots[n_carry:]):
            view, base = views[n_carry + place], bases[place]
            moves = n_carry + place < first_capture
            pointers[slot.buffer] = _row(frame, view, base, step) if moves else base
        results = [view.buffer for view in body.results]
        for buffer, pointer in zip(results, new, strict=False):
            pointers[buffer] = pointer
        for buffer, view, base in zip(results[n_carry:], kernel.items[n_carry:], goals,
                                      strict=True):  # fmt: skip
            pointers[buffer] = _row(frame, view, base, step)
        write_kernels(frame.with_pointers(pointers), body.kernels)
        frame.barrier()
        loop.carry([*new, *old])
    for buffer, view, pointer in zip(even, kernel.items, loop.results, strict=False):
        _copy_out(frame, buffer, view, pointer)


def _row(frame: Frame, view: View, base: Value, step: Index) -> Value:
    """The address of one slice along the first axis."""
    stride = size_of(view.shape[1:])
    return frame.code.at(base, scaled(frame, step, stride), memory_type(view.buffer.dtype))


def _copy_out(frame: Frame, buffer: Buffer, view: View, pointer: Value) -> None:
    there = frame.with_pointers({buffer: pointer})
    write_map(there, copy_kernel(whole(buffer, view.shape), view))
