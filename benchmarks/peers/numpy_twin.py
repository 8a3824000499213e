"""The same mathematics written by hand in NumPy: the measure of what all others compute."""

from __future__ import annotations

import numpy as np

from benchmarks import problems
from benchmarks.peers.peer import Job, Peer, calls
from benchmarks.problems import Array, Problem, Weights


class NumPyTwin(Peer):
    """Forward and backward pass by hand, Adam on one long vector of all parameters."""

    packages = ("numpy",)

    def train(self, problem: Problem) -> Job:
        """Epochs over rows in a new order each."""
        network = Network(problem.weights)
        check = [network.step(x, y) for x, y in problem.batches()]
        rng = np.random.default_rng(1)

        def run(epochs: int) -> None:
            for _ in range(epochs):
                epoch(network, problem, rng)

        return Job(run, problem.workload.steps, check)

    def search(self, problem: Problem) -> Job:
        """One network after the other."""

        def one(seed: int) -> float:
            rng = np.random.default_rng(seed)
            network = Network(problems.make(problem.workload, seed).weights)
            return [epoch(network, problem, rng) for _ in range(problem.workload.epochs)][-1]

        return Job(lambda n: [one(seed) for seed in range(n)], 1, [one(0)])

    def predict(self, problem: Problem) -> Job:
        """Two products, a maximum and a sigmoid."""
        (a, b), (c, d) = problem.weights
        x = problem.x
        return calls(lambda: 1 / (1 + np.exp(-(np.maximum(x @ a + b, 0) @ c + d))))

    def elementwise(self, problem: Problem) -> Job:
        """The expression as one writes it."""
        x, y, z = problem.x, problem.y, problem.z
        return calls(lambda: np.exp(x) * y + np.tanh(z))


class Network:
    """Dense layers with relu between them; `theta`, `m` and `v` hold all parameters in a row."""

    def __init__(self, weights: Weights) -> None:
        flat = [array.ravel() for layer in weights for array in layer]
        self.theta = np.concatenate(flat)
        self.gradient = np.zeros_like(self.theta)
        self.m, self.v = np.zeros_like(self.theta), np.zeros_like(self.theta)
        self.layers = _views(self.theta, weights)
        self._gradients = _views(self.gradient, weights)
        self._t = 0

    def step(self, x: Array, y: Array) -> float:
        """One step of Adam on a batch; its loss before the step."""
        activations = self._forward(x)
        loss, delta = _loss(activations[-1], y)
        self._backward(activations, delta)
        self._adam()
        return loss

    def _forward(self, x: Array) -> list[Array]:
        activations = [x]
        for kernel, bias in self.layers[:-1]:
            activations.append(np.maximum(activations[-1] @ kernel + bias, 0))
        kernel, bias = self.layers[-1]
        activations.append(activations[-1] @ kernel + bias)
        return activations

    def _backward(self, activations: list[Array], delta: Array) -> None:
        for index in range(len(self.layers) - 1, -1, -1):
            d_kernel, d_bias = self._gradients[index]
            np.matmul(activations[index].T, delta, out=d_kernel)
            np.sum(delta, axis=0, out=d_bias)
            if index:
                delta = delta @ self.layers[index][0].T
                delta *= activations[index] > 0

    def _adam(self) -> None:
        self._t += 1
        g, m, v = self.gradient, self.m, self.v
        m += (g - m) * np.float32(1 - problems.BETA_1)
        v += (g * g - v) * np.float32(1 - problems.BETA_2)
        bias = np.sqrt(1 - problems.BETA_2**self._t) / (1 - problems.BETA_1**self._t)
        rate = np.float32(problems.LEARNING_RATE * bias)
        self.theta -= rate * m / (np.sqrt(v) + np.float32(problems.EPSILON))


def epoch(network: Network, problem: Problem, rng: np.random.Generator) -> float:
    """One pass in a new order; the mean loss of its steps."""
    order = rng.permutation(len(problem.x))
    size = problem.workload.batch
    losses = []
    for start in range(0, problem.workload.steps * size, size):
        chosen = order[start : start + size]
        losses.append(network.step(problem.x[chosen], problem.y[chosen]))
    return float(np.mean(losses))


def _loss(z: Array, y: Array) -> tuple[float, Array]:
    """The mean cross-entropy of a batch, from logits, and its gradient."""
    if z.shape[1] == 1:
        losses = np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
        return float(losses.mean()), (1 / (1 + np.exp(-z)) - y) / np.float32(len(z))
    rows = np.arange(len(z))
    shifted = z - z.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    sums = exponentials.sum(axis=1, keepdims=True)
    loss = float((np.log(sums[:, 0]) - shifted[rows, y]).mean())
    delta = exponentials / sums
    delta[rows, y] -= 1
    delta /= np.float32(len(z))
    return loss, delta


def _views(flat: Array, weights: Weights) -> Weights:
    """Kernels and biases as windows of one vector."""
    views, start = [], 0
    for kernel, bias in weights:
        middle = start + kernel.size
        end = middle + bias.size
        views.append((flat[start:middle].reshape(kernel.shape), flat[middle:end]))
        start = end
    return views
