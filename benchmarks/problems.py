"""The data and the starting weights of a workload: the same bits for every library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.workloads import Workload

Array = NDArray[Any]
Weights = list[tuple[Array, Array]]

CHECKED_STEPS = 5

# Keras's defaults; PyTorch and scikit-learn are given the same.
LEARNING_RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


@dataclass(frozen=True)
class Problem:
    """What a library is given, all of it in memory and in float32.

    x: (N, F). y: (N, 1) of 0.0 and 1.0 for one output, else (N,) of int64 classes; `weights` are
    (in, out) kernels and biases. `z` is the third operand of the elementwise workload.
    """

    workload: Workload
    x: Array
    y: Array
    z: Array
    weights: Weights

    @property
    def binary(self) -> bool:
        """One output with a sigmoid, rather than classes."""
        return self.workload.dims[-1] == 1

    def batches(self) -> list[tuple[Array, Array]]:
        """The first few mini-batches, in order: what the libraries' losses are compared on."""
        size = self.workload.batch
        count = min(CHECKED_STEPS, self.workload.steps)
        return [
            (self.x[k * size : (k + 1) * size], self.y[k * size : (k + 1) * size])
            for k in range(count)
        ]


def make(workload: Workload, seed: int = 0) -> Problem:
    """The problem of a workload."""
    rng = np.random.default_rng(seed)
    if workload.kind == "elementwise":
        x, y, z = (rng.standard_normal(workload.rows, np.float32) for _ in range(3))
        return Problem(workload, x, y, z, [])
    x = rng.standard_normal((workload.rows, workload.dims[0]), np.float32)
    y = _labels(x, workload.dims[-1], rng)
    weights = [_layer(a, b, rng) for a, b in zip(workload.dims, workload.dims[1:], strict=False)]
    return Problem(workload, x, y, np.zeros(0, np.float32), weights)


def _labels(x: Array, outputs: int, rng: np.random.Generator) -> Array:
    """What a linear rule with noise says, so that there is something to learn."""
    classes = max(outputs, 2)
    scores = x @ rng.standard_normal((x.shape[1], classes), np.float32)
    scores += rng.standard_normal(scores.shape, np.float32) * scores.std() / 2
    chosen = scores.argmax(axis=1)
    labels: Array = chosen.astype(np.int64)
    return labels if outputs > 1 else labels[:, None].astype(np.float32)


def _layer(inputs: int, outputs: int, rng: np.random.Generator) -> tuple[Array, Array]:
    kernel = rng.standard_normal((inputs, outputs), np.float32) * np.sqrt(2 / inputs)
    return kernel.astype(np.float32), np.zeros(outputs, np.float32)
