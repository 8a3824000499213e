"""Numbers: how far off, whether right on average, and whether intervals hold what they say."""

from __future__ import annotations

import numpy as np

from pellucid.tabular.evaluation.calibration import Calibration, Point, equal_bins
from pellucid.tabular.evaluation.distributions import joint, residuals
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.result import Evaluation


def number_evaluation(
    y: np.ndarray,
    predicted: np.ndarray,
    resampling: Resampling,
    *,
    interval: tuple[np.ndarray, np.ndarray] | None = None,
    brief: bool = False,
) -> Evaluation:
    """The evaluation of `predicted` (N,) for `y` (N,); `interval` is the bounds stated with it."""
    figures = number_figures(y, predicted, resampling)
    if interval is not None:
        figures |= interval_figures(y, *interval, resampling)
    if brief:
        return Evaluation(len(y), figures)
    curves = {"residuals": residuals(y, predicted), "joint": joint(y, predicted)}
    return Evaluation(
        len(y),
        figures,
        calibration=_calibration(y, predicted, resampling),
        curves=curves,
        n_groups=resampling.n_groups,
    )


def number_figures(
    y: np.ndarray, predicted: np.ndarray, resampling: Resampling
) -> dict[str, Estimate]:
    """rmse, mae, r2, median_error and bias, each with its bootstrap interval."""
    errors = predicted - y
    squared = resampling.mean(errors**2)
    with np.errstate(invalid="ignore", divide="ignore"):
        r2 = 1 - squared / spread(y, resampling)
    figures = {
        "rmse": np.sqrt(squared),
        "mae": resampling.mean(np.abs(errors)),
        "r2": np.where(np.isfinite(r2), r2, np.nan),
        "median_error": _median(np.abs(errors), resampling),
        "bias": resampling.mean(errors),
    }
    return {name: resampling.estimate(each) for name, each in figures.items()}


def spread(y: np.ndarray, resampling: Resampling) -> np.ndarray:
    """Mean squared distance from the mean, (R + 1,); NaN where all are equal."""
    # Centred first: the variance of 1,000,000.1 and 1,000,000.2 must not drown in their squares.
    centred = y - np.average(y, weights=resampling.weights)
    around = resampling.mean(centred**2) - resampling.mean(centred) ** 2
    return np.where(around > 1e-14 * float((y**2).mean()) ** 0.5, around, np.nan)


def interval_figures(
    y: np.ndarray, low: np.ndarray, high: np.ndarray, resampling: Resampling
) -> dict[str, Estimate]:
    """Of intervals from `low` (N,) to `high` (N,): `coverage`, the share that holds `y` (N,), and
    `width`, their mean length.

    >>> y = np.array([1.0, 2.0, 3.0, 9.0])
    >>> found = interval_figures(y, y * 0 + 1, y * 0 + 4, Resampling(4))
    >>> found["coverage"].value, found["width"].value
    (0.75, 3.0)
    """
    return {
        "coverage": resampling.proportion((low <= y) & (y <= high)),
        "width": resampling.estimate(resampling.mean(high - low)),
    }


def _median(values: np.ndarray, resampling: Resampling) -> np.ndarray:
    """The weighted median of each replicate, among at most 512 quantiles, (R + 1,)."""
    points = np.unique(np.quantile(values, np.linspace(0, 1, 513), method="inverted_cdf"))
    sizes = resampling.tally(np.searchsorted(points, values), len(points))
    reached = np.cumsum(sizes, axis=1) >= sizes.sum(axis=1, keepdims=True) / 2
    medians = points[reached.argmax(axis=1)]
    # The sample's own is the usual one, half-way between the two in the middle of an even number.
    if resampling.is_plain:
        medians[0] = np.median(values)
    return medians


def _calibration(y: np.ndarray, predicted: np.ndarray, resampling: Resampling) -> Calibration:
    """The straight line of observed on predicted, and the mean observed in equally filled bins.

    `ece` is the mean distance of both means over the bins, in units of the target.
    """
    slope, intercept = _line(y, predicted, resampling)
    place, n_bins = equal_bins(predicted)
    sizes = resampling.tally(place, n_bins)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = resampling.tally(place, n_bins, y) / sizes
        expected = resampling.tally(place, n_bins, predicted) / sizes
        gaps = np.nansum(np.abs(observed - expected) * sizes, axis=1) / sizes.sum(axis=1)
    found = resampling.estimate(gaps)
    error = Estimate(
        found.value,
        max(2 * found.value - found.high, 0.0),
        max(2 * found.value - found.low, found.value),
    )
    points = tuple(
        _point(expected[0, k], resampling.estimate(observed[:, k]), int((place == k).sum()))
        for k in range(n_bins)
    )
    return Calibration(slope, intercept, error, points)


def _point(expected: float, observed: Estimate, n: int) -> Point:
    facts = observed.to_json()
    return {
        "predicted": float(expected),
        "observed": facts["value"],
        "low": facts["low"],
        "high": facts["high"],
        "n": n,
    }


def _line(
    y: np.ndarray, predicted: np.ndarray, resampling: Resampling
) -> tuple[Estimate, Estimate]:
    """Slope and intercept of least squares of `y` on `predicted`; NaN if these are all equal."""
    x, centre = predicted - predicted.mean(), float(y.mean())
    mean_x, mean_y = resampling.mean(x), resampling.mean(y - centre)
    variance = resampling.mean(x**2) - mean_x**2
    shared = resampling.mean(x * (y - centre)) - mean_x * mean_y
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(variance > 0, shared / variance, np.nan)
    intercept = mean_y + centre - slope * (mean_x + predicted.mean())
    return resampling.estimate(slope), resampling.estimate(intercept)
