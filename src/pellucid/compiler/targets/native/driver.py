"""The driver: many batches in one call, without a visit to Python between them.

For every batch it sets N, hands the step its rows (where they lie, or copied together in the order
of a shuffle), runs the step, and keeps the numbers that it gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.compiler.kernels.ir import KernelProgram
from pellucid.compiler.kernels.views import View
from pellucid.compiler.program import Program
from pellucid.compiler.targets.native.arithmetic import convert, minimum, quotient
from pellucid.compiler.targets.native.emit import Code, Index, Module, Parameter, Value
from pellucid.compiler.targets.native.machine import ITEM_BYTES
from pellucid.compiler.targets.native.memory import memory_type
from pellucid.compiler.targets.native.together import wait_for_all
from pellucid.graph.dims import Dim, N

PARAMETERS = (
    Parameter("ptr", "buffers"),
    Parameter("ptr", "status"),
    Parameter("ptr", "sources"),  # the address of all rows of each input
    Parameter("ptr", "order"),  # the number of each row in its turn, or null: as they lie
    Parameter("i64", "rows"),
    Parameter("i64", "size"),  # of a batch
    Parameter("i64", "steps"),  # batches of one pass over the rows
    Parameter("i64", "first"),  # the number of the first batch
    Parameter("i64", "last"),  # and of the one after the last
    Parameter("ptr", "history"),  # the numbers of all batches, one after the other
    Parameter("ptr", "scratch"),
    Parameter("i64", "thread"),
    Parameter("ptr", "barrier"),
)


@dataclass(frozen=True)
class RowInput:
    """An input whose first axis is the samples: its buffer's number, and the bytes of a row."""

    number: int
    row_bytes: int


def batches_can_be_driven(program: Program) -> bool:
    """Whether batches are rows of all inputs, and every output is a single number."""
    rows = all(_row_size(tensor.shape) for tensor in program.inputs)
    return bool(program.inputs) and rows and all(t.shape == () for t in program.outputs)


def row_inputs(program: KernelProgram) -> list[RowInput]:
    """The inputs of a program whose batches can be driven."""
    return [
        RowInput(
            program.buffers.index(view.buffer),
            _row_size(view.shape) * ITEM_BYTES[view.buffer.dtype],
        )
        for view in program.inputs.values()
    ]


def _row_size(shape: Sequence[Dim]) -> int:
    """The elements of one row; 0 if the first axis is not the samples."""
    if not shape or shape[0] != N:
        return 0
    count = 1
    for dim in shape[1:]:
        count *= dim if isinstance(dim, int) else 0
    return count


def write_driver(module: Module, program: KernelProgram, step: str, threads: int = 1) -> None:
    """Add the function `batches`, which calls the step."""
    inputs = row_inputs(program)
    code = module.define("batches", PARAMETERS)
    args = code.arguments
    outputs = len(program.program.outputs)
    shuffled = _is_set(code, args["order"])
    with code.loop(args["first"], args["last"]) as loop:
        # Each pass has an order of its own, one after the other.
        turn = quotient(code.index(loop.index), args["steps"])
        start = (code.index(loop.index) - turn * args["steps"]) * args["size"]
        ahead = turn * args["rows"]
        n = minimum(args["rows"] - start, args["size"])
        for place, each in enumerate(inputs):
            source = code.load(code.at(args["sources"], place, "ptr"), "ptr")
            slot = code.at(args["buffers"], each.number, "ptr")
            with code.when(~shuffled):
                code.store(code.at(source, start * each.row_bytes, "i8"), slot)
            with code.when(shuffled):
                _collect(
                    code, source, code.load(slot, "ptr"), each.row_bytes, ahead + start, n, threads
                )
        if threads > 1:
            wait_for_all(code, args["barrier"], threads)
        rest = [args[name] for name in ("status", "scratch", "thread", "barrier")]
        code.call("void", step, args["buffers"], n, *rest)
        for place, view in enumerate(program.results[:outputs]):
            number = code.index(loop.index) - args["first"]
            with code.when(args["thread"].equals(0)):
                _keep(code, program, view, number * outputs + place)
    code.ret()


def _is_set(code: Code, pointer: Value) -> Value:
    return code.op("i1", f"icmp ne ptr {pointer.text}, null")


def _collect(
    code: Code, source: Value, target: Value, row: int, start: Value, n: Value, threads: int
) -> None:
    """Copy this thread's part of the rows together, in the order of the shuffle."""
    first: Index = 0
    if threads > 1:
        thread = code.arguments["thread"]
        first, n = n * thread / threads, n * (thread + 1) / threads
    order = code.at(code.arguments["order"], start, "i64")
    with code.loop(first, n) as loop:
        number = code.load(code.at(order, loop.index, "i64"), "i64")
        here = code.at(target, code.index(loop.index) * row, "i8")
        there = code.at(source, number * row, "i8")
        _copy_bytes(code, here, there, row)


def _copy_bytes(code: Code, target: Value, source: Value, count: int) -> None:
    """A fixed number of bytes, in pieces as wide as they fit."""
    if count > 512:
        code.module.declare(
            "llvm.memcpy.p0.p0.i64",
            "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1 immarg)",
        )
        code.do(
            f"call void @llvm.memcpy.p0.p0.i64(ptr {target.text}, ptr {source.text}, "
            f"i64 {count}, i1 false)"
        )
        return
    place = 0
    for kind, width in (("<16 x i32>", 64), ("<8 x i32>", 32), ("<4 x i32>", 16), ("i64", 8),
                        ("i32", 4), ("i8", 1)):  # fmt: skip
        while count - place >= width:
            value = code.load(code.at(source, place, "i8"), kind, align=1)
            code.store(value, code.at(target, place, "i8"), align=1)
            place += width


def _keep(code: Code, program: KernelProgram, view: View, place: Value) -> None:
    """Copy an output of one element to its place in the history, which is of float64."""
    slot = code.at(code.arguments["buffers"], program.buffers.index(view.buffer), "ptr")
    pointer = code.load(slot, "ptr")
    value = code.load(pointer, memory_type(view.buffer.dtype))
    if view.buffer.dtype == "bool":
        value = value.differs(0)
    code.store(convert(value, "double"), code.at(code.arguments["history"], place, "double"))
