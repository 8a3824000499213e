"""Safe algebra: identities that keep every value (a sum's signed zero and NaN payloads aside).

Where a rule drops a rounding step, as x · (1 / b) → x / b does, the result can only come closer to
the exact one. Nothing here reorders a sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from pellucid.compiler.passes.rewriting import rewrite
from pellucid.compiler.program import Program
from pellucid.errors import ShapeError
from pellucid.graph import Tensor, apply, as_tensor, constant
from pellucid.graph.dims import broadcast_shapes, size_of

RULES: dict[str, list[Callable[[Tensor], Tensor | None]]] = {}


def algebra(program: Program) -> Program:
    """Apply the rules of every node's op until none fits."""
    return rewrite(program, _rule)


def _rule(node: Tensor) -> Tensor | None:
    found: Tensor | None = None
    current = node
    for _ in range(8):
        replacement = _first(current)
        if replacement is None:
            return found
        found = current = replacement
    return found


def _first(node: Tensor) -> Tensor | None:
    for rule in RULES.get(node.op, ()):
        result = rule(node)
        if result is not None and (result.shape, result.dtype) == (node.shape, node.dtype):
            return result
    return None


def _for(*ops: str) -> Callable[[Callable[[Tensor], Tensor | None]], Callable[..., object]]:
    """Register a rule for nodes of these ops; a result of another shape is not used."""

    def register(rule: Callable[[Tensor], Tensor | None]) -> Callable[..., object]:
        for op in ops:
            RULES.setdefault(op, []).append(rule)
        return rule

    return register


def scalar(node: Tensor) -> float | None:
    """The value of a constant all of whose elements are equal, else None."""
    while node.op in ("broadcast_to", "reshape"):
        node = node.inputs[0]
    if node.op != "constant":
        return None
    array = node.attrs["value"].array
    return array.item() if array.size == 1 else None


@_for(
    "add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "where", "mod",
    "floor_divide", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal",
    "logical_and", "logical_or",
)  # fmt: skip
def _drop_broadcasts(node: Tensor) -> Tensor | None:
    """An operand need not be spread out first where the op would broadcast it anyway."""
    if not any(_spread(tensor) for tensor in node.inputs):
        return None
    inputs = list(node.inputs)
    for position, tensor in enumerate(inputs):
        if _spread(tensor):
            inputs[position] = tensor.inputs[0]
            try:
                fits = broadcast_shapes(*(t.shape for t in inputs)) == node.shape
            except ShapeError:
                fits = False
            if not fits:
                inputs[position] = tensor
    changed = any(a is not b for a, b in zip(inputs, node.inputs, strict=True))
    return apply(node.op, *inputs) if changed else None


def _spread(tensor: Tensor) -> bool:
    """Whether a tensor only repeats another, or gives a single number more axes."""
    if tensor.op == "reshape":
        return all(dim == 1 for dim in tensor.shape)
    return tensor.op == "broadcast_to"


@_for("add")
def _add(node: Tensor) -> Tensor | None:
    a, b = node.inputs
    if scalar(b) == 0:
        return a
    if scalar(a) == 0:
        return b
    if a is b:
        return a * 2
    if b.op == "negative":
        return a - b.inputs[0]
    return b - a.inputs[0] if a.op == "negative" else None


@_for("subtract")
def _subtract(node: Tensor) -> Tensor | None:
    a, b = node.inputs
    if scalar(b) == 0:
        return a
    if scalar(a) == 0:
        return -b
    return a + b.inputs[0] if b.op == "negative" else None


@_for("multiply")
def _multiply(node: Tensor) -> Tensor | None:
    a, b = node.inputs
    if scalar(a) is not None and scalar(b) is None:
        a, b = b, a
    factor = scalar(b)
    if factor == 1:
        return a
    if factor == -1:
        return -a
    if factor is not None and b.shape:
        return apply("multiply", a, constant(np.asarray(factor, b.dtype)))
    for one, other in ((a, b), (b, a)):
        if one.op == "divide" and scalar(one.inputs[0]) == 1:
            return other / one.inputs[1]
        if one.op == "negative" and scalar(other) is None:
            return -(one.inputs[0] * other)
    return _merge_factors(a, factor)


