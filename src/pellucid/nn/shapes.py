"""Shapes as layers' `build` and `compute_output_shape` see them: tuples with None for N."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, format_shape
from pellucid.graph.dims import SymbolicDim, as_shape

PublicShape = tuple[int | None, ...]


def public_shape(tensor: Any) -> Any:
    """A tensor's shape with None for a dimension that depends on N; None for what is no tensor."""
    if not isinstance(tensor, Tensor):
        return None
    return tuple(None if isinstance(dim, SymbolicDim) else dim for dim in tensor.shape)


def is_shape(value: Any) -> bool:
    """Whether a value is one shape: a sequence of dimensions, None standing for N."""
    return isinstance(value, list | tuple) and all(
        dim is None or isinstance(dim, int | SymbolicDim) for dim in value
    )


def map_shapes(function: Callable[[Any], Any], shapes: Any) -> Any:
    """`function` of each shape in a nested structure of shapes.

    >>> map_shapes(len, {"a": (None, 3), "b": [(2,), ()]})
    {'a': 2, 'b': [1, 0]}
    """
    if is_shape(shapes):
        return function(shapes)
    if isinstance(shapes, Mapping):
        return {key: map_shapes(function, shape) for key, shape in shapes.items()}
    if isinstance(shapes, list | tuple):
        return [map_shapes(function, shape) for shape in shapes]
    raise ArgumentError("input_shape", expected="a shape, or shapes", received=repr(shapes))


def static_dims(shape: Any, where: str) -> tuple[int, ...]:
    """A shape that must be known, as integers; raises `ShapeError`."""
    dims = (shape,) if isinstance(shape, int | np.integer) else tuple(shape or ())
    if not all(isinstance(dim, int | np.integer) for dim in dims):
        raise ShapeError(
            where,
            expected="known dimensions",
            received=format_shape(as_shape(dims)),
            hint="Only the axis of the samples may be unknown",
        )
    return tuple(int(dim) for dim in dims)


def known_axis(shape: PublicShape, axis: int, where: str) -> int:
    """The size of an axis that a weight's shape depends on; raises `ShapeError`."""
    if not -len(shape) <= axis < len(shape) or shape[axis] is None:
        raise ShapeError(
            where,
            expected=f"an input whose axis {axis} is there and known",
            received=format_shape(as_shape(shape)),
        )
    return int(shape[axis] or 0)


def sample_dims(tensor: Tensor, where: str) -> tuple[int, ...]:
    """The shape of one sample; raises `ShapeError` if there is no axis of samples before it."""
    if not tensor.ndim:
        raise ShapeError(where, expected="an axis of samples", received="a scalar")
    return static_dims(tensor.shape[1:], where)
