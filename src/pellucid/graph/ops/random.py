"""Random tensors. The seed is an argument: two integers, a key and the number of the draw."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graph.dims import as_shape
from pellucid.graph.dtypes import as_dtype
from pellucid.graph.ops.elementwise import cos, floor, log, maximum, minimum, sqrt
from pellucid.graph.tensor import Tensor, apply, as_tensor, constant


def _seed(seed: Any) -> Tensor:
    return constant([seed, 0], "int64") if isinstance(seed, int) else as_tensor(seed, "int64")


def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = "float32", seed: Any = 0
) -> Tensor:
    """Numbers spread evenly over [minval, maxval).

    `seed` is an integer or an int64 tensor (key, draw); the same seed and shape always give the
    same numbers, on every target. Philox 4x32-10 (Salmon et al. 2011).

    >>> uniform((2,), seed=1).numpy().tolist() == uniform((2,), seed=1).numpy().tolist()
    True
    """
    u = apply("random_uniform", _seed(seed), shape=as_shape(shape), dtype=as_dtype(dtype))
    return _spread(u, minval, maxval)


def _spread(u: Tensor, minval: Any, maxval: Any) -> Tensor:
    """Numbers of [0, 1) brought to [minval, maxval)."""
    known = isinstance(minval, int | float) and isinstance(maxval, int | float)
    if known and (minval, maxval) == (0, 1):
        return u
    low = as_tensor(minval, u.dtype)
    x = u * (as_tensor(maxval, u.dtype) - low) + low
    if not known or maxval <= minval:
        return x
    # Rounding takes the last numbers below the end onto it.
    ends = np.array([maxval, minval], u.dtype)
    return minimum(x, float(np.nextafter(*ends)))


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = "float32", seed: Any = 0
) -> Tensor:
    """Normally distributed numbers, by Box and Muller (1958) from two uniform ones each.

    sqrt(-2 log u) cos(2π v); u is held above 2⁻²⁵ (float32) so that the result stays within ±5.9.
    """
    target = as_shape(shape)
    pair = uniform((2, *target), dtype=dtype, seed=seed)
    tiny = 2.0**-25 if pair.dtype == "float32" else 2.0**-54
    z = sqrt(-2.0 * log(maximum(pair[0], tiny))) * cos((2.0 * math.pi) * pair[1])
    return z * as_tensor(stddev, z.dtype) + as_tensor(mean, z.dtype)


def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Any = 0) -> Tensor:
    """Whole numbers spread evenly over [minval, maxval)."""
    u = uniform(shape, dtype="float64", seed=seed)
    return as_tensor(floor(u * float(maxval - minval)), dtype) + minval
