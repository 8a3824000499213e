"""Outer cross-validation: every row is predicted by a model it had no part in making."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.evaluation.measure import evaluate
from pellucid.tabular.evaluation.result import Evaluation
from pellucid.tabular.evaluation.verdict import verdict
from pellucid.tabular.task import Task


@dataclass(frozen=True, eq=False)
class Answers:
    """What was made of one outer fold: predictions of its rows by model name, and a threshold.

    `predicted` {name: as `evaluate` takes it}, the network first. `threshold` was chosen on the
    rows learned from. `about` is kept with the fold.
    """

    predicted: Mapping[str, np.ndarray]
    threshold: float = 0.5
    about: Mapping[str, Any] = field(default_factory=dict)


OuterFit = Callable[[Table, Table], Answers]


@dataclass(frozen=True, eq=False)
class CrossEvaluation:
    """Figures over all outer folds.

    `rows` are the numbers (M,) of those predicted, `fold` (M,) the fold that held each,
    `predicted` their predictions by model name. `evaluations` has the figures of each model over
    all of them; `by_fold` those of the first model in each fold; `verdict` compares the first model
    with the second, None if there is one only. `about` is what was kept of each fold.
    """

    rows: np.ndarray
    fold: np.ndarray
    predicted: Mapping[str, np.ndarray]
    evaluations: Mapping[str, Evaluation]
    by_fold: tuple[Evaluation, ...]
    verdict: Mapping[str, Any] | None
    about: tuple[Mapping[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """`n_folds`, `evaluation` {model: E}, `by_fold` [{name: {value, low, high}}], `verdict`."""
        return {
            "n_folds": len(self.by_fold),
            "evaluation": {name: each.to_json() for name, each in self.evaluations.items()},
            "by_fold": [each.to_json()["figures"] for each in self.by_fold],
            "verdict": None if self.verdict is None else dict(self.verdict),
        }


def cross_evaluate(
    task: Task,
    table: Table,
    fit: OuterFit,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    *,
    groups: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    seed: int = 0,
    **options: Any,
) -> CrossEvaluation:
    """The figures of a way to make models, on rows none of whose models had learned from them.

    For each of `folds` (rows learned, rows held out), `fit` gets a table of the former, and one of
    the latter without the target, and returns `Answers`. All that it chooses (features, epoch,
    blend, calibration, threshold) it can choose only inside. `options` go to `evaluate`. Each row
    is judged at the threshold of its own fold.

    Raises `ArgumentError` for folds that hold a row twice or learn from what they hold, and
    `DataError` if a group stands on both sides of a fold.

    >>> table = Table({"x": list(range(40)), "y": list(range(40))})
    >>> def fit(known, new):
    ...     return Answers({"mean": np.full(len(new), known["y"].mean()), "same": new["x"]})
    >>> from pellucid.data import kfold
    >>> found = cross_evaluate(Task("y", "regression"), table, fit, kfold(40, 4, seed=0))
    >>> found.verdict["verdict"], found.evaluations["same"]["mae"].value
    ('worse', 0.0)
    """
    _check_folds(folds, len(table), groups)
    truth = task.codes(table)
    features = table.select([name for name in table.names if name not in task.targets])
    answers = [fit(table.take(learned), features.take(held)) for learned, held in folds]
    rows = np.concatenate([held for _, held in folds])
    fold = np.repeat(np.arange(len(folds)), [len(held) for _, held in folds])
    names = list(answers[0].predicted)
    predicted = {name: np.concatenate([each.predicted[name] for each in answers]) for name in names}
    parts: dict[str, Any] = {
        name: None if each is None else each[rows]
        for name, each in (("groups", groups), ("weights", weights))
    }
    threshold = np.array([each.threshold for each in answers])[fold]
    evaluations: dict[str, Evaluation] = {}
    for name, each in predicted.items():
        own: dict[str, Any] = {}
        if task.kind == "binary" and name == names[0]:
            # The other models are judged at a half: nobody chose a threshold for them.
            own["threshold"] = threshold
        evaluations[name] = evaluate(task, truth[rows], each, **own, **parts, **options, seed=seed)
    compared = None
    if len(names) > 1:
        pair = (predicted[name] for name in names[:2])
        compared = verdict(task, truth[rows], *pair, reference=names[1], **parts, seed=seed)
    by_fold = tuple(
        evaluate(task, truth[held], each.predicted[names[0]], threshold=each.threshold, brief=True)
        for (_, held), each in zip(folds, answers, strict=True)
    )
    about = tuple(each.about for each in answers)
    return CrossEvaluation(rows, fold, predicted, evaluations, by_fold, compared, about)


def _check_folds(
    folds: Sequence[tuple[np.ndarray, np.ndarray]], n: int, groups: np.ndarray | None
) -> None:
    held = np.concatenate([rows for _, rows in folds]) if folds else np.zeros(0, np.int64)
    if not len(held) or np.bincount(held, minlength=n).max() > 1:
        raise ArgumentError("cross_evaluate.folds", expected="rows, each held once at most")
    for learned, rows in folds:
        if np.isin(rows, learned).any():
            raise ArgumentError(
                "cross_evaluate.folds", expected="folds that do not learn from rows they hold"
            )
        if groups is not None and np.isin(groups[rows], groups[learned]).any():
            raise DataError("cross_evaluate.groups", expected="each group on one side of a fold")
