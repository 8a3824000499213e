"""How the layers of a functional network are joined, written as plain data and read back.

Every input, layer call and plain op is a step with a number; a tensor is ``{"tensor": [step,
index]}``. Nothing in the data executes: ops are names from the tables of `graph`, and their
attributes are numbers, texts, arrays and tuples of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import ArgumentError, PellucidError
from pellucid.graph import Tensor, Variable, constant, placeholder
from pellucid.graph.arrays import Literal
from pellucid.graph.dims import SymbolicDim
from pellucid.graph.primitives.contraction import AxisMap
from pellucid.graph.tensor import SHAPE_RULES, apply
from pellucid.nn.calls import LayerCall, made_by
from pellucid.nn.config import plain
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.structure import flatten, map_leaves
from pellucid.nn.trace import Step

if TYPE_CHECKING:
    from pellucid.nn.network import Network

# These hold Python code or other graphs in their attributes.
_NOT_PLAIN = ("custom_gradient", "scan", "item")


def network_config(network: Network) -> dict[str, Any]:
    """Name, layers, steps, inputs and outputs of a functional network.

    Raises `ArgumentError` for what a file cannot hold: a variable or an op with Python code in it
    that stands between layers.
    """
    numbers: dict[tuple[Step, int], list[int]] = {}
    steps: list[dict[str, Any]] = []
    for tensor in network.inputs:
        numbers[tensor, 0] = [len(steps), 0]
        steps.append(_input_config(tensor))

    def reference(leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return plain(leaf, where)
        made = made_by(leaf)
        if (leaf, 0) in numbers or made is None:
            return {"tensor": numbers[leaf, 0]}
        return {"tensor": [numbers[made.call, 0][0], made.place]}

    for step in network._steps:
        where = f"network {network.name!r}, step {len(steps)}"
        numbers[step, 0] = [len(steps), 0]
        if isinstance(step, LayerCall):
            args, kwargs = (
                map_leaves(reference, list(step.args)),
                map_leaves(reference, step.kwargs),
            )
            steps.append({"layer": step.layer.name, "args": args, "kwargs": kwargs})
        else:
            steps.append(_op_config(step, [reference(tensor) for tensor in step.inputs], where))
    where = f"network {network.name!r}"
    return {
        "name": network.name,
        "trainable": network.trainable,
        "layers": [LAYERS.serialize(layer) for layer in network._layers],
        "steps": steps,
        "inputs": map_leaves(reference, network.input),
        "outputs": map_leaves(reference, network.output),
    }


def _input_config(tensor: Tensor) -> dict[str, Any]:
    made = made_by(tensor)
    if made and tensor.op == "input":
        return {"input": made.call.layer.name}
    shape = [_encode(dim, "input") for dim in tensor.shape]
    return {"placeholder": {"shape": shape, "dtype": tensor.dtype, "name": tensor.name}}


def _op_config(node: Tensor, inputs: list[Any], where: str) -> dict[str, Any]:
    if node.op in _NOT_PLAIN or isinstance(node, Variable):
        raise ArgumentError(
            where,
            expected="an op that a file can describe",
            received=f"{node.op!r}, which holds a value or code of its own",
            hint="Put it into a layer: Activation, Softmax, or a Layer subclass of yours",
        )
    attrs = {name: _encode(value, where) for name, value in node.attrs.items()}
    return {"op": node.op, "inputs": inputs, "attrs": attrs, "name": node.name}


def connect_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """The constructor's arguments for the network that a config describes.

    Raises `ArgumentError` for an op that is not in the tables, a step that is out of place, or
    data of another form.
    """
    try:
        return _connected(config)
    except PellucidError:
        raise
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise ArgumentError(
            "network config",
            expected="layers, steps, inputs and outputs as get_config writes them",
            received=f"{type(error).__name__}: {error}",
        ) from None


def _connected(config: Mapping[str, Any]) -> dict[str, Any]:
    layers = {layer.name: layer for layer in map(LAYERS.deserialize, config["layers"])}
    results: list[list[Any]] = []

    def tensors(part: Any) -> Any:
        if isinstance(part, Mapping) and set(part) == {"tensor"}:
            step, index = part["tensor"]
            if not 0 <= step < len(results) or not 0 <= index < len(results[step]):
                raise ArgumentError("network config", expected="steps in order", received=str(part))
            return results[step][index]
        if isinstance(part, Mapping):
            return {key: tensors(value) for key, value in part.items()}
        return [tensors(value) for value in part] if isinstance(part, list) else part

    for step in config["steps"]:
        results.append(_run_step(step, layers, tensors))
    given = {key: config[key] for key in config if key not in ("layers", "steps")}
    return {**given, "inputs": tensors(config["inputs"]), "outputs": tensors(config["outputs"])}


def _run_step(step: Mapping[str, Any], layers: Mapping[str, Layer], tensors: Any) -> list[Any]:
    if "placeholder" in step:
        about = step["placeholder"]
        return [placeholder([_decode(d) for d in about["shape"]], about["dtype"], about["name"])]
    if "input" in step:
        return [_find(layers, step["input"]).output]
    if "layer" in step:
        layer = _find(layers, step["layer"])
        return flatten(layer(*tensors(step["args"]), **tensors(step["kwargs"])))
    return [_build_op(step, tensors(step["inputs"]))]


def _find(layers: Mapping[str, Layer], name: str) -> Layer:
    if name not in layers:
        raise ArgumentError("network config", expected="a listed layer", received=repr(name))
    return layers[name]


def _build_op(step: Mapping[str, Any], inputs: Sequence[Tensor]) -> Tensor:
    op, attrs = step["op"], {name: _decode(value) for name, value in step["attrs"].items()}
    if op == "constant":
        node = constant(attrs["value"].array)
    elif op not in SHAPE_RULES or op in _NOT_PLAIN:
        raise ArgumentError("network config", expected="an op of the tables", received=repr(op))
    else:
        node = apply(op, *inputs, **attrs)
    node.name = step.get("name")
    return node


def _encode(value: Any, where: str) -> Any:
    """An attribute as plain data; what JSON has no word for becomes a dict of one key."""
    if isinstance(value, SymbolicDim):
        return {"samples": value.multiple}
    if isinstance(value, AxisMap):
        return {"axis_map": _encode((value.terms, value.offset, value.divisor), where)}
    if isinstance(value, Literal):
        array = value.array
        return {
            "array": array.ravel().tolist(),
            "shape": list(array.shape),
            "dtype": str(array.dtype),
        }
    if isinstance(value, tuple):
        return {"tuple": [_encode(part, where) for part in value]}
    return plain(value, where)


def _decode(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    if "samples" in value:
        return SymbolicDim(int(value["samples"]))
    if "axis_map" in value:
        return AxisMap(*_decode(value["axis_map"]))
    if "array" in value:
        return Literal(np.array(value["array"], value["dtype"]).reshape(value["shape"]))
    return tuple(_decode(part) for part in value["tuple"])
