"""XGBoost, LightGBM, CatBoost: as they come, and stopped early by a fifth of the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tables.learners import frames, threads
from benchmarks.tables.problem import Problem

_ROUNDS, _PATIENCE = 2000, 50


class _Boosting:
    """What the three share; `stops_early` allows 2,000 rounds and waits 50 for an improvement."""

    def __init__(self, stops_early: bool = False) -> None:
        self.stops_early = stops_early

    def table(self, problem: Problem) -> pd.DataFrame:
        """The frame of the problem, with missing values and categories as they are."""
        return frames.frame(problem)

    def make(self, n_classes: int, seed: int) -> Any:
        """The model."""
        raise NotImplementedError

    def learn(self, model: Any, x: pd.DataFrame, y: np.ndarray, stopping: Any) -> None:
        """Fit the model, with `stopping` rows (x, y) or without."""
        raise NotImplementedError

    def fit(self, x: pd.DataFrame, y: np.ndarray, n_classes: int, seed: int) -> frames.Predict:
        """Learn from the rows of `x`; the answer predicts."""
        model = self.make(n_classes, seed)
        if self.stops_early:
            known, held, y_known, y_held = frames.stopping_split(x, y, n_classes, seed)
            self.learn(model, known, y_known, (held, y_held))
        else:
            self.learn(model, x, y, None)
        predict = model.predict_proba if n_classes else model.predict
        return lambda rows: np.asarray(predict(rows))


class XGBoost(_Boosting):
    """XGBoost with its own categories."""

    def make(self, n_classes: int, seed: int) -> Any:
        """Defaults."""
        import xgboost

        kind = xgboost.XGBClassifier if n_classes else xgboost.XGBRegressor
        own: dict[str, Any] = {}
        if self.stops_early:
            own = {"n_estimators": _ROUNDS, "early_stopping_rounds": _PATIENCE}
        return kind(enable_categorical=True, random_state=seed, n_jobs=threads(), **own)

    def learn(self, model: Any, x: pd.DataFrame, y: np.ndarray, stopping: Any) -> None:
        """Fit."""
        model.fit(x, y, verbose=False, **({"eval_set": [stopping]} if stopping else {}))


class LightGBM(_Boosting):
    """LightGBM with its own categories."""

    def make(self, n_classes: int, seed: int) -> Any:
        """Defaults, quiet."""
        import lightgbm

        kind = lightgbm.LGBMClassifier if n_classes else lightgbm.LGBMRegressor
        own = {"n_estimators": _ROUNDS} if self.stops_early else {}
        return kind(random_state=seed, verbosity=-1, n_jobs=threads(), **own)

    def learn(self, model: Any, x: pd.DataFrame, y: np.ndarray, stopping: Any) -> None:
        """Fit."""
        import lightgbm

        own: dict[str, Any] = {}
        if stopping:
            calls = [lightgbm.early_stopping(_PATIENCE, verbose=False)]
            own = {"eval_set": [stopping], "callbacks": calls}
        model.fit(x, y, **own)


class CatBoost(_Boosting):
    """CatBoost with its own categories; a missing category is one of its own."""

    def table(self, problem: Problem) -> pd.DataFrame:
        """Categories as text."""
        found = frames.frame(problem)
        names = list(found.select_dtypes("category").columns)
        return found.assign(**{name: found[name].astype(object).fillna("?") for name in names})

    def make(self, n_classes: int, seed: int) -> Any:
        """Defaults, quiet, without files."""
        import catboost

        kind = catboost.CatBoostClassifier if n_classes else catboost.CatBoostRegressor
        own = {"iterations": _ROUNDS} if self.stops_early else {}
        quiet = {"verbose": False, "allow_writing_files": False}
        return kind(random_seed=seed, thread_count=threads(), **quiet, **own)

    def learn(self, model: Any, x: pd.DataFrame, y: np.ndarray, stopping: Any) -> None:
        """Fit."""
        own: dict[str, Any] = {}
        if stopping:
            own = {"eval_set": stopping, "early_stopping_rounds": _PATIENCE}
        categories = list(x.select_dtypes(exclude="number").columns)
        model.fit(x, y, cat_features=categories, **own)
