"""The predictor: everything between a table of new cases and its predictions, in one file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.errors import ArgumentError, ModelFileError
from pellucid.tabular.abstention import Abstention
from pellucid.tabular.conformal import Conformal
from pellucid.tabular.description import (
    BROKEN,
    SECTION,
    read_conformal,
    read_features,
    read_task,
    read_threshold,
)
from pellucid.tabular.evaluation import decide
from pellucid.tabular.features import Features
from pellucid.tabular.links import read_answers
from pellucid.tabular.task import Task
from pellucid.train.model import Model
from pellucid.train.model_file import load_with_extra, save_model


@dataclass(frozen=True)
class Predictions:
    """What is predicted for each row: labels (text) or numbers, and for classes probabilities.

    `labels` (N,) object, `probabilities` (N, C) float64 in the order of `task.classes`; in
    regression `labels` holds numbers, float64, and `probabilities` is None. Of several labels,
    `labels` (N, L) are 0 and 1. `sets` (N, C) bool are the classes of the conformal set, `low` and
    `high` (N,) the ends of the conformal interval, `abstains` (N,) bool the rows better left to a
    person; None where the model was not taught to tell.
    """

    labels: np.ndarray
    probabilities: np.ndarray | None
    sets: np.ndarray | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    abstains: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Predictor:
    """A trained model with all it needs to be used on a table of raw columns.

    `features` finds the columns by name and `model` encodes them, so medians and scales of the
    training rows travel with it. `threshold` is the probability from which the positive class of
    two is predicted. `about` is the study: how it came to be, in numbers and text. `conformal` are
    sets or intervals, one for each coverage that was asked for, the usual one first; `abstention`
    says which rows get no answer.
    """

    task: Task
    features: Features
    model: Model
    threshold: float = 0.5
    about: Mapping[str, Any] = field(default_factory=dict)
    conformal: tuple[Conformal, ...] = ()
    abstention: Abstention | None = None

    def predict(self, table: Table, *, coverage: float | None = None) -> Predictions:
        """Predictions for the rows of a table that has the columns of the training table.

        Columns are matched by name, in any order; others are passed over. `coverage` chooses the
        sets or intervals; None takes the first of `conformal`. Raises `DataError` for columns that
        are absent, and for text where a number should be, and `ArgumentError` for a coverage that
        the model has no sets or intervals of.
        """
        conformal = self._conformal(coverage)
        answers = self.answers(table)
        if not self.task.is_classification:
            if conformal is None:
                return Predictions(answers, None)
            low, high = conformal.intervals(answers)
            return Predictions(answers, None, low=low, high=high)
        sets = None if conformal is None else conformal.sets(answers)
        abstains = None
        if self.abstention is not None and self.abstention.kind != "none":
            abstains = self.abstention.flags(answers, self.threshold, conformal)
        return Predictions(self._labels(answers), answers, sets, abstains=abstains)

    def _labels(self, answers: np.ndarray) -> np.ndarray:
        if self.task.kind == "multilabel":
            return (answers >= self.threshold).astype(np.int64)
        names = np.array(self.task.classes, dtype=object)
        return np.asarray(names[decide(answers, self.threshold)])

    def _conformal(self, coverage: float | None) -> Conformal | None:
        if coverage is None or not self.conformal:
            return self.conformal[0] if self.conformal else None
        for each in self.conformal:
            if abs(each.coverage - coverage) < 1e-9:
                return each
        raise ArgumentError(
            "coverage",
            expected=f"one of {', '.join(f'{each.coverage:g}' for each in self.conformal)}",
            received=f"{coverage:g}",
            hint="Train with --coverage for another one.",
        )

    def answers(self, table: Table) -> np.ndarray:
        """Probabilities (N, C), or numbers (N,) in regression."""
        if len(table) == 0:
            return np.empty((0, len(self.task.classes)) if self.task.is_classification else 0)
        matrix = self.features.matrix(table)
        return read_answers(self.task, self.model.predict(matrix, verbose=0))

    def source(self) -> str:
        """The prediction as a NumPy program: ``predict(variables, x)``.

        `x` is ``predictor.features.matrix(table)``, and `variables` is ``predictor.variables()``.
        """
        return self.model.source("predict")

    def variables(self) -> list[np.ndarray]:
        """The weights, in the order in which the program of `source` takes them."""
        program = self.model._setup.program("predict")
        return [np.asarray(leaf.numpy()) for leaf in program.leaves]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to one file: safetensors and JSON, nothing that executes on loading.

        When it was trained and how long that took stay out of it: the same training is the same
        file, byte by byte.
        """
        facts = {
            "task": self.task.to_json(),
            "features": self.features.to_json(),
            "threshold": self.threshold,
            "about": lasting(self.about),
            "conformal": [each.to_json() for each in self.conformal],
            "abstention": None if self.abstention is None else self.abstention.to_json(),
        }
        save_model(self.model, path, include_optimizer=False, extra={SECTION: facts})


def lasting(study: Any) -> Any:
    """A study without its times, which another run would not repeat.

    >>> lasting({"created": "2026-11-20", "training": {"seconds": 1.5, "epochs": [3]}})
    {'training': {'epochs': [3]}}
    """
    if isinstance(study, Mapping):
        return {name: lasting(each) for name, each in study.items() if name not in _TIMES}
    return [lasting(each) for each in study] if isinstance(study, list | tuple) else study


_TIMES = ("created", "seconds")


def load_predictor(path: str | os.PathLike[str]) -> Predictor:
    """Read what `Predictor.save` wrote, in this version or an earlier one.

    Raises `ModelFileError`, in one line, for a file that is absent, damaged, of another kind, from
    a newer version, or without a whole description of the table.
    """
    model, extra = load_with_extra(path)
    facts = extra.get(SECTION)
    if not isinstance(facts, Mapping):
        raise ModelFileError(
            str(path),
            expected="a model made from a table",
            received="a network without columns",
            hint="Use pellucid.load_model for it.",
        )
    try:
        predictor = _predictor(facts, model)
    except BROKEN as error:
        raise ModelFileError(
            str(path),
            expected="a whole description of the columns",
            received=f"{type(error).__name__}: {error}",
        ) from error
    _check_fits(predictor, str(path))
    return predictor


def _predictor(facts: Mapping[str, Any], model: Model) -> Predictor:
    about = facts["about"]
    if not isinstance(about, Mapping):
        raise TypeError("no record of the training")
    task, features = read_task(facts["task"]), read_features(facts["features"])
    return Predictor(
        task,
        features,
        model,
        read_threshold(facts["threshold"]),
        about,
        # The first version knew neither.
        tuple(read_conformal(each, task) for each in facts.get("conformal", ())),
        Abstention.from_json(facts["abstention"]) if facts.get("abstention") else None,
    )


def _check_fits(predictor: Predictor, where: str) -> None:
    """The network takes the columns that are described, and answers the task."""
    taken = [each.shape for each in predictor.model.inputs]
    given = [each.shape for each in predictor.model.outputs]
    if [shape[1:] for shape in taken] != [(len(predictor.features.columns),)]:
        raise ModelFileError(
            where, expected="as many columns as the network takes", received="another number"
        )
    if [shape[1:] for shape in given] != [(_n_answers(predictor.task),)]:
        raise ModelFileError(
            where, expected="a network that answers the task", received="another one"
        )


def _n_answers(task: Task) -> int:
    return len(task.classes) if task.kind in ("multiclass", "multilabel") else 1
