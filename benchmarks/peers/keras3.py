"""Keras 3, on whatever backend its environment variable names."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from benchmarks import problems
from benchmarks.peers.peer import Job, Peer, calls
from benchmarks.problems import Problem


class Keras(Peer):
    """`compile` and `fit`."""

    def __init__(self) -> None:
        self.keras: Any = import_module("keras")
        backend = self.keras.backend.backend()
        self.packages = ("keras", backend)

    def train(self, problem: Problem) -> Job:
        """One `fit` of many epochs."""
        model = self._model(problem)
        model.set_weights([array for layer in problem.weights for array in layer])
        check = []
        for x, y in problem.batches():
            model.reset_metrics()
            check.append(float(np.asarray(model.train_on_batch(x, y))))

        def run(epochs: int) -> None:
            self._fit(model, problem, epochs)

        return Job(run, problem.workload.steps, check)

    def search(self, problem: Problem) -> Job:
        """A new model, compiled and fitted, for every seed."""

        def one(seed: int) -> float:
            self.keras.utils.set_random_seed(seed)
            history = self._fit(self._model(problem), problem, problem.workload.epochs)
            return float(history.history["loss"][-1])

        return Job(lambda n: [one(seed) for seed in range(n)], 1, [one(0)])

    def predict(self, problem: Problem) -> Job:
        """`predict_on_batch`, which is far faster than `predict` for rows at hand."""
        model = self._model(problem, probabilities=True)
        model.set_weights([array for layer in problem.weights for array in layer])
        return calls(lambda: np.asarray(model.predict_on_batch(problem.x)))

    def _fit(self, model: Any, problem: Problem, epochs: int) -> Any:
        size = problem.workload.batch
        return model.fit(problem.x, problem.y, batch_size=size, epochs=epochs, verbose=0)

    def _model(self, problem: Problem, probabilities: bool = False) -> Any:
        keras = self.keras
        first, *hidden, outputs = problem.workload.dims
        last = keras.layers.Dense(outputs, activation="sigmoid" if probabilities else None)
        inner = [keras.layers.Dense(width, activation="relu") for width in hidden]
        model = keras.Sequential([keras.layers.Input((first,)), *inner, last])
        losses = keras.losses
        kind = losses.BinaryCrossentropy if problem.binary else losses.SparseCategoricalCrossentropy
        adam = keras.optimizers.Adam(
            problems.LEARNING_RATE, problems.BETA_1, problems.BETA_2, problems.EPSILON
        )
        model.compile(adam, kind(from_logits=not probabilities), **self._tuning(problem))
        return model

    def _tuning(self, problem: Problem) -> dict[str, Any]:
        # A whole epoch in one call makes the small network faster by a third on JAX, by nothing on
        # TensorFlow.
        whole = self.keras.backend.backend() == "jax"
        return {"steps_per_execution": problem.workload.steps} if whole else {}
