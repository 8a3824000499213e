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
    new: dict[Tensor, Tensor] = {}
    for node in program.nodes:
        if node.op in ("input", "variable"):
            new[node] = node
            continue
        inputs = tuple(new[tensor] for tensor in node.inputs)
        same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
        candidate = node if same else rebuild(node, inputs)
        found = rule(candidate)
        if found is None:
            new[node] = candidate
            continue
        if found.name is None and found.op not in ("constant", "input", "variable"):
            found.name, found.origin = node.name, node.origin
        new[node] = found
    outputs = [new[tensor] for tensor in program.outputs]
    updates = [(variable, new[value]) for variable, value in program.updates]
    return make_program(outputs, program.inputs, updates, program.name)
