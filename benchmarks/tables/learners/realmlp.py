"""pytabkit's RealMLP-TD, bagged over five folds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tables.learners import frames, threads
from benchmarks.tables.problem import Problem

_FOLDS = 5


class RealMLP:
    """Tuned defaults; `for_log_loss` is what its authors advise where probabilities matter."""

    def __init__(self, for_log_loss: bool = False) -> None:
        self.for_log_loss = for_log_loss

    def table(self, problem: Problem) -> pd.DataFrame:
        """The frame of the problem."""
        return frames.frame(problem)

    def fit(self, x: pd.DataFrame, y: np.ndarray, n_classes: int, seed: int) -> frames.Predict:
        """Learn from the rows of `x`; the answer predicts."""
        from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

        own: dict[str, Any] = {}
        if self.for_log_loss and n_classes:
            own = {"val_metric_name": "cross_entropy", "use_ls": False}
        kind = RealMLP_TD_Classifier if n_classes else RealMLP_TD_Regressor
        model = kind(device="cpu", random_state=seed, n_cv=_FOLDS, n_threads=threads(), **own)
        filled = frames.median_filled(x)
        model.fit(filled(x), y if n_classes else y.astype(np.float32))
        predict = model.predict_proba if n_classes else model.predict
        return lambda rows: np.asarray(predict(filled(rows)), np.float64)
