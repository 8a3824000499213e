"""JAX: many epochs in one compiled function, `lax.scan` over the steps of each."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks import problems
from benchmarks.peers.peer import Job, Peer, calls
from benchmarks.problems import Problem

State = tuple[Any, Any, Any, Any]


class Jax(Peer):
    """Adam is written out in one expression, which XLA fuses; batches are gathered in the scan.

    Measured against permuting all rows first, unrolling the scan and one call an epoch, this form
    was the fastest or within the spread of it on every workload.
    """

    packages = ("jax", "jaxlib")

    def __init__(self) -> None:
        self.jax: Any = import_module("jax")
        self.jnp: Any = import_module("jax.numpy")

    def train(self, problem: Problem) -> Job:
        """A repeat is one turn of the outer loop inside the compiled function."""
        jax, jnp = self.jax, self.jnp
        step, many = self._step(problem), self._epochs(problem)
        x, y = jnp.asarray(problem.x), jnp.asarray(problem.y)
        one = jax.jit(step)
        state, check = self._start(problem), []
        for batch in problem.batches():
            state, loss = one(state, tuple(map(jnp.asarray, batch)))
            check.append(float(loss))
        current = [state]
        key = jax.random.PRNGKey(0)

        def run(epochs: int) -> None:
            state, loss = many(current[0], x, y, key, epochs)
            current[0] = jax.block_until_ready(state)

        return Job(run, problem.workload.steps, check)

    def search(self, problem: Problem) -> Job:
        """New weights for every seed; what is compiled stays."""
        jax, jnp, work = self.jax, self.jnp, problem.workload
        many = self._epochs(problem)
        x, y = jnp.asarray(problem.x), jnp.asarray(problem.y)

        def start(key: Any) -> State:
            shapes = [kernel.shape for kernel, _ in problem.weights]
            keys = jax.random.split(key, len(shapes))
            weights = [
                (jax.random.normal(k, shape) * np.sqrt(2 / shape[0]), jnp.zeros(shape[1]))
                for k, shape in zip(keys, shapes, strict=True)
            ]
            return self._state(weights)

        begin = jax.jit(start)

        def one(seed: int) -> float:
            key = jax.random.PRNGKey(seed)
            return float(many(begin(key), x, y, key, work.epochs)[1])

        return Job(lambda n: [one(seed) for seed in range(n)], 1, [one(0)])

    def predict(self, problem: Problem) -> Job:
        """A jitted function with its weights on the device."""
        jax, x = self.jax, problem.x
        weights = jax.device_put(problem.weights)
        forward = jax.jit(lambda weights, x: jax.nn.sigmoid(self._forward(weights, x)))
        return calls(lambda: np.asarray(forward(weights, x)))

    def elementwise(self, problem: Problem) -> Job:
        """Jitted, on arrays that are JAX's already."""
        jax, jnp = self.jax, self.jnp
        x, y, z = (jnp.asarray(each) for each in (problem.x, problem.y, problem.z))
        expression = jax.jit(lambda x, y, z: jnp.exp(x) * y + jnp.tanh(z))
        return calls(lambda: jax.block_until_ready(expression(x, y, z)), np.asarray)

    def _forward(self, weights: Any, x: Any) -> Any:
        for kernel, bias in weights[:-1]:
            x = self.jax.nn.relu(x @ kernel + bias)
        kernel, bias = weights[-1]
        return x @ kernel + bias

    def _loss(self, weights: Any, x: Any, y: Any, binary: bool) -> Any:
        jax, jnp = self.jax, self.jnp
        z = self._forward(weights, x)
        if binary:
            return (jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))).mean()
        chosen = jnp.take_along_axis(z, y[:, None], axis=1)[:, 0]
        return (jax.nn.logsumexp(z, axis=1) - chosen).mean()

    def _state(self, weights: Any) -> State:
        zeros = [
            (self.jnp.zeros_like(kernel), self.jnp.zeros_like(bias)) for kernel, bias in weights
        ]
        return weights, zeros, self.jax.tree.map(self.jnp.copy, zeros), self.jnp.float32(0)

    def _start(self, problem: Problem) -> State:
        # Copies, because the compiled function takes the state's memory for its own.
        weights = self.jax.tree.map(lambda array: self.jnp.array(array, copy=True), problem.weights)
        return self._state(weights)

    def _step(self, problem: Problem) -> Callable[[State, Any], tuple[State, Any]]:
        jax, jnp = self.jax, self.jnp
        beta_1, beta_2 = problems.BETA_1, problems.BETA_2

        def step(state: State, batch: Any) -> tuple[State, Any]:
            weights, m, v, t = state
            loss, gradient = jax.value_and_grad(self._loss)(weights, *batch, problem.binary)
            t = t + 1
            rate = problems.LEARNING_RATE * jnp.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            m = jax.tree.map(lambda m, g: beta_1 * m + (1 - beta_1) * g, m, gradient)
            v = jax.tree.map(lambda v, g: beta_2 * v + (1 - beta_2) * g * g, v, gradient)
            weights = jax.tree.map(
                lambda w, m, v: w - rate * m / (jnp.sqrt(v) + problems.EPSILON), weights, m, v
            )
            return (weights, m, v, t), loss

        return step

    def _epochs(self, problem: Problem) -> Callable[..., tuple[State, Any]]:
        jax, jnp, work = self.jax, self.jnp, problem.workload
        step = self._step(problem)

        def many(state: State, x: Any, y: Any, key: Any, epochs: Any) -> tuple[State, Any]:
            def one(number: Any, carry: tuple[State, Any]) -> tuple[State, Any]:
                order = jax.random.permutation(jax.random.fold_in(key, number), len(x))
                order = order[: work.steps * work.batch].reshape(work.steps, work.batch)

                def on(state: State, chosen: Any) -> tuple[State, Any]:
                    return step(state, (x[chosen], y[chosen]))

                state, losses = jax.lax.scan(on, carry[0], order)
                return state, losses.mean()

            return jax.lax.fori_loop(0, epochs, one, (state, jnp.float32(0)))  # type: ignore[no-any-return]

        compiled: Callable[..., tuple[State, Any]] = jax.jit(many, donate_argnums=0)
        return compiled
