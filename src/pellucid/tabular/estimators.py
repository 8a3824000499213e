"""Estimators with scikit-learn's contract, on arrays and on data frames of mixed columns.

This module alone imports scikit-learn at its top: it is loaded when an estimator is asked for.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from pellucid.data.table import Table
from pellucid.errors import ArgumentError, needs
from pellucid.tabular.evaluation import decide
from pellucid.tabular.learning import learn, with_about
from pellucid.tabular.options import Options
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.predictor import Predictor, load_predictor
from pellucid.tabular.rows import Rows
from pellucid.tabular.study import training_study
from pellucid.tabular.task import Task

with needs("tabular"):
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import (
        _check_sample_weight,
        check_is_fitted,
        column_or_1d,
        validate_data,
    )

_TARGET = "target"
_MODEL = "predictor_"


class _Tabular(BaseEstimator):
    """What both estimators share: parameters, columns, learning, the file in a pickle."""

    predictor_: Predictor

    def __init__(
        self,
        recipe: Any = "auto",
        *,
        folds: int | None = None,
        epochs: int | None = None,
        calibration: str = "auto",
        coverage: float = 0.9,
        budget: float | None = None,
        overrides: Overrides | None = None,
        random_state: Any = 0,
    ) -> None:
        self.recipe = recipe
        self.folds = folds
        self.epochs = epochs
        self.calibration = calibration
        self.coverage = coverage
        self.budget = budget
        self.overrides = overrides
        self.random_state = random_state

    def _learn(
        self, table: Table, task: Task, y: np.ndarray, weight: Any, groups: Any, **more: Any
    ) -> None:
        if len(y) < 2:
            raise ArgumentError("X", expected="2 samples or more", received="1 sample")
        n_groups = None if groups is None else np.unique(groups, return_inverse=True)[1]
        own = {} if self.overrides is None else {"overrides": self.overrides}
        options = Options(
            recipe=self.recipe,
            folds=self.folds,
            epochs=self.epochs,
            calibration=self.calibration,
            coverage=self.coverage,
            budget=self.budget,
            seed=_seed(self.random_state),
            **{**_as_they_are(table, self.frame_), **own, **more},
        )
        kept = np.flatnonzero(weight > 0) if weight is not None else np.arange(len(y))
        rows = Rows(table, kept, y, n_groups, None, weight)
        if len(kept) < len(y):
            rows = Rows(table, np.arange(len(y)), y, n_groups, None, weight).take(kept)
        learned = learn(rows, task, options)
        study = training_study(table, rows, options, learned)
        self.predictor_ = with_about(learned, study).predictor

    def _table(self, x: Any, *, reset: bool) -> Table:
        """The columns by name: those of a frame, or x0, x1, … of an array of numbers."""
        # As in scikit-learn, columns without names of text make an array.
        frame = hasattr(x, "columns") and all(isinstance(name, str) for name in x.columns)
        if reset:
            self.frame_ = frame
        if frame:
            validate_data(self, x, reset=reset, skip_check_array=True)
            table = Table.from_frame(x)
            return table if self.frame_ else _numbered(table)
        found = validate_data(self, x, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        names = self._names(found.shape[1])
        return Table({name: found[:, k] for k, name in enumerate(names)}, "X")

    def _names(self, n: int) -> list[str]:
        known = getattr(self, "feature_names_in_", None)
        if self.frame_ and known is not None:
            return [str(name) for name in known]
        return [f"x{k}" for k in range(n)]

    def _answers(self, x: Any) -> np.ndarray:
        check_is_fitted(self, _MODEL)
        return self.predictor_.answers(self._table(x, reset=False))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.non_deterministic = False
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """The parameters and, in place of the network, the bytes of its model file."""
        state = dict(super().__getstate__())
        if _MODEL in state:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "model.pellucid")
                state.pop(_MODEL).save(path)
                state["model_file"] = path.read_bytes()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        model_file = state.pop("model_file", None)
        super().__setstate__(state)
        if model_file is not None:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "model.pellucid")
                path.write_bytes(model_file)
                self.predictor_ = load_predictor(path)


class TabularClassifier(ClassifierMixin, _Tabular):
    """A calibrated classifier for tables: networks and a linear model, blended.

    What `train_predictor` learns, without holding rows out, under scikit-learn's contract: it
    clones, pickles (as the bytes of a model file: nothing that executes), and works in pipelines
    and grid searches. `fit` takes frames of pandas, polars or Arrow, with text, categories and
    missing values, or arrays of numbers, in which NaN is missing. Of an array every column is
    learned from; of a frame those that `infer_schema` finds fit, unless `overrides` say otherwise.

    Parameters are those of `Options`, among them `class_weight` ("balanced" or a dict by class) and
    `threshold`, the probability from which the second of two classes is predicted. `random_state`,
    0 by default, fixes every draw. After `fit`: `classes_`, `n_features_in_`, `feature_names_in_`
    of a frame, and `predictor_`, whose `about` tells of the training.

    >>> from sklearn.datasets import load_iris
    >>> x, y = load_iris(return_X_y=True)
    >>> model = TabularClassifier(epochs=16).fit(x, y)
    >>> model.predict_proba(x[:1]).shape, bool(model.score(x, y) > 0.9)
    ((1, 3), True)
    """

    def __init__(
        self,
        recipe: Any = "auto",
        *,
        folds: int | None = None,
        epochs: int | None = None,
        calibration: str = "auto",
        coverage: float = 0.9,
        threshold: float = 0.5,
        class_weight: Any = None,
        budget: float | None = None,
        overrides: Overrides | None = None,
        random_state: Any = 0,
    ) -> None:
        super().__init__(
            recipe,
            folds=folds,
            epochs=epochs,
            calibration=calibration,
            coverage=coverage,
            budget=budget,
            overrides=overrides,
            random_state=random_state,
        )
        self.threshold = threshold
        self.class_weight = class_weight

    def fit(
        self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None, groups: Any = None
    ) -> Self:
        """Learn from `X` (N, F) and the classes `y` (N,).

        `sample_weight` (N,) multiplies losses; rows of equal `groups` (N,) are left out together.
        """
        table = self._table(X, reset=True)
        labels = _labels(y, len(table))
        self.classes_, codes = np.unique(labels, return_inverse=True)
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, np.empty((len(table), 1)))
        if len(np.unique(codes if weight is None else codes[weight > 0])) < 2:
            raise ArgumentError(
                "TabularClassifier.fit", expected="2 classes or more", received="one class"
            )
        kind: Any = "binary" if len(self.classes_) == 2 else "multiclass"
        task = Task(_TARGET, kind, tuple(str(label) for label in self.classes_.tolist()))
        weight = self._weighted(codes, weight)
        self._learn(table, task, codes, weight, groups, threshold=self.threshold)
        return self

    def _weighted(self, codes: np.ndarray, weight: np.ndarray | None) -> np.ndarray | None:
        if self.class_weight is None:
            return weight
        from sklearn.utils import compute_sample_weight

        by_row = compute_sample_weight(self.class_weight, self.classes_[codes])
        return by_row if weight is None else weight * by_row

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities (N, C) float64, in the order of `classes_`."""
        return self._answers(X)

    def predict(self, X: Any) -> np.ndarray:
        """The class of each row (N,)."""
        answers = self._answers(X)
        return np.asarray(self.classes_[decide(answers, self.threshold)])

    def predict_set(self, X: Any) -> np.ndarray:
        """Conformal sets (N, C) bool, which hold the true class as often as `coverage` says."""
        answers = self._answers(X)
        return self.predictor_.conformal[0].sets(answers)


