"""Tensors made from nothing but a shape, a range or another tensor's shape."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dims import Dim, SymbolicDim, as_dim, as_shape
from pellucid.graph.dtypes import as_dtype
from pellucid.graph.tensor import Tensor, apply, as_tensor, constant


def zeros(shape: Any, dtype: Any = "float32") -> Tensor:
    """Zeros of a shape."""
    return full(shape, 0, dtype)


def ones(shape: Any, dtype: Any = "float32") -> Tensor:
    """Ones of a shape."""
    return full(shape, 1, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = "float32") -> Tensor:
    """A tensor of a shape, every element `fill_value`.

    >>> full((None, 2), 7.0)
    <Tensor broadcast_to shape=(N, F=2) dtype=float32>
    """
    return apply("broadcast_to", as_tensor(fill_value, dtype), shape=as_shape(shape))


def zeros_like(x: Any, dtype: Any = None) -> Tensor:
    """Zeros of x's shape and, unless `dtype` is given, of its type."""
    return full_like(x, 0, dtype)


def ones_like(x: Any, dtype: Any = None) -> Tensor:
    """Ones of x's shape and, unless `dtype` is given, of its type."""
    return full_like(x, 1, dtype)


def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """A tensor of x's shape and dtype, every element `fill_value`."""
    x = as_tensor(x)
    return full(x.shape, fill_value, dtype or x.dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = "float32") -> Tensor:
    """Ones on the k-th diagonal of an N by M (default N) matrix, zeros elsewhere."""
    return constant(np.eye(N, M, k), dtype)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Tensor:
    """start, start + step, … up to but without `stop`; one argument is the stop, counted from 0.

    int32, or float32 where an argument is a float. The stop may be a multiple of N if the start
    is 0.

    >>> arange(2, 9, 3).numpy().tolist(), arange(None)
    ([2, 5, 8], <Tensor iota shape=(N,) dtype=int32>)
    """
    begin, end = (0, start) if stop is None else (start, stop)
    numbers = [begin, end, step]
    dtype = as_dtype(dtype or (float if any(isinstance(x, float) for x in numbers) else int))
    result = apply("iota", size=_count(begin, end, step), dtype=dtype)
    result = result if step == 1 else result * step
    return result if begin == 0 else result + begin


def _count(begin: Any, end: Any, step: Any) -> Dim:
    """How many elements a range has."""
    if step == 0:
        raise ArgumentError("arange", expected="a step other than 0", received=step)
    if end is not None and not isinstance(end, SymbolicDim):
        count: int = math.ceil((end - begin) / step)
        return max(0, count)
    if begin != 0 or step != 1:
        raise ShapeError(
            "arange",
            expected="a start of 0 and a step of 1 for a stop of N",
            received=f"start {begin}, step {step}",
        )
    return as_dim(end)
