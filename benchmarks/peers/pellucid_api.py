"""Pellucid through its public names, as a user writes it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks import problems
from benchmarks.peers.peer import Job, Peer, calls
from benchmarks.problems import Problem


class Pellucid(Peer):
    """Whatever target the settings name; `note` says which one."""

    packages = ("pellucid", "numpy")

    def __init__(self) -> None:
        self.api: Any = import_module("pellucid")

    def note(self) -> str:
        """The target that ran."""
        return f"target {self.api.settings.get('target')}"

    def train(self, problem: Problem) -> Job:
        """One `fit` over many epochs."""
        model = self._model(problem)
        model.set_weights([array for layer in problem.weights for array in layer])
        check = [float(model.train_on_batch(x, y)) for x, y in problem.batches()]
        size = problem.workload.batch

        def run(epochs: int) -> None:
            model.fit(problem.x, problem.y, batch_size=size, epochs=epochs, verbose=0)

        return Job(run, problem.workload.steps, check)

    def search(self, problem: Problem) -> Job:
        """A new model, compiled and fitted, for every seed."""
        work = problem.workload

        def one(seed: int) -> float:
            self.api.utils.set_random_seed(seed)
            model = self._model(problem)
            history = model.fit(
                problem.x, problem.y, batch_size=work.batch, epochs=work.epochs, verbose=0
            )
            return float(history.history["loss"][-1])

        return Job(lambda n: [one(seed) for seed in range(n)], 1, [one(0)])

    def predict(self, problem: Problem) -> Job:
        """`predictor`, the function for programs that ask often for the same number of rows."""
        predict = self._trained(problem).predictor(len(problem.x))
        return calls(lambda: predict(problem.x))

    def elementwise(self, problem: Problem) -> Job:
        """The expression as a compiled step."""
        ops = self.api.ops
        step = self.api.compile_step(lambda x, y, z: ops.exp(x) * y + ops.tanh(z))
        return calls(lambda: step(problem.x, problem.y, problem.z))

    def _trained(self, problem: Problem) -> Any:
        model = self._model(problem, probabilities=True)
        model.set_weights([array for layer in problem.weights for array in layer])
        return model

    def _model(self, problem: Problem, probabilities: bool = False) -> Any:
        api = self.api
        first, *hidden, outputs = problem.workload.dims
        last = api.layers.Dense(outputs, activation="sigmoid" if probabilities else None)
        inner = [api.layers.Dense(width, activation="relu") for width in hidden]
        model = api.Sequential([api.layers.Input((first,)), *inner, last])
        losses = api.losses
        kind = losses.BinaryCrossentropy if problem.binary else losses.SparseCategoricalCrossentropy
        adam = api.optimizers.Adam(
            problems.LEARNING_RATE, problems.BETA_1, problems.BETA_2, problems.EPSILON
        )
        model.compile(adam, kind(from_logits=not probabilities))
        return model


class PellucidByBatch(Pellucid):
    """The other way to predict: Keras's."""

    def predict(self, problem: Problem) -> Job:
        """`predict_on_batch`, which takes any number of rows of any type."""
        model = self._trained(problem)
        return calls(lambda: model.predict_on_batch(problem.x))
