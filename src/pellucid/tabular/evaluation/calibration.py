"""Whether probabilities mean what they say: of cases given 20 %, does one in five come true?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.logistic import Fit, fit_logistic, sigmoid
from pellucid.tabular.evaluation.resampling import Resampling

# Logits are taken of probabilities at least this far from 0 and 1: nearer, float32 knows no more.
_LEAST_PROBABILITY = 1e-7
_MOST_BINS = 10
_LEAST_CASES_OF_A_BIN = 15
_SMOOTH_POINTS = 41
# Harrell, "Regression Modeling Strategies" (2015), table 2.3: four knots.
_KNOTS = (0.05, 0.35, 0.65, 0.95)

Point = Mapping[str, float | int | None]


@dataclass(frozen=True)
class Calibration:
    """How probabilities stand to what came true.

    `slope` and `intercept` are those of weak calibration; both are unknown (NaN) where outcomes are
    separated by the probabilities or do not differ. `curve` shows equally filled bins, `smooth`
    the same without bins; `ece` is the mean distance of observed share and probability over the
    bins, weighted by cases.
    """

    slope: Estimate
    intercept: Estimate
    ece: Estimate
    curve: tuple[Point, ...]
    smooth: tuple[Point, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """By name: `slope`, `intercept`, `ece` {value, low, high}; `curve` and `smooth` lists.

        A point has `predicted`, `observed`, `low`, `high`, and in `curve` `n`, its cases.
        """
        return {
            "slope": self.slope.to_json(),
            "intercept": self.intercept.to_json(),
            "ece": self.ece.to_json(),
            "curve": [dict(point) for point in self.curve],
            "smooth": [dict(point) for point in self.smooth],
        }


def calibration(
    outcome: np.ndarray,
    probability: np.ndarray,
    resampling: Resampling,
    *,
    smooth: bool = True,
) -> Calibration:
    """The calibration of `probability` (N,) for `outcome` (N,) bool.

    The slope b is that of logit P(outcome) = a + b · logit(probability): below 1 probabilities are
    too extreme. The intercept is that with b held at 1: below 0 they are too high on the whole.
    `smooth` is a restricted cubic spline of the logit with four knots and its pointwise interval.

    Sources: Van Calster et al., BMC Medicine 17 (2019), 230; Cox, Biometrika 45 (1958), 562-565.

    >>> p = np.repeat([0.2, 0.8], 10)
    >>> found = calibration(np.arange(20) % 10 < 10 * p, p, Resampling(20))
    >>> round(found.slope.value, 6), round(abs(found.intercept.value), 6), found.ece.value
    (1.0, 0.0, 0.0)
    """
    logit = to_logit(probability)
    slope, intercept = recalibration(outcome, logit, resampling)
    place, n_bins = equal_bins(probability)
    return Calibration(
        slope,
        intercept,
        calibration_error(outcome, probability, resampling),
        reliability(outcome, probability, place, n_bins, resampling),
        _smooth(outcome, logit, resampling) if smooth else (),
    )


def calibration_error(
    outcome: np.ndarray, probability: np.ndarray, resampling: Resampling
) -> Estimate:
    """Mean |observed share - mean probability| over equally filled bins, weighted by cases.

    At most 10 bins of at least 15 cases. Chance alone makes it positive, in a replicate twice over:
    so the bounds are mirrored at the value (basic bootstrap), and not below 0.
    """
    place, n_bins = equal_bins(probability)
    gap = resampling.tally(place, n_bins, outcome - probability)
    sizes = resampling.tally(place, n_bins).sum(axis=1)
    with np.errstate(invalid="ignore"):
        found = resampling.estimate(np.abs(gap).sum(axis=1) / sizes)
    if not found.has_interval:
        return found
    low, high = 2 * found.value - found.high, 2 * found.value - found.low
    return Estimate(found.value, max(low, 0.0), max(high, found.value))


def equal_bins(values: np.ndarray) -> tuple[np.ndarray, int]:
    """The bin of each case (N,) and their number; bins hold as many cases each as ties allow."""
    wanted = int(np.clip(len(values) // _LEAST_CASES_OF_A_BIN, 1, _MOST_BINS))
    edges = np.unique(np.quantile(values, np.linspace(0, 1, wanted + 1)[1:-1]))
    place = np.searchsorted(edges, values, side="right")
    filled, place = np.unique(place, return_inverse=True)
    return place.reshape(len(values)), len(filled)


def reliability(
    outcome: np.ndarray,
    probability: np.ndarray,
    place: np.ndarray,
    n_bins: int,
    resampling: Resampling,
) -> tuple[Point, ...]:
    """One point a bin: mean probability, and the share that came true with its interval."""
    points = []
    for k in range(n_bins):
        inside = place == k
        share = resampling.proportion(outcome, inside).to_json()
        weights = resampling.weights[inside]
        mean = np.average(probability[inside], weights=weights) if weights.any() else np.nan
        points.append(
            {
                "predicted": float(mean) if np.isfinite(mean) else None,
                "observed": share["value"],
                "low": share["low"],
                "high": share["high"],
                "n": int(inside.sum()),
            }
        )
    return tuple(points)


def to_logit(probability: np.ndarray) -> np.ndarray:
    """log(p / (1 - p)) of probabilities kept 1e-7 away from 0 and 1."""
    kept = np.clip(probability, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    return np.log(kept) - np.log1p(-kept)


def recalibration(
    outcome: np.ndarray, logit: np.ndarray, resampling: Resampling
) -> tuple[Estimate, Estimate]:
    """Slope and intercept, as `calibration` says, of probabilities with these logits (N,)."""
    ones = np.ones(len(logit))
    unknown = Estimate(float("nan"))
    if outcome.all() or not outcome.any():
        return unknown, unknown
    shift = fit_logistic(ones[:, None], outcome, resampling, offset=logit)
    both = None
    if not _separates(outcome, logit):
        both = fit_logistic(np.stack([ones, logit], axis=1), outcome, resampling)
    return (
        unknown if both is None else _coefficient(both, 1),
        unknown if shift is None else _coefficient(shift, 0),
    )


def _separates(outcome: np.ndarray, logit: np.ndarray) -> bool:
    above, below = logit[outcome], logit[~outcome]
    return bool(above.min() >= below.max() or above.max() <= below.min())


def _coefficient(fit: Fit, k: int) -> Estimate:
    value, half = float(fit.coefficients[k]), fit.reach * float(np.sqrt(fit.covariance[k, k]))
    return Estimate(value, value - half, value + half)


def _smooth(outcome: np.ndarray, logit: np.ndarray, resampling: Resampling) -> tuple[Point, ...]:
    """The spline where it can be fitted, else the straight line, else nothing."""
    if outcome.all() or not outcome.any() or _separates(outcome, logit):
        return ()
    knots = np.unique(np.quantile(logit, _KNOTS))
    low, high = np.quantile(logit, [0.01, 0.99])
    grid = np.linspace(low, high, _SMOOTH_POINTS)
    for chosen in (knots, knots[:0]):
        fit = fit_logistic(_spline(logit, chosen), outcome, resampling)
        if fit is not None:
            return _smooth_points(grid, _spline(grid, chosen), fit)
    return ()


def _smooth_points(grid: np.ndarray, columns: np.ndarray, fit: Fit) -> tuple[Point, ...]:
    centre = columns @ fit.coefficients
    variance = np.einsum("np,pq,nq->n", columns, fit.covariance, columns)
    half = fit.reach * np.sqrt(np.maximum(variance, 0))
    rows = [sigmoid(each) for each in (grid, centre, centre - half, centre + half)]
    names = ("predicted", "observed", "low", "high")
    return tuple(
        {
            name: value if np.isfinite(value) else None
            for name, value in zip(names, row, strict=True)
        }
        for row in np.stack(rows, axis=1).round(6).tolist()
    )


def _spline(x: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """1, x and the restricted cubic spline's terms of x: (N, 2 + knots - 2), linear in the tails.

    Harrell, equation 2.25. Fewer than three knots give the straight line.
    """
    straight = [np.ones(len(x)), x]
    if len(knots) < 3:
        return np.stack(straight, axis=1)
    last, before, span = knots[-1], knots[-2], knots[-1] - knots[0]

    def cubed(knot: float) -> np.ndarray:
        return np.maximum(x - knot, 0) ** 3

    terms = [
        (
            cubed(knot)
            - cubed(before) * (last - knot) / (last - before)
            + cubed(last) * (before - knot) / (last - before)
        )
        / span**2
        for knot in knots[:-2]
    ]
    return np.stack([*straight, *terms], axis=1)
