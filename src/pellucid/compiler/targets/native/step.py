"""A whole program as one function: all kernels, one after another, on buffers found by address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pellucid.compiler.kernels.ir import Kernel, KernelProgram
from pellucid.compiler.targets.native import (
    loops,
    movers,
    orders,
    products,
    sharing,
    sorting,
    turns,
)
from pellucid.compiler.targets.native.access import Frame, Pointers
from pellucid.compiler.targets.native.emit import Code, Module, Parameter, Value
from pellucid.compiler.targets.native.machine import Machine
from pellucid.compiler.targets.native.maps import write_map
from pellucid.compiler.targets.native.reductions import write_reduction

PARAMETERS = (
    Parameter("ptr", "buffers", "noalias"),  # the address of every buffer, in the program's order
    Parameter("i64", "n"),
    Parameter("ptr", "status"),  # one number, not 0 after an index out of range
    Parameter("ptr", "scratch"),  # room of this thread's own
    Parameter("i64", "thread"),
    Parameter("ptr", "barrier"),
)

Writer = Callable[[Frame, Kernel], None]


WRITERS: dict[str, Writer] = {
    "map": write_map,
    "reduction": write_reduction,
    "contraction": products.write_contraction,
    "pad": movers.write_pad,
    "concatenate": movers.write_concatenate,
    "overlap_add": movers.write_overlap_add,
    "gather": movers.write_gather,
    "scatter_add": movers.write_scatter_add,
    "gather_along": movers.write_gather_along,
    "scatter_add_along": movers.write_scatter_add_along,
    "argmax": orders.write_arg_extreme,
    "argmin": orders.write_arg_extreme,
    "argsort": sorting.write_argsort,
    "cumsum": orders.write_cumsum,
    "iota": orders.write_iota,
    "random_uniform": orders.write_random_uniform,
}


@dataclass(frozen=True)
class Step:
    """A written step: its module, and the bytes of scratch a thread needs (and per sample)."""

    module: Module
    scratch: int
    scratch_a_sample: int


def write_step(
    program: KernelProgram, machine: Machine, name: str = "step", threads: int = 1
) -> Step:
    """The module whose function `name` runs the program once, in so many threads together."""
    module = Module(machine)
    code = module.define(name, PARAMETERS)
    args = code.arguments
    frame = Frame(
        code,
        args["n"],
        Pointers(code, {buffer: number for number, buffer in enumerate(program.buffers)}),
        args["status"],
        args["scratch"],
        args["thread"] if threads > 1 else 0,
        threads,
        args["barrier"],
    )
    mode = _flush_denormals(code) if program.program.updates else None
    write_kernels(frame, program.kernels)
    if mode:
        code.call("void", _SET_MODE, mode)
    code.ret()
    return Step(module, *frame.asked)


_GET_MODE, _SET_MODE = "llvm.x86.sse.stmxcsr", "llvm.x86.sse.ldmxcsr"
_TO_ZERO = 0x8040  # of results, and of operands


def _flush_denormals(code: Code) -> Value | None:
    """Have numbers too small for their type's usual form taken for zero; the mode there was before.

    A processor takes some 150 cycles for each of them. Once a network has learned its data by heart
    its squared gradients are such numbers: a step of 200 layers of width 64 then took 7.2 ms, not
    3.3. A program that updates nothing computes with them as IEEE says.
    """
    if not code.machine.triple.startswith("x86"):
        return None
    for name in (_GET_MODE, _SET_MODE):
        code.module.declare(name, f"declare void @{name}(ptr)")
    before, now = code.allocate("i32", 1), code.allocate("i32", 1)
    code.call("void", _GET_MODE, before)
    code.store(code.load(before, "i32") | _TO_ZERO, now)
    code.call("void", _SET_MODE, now)
    return before


def write_kernels(frame: Frame, kernels: Sequence[Kernel]) -> None:
    """Kernels one after another, with the barriers that they need."""
    turns.write_in_turn(frame, kernels, _write_kernel)


def _write_kernel(frame: Frame, kernel: Kernel) -> None:
    if kernel.kind == "scan":
        loops.write_scan(frame, kernel, write_kernels)
    else:
        sharing.call_kernel(frame, kernel, WRITERS[kernel.kind])
