"""A whole program as one function: all kernels, one after another, on buffers found by address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pellucid.compiler.kernels.ir import Kernel, KernelProgram
from pellucid.compiler.targets.native import loops, movers, orders, products, sharing
from pellucid.compiler.targets.native.access import Frame, Pointers
from pellucid.compiler.targets.native.emit import Module, Parameter
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
    "argsort": orders.write_argsort,
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
    write_kernels(frame, program.kernels)
    code.ret()
    return Step(module, *frame.asked)


def write_kernels(frame: Frame, kernels: Sequence[Kernel]) -> None:
    """Kernels one after another; between them, threads wait for each other."""
    for kernel in kernels:
        if kernel.kind == "scan":
            loops.write_scan(frame, kernel, write_kernels)
        else:
            sharing.call_kernel(frame, kernel, WRITERS[kernel.kind])
        frame.barrier()
