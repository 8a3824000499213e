"""How good predictions of a held-out fold are, and how well calibrated those of a whole table."""

from __future__ import annotations

import numpy as np

# A sure mistake costs 14 nats: a forest whose trees all err is not thrown out by one row.
LEAST_PROBABILITY = 1e-6
_BINS = 15
_TEMPERATURES = np.geomspace(0.1, 10, 121)


def score(y: np.ndarray, predicted: np.ndarray, n_classes: int) -> dict[str, float]:
    """Log-loss, AUROC and accuracy of probabilities (N, C); RMSE and R² of numbers (N,).

    AUROC of more than two classes is the mean over the classes, one against the rest, of those that
    the fold holds.
    """
    if n_classes == 0:
        squares = (predicted - y) ** 2
        around = float(((y - y.mean()) ** 2).mean())
        r2 = 1 - float(squares.mean()) / around if around else float("nan")
        return {"rmse": float(np.sqrt(squares.mean())), "r2": r2}
    return {
        "log_loss": log_loss(y, predicted),
        "auroc": _auroc(y, predicted),
        "accuracy": float((predicted.argmax(axis=1) == y).mean()),
    }


def log_loss(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean of -log p of the class that came true, in nats; p is kept off 0, rows sum to 1."""
    kept = np.clip(probabilities, LEAST_PROBABILITY, None)
    given = kept[np.arange(len(y)), y] / kept.sum(axis=1)
    return float(-np.log(given).mean())


def calibration_error(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Expected calibration error: |share right - mean probability| of the class named, in 15 bins.

    The bins are of equal width and weighted by their rows (Guo et al., ICML 2017, equation 3).
    """
    sure = probabilities.max(axis=1)
    gap = (probabilities.argmax(axis=1) == y) - sure
    place = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return float(np.abs(np.bincount(place, gap, _BINS)).sum() / len(y))


def calibrated(y: np.ndarray, probabilities: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Each fold's probabilities after the temperature that suits the other folds best."""
    logs = np.log(np.clip(probabilities, LEAST_PROBABILITY, None))
    found = np.empty_like(probabilities)
    for number in np.unique(fold):
        held = fold == number
        losses = [log_loss(y[~held], _softmax(logs[~held] / t)) for t in _TEMPERATURES]
        found[held] = _softmax(logs[held] / _TEMPERATURES[int(np.argmin(losses))])
    return found


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _auroc(y: np.ndarray, probabilities: np.ndarray) -> float:
    n_classes = probabilities.shape[1]
    codes = [1] if n_classes == 2 else range(n_classes)
    areas = [_area(y == code, probabilities[:, code]) for code in codes]
    known = [area for area in areas if not np.isnan(area)]
    return float(np.mean(known)) if known else float("nan")


def _area(positive: np.ndarray, value: np.ndarray) -> float:
    """Share of pairs ranked right, ties half: by ranks (Mann-Whitney)."""
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    _, place, count = np.unique(value, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    above = float(rank[positive].sum()) - n_positive * (n_positive + 1) / 2
    return above / (n_positive * n_negative)
