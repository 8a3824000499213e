"""scikit-learn's multi-layer perceptron."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks import problems
from benchmarks.peers.peer import Job, NotOfferedError, Peer, calls
from benchmarks.problems import Problem


class ScikitLearn(Peer):
    """`MLPClassifier` with its penalty off and no early end."""

    packages = ("sklearn",)

    def __init__(self) -> None:
        self.network: Any = import_module("sklearn.neural_network")
        warnings.simplefilter("ignore")  # that training ended before it converged, every time

    def train(self, problem: Problem) -> Job:
        """One `fit` of many epochs."""
        y = problem.y.ravel()

        def run(epochs: int) -> None:
            self._model(problem, epochs).fit(problem.x, y)

        return Job(run, problem.workload.steps, self._losses(problem))

    def search(self, problem: Problem) -> Job:
        """A new classifier for every seed."""
        y = problem.y.ravel()

        def one(seed: int) -> float:
            model = self._model(problem, problem.workload.epochs, random_state=seed)
            return float(model.fit(problem.x, y).loss_)

        return Job(lambda n: [one(seed) for seed in range(n)], 1, [one(0)])

    def predict(self, problem: Problem) -> Job:
        """The probability of the second class."""
        if not problem.binary:
            raise NotOfferedError
        # A fit on two rows, only to give the classifier its shape.
        rows = np.zeros((2, problem.x.shape[1]), np.float32)
        model = self._model(problem, 1, batch_size=2).fit(rows, np.arange(2.0))
        self._give(model, problem)
        return calls(lambda: model.predict_proba(problem.x)[:, 1])

    def _model(self, problem: Problem, epochs: int, **other: Any) -> Any:
        settings = {
            "hidden_layer_sizes": problem.workload.dims[1:-1],
            "batch_size": problem.workload.batch,
            "max_iter": epochs,
            "n_iter_no_change": 10**9,
            "alpha": 0.0,
            "learning_rate_init": problems.LEARNING_RATE,
            "epsilon": problems.EPSILON,
            **other,
        }
        return self.network.MLPClassifier(**settings)

    def _losses(self, problem: Problem) -> list[float]:
        """The losses of the first steps from the given weights."""
        model = self._model(problem, 1, shuffle=False)
        batches = [(x, y.ravel()) for x, y in problem.batches()]
        model.partial_fit(*batches[0], classes=np.unique(problem.y))
        self._give(model, problem)
        return [float(model.partial_fit(x, y).loss_) for x, y in batches]

    def _give(self, model: Any, problem: Problem) -> None:
        """The given weights, and an optimizer that has seen nothing yet."""
        for own, (kernel, bias) in zip(
            zip(model.coefs_, model.intercepts_, strict=True), problem.weights, strict=True
        ):
            own[0][...], own[1][...] = kernel, bias
        optimizer = model._optimizer
        optimizer.t = 0
        for moment in (*optimizer.ms, *optimizer.vs):
            moment[...] = 0
