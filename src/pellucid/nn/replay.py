"""Replay: the steps of a network built again on other inputs, possibly of another N."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph import Dim, Tensor, as_tensor, current_origin, format_shape, placeholder
from pellucid.graph.dims import Shape, SymbolicDim
from pellucid.graph.primitives.scan import Body, make_body
from pellucid.graph.tensor import apply
from pellucid.nn.calls import LEAVES, LayerCall, made_by
from pellucid.nn.structure import flatten, map_leaves
from pellucid.nn.trace import Step

Known = MutableMapping[Tensor, Tensor]


def replay(
    steps: Sequence[Step], results: Sequence[Tensor], known: Mapping[Tensor, Tensor], n: Dim | None
) -> list[Tensor]:
    """`results` computed by `steps` from other tensors than those they were first built on.

    `known` gives the new tensor for each old one that is an input; `n` is what N has become. Layers
    are called again, so they may train; plain ops are built again with the new shapes.
    """
    tensors: Known = dict(known)
    made: dict[LayerCall, list[Any]] = {}

    def new(leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return leaf
        if leaf not in tensors:
            source = made_by(leaf)
            tensors[leaf] = made[source.call][source.place] if source else leaf
        return tensors[leaf]

    for step in steps:
        if isinstance(step, LayerCall):
            args, kwargs = map_leaves(new, list(step.args)), map_leaves(new, step.kwargs)
            made[step] = flatten(step.layer(*args, **kwargs))
        else:
            tensors[step] = rebuild(step, [new(tensor) for tensor in step.inputs], n, tensors)
    return [new(tensor) for tensor in results]


def samples(old: Sequence[Shape], new: Sequence[Shape]) -> Dim | None:
    """What N has become, where tensors of shapes `old` are replaced by tensors of shapes `new`."""
    for before, after in zip(old, new, strict=True):
        for dim, size in zip(before, after, strict=True):
            if isinstance(dim, SymbolicDim):
                return size // dim.multiple
    return None


def rebuild(node: Tensor, inputs: Sequence[Tensor], n: Dim | None, known: Known) -> Tensor:
    """The op of a node on other inputs: shapes inferred anew, N replaced by `n`.

    `known` holds other old tensors and the new ones in their place, for gradient rules.
    """
    if node.op in LEAVES:
        return node
    if node.op == "item":
        (source,) = inputs
        return _named(apply("item", source, **node.attrs), node)
    attrs = {name: at(value, n) for name, value in node.attrs.items()}
    if node.op == "custom_gradient":
        attrs["rule"] = _moved_rule(node, inputs[1:], n, known)
    return _named(apply(node.op, *inputs, **attrs), node)


def _named(new: Tensor, old: Tensor) -> Tensor:
    new.name = old.name
    new.origin = old.origin._replace(layer=old.origin.layer or current_origin().layer)
    return new


def at(value: Any, n: Dim | None) -> Any:
    """An attribute with `n` in place of N."""
    if n is None:
        return value
    if isinstance(value, SymbolicDim):
        return n * value.multiple
    if type(value) is tuple:
        return tuple(at(part, n) for part in value)
    if isinstance(value, Body):
        return _moved_body(value, n)
    return value


def _moved_body(body: Body, n: Dim) -> Body:
    """The body of a loop with `n` in place of N."""
    slots = [placeholder(at(slot.shape, n), slot.dtype, str(slot.name)) for slot in body.inputs]
    known: Known = dict(zip(body.inputs, slots, strict=True))
    outputs = _rebuild_all(body.outputs, known, n)
    return make_body(slots, outputs, body.n_carry, body.n_slices)


def _rebuild_all(outputs: Sequence[Tensor], known: Known, n: Dim | None) -> list[Tensor]:
    """The outputs on other tensors, op by op; what lies behind the known ones is not visited."""
    stack = list(reversed(outputs))
    while stack:
        node = stack[-1]
        missing = [tensor for tensor in node.inputs if tensor not in known]
        if node not in known and missing:
            stack += reversed(missing)
            continue
        stack.pop()
        if node not in known:
            known[node] = rebuild(node, [known[tensor] for tensor in node.inputs], n, known)
    return [known[output] for output in outputs]


def _moved_rule(
    node: Tensor, parents: Sequence[Tensor], n: Dim | None, outer: Known
) -> Callable[[Tensor], list[Tensor | None]]:
    """The gradient rule of a node whose parents were replaced: its result is moved to them."""
    rule, old = node.attrs["rule"], node.inputs[1:]

    def moved(g: Tensor) -> list[Tensor | None]:
        slot = placeholder(node.shape, node.dtype, "cotangent")
        found = list(rule(slot))
        known = ChainMap({slot: g, **dict(zip(old, parents, strict=True))}, outer)
        kept = [as_tensor(part) for part in found if part is not None]
        parts = iter(_rebuild_all(kept, known, n))
        return [None if part is None else next(parts) for part in found]

    return moved


def fitted(tensor: Tensor, slot: Tensor, where: str) -> Tensor:
    """A tensor as the input `slot` expects it: its type, its axes; raises `ShapeError`.

    As in Keras, a last axis of size 1 is added or dropped where that makes the axes match.
    """
    shape = tensor.shape
    if len(shape) == slot.ndim - 1 and slot.shape[-1] == 1:
        shape = (*shape, 1)
    elif len(shape) == slot.ndim + 1 and shape[-1] == 1:
        shape = shape[:-1]
    fits = len(shape) == slot.ndim and all(
        isinstance(wanted, SymbolicDim) or wanted == size
        for wanted, size in zip(slot.shape, shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"{where}, input {slot.name!r}",
            expected=f"shape {format_shape(slot.shape)}",
            received=f"shape {format_shape(tensor.shape)}",
            hint="The input keeps the shape that the network was built with",
        )
    if shape != tensor.shape:
        tensor = apply("reshape", tensor, shape=shape)
    return as_tensor(tensor, slot.dtype)
