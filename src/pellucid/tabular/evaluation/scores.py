"""Figures of quality without intervals, each from what came true and what was predicted.

The losses of single cases first, then the figures that no single case has.
"""

from __future__ import annotations

import numpy as np

# Probabilities are kept this far from 0 and 1, so that one sure mistake costs 34 nats, not inf.
_LEAST_PROBABILITY = 1e-15


def case_log_losses(y: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """-log of the probability given to the class that came true, in nats, (N,).

    `y` (N,) codes, `probabilities` (N, C).
    """
    given = probabilities[np.arange(len(y)), y]
    return -np.log(np.clip(given, _LEAST_PROBABILITY, 1))


def case_briers(y: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Squared difference of probability and outcome, (N,).

    For two classes that of the positive one, 0 to 1; for more the sum over the classes, 0 to 2
    (Brier, Monthly Weather Review 78, 1950).
    """
    if probabilities.shape[1] == 2:
        return (probabilities[:, 1] - y) ** 2
    given = probabilities[np.arange(len(y)), y]
    return (probabilities**2).sum(axis=1) - 2 * given + 1


def case_squares(y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Squared error, (N,)."""
    return (predicted - y) ** 2


def log_loss(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean of -log of the probability given to the class that came true, in nats."""
    return float(case_log_losses(y, probabilities).mean())


def rmse(y: np.ndarray, predicted: np.ndarray) -> float:
    """Root of the mean squared error, in units of the target."""
    return float(np.sqrt(case_squares(y, predicted).mean()))


def r2(y: np.ndarray, predicted: np.ndarray) -> float:
    """1 - (squared error) / (squared error of the mean of these cases); NaN if all are equal."""
    around = float(((y - y.mean()) ** 2).mean())
    return 1 - float(case_squares(y, predicted).mean()) / around if around else float("nan")


def auc(is_positive: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Share of pairs, one positive and one negative case, that the score ranks right.

    Ties count half. NaN where there is no positive or no negative case.
    """
    positive, negative = steps(is_positive, score, weights)
    return float(area(positive, negative))


def average_precision(
    is_positive: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Mean over the positive cases of the share of positives at their score or above (AUPRC).

    Σ (R_k - R_(k-1)) P_k over falling thresholds, without interpolation. Its value without any
    skill is the share of positives. NaN where there are none.
    """
    positive, negative = steps(is_positive, score, weights)
    return float(precision_area(positive, negative))


def macro_auc(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean over the classes of the area under the ROC curve of that class against the others."""
    areas = [auc(y == k, probabilities[:, k]) for k in range(probabilities.shape[1])]
    return float(np.mean(areas))


def steps(
    is_positive: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """How many positives and negatives there are at each distinct score, rising, (V,) and (V,)."""
    place = np.unique(score, return_inverse=True)[1].reshape(len(score))
    amounts = np.ones(len(score)) if weights is None else weights
    n_values = int(place.max(initial=-1)) + 1
    positive = np.bincount(place, amounts * is_positive, minlength=n_values)
    negative = np.bincount(place, amounts * ~is_positive, minlength=n_values)
    return positive, negative


def area(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """The area under the ROC curve from the last axis of `steps`; the other axes stay."""
    below = np.cumsum(negative, axis=-1) - negative / 2
    pairs = positive.sum(axis=-1) * negative.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (positive * below).sum(axis=-1) / pairs


def precision_area(positive: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """The average precision from the last axis of `steps`; the other axes stay."""
    hits = np.cumsum(positive[..., ::-1], axis=-1)
    called = hits + np.cumsum(negative[..., ::-1], axis=-1)
    precision = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (positive[..., ::-1] * precision).sum(axis=-1) / hits[..., -1]
