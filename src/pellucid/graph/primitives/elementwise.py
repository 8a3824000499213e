"""Elementwise ops, simplest first: one input, two inputs, comparisons, choice, casts and marks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DTypeError, GraphError
from pellucid.graph.arrays import Array
from pellucid.graph.dims import Shape, broadcast_shapes
from pellucid.graph.dtypes import DType, is_float
from pellucid.graph.primitives.table import (
    broadcast,
    compare,
    define,
    like,
    same,
    unbroadcast,
)
from pellucid.graph.special import erf, sigmoid
from pellucid.graph.tensor import Tensor, apply, as_tensor


def _unary(name: str, numpy: Callable[..., Any], slope: Any = None) -> None:
    """An op of one input; `slope(x, y)` is its derivative at x, where its value is y."""

    def gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
        return [g * slope(node.inputs[0], node)]

    define(name, same, numpy, gradient if slope else None)


define("negative", same, np.negative, lambda g, node: [-g])
_unary("exp", np.exp, lambda x, y: y)
_unary("expm1", np.expm1, lambda x, y: y + 1.0)
define("log", same, np.log, lambda g, node: [g / node.inputs[0]])
define("log1p", same, np.log1p, lambda g, node: [g / (node.inputs[0] + 1.0)])
define("sqrt", same, np.sqrt, lambda g, node: [g * 0.5 / node])
_unary("sin", np.sin, lambda x, y: apply("cos", x))
_unary("cos", np.cos, lambda x, y: -apply("sin", x))
define("arctan", same, np.arctan, lambda g, node: [g / (node.inputs[0] * node.inputs[0] + 1.0)])
_unary("tanh", np.tanh, lambda x, y: 1.0 - y * y)
_unary("sigmoid", sigmoid, lambda x, y: y * (1.0 - y))
_unary("erf", erf, lambda x, y: apply("exp", -(x * x)) * (2.0 / math.sqrt(math.pi)))
_unary("absolute", np.absolute, lambda x, y: apply("sign", x))
_unary("sign", np.sign)
_unary("floor", np.floor)
_unary("ceil", np.ceil)
_unary("round", np.rint)


def _binary(name: str, numpy: Callable[..., Any], slopes: Any = None) -> None:
    """An op of two inputs; `slopes(g, a, b, y)` are the cotangents before un-broadcasting."""

    def gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
        a, b = node.inputs
        da, db = slopes(g, a, b, node)
        return [unbroadcast(da, a.shape), unbroadcast(db, b.shape)]

    define(name, broadcast, numpy, gradient if slopes else None)


def _where_true(condition: Tensor, g: Tensor) -> Tensor:
    """`g` where the condition holds, else zero (also where g is infinite)."""
    return apply("where", condition, g, like(g, 0))


def _power_slopes(g: Tensor, a: Tensor, b: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Slopes of a**b; the one in b is taken as 0 where a <= 0, where log(a) is undefined."""
    log_a = apply("log", apply("where", a > 0, a, like(a, 1)))
    # Where b is 0 the slope is 0, not 0 * a**-1, which is undefined at a = 0.
    lower = apply("where", b == 0, like(b, 1), b - 1)
    return g * b * apply("power", a, lower), g * y * log_a


def _power(a: Array, b: Array) -> Array:
    if a.dtype.kind == "i" and np.any(b < 0):
        raise ArgumentError(
            "power",
            expected="exponents >= 0 for integers",
            received=int(np.min(b)),
            hint="cast to float32 first",
        )
    return np.asarray(np.power(a, b))


_binary("add", np.add, lambda g, a, b, y: (g, g))
_binary("subtract", np.subtract, lambda g, a, b, y: (g, -g))
_binary("multiply", np.multiply, lambda g, a, b, y: (g * b, g * a))
_binary("divide", np.divide, lambda g, a, b, y: (g / b, -(g * y / b)))
_binary("power", _power, _power_slopes)
_binary("floor_divide", np.floor_divide)
_binary("mod", np.mod, lambda g, a, b, y: (g, -(g * apply("floor_divide", a, b))))
# At a tie the second input takes the whole gradient, so that relu(x) = maximum(x, 0) has slope 0
# at 0, as in Keras and PyTorch.
_binary(
    "maximum",
    np.maximum,
    lambda g, a, b, y: (_where_true(a > b, g), _where_true(apply("logical_not", a > b), g)),
)
_binary(
    "minimum",
    np.minimum,
    lambda g, a, b, y: (_where_true(a < b, g), _where_true(apply("logical_not", a < b), g)),
)

