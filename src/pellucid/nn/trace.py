"""Trace: the layer calls and plain operations between the inputs and outputs of a network.

Every tensor knows the layer call that made it, or else the op and its inputs; a network is read
off its outputs by walking back to its inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from pellucid.errors import GraphError
from pellucid.graph import Tensor
from pellucid.nn.calls import LayerCall, made_by
from pellucid.nn.layer import Layer

Step: TypeAlias = LayerCall | Tensor
"""A layer call, or a node of an op that stands between layers."""


def trace(inputs: Sequence[Tensor], outputs: Sequence[Tensor], where: str) -> list[Step]:
    """The steps that lead from the inputs to the outputs, each after those it needs.

    Raises `GraphError` if an output depends on a placeholder that is not among the inputs.
    """
    given = set(inputs)
    steps: list[Step] = []
    done: set[Step] = set()
    for output in outputs:
        stack = [(step, iter(needs(step))) for step in _maker(output, given, done, where)]
        while stack:
            step, tensors = stack[-1]
            for tensor in tensors:
                found = _maker(tensor, given, done, where)
                if found:
                    stack.append((found[0], iter(needs(found[0]))))
                    break
            else:
                stack.pop()
                steps.append(step)
    return steps


def needs(step: Step) -> Sequence[Tensor]:
    """The tensors that a step reads."""
    return step.tensors if isinstance(step, LayerCall) else step.inputs


def maker(tensor: Tensor) -> Step:
    """The step whose result a tensor is."""
    made = made_by(tensor)
    return made.call if made else tensor


def _maker(tensor: Tensor, given: set[Tensor], done: set[Step], where: str) -> list[Step]:
    """The step that makes a tensor, unless the tensor is an input or the step is known."""
    if tensor in given:
        return []
    step = maker(tensor)
    if step in done:
        return []
    if tensor.op == "input":
        raise GraphError(
            where,
            expected="outputs that depend on its inputs only",
            received=f"one that depends on {tensor.name!r}",
            hint="Give that input too; are all layers called on tensors of this network?",
        )
    done.add(step)
    return [step]


def ordered_layers(
    inputs: Sequence[Tensor], outputs: Sequence[Tensor], steps: Sequence[Step]
) -> list[Layer]:
    """The layers in Keras's order, that of `get_weights`: far from the outputs first.

    A layer's depth is the longest way to an output. Layers of one depth stand in the order in
    which a depth-first walk from the outputs meets them.
    """
    depth: dict[Step, int] = {}
    layer_depth: dict[Layer, int] = {}
    everything = [*_input_calls(inputs), *steps]
    for step in reversed(everything):
        d = depth.setdefault(step, 0)
        if isinstance(step, LayerCall):
            d = depth[step] = layer_depth[step.layer] = max(d, layer_depth.get(step.layer, 0))
        for tensor in needs(step):
            parent = maker(tensor)
            depth[parent] = max(d + 1, depth.get(parent, 0))
    met = _walk_order(outputs, set(everything))
    return sorted(layer_depth, key=lambda layer: (-layer_depth[layer], met.get(layer, -1)))


def _input_calls(inputs: Sequence[Tensor]) -> list[LayerCall]:
    """The calls of the input layers, once each."""
    found = [made.call for tensor in inputs if tensor.op == "input" and (made := made_by(tensor))]
    return list(dict.fromkeys(found))


def _walk_order(outputs: Sequence[Tensor], known: set[Step]) -> dict[Layer, int]:
    """When a depth-first walk back from the outputs first meets each layer."""
    met: dict[Layer, int] = {}
    seen: set[Step] = set()
    for output in outputs:
        stack = [iter([output])]
        while stack:
            for tensor in stack[-1]:
                step = maker(tensor)
                if step not in known or step in seen:
                    continue
                seen.add(step)
                if isinstance(step, LayerCall):
                    met.setdefault(step.layer, len(met))
                stack.append(iter(needs(step)))
                break
            else:
                stack.pop()
    return met
