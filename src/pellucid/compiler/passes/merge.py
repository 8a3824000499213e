"""Common subexpressions: nodes that compute the same are computed once."""

from __future__ import annotations

from collections.abc import Hashable

from pellucid.compiler.passes.rewriting import rewrite
from pellucid.compiler.program import Program
from pellucid.graph import Tensor


def merge(program: Program) -> Program:
    """Replace every node by the first one with the same op, inputs and attributes.

    Random draws merge too: their seed is an input, so the same seed means the same numbers.
    """
    first: dict[Hashable, Tensor] = {}

    def rule(node: Tensor) -> Tensor | None:
        key = (
            node.op,
            tuple(map(id, node.inputs)),
            node.dtype,
            node.shape,
            tuple(node.attrs.items()),
        )
        return first.setdefault(key, node)

    return rewrite(program, rule)
