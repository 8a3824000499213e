"""The tables an op has a row in: shape rule, NumPy rule, gradient rule.

An op is a name. `define` writes its three rows; targets keep tables of their own (source text,
machine code). A rule for gradients gets the cotangent `g` and the node, and gives one Tensor (or
None, where there is no gradient) for each input, written in Tensors so that gradients of gradients
come free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.graph.arrays import Array
from pellucid.graph.dims import Shape, broadcast_shapes
from pellucid.graph.dtypes import DType
from pellucid.graph.tensor import SHAPE_RULES, InferRule, Tensor, apply, constant

GradientRule = Callable[[Tensor, Tensor], Sequence[Tensor | None]]
NumpyRule = Callable[..., Any]

NUMPY_RULES: dict[str, NumpyRule] = {}
GRADIENT_RULES: dict[str, GradientRule | None] = {}


def define(
    name: str, shape: InferRule, numpy: NumpyRule, gradient: GradientRule | None = None
) -> None:
    """Add an op: its rows in the three tables; `gradient=None` says it has none."""
    SHAPE_RULES[name] = shape
    NUMPY_RULES[name] = numpy
    GRADIENT_RULES[name] = gradient


def same(x: Tensor, **attrs: Any) -> tuple[Shape, DType]:
    """Shape rule of an elementwise op of one input."""
    return x.shape, x.dtype


def broadcast(*inputs: Tensor) -> tuple[Shape, DType]:
    """Shape rule of an elementwise op of several inputs of one dtype."""
    return broadcast_shapes(*(tensor.shape for tensor in inputs)), inputs[-1].dtype


def compare(*inputs: Tensor) -> tuple[Shape, DType]:
    """Shape rule of an op that answers true or false for each element."""
    return broadcast_shapes(*(tensor.shape for tensor in inputs)), "bool"


def like(tensor: Tensor, value: float) -> Tensor:
    """A scalar constant of the tensor's dtype."""
    return constant(np.asarray(value, tensor.dtype))


def unbroadcast(g: Tensor, shape: Shape) -> Tensor:
    """Sum `g` over the axes along which a tensor of `shape` was broadcast."""
    if g.shape == shape:
        return g
    added = len(g.shape) - len(shape)
    axes = tuple(range(added)) + tuple(
        axis + added for axis, dim in enumerate(shape) if dim == 1 and g.shape[axis + added] != 1
    )
    if axes:
        g = apply("sum", g, axes=axes, keepdims=False)
    return g if g.shape == shape else apply("reshape", g, shape=shape)


def keep_dtype(function: Callable[..., Array]) -> NumpyRule:
    """A NumPy rule whose result takes the dtype of its first array."""
    return lambda x, **attrs: np.asarray(function(x, **attrs)).astype(x.dtype, copy=False)
