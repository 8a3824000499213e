"""From a table to a predictor, and to what it is worth on rows that had no part in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from pellucid.data.splits import train_test_split
from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.baselines import constant_prediction, linear_prediction
from pellucid.tabular.evaluation import Evaluation, balanced_threshold, compare, evaluate
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.features import Features
from pellucid.tabular.predictor import Predictor
from pellucid.tabular.recipe import Progress, Recipe, join, train_networks
from pellucid.tabular.task import Task, infer_task

Report = Callable[[Progress], None]


@dataclass(frozen=True, eq=False)
class Outcome:
    """A predictor, and what was found on the rows held out.

    `held_out` are their numbers in the table, from 0. `network`, `linear` and `constant` are the
    figures of the predictor, of logistic (for numbers: ridge) regression on the same features, and
    of the same answer for every row, all on these rows, each looked at once. `balanced` is the
    predictor at the threshold of the largest sensitivity + specificity, for two classes.
    `difference` is how much lower (better, if positive) the network's mean log-loss, or squared
    error, is than the linear model's.
    """

    predictor: Predictor
    held_out: np.ndarray
    n_train: int
    n_dropped: int
    network: Evaluation
    linear: Evaluation
    constant: Evaluation
    difference: Estimate
    balanced: Evaluation | None = None

    def to_json(self) -> dict[str, Any]:
        """The outcome without the model, in numbers, text, lists and dicts."""
        task, features = self.predictor.task, self.predictor.features
        evaluations = {
            "network": self.network,
            "linear": self.linear,
            "constant": self.constant,
            "network_at_balanced_threshold": self.balanced,
        }
        return {
            "task": task.to_json(),
            "about": dict(self.predictor.about),
            "columns": [column.name for column in features.columns],
            "left_out": [asdict(each) for each in features.left_out],
            "rows": {
                "training": self.n_train,
                "held_out": len(self.held_out),
                "without_target": self.n_dropped,
            },
            "held_out": {name: e.to_json() for name, e in evaluations.items() if e is not None},
            "lower_loss_than_linear": self.difference.to_json(),
            # Counted from 1, as a person counts the rows below the header.
            "held_out_rows": (self.held_out + 1).tolist(),
        }


def train_predictor(
    table: Table,
    target: str,
    *,
    test_size: float = 0.2,
    group: str | None = None,
    leave_out: tuple[str, ...] = (),
    kind: Literal["classes", "number"] | None = None,
    positive: str | None = None,
    threshold: float | None = 0.5,
    recipe: Recipe | None = None,
    seed: int = 0,
    on_progress: Report | None = None,
) -> Outcome:
    """Train on a part of the rows of a table, and measure on the others.

    Rows without a value of `target` are dropped. `test_size` of the others, each class in
    proportion, is held out: it decides nothing, neither features nor epochs nor threshold.
    Rows with the same value in the column `group` stay on one side. `leave_out` names columns not
    to learn from. For two classes `threshold` is the probability from which the positive one is
    predicted; None takes the one of the largest sensitivity + specificity among the training rows,
    each predicted by the network that had not learned from it.

    Raises `DataError` for a table or a target that cannot be learned, and `ArgumentError` for
    arguments out of range. The same seed gives the same result.

    >>> from pellucid.data import read_table
    >>> from pellucid.data.datasets import wisconsin_original_csv
    >>> outcome = train_predictor(read_table(wisconsin_original_csv()), "class", group="id")
    >>> outcome.network["auc"].value > 0.98, outcome.n_train
    (True, 559)
    """
    present = np.flatnonzero(~table.missing(target))
    rows = table.take(present)
    task = infer_task(rows, target, kind=kind, positive=positive)
    y, groups = task.codes(rows), _groups(rows, group)
    train, test = train_test_split(
        len(rows),
        test_size=test_size,
        stratify=y if task.is_classification else None,
        groups=groups,
        seed=seed,
    )
    _check_parts(task, y[train], y[test], table.source)
    known, new = rows.take(train), rows.take(test)
    predictor = fit_predictor(
        known,
        task,
        groups=None if groups is None else groups[train],
        leave_out=(*leave_out, *([group] if group else [])),
        threshold=threshold,
        recipe=recipe,
        seed=seed,
        on_progress=on_progress,
    )
    figures = _measure(predictor, known, new, y[train], y[test], seed)
    return Outcome(predictor, present[test], len(train), len(table) - len(rows), **figures)


def fit_predictor(
    table: Table,
    task: Task,
    *,
    groups: np.ndarray | None = None,
    leave_out: tuple[str, ...] = (),
    threshold: float | None = 0.5,
    recipe: Recipe | None = None,
    seed: int = 0,
    on_progress: Report | None = None,
) -> Predictor:
    """A predictor learned from all rows of a table, as `train_predictor` describes it.

    `groups` (N,) keeps rows together where the networks leave out folds. Nothing is held out, so
    nothing is said about how good it is.
    """
    recipe = recipe or Recipe()
    if threshold is not None and not 0 < threshold < 1:
        raise ArgumentError("threshold", expected="a number in (0, 1)", received=threshold)
    features = Features.fit(table, leave_out=(task.target, *leave_out))
    y = task.codes(table)
    trained = train_networks(
        recipe, task, features.encode(table), y, groups=groups, seed=seed, on_progress=on_progress
    )
    balanced = None
    if task.kind == "binary":
        balanced = balanced_threshold(y == 1, trained.left_out[:, 1])
    about = {
        "source": table.source,
        "n_rows": len(table),
        "seed": seed,
        "recipe": recipe.to_json(),
        "epochs": trained.epochs,
        "balanced_threshold": balanced,
    }
    chosen = balanced if threshold is None else threshold
    model = join(trained.networks, features.layer())
    return Predictor(task, features, model, 0.5 if chosen is None else chosen, about)


def _groups(rows: Table, group: str | None) -> np.ndarray | None:
    if group is None:
        return None
    labels = rows.strings(group)
    n_missing = int(rows.missing(group).sum())
    if n_missing:
        raise DataError(
            f"{rows.source}, column '{group}'",
            expected="a group in every row",
            received=f"{n_missing} missing",
        )
    return np.unique(labels.astype(str), return_inverse=True)[1]


def _check_parts(task: Task, train: np.ndarray, test: np.ndarray, source: str) -> None:
    """Whole groups may leave a class on one side only."""
    if not task.is_classification:
        return
    for part, y in (("training", train), ("held-out", test)):
        absent = set(range(len(task.classes))) - set(y.tolist())
        if absent:
            raise DataError(
                f"{source}, {part} rows",
                expected="cases of every class",
                received=f"none of class {task.classes[min(absent)]}",
                hint="Hold out more rows, or use smaller groups.",
            )


def _measure(
    predictor: Predictor,
    known: Table,
    new: Table,
    y: np.ndarray,
    y_new: np.ndarray,
    seed: int,
) -> Mapping[str, Any]:
    """The figures on the new rows: of the network, of a linear model, of a constant."""
    task, features = predictor.task, predictor.features
    answers = predictor.answers(new)
    linear = linear_prediction(task, features.encode(known), y, features.encode(new))
    constant = constant_prediction(task, y, len(y_new))
    at = predictor.threshold
    found: dict[str, Any] = {
        "network": evaluate(task, y_new, answers, threshold=at, seed=seed),
        "linear": evaluate(task, y_new, linear, seed=seed),
        "constant": evaluate(task, y_new, constant, seed=seed),
        "difference": compare(task, y_new, answers, linear, seed=seed),
    }
    balanced = predictor.about["balanced_threshold"]
    if balanced is not None:
        found["balanced"] = evaluate(task, y_new, answers, threshold=balanced, seed=seed)
    return found
