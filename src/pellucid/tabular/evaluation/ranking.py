"""How well scores put the positive cases above the others: ROC, precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.tabular.evaluation.intervals import Estimate, delong
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.scores import (
    area,
    auc,
    average_precision,
    precision_area,
    steps,
)

# Scores of each class are cut at so many quantiles for the replicates, not for the figure itself.
_CUTS = 128
_POINTS = 200


def ranking(
    is_positive: np.ndarray,
    score: np.ndarray,
    resampling: Resampling,
    replicated: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[Estimate, Estimate]:
    """The area under the ROC curve and the average precision, of `score` (N,).

    The first with DeLong's interval where each case stands alone; else, and the second always, with
    the bootstrap's; `replicated` is what `replicated_areas` returns, if known. NaN without
    positives or without negatives.
    """
    if is_positive.all() or not is_positive.any():
        return Estimate(float("nan")), Estimate(float("nan"))
    weights = None if resampling.is_plain else resampling.weights
    areas, precisions = replicated or replicated_areas(is_positive, score, resampling)
    precision = average_precision(is_positive, score, weights)
    of_precision = resampling.estimate(precisions, precision)
    if resampling.is_plain:
        return delong(is_positive, score), of_precision
    exact = auc(is_positive, score, weights)
    return resampling.estimate(areas, exact), of_precision


def replicated_areas(
    is_positive: np.ndarray, score: np.ndarray, resampling: Resampling
) -> tuple[np.ndarray, np.ndarray]:
    """The area under the ROC curve and the average precision of each replicate, (R + 1,) each.

    Of more than 256 different scores, those between two quantiles of a class count as one, so
    entry 0 is near the figure itself but need not be it.
    """
    cuts = _cuts(is_positive, score)
    place = np.searchsorted(cuts, score, side="right")
    n_cells = len(cuts) + 1
    both = resampling.tally(place + n_cells * is_positive, 2 * n_cells)
    positive, negative = both[:, n_cells:], both[:, :n_cells]
    return area(positive, negative), precision_area(positive, negative)


def roc_curve(is_positive: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    """Points of the ROC curve, at most 200: `fpr` and `tpr` rising, `threshold` falling.

    A case is called positive from the threshold on; at the first point, (0, 0), none is, and its
    threshold is None. Empty lists if one of the classes is absent.

    >>> roc_curve(np.array([True, False, True]), np.array([0.9, 0.4, 0.3]))["tpr"]
    [0.0, 0.5, 0.5, 1.0]
    """
    if is_positive.all() or not is_positive.any():
        return {"fpr": [], "tpr": [], "threshold": []}
    positive, negative = (each[::-1] for each in steps(is_positive, score))
    tpr = np.concatenate([[0.0], np.cumsum(positive) / positive.sum()])
    fpr = np.concatenate([[0.0], np.cumsum(negative) / negative.sum()])
    kept = _thinned(fpr + tpr)
    threshold = [None, *np.unique(score)[::-1].tolist()]
    return {
        "fpr": _rounded(fpr[kept]),
        "tpr": _rounded(tpr[kept]),
        "threshold": [threshold[k] for k in kept],
    }


def precision_curve(is_positive: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    """Points of precision against recall, at most 200, recall rising, thresholds falling."""
    if not is_positive.any():
        return {"recall": [], "precision": [], "threshold": []}
    positive, negative = (each[::-1] for each in steps(is_positive, score))
    hits, called = np.cumsum(positive), np.cumsum(positive + negative)
    recall = hits / hits[-1]
    precision = hits / called
    moved = np.abs(np.diff(precision, prepend=precision[0]))
    kept = _thinned(recall + np.cumsum(moved) / max(moved.sum(), 1e-12))
    threshold = np.unique(score)[::-1]
    return {
        "recall": _rounded(recall[kept]),
        "precision": _rounded(precision[kept]),
        "threshold": threshold[kept].tolist(),
    }


def _cuts(is_positive: np.ndarray, score: np.ndarray) -> np.ndarray:
    distinct = np.unique(score)
    if len(distinct) <= 2 * _CUTS:
        return distinct[1:]
    levels = np.linspace(0, 1, _CUTS + 1)[1:-1]
    parts = [np.quantile(score[mask], levels) for mask in (is_positive, ~is_positive)]
    return np.unique(np.concatenate(parts))


def _thinned(travelled: np.ndarray) -> np.ndarray:
    """Indices of at most 200 points, evenly far along a curve, both ends among them."""
    if len(travelled) <= _POINTS:
        return np.arange(len(travelled))
    wanted = np.linspace(travelled[0], travelled[-1], _POINTS - 1)[1:]
    found = np.searchsorted(travelled, wanted).clip(0, len(travelled) - 1)
    return np.unique(np.concatenate([[0], found[:-1], [len(travelled) - 1]]))


def _rounded(values: np.ndarray) -> list[float]:
    return [round(value, 6) for value in values.tolist()]
