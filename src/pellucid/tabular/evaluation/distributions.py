"""Histograms for the report: probabilities by class, residuals, predicted against observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

_BINS = 25
_QUANTILES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)


def by_class(y: np.ndarray, classes: Sequence[str], probabilities: np.ndarray) -> dict[str, Any]:
    """Per class {"edges", "counts"}: how its cases' probabilities lie in 25 bins from 0 to 1.

    Of two classes (`probabilities` (N, 2)) it is the positive one's probability for the cases of
    either; of more (N, C), the probability given to the class that came true. `y` (N,) codes.

    >>> found = by_class(np.array([0, 1]), ("well", "ill"), np.array([[0.9, 0.1], [0.3, 0.7]]))
    >>> found["ill"]["counts"].index(1), found["well"]["counts"].index(1)
    (17, 2)
    """
    edges = np.linspace(0, 1, _BINS + 1)
    found = {}
    for k, name in enumerate(classes):
        column = 1 if len(classes) == 2 else k
        counts = np.histogram(probabilities[y == k, column].clip(0, 1), edges)[0]
        found[name] = {"edges": edges.round(6).tolist(), "counts": counts.tolist()}
    return found


def residuals(y: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """Observed - predicted: {"edges", "counts"} in 25 bins and {"quantiles": {level: value}}.

    The bins reach over the central 99 % of them; what lies outside counts in the outermost.
    """
    errors = y - predicted
    low, high = np.quantile(errors, [0.005, 0.995])
    high = high if high > low else low + 1.0
    edges = np.linspace(low, high, _BINS + 1)
    levels = np.quantile(errors, _QUANTILES)
    return {
        "edges": edges.tolist(),
        "counts": np.histogram(errors.clip(low, high), edges)[0].tolist(),
        "quantiles": {f"{q:g}": float(v) for q, v in zip(_QUANTILES, levels, strict=True)},
    }


def joint(y: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """Cases by predicted (rows) and observed (columns) number: {"edges", "counts"} 25 by 25.

    Counts instead of points: a stored study shall not hand on anyone's own values.
    """
    both = np.concatenate([y, predicted])
    low, high = float(both.min()), float(both.max())
    edges = np.linspace(low, high if high > low else low + 1.0, _BINS + 1)
    counts = np.histogram2d(predicted, y, bins=(edges, edges))[0]
    return {"edges": edges.tolist(), "counts": counts.astype(int).tolist()}
