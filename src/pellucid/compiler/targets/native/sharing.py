"""Kernels as functions: those that do the same to different buffers are written once.

A network of 200 equal layers has a handful of different kernels; code is written, compiled and held
in the instruction cache for each of them once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.views import Buffer, View
from pellucid.compiler.targets.native.access import Frame
from pellucid.compiler.targets.native.emit import Code, Parameter
from pellucid.graph import Tensor


def call_kernel(frame: Frame, kernel: Kernel, write: Callable[[Frame, Kernel], None]) -> None:
    """Call the function of a kernel, written by `write` if none like it is there yet."""
    buffers = _buffers(kernel)
    asked: list[int] = [0, 0]

    def make() -> Code:
        code = frame.code.module.define(
            f"{kernel.kind}_kernel", _parameters(len(buffers)), visible=False
        )
        inner = _inside(frame, code, buffers)
        write(inner, kernel)
        asked[:] = inner.asked
        code.ret()
        return code

    function = frame.code.module.shared(("kernel", frame.threads, signature(kernel)), make)
    frame.ask_scratch(*asked)
    code = frame.code
    pointers = [frame.pointers[buffer] for buffer in buffers]
    place = frame.barrier_place or code.arguments["barrier"]
    rest = [frame.n, frame.status, frame.scratch, code.index(frame.thread), place]
    code.call("void", function.name, *pointers, *rest)


def _parameters(buffers: int) -> list[Parameter]:
    pointers = [Parameter("ptr", f"b{number}") for number in range(buffers)]
    return [
        *pointers,
        Parameter("i64", "n"),
        Parameter("ptr", "status"),
        Parameter("ptr", "scratch"),
        Parameter("i64", "thread"),
        Parameter("ptr", "barrier"),
    ]


def _inside(frame: Frame, code: Code, buffers: list[Buffer]) -> Frame:
    args = code.arguments
    return replace(
        frame,
        code=code,
        n=args["n"],
        pointers={buffer: args[f"b{number}"] for number, buffer in enumerate(buffers)},
        status=args["status"],
        scratch=args["scratch"],
        thread=args["thread"] if frame.threads > 1 else 0,
        barrier_place=args["barrier"],
        asked=[0, 0],
    )


def _views(kernel: Kernel) -> list[View]:
    return [*kernel.loads.values(), *kernel.late.values(), *kernel.stores.values()]


def _buffers(kernel: Kernel) -> list[Buffer]:
    """The buffers of a kernel, in the order in which it names them."""
    return list(dict.fromkeys([*(view.buffer for view in _views(kernel)), *kernel.work]))


def signature(kernel: Kernel) -> Hashable:
    """What makes two kernels the same but for the buffers that they work on."""
    buffers = {buffer: number for number, buffer in enumerate(_buffers(kernel))}
    numbers: dict[Tensor, int] = {}

    def number(tensor: Tensor) -> int:
        return numbers.setdefault(tensor, len(numbers))

    def seen(table: dict[Tensor, View]) -> Hashable:
        return tuple(
            (number(tensor), buffers[view.buffer], view.shape, view.strides, view.offset)
            for tensor, view in table.items()
        )

    loads, late = seen(kernel.loads), seen(kernel.late)
    work = tuple(
        (node.op, node.dtype, node.shape, tuple(map(number, node.inputs)), number(node),
         tuple(node.attrs.items()))
        for node in kernel.nodes
    )  # fmt: skip
    constants = tuple(
        (numbers[tensor], tensor.attrs["value"], tensor.dtype)
        for tensor in numbers
        if tensor.op == "constant" and tensor.attrs["value"].array.size == 1
    )
    types = tuple((buffer.dtype) for buffer in buffers)
    shape = (kernel.space, len(kernel.prologue), kernel.head is None)
    return (shape, loads, late, work, seen(kernel.stores), constants, types)