class TabularRegressor(RegressorMixin, _Tabular):
    """A regressor for tables: networks and a linear model, blended; with intervals.

    As `TabularClassifier`, but for numbers, without threshold and class weights.

    >>> from sklearn.datasets import load_diabetes
    >>> x, y = load_diabetes(return_X_y=True)
    >>> model = TabularRegressor(epochs=16).fit(x, y)
    >>> low, high = model.predict_interval(x[:5])
    >>> bool((low < model.predict(x[:5])).all() and (model.predict(x[:5]) < high).all())
    True
    """

    def fit(
        self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None, groups: Any = None
    ) -> Self:
        """Learn from `X` (N, F) and the numbers `y` (N,)."""
        table = self._table(X, reset=True)
        values = validate_data(self, X="no_validation", y=column_or_1d(y, warn=True))
        values = np.asarray(values, np.float64)
        _check_length(values, len(table))
        weight = None
        if sample_weight is not None:
            weight = _check_sample_weight(sample_weight, np.empty((len(table), 1)))
        self._learn(table, Task(_TARGET, "regression"), values, weight, groups)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The number of each row (N,) float64."""
        return self._answers(X)

    def predict_interval(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Ends (N,) of conformal intervals, which hold the truth as often as `coverage` says."""
        return self.predictor_.conformal[0].intervals(self._answers(X))


def _labels(y: Any, n_rows: int) -> np.ndarray:
    found = column_or_1d(y, warn=True)
    check_classification_targets(found)
    if type_of_target(found) == "unknown":
        raise ArgumentError("y", expected="classes", received=str(found.dtype))
    _check_length(found, n_rows)
    return found


def _check_length(y: np.ndarray, n_rows: int) -> None:
    if len(y) != n_rows:
        raise ArgumentError("y", expected=f"{n_rows} values, one a row", received=f"{len(y)}")


def _as_they_are(table: Table, frame: bool) -> dict[str, Any]:
    """Of an array every column is a number and is used; of a frame the schema decides."""
    if frame:
        return {}
    kinds: Any = dict.fromkeys(table.names, "numeric")
    return {"overrides": Overrides(kinds=kinds, use=table.names)}


def _numbered(table: Table) -> Table:
    """A frame's columns under the names that those of an array have."""
    return Table({f"x{k}": table[name] for k, name in enumerate(table.names)}, table.source)


def _seed(random_state: Any) -> int:
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
