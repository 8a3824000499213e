"""Stable composites on logits: softmax and the two cross-entropies."""

from __future__ import annotations

from typing import Any

from pellucid.graph.dtypes import is_float
from pellucid.graph.ops.elementwise import exp, log, log1p, maximum, sigmoid, stop_gradient
from pellucid.graph.ops.movement import expand_dims
from pellucid.graph.ops.reduction import max, sum
from pellucid.graph.primitives.elementwise import custom_gradient
from pellucid.graph.tensor import Tensor, as_tensor, match


def relu(x: Any) -> Tensor:
    """max(x, 0); its slope at 0 is taken as 0."""
    return maximum(x, 0)


def softmax(x: Any, axis: int = -1) -> Tensor:
    """exp(x) / sum(exp(x)) along `axis`: positive, summing to 1; stable for any finite x.

    >>> softmax([1000.0, 1000.0]).numpy().tolist()
    [0.5, 0.5]
    """
    x = as_tensor(x)
    x = x if is_float(x.dtype) else as_tensor(x, "float32")
    e = exp(x - stop_gradient(max(x, axis, keepdims=True)))
    y = e / sum(e, axis, keepdims=True)

    # y (g - sum(g y)): three passes where the derived form has eight.
    def rule(g: Tensor) -> list[Tensor]:
        p = softmax(x, axis)
        return [p * (g - sum(g * p, axis, keepdims=True))]

    return custom_gradient(y, (x,), rule)


def log_softmax(x: Any, axis: int = -1) -> Tensor:
    """log(softmax(x)) along `axis`, without taking the logarithm of a rounded-off zero."""
    z = as_tensor(x)
    z = z if is_float(z.dtype) else as_tensor(z, "float32")
    shifted = z - stop_gradient(max(z, axis, keepdims=True))
    return shifted - log(sum(exp(shifted), axis, keepdims=True))


def sigmoid_cross_entropy(labels: Any, logits: Any) -> Tensor:
    """-(y log p + (1 - y) log(1 - p)) with p = sigmoid(z), in nats, element by element.

    Computed as max(z, 0) - z y + log(1 + exp(-|z|)), which neither overflows nor loses digits; the
    slope in z is exactly sigmoid(z) - y.

    >>> float(sigmoid_cross_entropy(1.0, 1e4)), float(sigmoid_cross_entropy(1.0, -1e4))
    (0.0, 10000.0)
    """
    z, y = match(logits, labels, floating=True)
    value = maximum(z, 0) - z * y + log1p(exp(-abs(z)))
    return custom_gradient(value, (z, y), lambda g: [g * (sigmoid(z) - y), -(g * z)])


def softmax_cross_entropy(labels: Any, logits: Any, axis: int = -1) -> Tensor:
    """-sum(y log softmax(z)) along `axis`, in nats; `labels` are probabilities (or one-hot).

    The slope in z is softmax(z) sum(y) - y.

    >>> round(float(softmax_cross_entropy([0.0, 1.0], [0.0, 0.0])), 6)
    0.693147
    """
    z, y = match(logits, labels, floating=True)
    value = -sum(y * log_softmax(z, axis), axis)

    def rule(g: Tensor) -> list[Tensor]:
        wide = expand_dims(g, axis)
        total = sum(y, axis, keepdims=True)
        return [wide * (softmax(z, axis) * total - y), -(wide * log_softmax(z, axis))]

    return custom_gradient(value, (z, y), rule)
