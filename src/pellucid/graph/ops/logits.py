"""Stable composites on logits: softmax, the cross-entropies, and the way back to the logits."""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.dims import format_shape
from pellucid.graph.dtypes import is_float
from pellucid.graph.ops.elementwise import exp, log, log1p, maximum, sigmoid, stop_gradient
from pellucid.graph.ops.indexing import one_hot, take_along_axis
from pellucid.graph.ops.movement import expand_dims, reshape, squeeze
from pellucid.graph.ops.reduction import max, sum
from pellucid.graph.primitives.elementwise import custom_gradient
from pellucid.graph.tensor import Tensor, as_tensor, match, normalize_axis


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
    if not z.ndim or not y.ndim or z.shape[axis] != y.shape[axis]:
        raise ShapeError(
            "softmax_cross_entropy",
            expected=f"as many labels as logits along axis {axis}",
            received=f"labels {format_shape(y.shape)}, logits {format_shape(z.shape)}",
        )
    value = -sum(y * log_softmax(z, axis), axis)

    def rule(g: Tensor) -> list[Tensor]:
        wide = expand_dims(g, axis)
        total = sum(y, axis, keepdims=True)
        return [wide * (softmax(z, axis) * total - y), -(wide * log_softmax(z, axis))]

    return custom_gradient(value, (z, y), rule)


def sparse_softmax_cross_entropy(labels: Any, logits: Any, axis: int = -1) -> Tensor:
    """-log softmax(z) at the class that each integer label names, in nats.

    `labels` has the shape of `logits` without `axis`. The slope in z is softmax(z) - one_hot(y):
    written out, because the derived one scatters. A label of C or more raises `ArgumentError` when
    evaluated, as every index out of range does; negative ones must be refused before.

    >>> round(float(sparse_softmax_cross_entropy(1, [0.0, 0.0])), 6)
    0.693147
    """
    z, y = as_tensor(logits), as_tensor(labels)
    z = z if is_float(z.dtype) else as_tensor(z, "float32")
    axis = normalize_axis(axis, z.ndim)
    classes = z.shape[axis]
    if not isinstance(classes, int):
        raise ShapeError(
            "sparse_softmax_cross_entropy",
            expected="a known number of classes",
            received=format_shape(z.shape),
        )
    value = -squeeze(take_along_axis(log_softmax(z, axis), expand_dims(y, axis), axis), axis)

    def rule(g: Tensor) -> list[Tensor]:
        hits = one_hot(y, classes, axis=axis, dtype=z.dtype)
        return [expand_dims(g, axis) * (softmax(z, axis) - hits)]

    return custom_gradient(value, (z,), rule)


def sigmoid_logits(probabilities: Tensor) -> Tensor | None:
    """The z of a tensor that is sigmoid(z), also behind a change of shape; otherwise None."""
    if probabilities.op == "reshape":
        behind = sigmoid_logits(probabilities.inputs[0])
        return None if behind is None else reshape(behind, probabilities.shape)
    return probabilities.inputs[0] if probabilities.op == "sigmoid" else None


def softmax_logits(probabilities: Tensor, axis: int = -1) -> Tensor | None:
    """The z of a tensor that is `softmax(z, axis)`, otherwise None.

    Read off its form, which survives when a graph is built again on other inputs:
    custom_gradient(e / sum(e), z) with e = exp(z - max(z)).
    """
    node = probabilities
    if node.op != "custom_gradient" or len(node.inputs) != 2 or node.inputs[0].op != "divide":
        return None
    e, total = node.inputs[0].inputs
    axes = (normalize_axis(axis, node.ndim),)
    sums_up = total.op == "sum" and total.inputs[0] is e and total.attrs["axes"] == axes
    if not (sums_up and e.op == "exp" and e.inputs[0].op == "subtract"):
        return None
    z = e.inputs[0].inputs[0]
    return z if z is node.inputs[1] else None