def _merge_factors(a: Tensor, factor: float | None) -> Tensor | None:
    """c₁ · (c₂ · x) → (c₁ c₂) · x, where a factor is a power of 2, so that nothing is rounded."""
    if factor is None or a.op not in ("multiply", "negative"):
        return None
    if a.op == "negative":
        return a.inputs[0] * -factor
    x, c = a.inputs
    if scalar(x) is not None:
        x, c = c, x
    second = scalar(c)
    if second is None or not (_power_of_two(factor) or _power_of_two(second)):
        return None
    return x * (factor * second)


def _power_of_two(value: float) -> bool:
    return value != 0 and math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5


@_for("divide")
def _divide(node: Tensor) -> Tensor | None:
    a, b = node.inputs
    if scalar(b) == 1:
        return a
    if a.op == "negative" and scalar(b) is None:
        return -(a.inputs[0] / b)
    return None


@_for("negative")
def _negative(node: Tensor) -> Tensor | None:
    (x,) = node.inputs
    if x.op == "negative":
        return x.inputs[0]
    if x.op == "subtract":
        return x.inputs[1] - x.inputs[0]
    return None


@_for("power")
def _power(node: Tensor) -> Tensor | None:
    a, b = node.inputs
    exponent = scalar(b)
    if exponent == 1:
        return a
    if exponent == 2:
        return a * a
    return apply("sqrt", a) if exponent == 0.5 and a.dtype in ("float32", "float64") else None


@_for("cast")
def _cast(node: Tensor) -> Tensor | None:
    return node.inputs[0] if node.inputs[0].dtype == node.dtype else None


@_for("where")
def _where(node: Tensor) -> Tensor | None:
    condition, a, b = node.inputs
    if condition.op == "constant" and condition.attrs["value"].array.size == 1:
        chosen = a if condition.attrs["value"].array.item() else b
        return apply("broadcast_to", chosen, shape=node.shape)
    return None


@_for("reshape", "broadcast_to")
def _same_shape(node: Tensor) -> Tensor | None:
    (x,) = node.inputs
    if x.shape == node.shape:
        return x
    if node.op == "reshape" and x.op == "broadcast_to" and size_of(x.inputs[0].shape) == 1:
        return apply("broadcast_to", _alone(x.inputs[0]), shape=node.shape)
    if node.op == "broadcast_to" and x.op == "reshape" and size_of(x.shape) == 1:
        return apply("broadcast_to", _alone(x), shape=node.shape)
    return apply(node.op, x.inputs[0], shape=node.shape) if x.op == node.op else None


def _alone(x: Tensor) -> Tensor:
    """A tensor of one element without its axes."""
    return apply("reshape", x, shape=()) if x.shape else x


@_for("transpose")
def _transpose(node: Tensor) -> Tensor | None:
    (x,) = node.inputs
    axes = node.attrs["axes"]
    if axes == tuple(range(len(axes))):
        return x
    if x.op == "transpose":
        inner = x.attrs["axes"]
        return apply("transpose", x.inputs[0], axes=tuple(inner[axis] for axis in axes))
    return None


@_for("sum", "max", "min", "prod")
def _reduce_ones(node: Tensor) -> Tensor | None:
    """A reduction over axes of size 1 only changes the shape."""
    (x,) = node.inputs
    if all(x.shape[axis] == 1 for axis in node.attrs["axes"]):
        return apply("reshape", x, shape=node.shape)
    return None


@_for("slice", "pad", "concatenate", "flip")
def _whole(node: Tensor) -> Tensor | None:
    """A slice, frame or join that takes all and adds nothing."""
    x = node.inputs[0]
    if node.op == "flip":
        return x if not node.attrs["axes"] else None
    if node.op == "slice" and any(step != 1 for step in node.attrs["steps"]):
        return None
    return x if x.shape == node.shape and len(node.inputs) == 1 else None


@_for("contraction")
def _absorb_transposes(node: Tensor) -> Tensor | None:
    """A transposed operand is read through its maps instead."""
    if not any(tensor.op == "transpose" for tensor in node.inputs):
        return None
    attrs = dict(node.attrs)
    operands = []
    for tensor, key in zip(node.inputs, ("a_maps", "b_maps"), strict=True):
        if tensor.op == "transpose":
            maps = list(attrs[key])
            for position, axis in enumerate(tensor.attrs["axes"]):
                maps[axis] = attrs[key][position]
            attrs[key] = tuple(maps)
            tensor = tensor.inputs[0]
        operands.append(as_tensor(tensor))
    return apply("contraction", *operands, **attrs)
