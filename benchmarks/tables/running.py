"""Goes round tables, learners and folds, and keeps what was found after every fold."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import environment
from benchmarks.client import Worker
from benchmarks.tables import making, scores
from benchmarks.tables.catalogue import Source
from benchmarks.tables.learners import LEARNERS
from benchmarks.tables.problem import Problem
from benchmarks.tables.store import Key, Run, Store
from benchmarks.workloads import Library

_MODULE = "benchmarks.tables.worker"
# What says how many threads a library may use: OpenMP's, the linear algebra's, ours.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PELLUCID_THREADS")


@dataclass(frozen=True)
class Plan:
    """What to run: learners in order; `rows` at most; `minutes` in all, `patience` seconds a fold.

    `threads` each learner is given.

    `peers` is their interpreter; `file` is written after every fold, and held-out predictions into
    the folder of its name, so that a run can go on where it was cut.
    """

    learners: Sequence[str]
    folder: Path
    file: Path
    peers: str
    threads: int
    seed: int = 0
    rows: int | None = None
    minutes: float | None = None
    patience: float = 900.0

    @property
    def predictions(self) -> Path:
        """The folder of the held-out predictions."""
        return self.file.with_suffix(".predictions")


Say = Callable[[str], None]


def run(store: Store, plan: Plan, sources: Sequence[Source], say: Say) -> bool:
    """Run what is not done yet, small files first; whether all of it is done now."""
    end = time.monotonic() + 60 * (plan.minutes or 1e9)
    plan.predictions.mkdir(parents=True, exist_ok=True)
    # Large, and made anew by a run: none of version control's business.
    (plan.predictions / ".gitignore").write_text("*\n", "utf-8")
    ordered = sorted(sources, key=lambda each: (plan.folder / each.file).stat().st_size)
    with tempfile.TemporaryDirectory() as scratch, _Workers(plan) as workers:
        for source in ordered:
            todo = _todo(store, source.name, plan.learners)
            if not todo:
                continue
            problem = making.make(source, plan.folder)
            if plan.rows is not None and len(problem.y) > plan.rows:
                continue
            store.tables[source.name] = _facts(problem)
            path = Path(scratch, "problem.npz")
            problem.write(path)
            # Another name a table, so that a worker knows that there is another one.
            path = path.rename(path.with_name(f"{source.name}.npz"))
            for key in todo:
                if time.monotonic() > end:
                    return False
                store.runs[key] = _run(key, problem, path, plan, workers, say)
                _calibrate(store, key, problem, plan)
                store.write(plan.file)
            path.unlink()
    return True


def _todo(store: Store, table: str, learners: Sequence[str]) -> list[Key]:
    keys = [Key(table, name, fold) for name in learners for fold in range(making.N_FOLDS)]
    return [key for key in keys if not store.done(key)]


def _run(key: Key, problem: Problem, path: Path, plan: Plan, workers: _Workers, say: Say) -> Run:
    learner = LEARNERS[key.learner]
    to = _predictions(plan, key)
    question = {"problem": str(path), "fold": key.fold, "seed": plan.seed, "to": str(to.resolve())}
    started = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    load = round(environment.load(), 1)
    answer, error = workers.ask(key.learner, question)
    code = _code() if learner.ours else ""
    begun = Run(*key, started, load=load, code=code)
    if answer is None:
        say(f"{key.table}, fold {key.fold + 1}: {learner.label}: {error}")
        return replace(begun, error=error)
    _, test = problem.rows(key.fold)
    predicted = np.load(to)
    if not np.isfinite(predicted).all():
        return replace(begun, error="predictions that are not numbers")
    found = scores.score(problem.y[test], predicted, len(problem.classes))
    first = next(iter(found))
    say(
        f"{key.table}, fold {key.fold + 1}: {learner.label}: "
        f"{first} {found[first]:.4f} in {answer['fit']:.2f} s"
    )
    kept = {name: round(value, 6) for name, value in found.items() if np.isfinite(value)}
    fit, predict = (round(answer[name], 4) for name in ("fit", "predict"))
    return replace(begun, fit=fit, predict=predict, scores=kept, version=answer["version"])


def _calibrate(store: Store, key: Key, problem: Problem, plan: Plan) -> None:
    """Once all folds of a table of classes are there, the calibration error over all its rows."""
    keys = [Key(key.table, key.learner, fold) for fold in range(making.N_FOLDS)]
    files = [_predictions(plan, each) for each in keys]
    known = all(store.done(each) and file.is_file() for each, file in zip(keys, files, strict=True))
    if not problem.classes or not known:
        return
    together = np.empty((len(problem.y), len(problem.classes)))
    for each, file in zip(keys, files, strict=True):
        together[problem.rows(each.fold)[1]] = np.load(file)
    after = scores.calibrated(problem.y, together, problem.fold)
    store.calibration.setdefault(key.table, {})[key.learner] = {
        "ece": round(scores.calibration_error(problem.y, together), 5),
        "ece_after": round(scores.calibration_error(problem.y, after), 5),
        "log_loss_after": round(scores.log_loss(problem.y, after), 6),
    }


def _predictions(plan: Plan, key: Key) -> Path:
    return plan.predictions / f"{key.table}--{key.learner}--{key.fold}.npy"


def _facts(problem: Problem) -> dict[str, object]:
    return {
        "rows": len(problem.y),
        "columns": len(problem.columns),
        "categories": len(problem.categories),
        "classes": len(problem.classes),
        "n_folds": making.N_FOLDS,
        **problem.facts,
    }


@cache
def _code() -> str:
    """The commit of our code when the run began, with a plus sign where it was changed since."""
    command = ["git", "describe", "--always", "--dirty=+", "--exclude=*"]
    try:
        found = subprocess.run(
            command, cwd=environment.ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


class _Workers:
    """The processes of the learners: started when first asked, again after they were ended."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._found: dict[str, Worker] = {}

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            for worker in self._found.values():
                stack.callback(worker.close)

    def ask(self, name: str, question: dict[str, object]) -> tuple[dict[str, Any] | None, str]:
        """The answer, or why there is none."""
        worker = self._found.get(name)
        if worker is None or (worker.error and not worker.absent):
            count = {name: str(self._plan.threads) for name in _THREADS}
            library = Library(name, LEARNERS[name].label, "", environment=count)
            worker = self._found[name] = Worker(library, self._plan.peers, _MODULE)
        answer = worker.ask(question, self._plan.patience)
        return answer, worker.error
