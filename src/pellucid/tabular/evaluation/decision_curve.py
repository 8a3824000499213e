"""Whether acting on a model's probabilities does more good than treating all, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.thresholds import called_above

THRESHOLDS = tuple(np.arange(1, 100) / 100)


def decision_curve(
    is_positive: np.ndarray,
    scores: Mapping[str, np.ndarray],
    resampling: Resampling,
    *,
    thresholds: tuple[float, ...] = THRESHOLDS,
    prevalence: float | None = None,
) -> dict[str, Any]:
    """The net benefit of each model in `scores` {name: (N,)}, of treating all, and of none.

    NB(t) = sensitivity · π - (1 - specificity) · (1 - π) · t / (1 - t): true positives per case,
    less false ones at the price that makes t the threshold of action. π is the share of positives
    among the cases, or `prevalence`. `is_positive` (N,) bool.

    A dict to be stored as JSON: `thresholds` (T rising), `prevalence`, `strategies` {name: {value,
    low, high}}, lists of T with 95 % bootstrap bounds, `all` and `none` among the names, and
    `differences` {name: {…}}: the first model's net benefit less that of each other strategy, of
    the same replicates. `useful` {"from", "to"} is the longest run of thresholds at which the first
    model's net benefit is above all others' on these cases, None if there is none.

    Raises `ArgumentError` for a prevalence or a threshold that is not in (0, 1).

    Source: Vickers & Elkin, Medical Decision Making 26 (2006), 565-574.

    >>> ill = np.array([True, True, False, False])
    >>> p = {"network": np.array([0.9, 0.6, 0.4, 0.1])}
    >>> curve = decision_curve(ill, p, Resampling(4), thresholds=(0.25, 0.5))
    >>> curve["strategies"]["network"]["value"], curve["strategies"]["all"]["value"]
    ([0.416667, 0.5], [0.333333, 0.0])
    """
    rising = np.unique(np.asarray(thresholds, dtype=np.float64))
    for each in (*rising.tolist(), *(() if prevalence is None else (prevalence,))):
        if not 0 < each < 1:
            raise ArgumentError("decision_curve", expected="numbers in (0, 1)", received=each)
    price = rising / (1 - rising)
    benefits = {}
    for name, score in scores.items():
        positive, negative = called_above(is_positive, score, rising, resampling)
        benefits[name] = _benefit(positive, negative, price, prevalence)
    share = _share(positive, negative, prevalence)
    benefits["all"] = share - (1 - share) * price
    benefits["none"] = np.zeros_like(benefits["all"])
    first = next(iter(scores))
    return {
        "thresholds": _rounded(rising),
        "prevalence": float(share[0, 0]),
        "strategies": {name: _band(each, resampling) for name, each in benefits.items()},
        "differences": {
            name: _band(benefits[first] - each, resampling)
            for name, each in benefits.items()
            if name != first
        },
        "useful": _useful(rising, first, {name: each[0] for name, each in benefits.items()}),
    }


def _benefit(
    positive: np.ndarray, negative: np.ndarray, price: np.ndarray, prevalence: float | None
) -> np.ndarray:
    """(R + 1, T) from the cases at or above each threshold, all of them in the first column."""
    share = _share(positive, negative, prevalence)
    with np.errstate(invalid="ignore", divide="ignore"):
        sensitivity = np.nan_to_num(positive[:, 1:] / positive[:, :1])
        alarms = np.nan_to_num(negative[:, 1:] / negative[:, :1])
    return sensitivity * share - alarms * (1 - share) * price


def _share(positive: np.ndarray, negative: np.ndarray, prevalence: float | None) -> np.ndarray:
    """The share of positive cases (R + 1, 1)."""
    if prevalence is not None:
        return np.full((len(positive), 1), prevalence)
    with np.errstate(invalid="ignore"):
        return positive[:, :1] / (positive[:, :1] + negative[:, :1])


def _band(replicates: np.ndarray, resampling: Resampling) -> dict[str, list[float | None]]:
    low, high = resampling.band(replicates)
    return {"value": _rounded(replicates[0]), "low": _rounded(low), "high": _rounded(high)}


def _useful(
    rising: np.ndarray, first: str, values: Mapping[str, np.ndarray]
) -> dict[str, float] | None:
    others = np.max([each for name, each in values.items() if name != first], axis=0)
    above = np.concatenate([[False], values[first] > others + 1e-12, [False]])
    starts = np.flatnonzero(~above[:-1] & above[1:])
    ends = np.flatnonzero(above[:-1] & ~above[1:])
    if not len(starts):
        return None
    longest = int((ends - starts).argmax())
    return {"from": float(rising[starts[longest]]), "to": float(rising[ends[longest] - 1])}


def _rounded(values: np.ndarray) -> list[float | None]:
    return [round(value, 6) if np.isfinite(value) else None for value in values.tolist()]
