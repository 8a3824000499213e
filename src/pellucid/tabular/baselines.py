"""What every network is shown beside: the same answer for all, and a linear model."""

from __future__ import annotations

import warnings

import numpy as np

from pellucid.errors import needs
from pellucid.tabular.task import Task


def constant_prediction(task: Task, y: np.ndarray, n: int) -> np.ndarray:
    """What `n` cases get if nothing about them is known.

    The shares of the classes in `y`, (n, C), so that the majority class is predicted; of several
    labels that of each, (n, L); in regression the mean of `y`, (n,).
    """
    if not task.is_classification:
        return np.full(n, y.mean())
    if task.kind == "multilabel":
        return np.tile(y.mean(axis=0), (n, 1))
    shares = np.bincount(y, minlength=len(task.classes)) / len(y)
    return np.tile(shares, (n, 1))


def linear_prediction(
    task: Task, features: np.ndarray, y: np.ndarray, new_features: np.ndarray
) -> np.ndarray:
    """What scikit-learn's logistic regression (ridge regression for numbers) predicts.

    Learned from `features` (N, F) and `y` (N,), with scikit-learn's default penalty, C = 1 or
    alpha = 1; predicted for `new_features` (n, F): probabilities (n, C) or numbers (n,).
    Raises `MissingDependencyError` without scikit-learn.
    """
    with needs("tabular"):
        from sklearn.linear_model import LogisticRegression, Ridge
    if not task.is_classification:
        return Ridge(alpha=1.0).fit(features, y).predict(new_features)
    with warnings.catch_warnings():
        # Not converged after 1000 steps is as near as a baseline needs to be.
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=1.0, max_iter=1000).fit(features, y)
    return model.predict_proba(new_features)
