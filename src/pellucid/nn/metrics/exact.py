"""The area under the ROC curve of all scores at once, without thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import ArgumentError


def roc_auc(y_true: Any, score: Any) -> float:
    """How often a positive scores higher than a negative: the area under the ROC curve.

    Over all pairs of a positive and a negative, the part in which the positive has the larger
    score, ties counted half; by the ranks of the scores, in n log n steps (Mann & Whitney 1947).
    `y_true` holds 0 and 1 (or booleans), `score` any finite or infinite numbers, as many. Raises
    `ArgumentError` for other labels, labels of one kind only, or scores that are not numbers.

    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    labels, scores = np.asarray(y_true).ravel(), np.asarray(score).ravel()
    if labels.shape != scores.shape:
        raise ArgumentError(
            "roc_auc",
            expected="one score for each label",
            received=f"{labels.size} labels and {scores.size} scores",
        )
    if not np.isin(labels, (0, 1)).all():
        wrong = labels[~np.isin(labels, (0, 1))][0]
        raise ArgumentError("roc_auc.y_true", expected="labels 0 and 1", received=wrong)
    if np.isnan(np.asarray(scores, np.float64)).any():
        raise ArgumentError("roc_auc.score", expected="numbers", received="NaN")
    positive = labels == 1
    positives = int(positive.sum())
    negatives = labels.size - positives
    if not positives or not negatives:
        raise ArgumentError(
            "roc_auc.y_true",
            expected="at least one 0 and one 1",
            received=f"{negatives} and {positives}",
        )
    # Twice the mean rank of each group of equal scores, so that all sums are whole numbers.
    _, group, size = np.unique(scores, return_inverse=True, return_counts=True)
    double_rank = 2 * np.cumsum(size) - size + 1
    double_sum = int(double_rank[group.ravel()[positive]].sum())
    return (double_sum - positives * (positives + 1)) / (2 * positives * negatives)
