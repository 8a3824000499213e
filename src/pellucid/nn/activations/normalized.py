"""Activations that look along an axis: softmax and its kin, the gated linear unit."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph import Tensor, as_tensor, format_shape, is_float, ops
from pellucid.nn.activations.lookup import ACTIVATIONS


@ACTIVATIONS.register()
def softmax(x: Any, axis: int = -1) -> Tensor:
    """Probabilities along `axis`, exp(x) / Σ exp(x): positive and summing to 1.

    A cross-entropy that is given the result takes the logits x from it, see `pellucid.losses`.

    >>> softmax([[0.0, 0.0]]).numpy().tolist()
    [[0.5, 0.5]]
    """
    return ops.softmax(x, axis)


@ACTIVATIONS.register()
def log_softmax(x: Any, axis: int = -1) -> Tensor:
    """The logarithm of softmax(x) along `axis`, also where softmax(x) rounds to 0."""
    return ops.log_softmax(x, axis)


@ACTIVATIONS.register()
def sparsemax(x: Any, axis: int = -1) -> Tensor:
    """The probabilities nearest to x along `axis`; many are exactly 0 (Martins, Astudillo 2016).

    max(x - t, 0) with t such that the sum is 1, as in the paper's algorithm 1. (In Keras 3.15 the
    sum falls below 1 where more than one element is positive.)

    >>> sparsemax([1.0, 0.5, -1.0]).numpy().tolist()
    [0.75, 0.25, 0.0]
    """
    x = as_tensor(x)
    x = x if is_float(x.dtype) else as_tensor(x, "float32")
    last = ops.moveaxis(x, axis, -1)
    count = _length("sparsemax", last, -1)
    falling = ops.flip(ops.sort(ops.stop_gradient(last), -1), -1)
    ranks = ops.arange(1, count + 1, dtype=x.dtype)
    inside = 1.0 + ranks * falling > ops.cumsum(falling, -1)
    size = ops.sum(ops.cast(inside, x.dtype), -1, keepdims=True)
    # The smallest element of the support tells its members; t is then a mean of them, so that
    # the gradient reaches each.
    smallest = ops.min(ops.where(inside, falling, falling[..., :1]), -1, keepdims=True)
    support = ops.where(last >= smallest, last, 0.0)
    t = (ops.sum(support, -1, keepdims=True) - 1.0) / size
    return ops.moveaxis(ops.relu(last - t), -1, axis)


@ACTIVATIONS.register()
def glu(x: Any, axis: int = -1) -> Tensor:
    """The gated linear unit, a · sigmoid(b), a and b the halves of x along `axis`.

    Raises `ShapeError` for an axis of odd length. Dauphin et al. 2017, equation 1.
    """
    x = as_tensor(x)
    if _length("glu", x, axis) % 2:
        raise ShapeError(
            "glu",
            expected=f"an axis of even length, to be halved (axis {axis})",
            received=format_shape(x.shape),
        )
    a, b = ops.split(x, 2, axis)
    return a * ops.sigmoid(b)


def _length(where: str, x: Tensor, axis: int) -> int:
    length = x.shape[axis] if -x.ndim <= axis < x.ndim else None
    if not isinstance(length, int):
        raise ShapeError(
            where,
            expected=f"an axis {axis} of known length",
            received=format_shape(x.shape),
        )
    return length
