"""Reductions over axes, running sums, and the order of elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.arrays import Array
from pellucid.graph.dims import Dim, Shape, format_shape
from pellucid.graph.dtypes import DType
from pellucid.graph.primitives.table import define, keep_dtype, like, same
from pellucid.graph.tensor import Tensor, apply, as_tensor


def _reduced_shape(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> tuple[Shape, DType]:
    if len(set(axes)) != len(axes) or not all(0 <= axis < x.ndim for axis in axes):
        raise ShapeError("reduce", expected=f"distinct axes below {x.ndim}", received=str(axes))
    if keepdims:
        return tuple(1 if axis in axes else dim for axis, dim in enumerate(x.shape)), x.dtype
    return tuple(dim for axis, dim in enumerate(x.shape) if axis not in axes), x.dtype


def _numpy(function: Callable[..., Any]) -> Callable[..., Array]:
    def rule(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
        return np.asarray(function(x, axis=axes, keepdims=keepdims))

    return rule


def _expand(tensor: Tensor, node: Tensor) -> Tensor:
    """A reduced tensor with its lost axes back, as size 1."""
    x, axes = node.inputs[0], node.attrs["axes"]
    shape = tuple(1 if axis in axes else dim for axis, dim in enumerate(x.shape))
    return tensor if tensor.shape == shape else apply("reshape", tensor, shape=shape)


def _sum_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    return [apply("broadcast_to", _expand(g, node), shape=node.inputs[0].shape)]


def _extreme_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    """Equal shares for all elements that tie for the extreme value, as in Keras."""
    x = node.inputs[0]
    hits = as_tensor(apply("equal", x, _expand(node, node)), x.dtype)
    ties = apply("sum", hits, axes=node.attrs["axes"], keepdims=True)
    return [_expand(g, node) * hits / ties]


def _prod_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    """The product of the other elements, right also where elements are zero.

    Beside a nonzero element it is the whole product divided by it, which is right to any order;
    for the only zero it is the product of the rest. Second derivatives by two zeros are missed.
    """
    x, axes = node.inputs[0], node.attrs["axes"]
    zero = apply("equal", x, like(x, 0))
    filled = apply("where", zero, like(x, 1), x)
    rest = apply("prod", filled, axes=axes, keepdims=True)
    zeros = apply("sum", as_tensor(zero, x.dtype), axes=axes, keepdims=True)
    beside_zero = apply("where", apply("equal", zeros, like(x, 1)), rest, like(x, 0))
    return [_expand(g, node) * apply("where", zero, beside_zero, _expand(node, node) / filled)]


define("sum", _reduced_shape, keep_dtype(_numpy(np.sum)), _sum_gradient)
define("prod", _reduced_shape, keep_dtype(_numpy(np.prod)), _prod_gradient)


def _check_some(shape: Sequence[Dim], axes: Sequence[int]) -> None:
    """Of no elements there is no largest one."""
    if any(shape[axis] == 0 for axis in axes):
        raise ShapeError(
            "max, min, argmax, argmin",
            expected="at least one element to choose from",
            received=format_shape(shape),
            hint=f"the tensor of shape {format_shape(shape)} has none along an axis of {axes}",
        )


def _extreme_shape(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> tuple[Shape, DType]:
    shape, dtype = _reduced_shape(x, axes, keepdims)
    if dtype != "bool":
        _check_some(x.shape, axes)
    return shape, dtype


def _extreme(function: Callable[..., Any], of_bools: Callable[..., Any]) -> Callable[..., Array]:
    """The largest or smallest; of booleans it is `any` or `all`, which also none at all have."""

    def rule(x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
        if x.dtype == np.bool_:
            return np.asarray(of_bools(x, axis=axes, keepdims=keepdims))
        _check_some(x.shape, axes)
        return np.asarray(function(x, axis=axes, keepdims=keepdims))

    return rule


define("max", _extreme_shape, _extreme(np.max, np.any), _extreme_gradient)
define("min", _extreme_shape, _extreme(np.min, np.all), _extreme_gradient)


def _arg_shape(x: Tensor, axis: int) -> tuple[Shape, DType]:
    _check_some(x.shape, (axis,))
    return x.shape[:axis] + x.shape[axis + 1 :], "int64"


def _arg(function: Callable[..., Any]) -> Callable[..., Array]:
    def rule(x: Array, axis: int) -> Array:
        _check_some(x.shape, (axis,))
        return np.asarray(function(x, axis=axis), np.int64)

    return rule


define("argmax", _arg_shape, _arg(np.argmax))
define("argmin", _arg_shape, _arg(np.argmin))


def _argsort_shape(x: Tensor, axis: int) -> tuple[Shape, DType]:
    return x.shape, "int64"


def _argsort(x: Array, axis: int) -> Array:
    return np.argsort(x, axis=axis, kind="stable").astype(np.int64)


define("argsort", _argsort_shape, _argsort)


def _cumsum_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    axis = node.attrs["axis"]
    back = apply("cumsum", apply("flip", g, axes=(axis,)), axis=axis)
    return [apply("flip", back, axes=(axis,))]


define("cumsum", same, keep_dtype(np.cumsum), _cumsum_gradient)
