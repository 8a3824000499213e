"""Pieces that networks of many members are built of; weights have a leading axis K."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pellucid.graph import Tensor, Variable, ops

# Scale and slope of SELU (Klambauer et al. 2017).
_SELU, _SELU_SLOPE = 1.0507009873554805, 1.6732632423543772
# Coordinates of an embedded category, in the RealMLP paper.
EMBEDDING = 8

ACTIVATIONS = ("selu", "mish", "relu")


def activated(x: Tensor, name: str) -> Tensor:
    """An activation function by name.

    >>> from pellucid.graph import constant
    >>> activated(constant([-1.0, 2.0]), "relu").numpy().tolist()
    [0.0, 2.0]
    """
    if name == "selu":
        return _SELU * ops.where(x > 0.0, x, _SELU_SLOPE * ops.expm1(x))
    if name == "mish":
        return x * ops.tanh(ops.softplus(x))
    return ops.maximum(x, 0.0)


def activated_array(x: np.ndarray, name: str) -> np.ndarray:
    """The same of an array.

    >>> x = np.array([-1.0, 2.0])
    >>> from pellucid.graph import constant
    >>> bool(np.allclose(activated_array(x, "mish"), activated(constant(x), "mish").numpy()))
    True
    """
    if name == "selu":
        return _SELU * np.where(x > 0, x, _SELU_SLOPE * np.expm1(np.minimum(x, 0)))
    if name == "mish":
        return x * np.tanh(np.logaddexp(0, x))
    return np.maximum(x, 0)


def embedded(table: Variable, codes: Tensor, n_levels: Sequence[int]) -> Tensor:
    """The vectors (K, N, D·E) of codes (K or 1, N, E) of E columns.

    `table` (K, L, D) holds the rows of all columns one after the other, `n_levels` each.
    """
    members, total, size = table.value.shape
    columns = np.cumsum([0, *n_levels[:-1]]).reshape(1, 1, -1)
    starts = np.arange(members).reshape(-1, 1, 1) * total
    places = ops.cast(codes, "int32") + (columns + starts).astype(np.int32)
    found = ops.take(ops.reshape(table, (members * total, size)), places, axis=0)  # (K, N, E, D)
    return ops.reshape(found, (members, -1, size * len(n_levels)))


def joined(parts: Sequence[Tensor], members: int) -> Tensor:
    """Features (K or 1, N, F) side by side, the same for all members where they are shared."""
    own = [
        p if p.shape[0] == members else ops.broadcast_to(p, (members, *p.shape[1:])) for p in parts
    ]
    return own[0] if len(own) == 1 else ops.concatenate(own, axis=-1)


def uniform_start(variable: Variable, width: int, random: np.random.Generator) -> None:
    """Numbers spread evenly over ± 1 / √width, `width` being how many are added up."""
    bound = 1.0 / math.sqrt(width)
    variable.assign(random.uniform(-bound, bound, variable.value.shape))
