"""Figures of quality, each from what came true and what was predicted.

Every figure takes `counts` (R, N) last, how often each case counts in each of R replicates, and
returns (R,): the bootstrap asks for a thousand of them at once.
"""

from __future__ import annotations

import numpy as np

# Probabilities are kept this far from 0 and 1, so that one sure mistake costs 34 nats, not inf.
_LEAST_PROBABILITY = 1e-15


def log_loss(y: np.ndarray, probabilities: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean of -log of the probability given to the class that came true, in nats.

    `y` (N,) codes, `probabilities` (N, C).
    """
    given = np.clip(probabilities[np.arange(len(y)), y], _LEAST_PROBABILITY, 1)
    return _mean(-np.log(given), counts)


def brier(y: np.ndarray, probabilities: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean squared difference of probability and outcome.

    For two classes that of the positive one, 0 to 1; for more the sum over the classes, 0 to 2
    (Brier, Monthly Weather Review 78, 1950).
    """
    outcome = np.eye(probabilities.shape[1])[y]
    squares = ((probabilities - outcome) ** 2).sum(axis=1)
    return _mean(squares / 2 if probabilities.shape[1] == 2 else squares, counts)


def balanced_accuracy(y: np.ndarray, probabilities: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean over the classes of the share of its cases for which it is the most probable."""
    right = probabilities.argmax(axis=1) == y
    shares = [_mean(right[y == k], counts[:, y == k]) for k in range(probabilities.shape[1])]
    return np.mean(shares, axis=0)


def macro_auc(y: np.ndarray, probabilities: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean over the classes of the area under the ROC curve of that class against the others."""
    areas = [auc(y == k, probabilities[:, k], counts) for k in range(probabilities.shape[1])]
    return np.mean(areas, axis=0)


def auc(is_positive: np.ndarray, score: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Share of pairs, one positive and one negative case, that the score ranks right.

    Ties count half. NaN where a replicate lacks one of the two.
    """
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=np.nan) != 0)
    ordered = counts[:, order]
    positive = np.add.reduceat(ordered * is_positive[order], starts, axis=1)
    negative = np.add.reduceat(ordered * ~is_positive[order], starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return (positive * below).sum(axis=1) / pairs


def mse(y: np.ndarray, predicted: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean squared error, in units of the target squared."""
    return _mean((predicted - y) ** 2, counts)


def rmse(y: np.ndarray, predicted: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Root of the mean squared error, in units of the target."""
    return np.sqrt(mse(y, predicted, counts))


def mae(y: np.ndarray, predicted: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean absolute error, in units of the target."""
    return _mean(np.abs(predicted - y), counts)


def r2(y: np.ndarray, predicted: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """1 - (squared error) / (squared error of the mean of these cases); NaN if all are equal."""
    # Centred first: the variance of 1,000,000.1 and 1,000,000.2 must not drown in their squares.
    centred = y - y.mean()
    around = _mean(centred**2, counts) - _mean(centred, counts) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - mse(y, predicted, counts) / np.where(around > 0, around, np.nan)


def _mean(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return counts @ values / counts.sum(axis=1)
