"""Arrays of awkward sizes: none, one, primes; and the types tensors have."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from pellucid.graph import DTYPES, Array

SIZES = st.sampled_from([0, 1, 2, 3, 5, 7])
SOME = st.sampled_from([1, 2, 3, 5, 7])


def shapes(low: int = 0, high: int = 4, sizes: Any = SIZES) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes of `low` to `high` axes."""
    return st.lists(sizes, min_size=low, max_size=high).map(tuple)


def array_of(shape: tuple[int, ...], dtype: str, seed: int = 0) -> Array:
    """An array whose elements are all different, some below 0 (or true and false)."""
    count = int(np.prod(shape))
    numbers = np.random.default_rng(seed).permutation(count) - count // 3
    if dtype == "bool":
        return (numbers % 2 == 0).reshape(shape)
    scale = 0.37 if dtype.startswith("float") else 1
    return (numbers * scale).astype(dtype).reshape(shape)


@st.composite
def arrays(
    draw: Any, low: int = 0, high: int = 4, sizes: Any = SIZES, dtypes: Any = DTYPES
) -> Array:
    """Arrays of any of the types."""
    shape = draw(shapes(low, high, sizes))
    return array_of(shape, draw(st.sampled_from(dtypes)), draw(st.integers(0, 3)))


@st.composite
def with_axis(draw: Any, low: int = 1, **options: Any) -> tuple[Array, int]:
    """An array and one of its axes, counted from either end."""
    x = draw(arrays(low=low, **options))
    return x, draw(st.integers(-x.ndim, x.ndim - 1))


@st.composite
def broadcastable(draw: Any, count: int = 2, high: int = 4) -> tuple[tuple[int, ...], ...]:
    """Shapes that NumPy broadcasts together."""
    full = draw(shapes(high=high))
    results = []
    for _ in range(count):
        kept = [draw(st.sampled_from([dim, 1])) for dim in full]
        results.append(tuple(kept[draw(st.integers(0, len(kept))) :]))
    return tuple(results)
