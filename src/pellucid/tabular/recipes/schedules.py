"""How the numbers that steer training move from its begin, t = 0, to its end, t = 1."""

from __future__ import annotations

import math

from pellucid.graph import Tensor, ops


def coslog(t: Tensor, cycles: int = 4) -> Tensor:
    """Cycles from 0 up to 1 and back, each twice as long as the one before.

    (1 - cos(2π log₂(1 + (2^cycles - 1) t))) / 2. Holzmüller, Grinsztajn & Steinwart 2024, sec. 3.

    >>> from pellucid.graph import constant
    >>> coslog(constant([0.0, 1 / 15, 1.0])).numpy().round(3).tolist()
    [0.0, 0.0, 0.0]
    """
    turns = ops.log(1.0 + (2.0**cycles - 1.0) * t) * (1.0 / math.log(2.0))
    return 0.5 - 0.5 * ops.cos((2.0 * math.pi) * turns)


def warm_cos(t: Tensor) -> Tensor:
    """Up to 1 in the first twentieth, then along a cosine down to 0.

    >>> from pellucid.graph import constant
    >>> warm_cos(constant([0.0, 0.05, 0.525, 1.0])).numpy().round(3).tolist()
    [0.0, 1.0, 0.5, 0.0]
    """
    late = ops.maximum((t - 0.05) * (1.0 / 0.95), 0.0)
    return ops.minimum(t * 20.0, 0.5 + 0.5 * ops.cos(math.pi * late))


def flat_cos(t: Tensor) -> Tensor:
    """1 in the first half, then along a cosine down to 0 (ibid.).

    >>> from pellucid.graph import constant
    >>> flat_cos(constant([0.0, 0.5, 0.75, 1.0])).numpy().round(3).tolist()
    [1.0, 1.0, 0.5, 0.0]
    """
    late = ops.maximum(2.0 * t - 1.0, 0.0)
    return 0.5 + 0.5 * ops.cos(math.pi * late)
