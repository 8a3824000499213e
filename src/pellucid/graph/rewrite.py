"""Rewriting a graph: the same expression with some of its nodes replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pellucid.graph.evaluate import toposort
from pellucid.graph.tensor import Tensor, as_tensor, placeholder


def rebuild(node: Tensor, inputs: tuple[Tensor, ...]) -> Tensor:
    """A node like `node`, name and origin kept, that reads other inputs."""
    copy = Tensor(node.op, inputs, node.attrs, node.shape, node.dtype, node.name)
    copy.origin = node.origin
    return copy


def substitute(outputs: Sequence[Tensor], mapping: Mapping[Tensor, Tensor]) -> list[Tensor]:
    """The outputs with every key of `mapping` replaced by its value; nothing else is changed.

    The values must have the shape and dtype of their keys.

    >>> from pellucid.graph.tensor import constant, placeholder
    >>> x = placeholder((), name="x")
    >>> float(substitute([x * 2], {x: constant(3.0)})[0])
    6.0
    """
    new: dict[Tensor, Tensor] = dict(mapping)
    for node in toposort(outputs, mapping):
        inputs = tuple(new[tensor] for tensor in node.inputs)
        changed = any(a is not b for a, b in zip(inputs, node.inputs, strict=True))
        new[node] = rebuild(node, inputs) if changed else node
        if changed and node.op == "custom_gradient":
            new[node].attrs = {"rule": _moved(node, new)}
    return [new[output] for output in outputs]


def _moved(node: Tensor, new: Mapping[Tensor, Tensor]) -> Callable[[Tensor], list[Tensor | None]]:
    """The gradient rule of a node, its answer told in terms of the new nodes."""

    def rule(g: Tensor) -> list[Tensor | None]:
        slot = placeholder(g.shape, g.dtype, "cotangent")
        answer = node.attrs["rule"](slot)
        parts = [as_tensor(part) for part in answer if part is not None]
        moved = iter(substitute(parts, {**new, slot: g}))
        return [None if part is None else next(moved) for part in answer]

    return rule
