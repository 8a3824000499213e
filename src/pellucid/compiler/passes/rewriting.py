"""What every pass does: walk the nodes once, from inputs to results, and replace some."""

from __future__ import annotations

from collections.abc import Callable

from pellucid.compiler.program import Program, make_program
from pellucid.graph import Tensor
from pellucid.graph.rewrite import rebuild

Rule = Callable[[Tensor], Tensor | None]


def rewrite(program: Program, rule: Rule) -> Program:
    """The program with every node for which `rule` gives another one replaced by it.

    The rule sees a node whose inputs are already rewritten. Inputs and variables stay; what nothing
    needs any more is gone, since the nodes are sorted anew from the results.
    """
    return rewrite_pairs(program, lambda original, candidate: rule(candidate))


def own_nodes(program: Program) -> Program:
    """The program on nodes of its own, so that passes may rename them and mark them anew."""
    return rewrite(program, lambda node: rebuild(node, node.inputs))


def rewrite_pairs(program: Program, rule: Callable[[Tensor, Tensor], Tensor | None]) -> Program:
    """`rewrite` by a rule that sees the node as it was, too."""
    new: dict[Tensor, Tensor] = {}
    placed: set[Tensor] = set()
    for node in program.nodes:
        if node.op in ("input", "variable"):
            new[node] = node
            continue
        inputs = tuple(new[tensor] for tensor in node.inputs)
        same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
        candidate = node if same else rebuild(node, inputs)
        found = rule(node, candidate)
        if found is None:
            placed.add(candidate)
            new[node] = candidate
            continue
        if found.op not in ("constant", "input", "variable"):
            found.name = found.name or node.name
            found.origin = found.origin if found in placed else node.origin
        placed.add(found)
        new[node] = found
    outputs = [new[tensor] for tensor in program.outputs]
    updates = [(variable, new[value]) for variable, value in program.updates]
    return make_program(outputs, program.inputs, updates, program.name)
