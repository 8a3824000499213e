"""Graphs that the compiler's tests share, as (name, builder of outputs, inputs, updates)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graph import Tensor, Variable, gradient, label, ops, origin, placeholder

Built = tuple[list[Tensor], list[Tensor], list[tuple[Variable, Tensor]]]


def weights(rng: np.random.Generator, name: str, *shape: int) -> Variable:
    return Variable((rng.standard_normal(shape) * 0.3).astype(np.float32), name=name)


def descent(loss: Tensor, variables: list[Variable], rate: Variable) -> list[Any]:
    updates = []
    for variable, g in zip(variables, gradient(loss, variables), strict=True):
        with origin(variable.origin.layer, "update"):
            updates.append((variable, variable - rate * g))
    return updates


def tumour() -> Built:
    """9-16-1, ReLU then sigmoid, binary cross-entropy, gradient descent."""
    rng = np.random.default_rng(0)
    x, y = placeholder((None, 9), name="x"), placeholder((None, 1), name="y")
    with origin("hidden"):
        w1, b1 = weights(rng, "hidden/kernel", 9, 16), weights(rng, "hidden/bias", 16)
        hidden = label(ops.relu(label(x @ w1 + b1, "hidden_z")), "hidden")
    with origin("output"):
        w2, b2 = weights(rng, "output/kernel", 16, 1), weights(rng, "output/bias", 1)
        z = label(hidden @ w2 + b2, "output_z")
    with origin(phase="loss"):
        loss = label(ops.mean(ops.sigmoid_cross_entropy(y, z)), "loss")
    rate = Variable(0.1, name="learning_rate", trainable=False)
    return [loss], [x, y], descent(loss, [w1, b1, w2, b2], rate)


def momentum() -> Built:
    """Softmax regression with momentum: two variables updated from one another's old values."""
    rng = np.random.default_rng(1)
    x, y = placeholder((None, 4), name="x"), placeholder((None, 3), name="y")
    with origin("softmax"):
        w = weights(rng, "softmax/kernel", 4, 3)
        velocity = weights(rng, "softmax/velocity", 4, 3)
        z = label(x @ w, "softmax_z")
    with origin(phase="loss"):
        loss = label(ops.mean(ops.softmax_cross_entropy(y, z)), "loss")
    g = gradient(loss, w)
    with origin(phase="update"):
        moved = 0.9 * velocity - 0.1 * g
        return [loss, ops.softmax(z)], [x, y], [(w, w + velocity), (velocity, moved)]


def convolution() -> Built:
    """A strided, padded convolution, its gradient, and a flattening dense layer."""
    rng = np.random.default_rng(2)
    x = placeholder((None, 6, 6, 2), name="images")
    with origin("conv"):
        kernel = weights(rng, "conv/kernel", 3, 3, 2, 4)
        h = label(ops.relu(ops.conv(x, kernel, strides=2, padding="same")), "conv")
    with origin("dense"):
        w = weights(rng, "dense/kernel", 36, 1)
        out = label(ops.reshape(h, (-1, 36)) @ w, "dense")
    with origin(phase="loss"):
        loss = label(ops.mean(out * out), "loss")
    rate = Variable(0.01, name="learning_rate")
    return [loss], [x], descent(loss, [kernel, w], rate)


def recurrence() -> Built:
    """A tanh recurrence over six steps, with the gradient through time."""
    rng = np.random.default_rng(3)
    x = placeholder((6, None, 2), name="sequence")
    with origin("cell"):
        w, u = weights(rng, "cell/kernel", 2, 5), weights(rng, "cell/recurrent", 5, 5)
        start = ops.broadcast_to(ops.zeros((1, 5)), (None, 5))
        (last,), (states,) = ops.scan(
            lambda c, s: ([h := ops.tanh(s[0] @ w + c[0] @ u)], [h]), [start], [x]
        )
    with origin(phase="loss"):
        loss = label(ops.mean(last * last) + ops.mean(states), "loss")
    rate = Variable(0.01, name="learning_rate")
    return [loss], [x], descent(loss, [w, u], rate)


def embedding_and_noise() -> Built:
    """Gather with its scatter gradient, dropout from counted random numbers, a large constant."""
    rng = np.random.default_rng(4)
    words = placeholder((None, 3), "int32", name="words")
    seed = Variable(np.array([7, 0]), name="dropout/seed", trainable=False)
    with origin("embedding"):
        table = weights(rng, "embedding/table", 11, 4)
        h = label(ops.take(table, words, axis=0), "embedding")
    with origin("dropout"):
        keep = ops.random.uniform((None, 3, 4), seed=seed) >= 0.25
        h = label(ops.where(keep, h / 0.75, 0.0), "dropout")
    with origin("mix"):
        h = ops.sum(h * rng.standard_normal((3, 4)).astype(np.float32), axis=1)
        h = label(ops.max(h, -1) + ops.sort(h, -1)[:, 0], "mix")
    with origin(phase="loss"):
        loss = label(ops.mean(ops.exp(-abs(h)) * ops.std(h)), "loss")
    rate = Variable(0.5, name="learning_rate")
    updates = descent(loss, [table], rate)
    with origin("dropout", "update"):
        updates.append((seed, seed + np.array([0, 1])))
    return [loss], [words], updates


NETWORKS: dict[str, Callable[[], Built]] = {
    builder.__name__: builder
    for builder in (tumour, momentum, convolution, recurrence, embedding_and_noise)
}


def data(inputs: list[Tensor], n: int = 5) -> list[np.ndarray]:
    """Arrays for the inputs of a network, of n samples."""
    rng = np.random.default_rng(9)
    arrays = []
    for tensor in inputs:
        shape = [dim if isinstance(dim, int) else dim.multiple * n for dim in tensor.shape]
        if tensor.dtype == "int32":
            arrays.append(rng.integers(0, 11, shape).astype(np.int32))
        else:
            arrays.append(rng.uniform(0, 1, shape).astype(np.float32))
    return arrays
