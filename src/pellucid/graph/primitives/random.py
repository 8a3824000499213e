"""Counter-based random numbers: Philox 4x32-10, so a seed fixes every bit on every target.

Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. The key is the seed; the
counter is the position of the element and the number of the draw, so element i needs no element
before it, and any number of threads gives the same numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.arrays import Array
from pellucid.graph.dims import Shape
from pellucid.graph.dtypes import DType
from pellucid.graph.primitives.table import define
from pellucid.graph.tensor import Tensor

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


def philox(counter: tuple[Array, ...], key: tuple[int, int]) -> tuple[Array, ...]:
    """Four words of 32 random bits (held in uint64) for each counter of four 32-bit words."""
    c0, c1, c2, c3 = (np.asarray(word, np.uint64) for word in counter)
    k0, k1 = key
    for _ in range(10):
        p0, p1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c2 = (p1 >> _SHIFT) ^ c1 ^ np.uint64(k0), (p0 >> _SHIFT) ^ c3 ^ np.uint64(k1)
        c1, c3 = p1 & _LOW, p0 & _LOW
        k0, k1 = (k0 + _KEY_STEPS[0]) & 0xFFFFFFFF, (k1 + _KEY_STEPS[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


def random_words(seed: int, draw: int, count: int) -> Array:
    """`count` words of 32 random bits, as uint64: word i is word i % 4 of block i // 4."""
    block = np.arange(-(-count // 4), dtype=np.uint64)
    zero = np.zeros_like(block)
    low, high = draw & 0xFFFFFFFF, (draw >> 32) & 0xFFFFFFFF
    counter = (block & _LOW, block >> _SHIFT, zero + np.uint64(low), zero + np.uint64(high))
    words = philox(counter, (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF))
    return np.stack(words, axis=-1).reshape(-1)[:count]


def _uniform_shape(seed: Tensor, shape: Shape, dtype: DType) -> tuple[Shape, DType]:
    if seed.shape != (2,) or seed.dtype != "int64":
        raise ShapeError(
            "random_uniform",
            expected="a seed of two int64 numbers: the key and the number of the draw",
            received=f"{seed.shape} {seed.dtype}",
        )
    return shape, dtype


def _uniform_numpy(seed: Array, shape: tuple[int, ...], dtype: DType) -> Array:
    """In [0, 1): the top 24 bits of a word for float32, 53 bits of two words for float64."""
    count = int(np.prod(shape))
    key, draw = int(seed[0]), int(seed[1])
    if dtype == "float32":
        words = random_words(key, draw, count)
        return ((words >> np.uint64(8)).astype(np.float32) * np.float32(2**-24)).reshape(shape)
    pairs = random_words(key, draw, 2 * count).reshape(-1, 2)
    bits = (pairs[:, 0] >> np.uint64(5)) << np.uint64(26) | pairs[:, 1] >> np.uint64(6)
    return (bits.astype(np.float64) * 2**-53).reshape(shape)


define("random_uniform", _uniform_shape, _uniform_numpy)


__all__: list[Any] = ["philox", "random_words"]
