"""A whole program as one function: all kernels, one after another, on buffers found by address."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.compiler.kernels.ir import Kernel, KernelProgram
from pellucid.compiler.kernels.views import Buffer, View
from pellucid.compiler.targets.native import loops, movers, orders
from pellucid.compiler.targets.native.access import Frame
from pellucid.compiler.targets.native.emit import Code, Module, Parameter, Value
from pellucid.compiler.targets.native.machine import Machine
from pellucid.compiler.targets.native.nests import write_map, write_reduction
from pellucid.graph import Tensor
from pellucid.graph.dims import Dim

PARAMETERS = (
    Parameter("ptr", "buffers", "noalias"),  # the address of every buffer, in the program's order
    Parameter("i64", "n"),
    Parameter("ptr", "status"),  # one number, not 0 after an index out of range
)

Writer = Callable[[Frame, Kernel], None]


def write_contraction(frame: Frame, kernel: Kernel) -> None:
    """Any contraction, as a reduction of products over the summed indices."""
    write_reduction(frame, as_reduction(kernel))


def as_reduction(kernel: Kernel) -> Kernel:
    """A contraction kernel as a reduction kernel over all indices, the summed ones first."""
    head = kernel.head
    assert head is not None
    sizes, out = head.attrs["sizes"], head.attrs["out"]
    # The gradient of a convolution leaves indices behind that no map uses any more.
    used = {
        i for key in ("a_maps", "b_maps") for axis_map in head.attrs[key] for i in axis_map.reads()
    }
    summed = sorted(used - set(out))
    order = [*summed, *out]
    space = tuple(sizes[index] for index in order)
    a, b = head.inputs
    views = []
    for tensor, key in ((a, "a_maps"), (b, "b_maps")):
        views.append(_index_view(kernel.loads[tensor], head.attrs[key], order, space))
    left, right = (Tensor("input", (), {}, space, t.dtype) for t in (a, b))
    product = Tensor("multiply", (left, right), {}, space, head.dtype)
    axes = tuple(range(len(summed)))
    total = Tensor("sum", (product,), {"axes": axes, "keepdims": False}, kernel.space, head.dtype)
    swap = {head: total}
    epilogue = []
    for node in kernel.epilogue:
        inputs = tuple(swap.get(tensor, tensor) for tensor in node.inputs)
        copy = Tensor(node.op, inputs, node.attrs, node.shape, node.dtype)
        swap[node] = copy
        epilogue.append(copy)
    loads = {left: views[0], right: views[1]}
    stores = {swap[node]: view for node, view in kernel.stores.items()}
    return Kernel(kernel.space, total, [product], epilogue, loads, kernel.late, stores)


def _index_view(view: View, maps: tuple, order: list[int], space: tuple[Dim, ...]) -> View:  # type: ignore[type-arg]
    """An operand as a view over all indices: stride 0 along those that do not move it."""
    strides: dict[int, Dim] = {}
    offset = view.offset
    for axis_map, stride in zip(maps, view.strides, strict=True):
        if axis_map.offset:
            offset = offset + stride * axis_map.offset if offset else stride * axis_map.offset
        for index, coefficient in axis_map.terms:
            strides[index] = stride * coefficient
    return View(view.buffer, space, tuple(strides.get(i, 0) for i in order), offset)


WRITERS: dict[str, Writer] = {
    "map": write_map,
    "reduction": write_reduction,
    "contraction": write_contraction,
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


def write_step(program: KernelProgram, machine: Machine, name: str = "step") -> Module:
    """The module whose function `name(buffers, n)` runs the program once."""
    module = Module(machine)
    code = module.define(name, PARAMETERS)
    pointers = _pointers(code, program.buffers)
    frame = Frame(code, code.arguments["n"], pointers, code.arguments["status"])
    write_kernels(frame, program.kernels)
    code.ret()
    return module


def write_kernels(frame: Frame, kernels: Sequence[Kernel]) -> None:
    """Kernels one after another; between them, threads wait for each other."""
    for kernel in kernels:
        if kernel.kind == "scan":
            loops.write_scan(frame, kernel, write_kernels)
        else:
            WRITERS[kernel.kind](frame, kernel)
        frame.barrier()


def _pointers(code: Code, buffers: list[Buffer]) -> dict[object, Value]:
    table = code.arguments["buffers"]
    found: dict[object, Value] = {}
    for number, buffer in enumerate(buffers):
        found[buffer] = code.load(code.at(table, number, "ptr"), "ptr")
    return found
