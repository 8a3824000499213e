"""Before kernels: a program whose movement ops are all views, and whose reads are all inside.

- A contraction that may read outside an operand reads a framed copy of it instead; its kernel then
  needs no bounds checks.
- A movement op that no strides can express gets its input copied first.
- Every result is computed by an op of its own, so that it can be stored where it belongs.

A copy is a cast to the same dtype, which is an elementwise op like any other.
"""

from __future__ import annotations

from pellucid.compiler.kernels.views import MOVEMENT, Buffer, View, movement, whole
from pellucid.compiler.passes.merge import merge
from pellucid.compiler.passes.rewriting import rewrite
from pellucid.compiler.program import LEAVES, Program, make_program
from pellucid.errors import GraphError
from pellucid.graph import Tensor, apply
from pellucid.graph.primitives.contraction import AxisMap


def frame_operands(program: Program) -> Program:
    """Every contraction with plain affine maps that stay within their operands."""
    return rewrite(program, _rule)


def prepare(program: Program) -> Program:
    """The program ready for fusion."""
    return own_results(copy_for_views(merge(frame_operands(turn_samples(program)))))


def turn_samples(program: Program) -> Program:
    """A flip of an axis of N samples, whose last place no stride can name, as a gather."""

    def rule(node: Tensor) -> Tensor | None:
        if node.op != "flip":
            return None
        (x,) = node.inputs
        found = x
        for axis in node.attrs["axes"]:
            dim = x.shape[axis]
            if isinstance(dim, int):
                found = apply("flip", found, axes=(axis,))
                continue
            last = apply("dim_size", size=dim, dtype="int64") - 1
            found = apply("gather", found, last - apply("iota", size=dim, dtype="int64"), axis=axis)
        return None if all(isinstance(x.shape[a], int) for a in node.attrs["axes"]) else found

    return rewrite(program, rule)


def copy_for_views(program: Program) -> Program:
    """Copies in front of movement ops whose result would be no strided view."""
    views: dict[Tensor, View] = {}

    def rule(node: Tensor) -> Tensor | None:
        if node.op == "scan":
            return _contiguous_inputs(node, views)
        if node.op not in MOVEMENT:
            return None
        source = node.inputs[0]
        found = movement(node, _view(source, views))
        if found is not None:
            views[node] = found
            return None
        copied = apply(node.op, copy(source), **node.attrs)
        views[copied] = _sure(movement(copied, _view(copied.inputs[0], views)))
        return copied

    return rewrite(program, rule)


def _contiguous_inputs(node: Tensor, views: dict[Tensor, View]) -> Tensor | None:
    """A scan whose sequences and starts lie without gaps, as its step takes them for granted."""
    inputs = [x if _view(x, views).contiguous else copy(x) for x in node.inputs]
    if all(a is b for a, b in zip(inputs, node.inputs, strict=True)):
        return None
    return apply("scan", *inputs, **node.attrs)


def _view(node: Tensor, views: dict[Tensor, View]) -> View:
    if node not in views:
        views[node] = whole(Buffer("", node.dtype, 0, "temporary"), node.shape)
    return views[node]


def _sure(view: View | None) -> View:
    if view is None:
        raise GraphError("view", expected="a contiguous tensor to be viewable in any shape")
    return view


def copy(tensor: Tensor) -> Tensor:
    """The same values in a buffer of their own."""
    return apply("cast", tensor, dtype=tensor.dtype)


def own_results(program: Program) -> Program:
    """Results that are leaves, views or items, or that stand twice, are copied."""
    seen: set[Tensor] = set()

    def own(tensor: Tensor) -> Tensor:
        shared = tensor in seen or tensor.op in (*LEAVES, *MOVEMENT, "item")
        seen.add(tensor)
        return copy(tensor) if shared else tensor

    updates = [(variable, own(value)) for variable, value in program.updates]
    outputs = [own(tensor) for tensor in program.outputs]
    return make_program(outputs, program.inputs, updates, program.name)


def _rule(node: Tensor) -> Tensor | None:
    if node.op != "contraction":
        return None
    attrs = dict(node.attrs)
    operands = []
    for tensor, key in zip(node.inputs, ("a_maps", "b_maps"), strict=True):
        framed, attrs[key] = _frame(tensor, attrs[key], attrs["sizes"])
        operands.append(framed)
    if all(a is b for a, b in zip(operands, node.inputs, strict=True)):
        return None
    return apply("contraction", *operands, **attrs)


def _frame(
    tensor: Tensor, maps: tuple[AxisMap, ...], sizes: tuple[int, ...]
) -> tuple[Tensor, tuple[AxisMap, ...]]:
    frame: list[tuple[int, int, int]] = []
    new: list[AxisMap] = []
    for dim, m in zip(tensor.shape, maps, strict=True):
        if m.pure or not isinstance(dim, int):
            frame.append((0, 0, 0))
            new.append(m)
            continue
        ends = [coefficient * max(sizes[index] - 1, 0) for index, coefficient in m.terms]
        least = m.offset + sum(min(end, 0) for end in ends)
        most = m.offset + sum(max(end, 0) for end in ends)
        length = (dim - 1) * m.divisor + 1
        low, high = max(0, -least), max(0, most - length + 1)
        frame.append((low, high, m.divisor - 1))
        new.append(AxisMap(m.terms, m.offset + low))
    if all(amounts == (0, 0, 0) for amounts in frame):
        return tensor, tuple(new)
    low_all, high_all, interior = zip(*frame, strict=True)
    return apply("pad", tensor, low=low_all, high=high_all, interior=interior), tuple(new)