define("equal", compare, np.equal)
define("not_equal", compare, np.not_equal)
define("less", compare, np.less)
define("less_equal", compare, np.less_equal)
define("greater", compare, np.greater)
define("greater_equal", compare, np.greater_equal)


def _decide(*inputs: Tensor) -> tuple[Shape, DType]:
    """Shape rule of an op on truth values."""
    if any(tensor.dtype != "bool" for tensor in inputs):
        raise DTypeError(
            "& | ~",
            expected="bool tensors",
            received=" and ".join(tensor.dtype for tensor in inputs),
            hint="compare with != 0 first; bits of integers are out of reach",
        )
    return compare(*inputs)


define("logical_and", _decide, np.logical_and)
define("logical_or", _decide, np.logical_or)
define("logical_not", _decide, np.logical_not)


def _where_shape(condition: Tensor, a: Tensor, b: Tensor) -> tuple[Shape, DType]:
    return broadcast_shapes(condition.shape, a.shape, b.shape), a.dtype


def _where_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    condition, a, b = node.inputs
    zero = like(g, 0)
    return [
        None,
        unbroadcast(apply("where", condition, g, zero), a.shape),
        unbroadcast(apply("where", condition, zero, g), b.shape),
    ]


define("where", _where_shape, np.where, _where_gradient)


def _cast_shape(x: Tensor, dtype: DType) -> tuple[Shape, DType]:
    return x.shape, dtype


def _cast_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    (x,) = node.inputs
    return [as_tensor(g, x.dtype) if is_float(x.dtype) else None]


define("cast", _cast_shape, lambda x, dtype: np.asarray(x).astype(dtype), _cast_gradient)

define("stop_gradient", same, lambda x: x)


def _custom_shape(value: Tensor, *parents: Tensor, rule: object) -> tuple[Shape, DType]:
    return value.shape, value.dtype


def _custom_numpy(value: Array, *parents: Array, rule: object) -> Array:
    return value


def _custom_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    parents, parts = node.inputs[1:], node.attrs["rule"](g)
    if len(parts) != len(parents):
        raise GraphError(
            "custom_gradient", expected=f"{len(parents)} cotangents", received=str(len(parts))
        )
    return [None, *map(_fitted, parts, parents)]


def _fitted(part: Tensor | None, parent: Tensor) -> Tensor | None:
    """A cotangent brought to the type and shape of what it belongs to."""
    if part is None:
        return None
    part = as_tensor(part, parent.dtype)
    shape = broadcast_shapes(part.shape, parent.shape)
    wide = part if part.shape == shape else apply("broadcast_to", part, shape=shape)
    return unbroadcast(wide, parent.shape)


define("custom_gradient", _custom_shape, _custom_numpy, _custom_gradient)


def custom_gradient(
    value: Tensor, parents: tuple[Tensor, ...], rule: Callable[[Tensor], Any]
) -> Tensor:
    """`value`, whose gradient is given by `rule` instead of being derived.

    `parents` are the tensors it depends on; `rule(g)` gives one cotangent (or None) for each, where
    `g` is the cotangent of `value`; axes along which a parent was broadcast are summed. For a
    reason of numerics or of measured speed, or to replace a derivative on purpose
    (straight-through estimators).

    >>> from pellucid.graph.tensor import Variable
    >>> from pellucid.graph.gradient import gradient
    >>> x = Variable(0.3)
    >>> step = custom_gradient(apply("round", x), (x,), lambda g: [g])
    >>> float(gradient(step, x))
    1.0
    """
    return apply("custom_gradient", value, *parents, rule=rule)
