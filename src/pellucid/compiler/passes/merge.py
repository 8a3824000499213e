"""Common subexpressions: nodes that compute the same are computed once."""

from __future__ import annotations

from collections.abc import Hashable

from pellucid.compiler.passes.rewriting import rewrite
from pellucid.compiler.program import PHASES, Program
from pellucid.graph import Tensor


def merge(program: Program) -> Program:
    """Replace every node by the first one with the same op, inputs and attributes.

    Random draws merge too: their seed is an input, so the same seed means the same numbers.
    """
    first: dict[Hashable, Tensor] = {}

    def rule(node: Tensor) -> Tensor | None:
        inputs = tuple(map(id, node.inputs))
        key = (node.op, inputs, node.dtype, node.shape, tuple(node.attrs.items()))
        kept = first.setdefault(key, node)
        if kept is not node and kept.op != "constant":
            _take_marks(kept, node)
        return kept

    return rewrite(program, rule)


def _take_marks(kept: Tensor, dropped: Tensor) -> None:
    """The node that stays takes over the earlier phase, and a name if it has none."""
    if _rank(dropped) < _rank(kept):
        kept.origin = dropped.origin
    kept.name = kept.name or dropped.name


def _rank(node: Tensor) -> int:
    return PHASES.index(node.origin.phase) if node.origin.phase in PHASES else 0
