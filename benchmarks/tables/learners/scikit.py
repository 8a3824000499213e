"""scikit-learn's learners, as they come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.tables.learners import frames, threads
from benchmarks.tables.problem import Problem

_MOST_LEVELS = 255  # of a category, in HistGradientBoosting


class _Estimator:
    """A learner of scikit-learn's kind; `make` says which."""

    def make(self, n_classes: int, seed: int) -> Any:
        """The estimator, from the preprocessing on."""
        raise NotImplementedError

    def table(self, problem: Problem) -> pd.DataFrame:
        """The frame of the problem."""
        return frames.frame(problem)

    def fit(self, x: pd.DataFrame, y: np.ndarray, n_classes: int, seed: int) -> frames.Predict:
        """Learn from the rows of `x`; the answer predicts."""
        model = self.make(n_classes, seed).fit(x, y)
        predict = model.predict_proba if n_classes else model.predict
        return lambda rows: np.asarray(predict(rows))


class Linear(_Estimator):
    """Logistic or ridge regression."""

    def make(self, n_classes: int, seed: int) -> Any:
        """One-hot categories; more iterations than by default, so that it converges."""
        last = LogisticRegression(max_iter=1000) if n_classes else Ridge()
        return make_pipeline(frames.one_hot(), last)


class Network(_Estimator):
    """The multi-layer perceptron."""

    def make(self, n_classes: int, seed: int) -> Any:
        """One-hot categories; numbers to be predicted as standard scores."""
        if n_classes:
            return make_pipeline(frames.one_hot(), MLPClassifier(random_state=seed))
        network = MLPRegressor(random_state=seed)
        scaled = TransformedTargetRegressor(network, transformer=StandardScaler())
        return make_pipeline(frames.one_hot(), scaled)


class Forest(_Estimator):
    """The random forest, on all cores."""

    def make(self, n_classes: int, seed: int) -> Any:
        """Categories as whole numbers."""
        kind = RandomForestClassifier if n_classes else RandomForestRegressor
        return make_pipeline(frames.ordinal(), kind(random_state=seed, n_jobs=threads()))


class HistBoosting(_Estimator):
    """Histogram gradient boosting with its own handling of categories and missing values."""

    def table(self, problem: Problem) -> pd.DataFrame:
        """Columns with more levels than it takes become numbers of the levels."""
        found = frames.frame(problem)
        for name in found.select_dtypes("category").columns:
            if len(found[name].cat.categories) > _MOST_LEVELS:
                found[name] = found[name].cat.codes.astype(float)
        return found

    def make(self, n_classes: int, seed: int) -> Any:
        """Early stopping is its default from 10,000 rows on."""
        kind = HistGradientBoostingClassifier if n_classes else HistGradientBoostingRegressor
        return kind(categorical_features="from_dtype", random_state=seed)
