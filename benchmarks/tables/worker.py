"""The process of one learner: learns a fold, predicts its held-out rows, one JSON object a line.

    python -m benchmarks.tables.worker NAME

``{"problem": FILE, "fold": K, "seed": S, "to": FILE}`` is answered by the seconds that learning
(preprocessing included) and predicting took; the predictions are in the file. The end of input ends
it.
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tables import problem as problems
from benchmarks.tables.learners import LEARNERS
from benchmarks.tables.problem import Problem


class Session:
    """A learner, and the problem that it read last."""

    def __init__(self, name: str) -> None:
        self._about = LEARNERS[name]
        self._learner: Any = None
        self._path = ""
        self._problem: Any = None
        self._table: Any = None

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What is said to one line of input; a failure is an answer too."""
        try:
            self._prepare(question["problem"])
            predicted, fit, predict = learn(
                self._learner, self._problem, self._table, question["fold"], question["seed"]
            )
        except Exception as error:  # whatever goes wrong in a library is its result
            words = (str(error).strip().splitlines() or [""])[0][:200]
            absent = isinstance(error, ImportError)
            return {"ok": False, "absent": absent, "error": f"{type(error).__name__}: {words}"}
        np.save(question["to"], predicted)
        version = metadata.version(self._about.package)
        return {"ok": True, "fit": fit, "predict": predict, "version": version}

    def _prepare(self, path: str) -> None:
        if self._learner is None:
            module, _, name = self._about.made_by.partition(":")
            kind = getattr(import_module(f"benchmarks.tables.learners.{module}"), name)
            self._learner = kind(**self._about.settings)
        if path != self._path:
            self._problem = problems.read(Path(path))
            self._table = self._learner.table(self._problem)
            self._path = path


def learn(
    learner: Any, problem: Problem, table: Any, fold: int, seed: int
) -> tuple[np.ndarray, float, float]:
    """Predictions of the rows of a fold, and the seconds of learning and of predicting.

    A class that the rows learned from do not hold gets probability 0.
    """
    train, test = problem.rows(fold)
    known, y = np.unique(problem.y[train], return_inverse=True)
    n_classes = len(known) if problem.classes else 0
    x = _take(table, train)
    rows = _take(table, test)
    start = time.perf_counter()
    predict = learner.fit(x, y if n_classes else problem.y[train], n_classes, seed)
    learned = time.perf_counter()
    found = np.asarray(predict(rows), np.float64)
    done = time.perf_counter()
    if not n_classes:
        return found.reshape(len(test)), learned - start, done - learned
    predicted = np.zeros((len(test), len(problem.classes)))
    predicted[:, known.astype(int)] = found
    return predicted, learned - start, done - learned


def _take(table: Any, rows: np.ndarray) -> Any:
    # A pandas frame has `iloc`; our table takes rows itself.
    return table.iloc[rows].reset_index(drop=True) if hasattr(table, "iloc") else table.take(rows)


def main(name: str) -> None:
    """Answer until the input ends; what libraries print goes to the error output."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    session = Session(name)
    for line in sys.stdin:
        print(json.dumps(session.answer(json.loads(line))), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
