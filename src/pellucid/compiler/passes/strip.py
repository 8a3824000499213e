"""Marks that matter only to differentiation are removed once the gradients are taken."""

from __future__ import annotations

from pellucid.compiler.passes.rewriting import rewrite
from pellucid.compiler.program import Program
from pellucid.graph import Tensor, label


def strip(program: Program) -> Program:
    """Replace `stop_gradient` and `custom_gradient` nodes by the values they carry."""
    return rewrite(program, _rule)


def _rule(node: Tensor) -> Tensor | None:
    if node.op not in ("stop_gradient", "custom_gradient"):
        return None
    value = node.inputs[0]
    if node.name and value.op not in ("constant", "input", "variable"):
        label(value, node.name)
    return value
