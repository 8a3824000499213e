"""Recalibration by maximum likelihood, with standard errors: a logistic curve, a temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.tabular.evaluation.intervals import Estimate, student
from pellucid.tabular.evaluation.resampling import Resampling

_STEPS = 60
_HALVINGS = 30
_Z = 1.959963984540054
_LEAST_PROBABILITY = 1e-7
# A coefficient this large on a logit is no estimate: the columns separate the outcomes.
_LARGEST = 1e4


@dataclass(frozen=True, eq=False)
class Fit:
    """Coefficients (P,), their covariance (P, P), and how many errors an interval reaches."""

    coefficients: np.ndarray
    covariance: np.ndarray
    reach: float


def fit_logistic(
    columns: np.ndarray,
    outcome: np.ndarray,
    resampling: Resampling,
    offset: np.ndarray | None = None,
) -> Fit | None:
    """Maximum likelihood of logit P(outcome) = offset + columns · coefficients, by Newton's steps.

    `columns` (N, P), `outcome` (N,) bool. The covariance is the inverse of the information where
    each case stands alone; with groups or weights it is the sandwich over groups (Liang & Zeger,
    Biometrika 73 (1986), 13-22), and the reach Student's t. None where there is no finite maximum.
    """
    offset = np.zeros(len(outcome)) if offset is None else offset
    weights = resampling.weights
    found = _maximum(columns, outcome.astype(np.float64), weights, offset)
    if found is None:
        return None
    probability = sigmoid(offset + columns @ found)
    covariance = np.linalg.pinv(_information(columns, weights * probability * (1 - probability)))
    if resampling.is_plain:
        return Fit(found, covariance, _Z)
    n_units = resampling.n_units
    if n_units < 2:
        return Fit(found, np.full_like(covariance, np.nan), _Z)
    pulls = (weights * (outcome - probability))[:, None] * columns
    sums = np.stack([np.bincount(resampling.unit, pull, n_units) for pull in pulls.T], axis=1)
    sandwich = covariance @ (sums.T @ sums) @ covariance * n_units / (n_units - 1)
    return Fit(found, sandwich, student(n_units - 1))


def fit_sharpness(y: np.ndarray, probabilities: np.ndarray, resampling: Resampling) -> Estimate:
    """The b for which probabilities (N, C) raised to the power b, and normed, fit `y` (N,) best.

    1 / b is the best temperature; below 1 probabilities are too extreme. The interval is as in
    `fit_logistic`. NaN where no finite b is best.
    """
    logs = np.log(np.clip(probabilities, _LEAST_PROBABILITY, 1))
    given, weights, found = logs[np.arange(len(y)), y], resampling.weights, 1.0
    for _ in range(_STEPS):
        raised = np.exp(found * (logs - logs.max(axis=1, keepdims=True)))
        raised /= raised.sum(axis=1, keepdims=True)
        mean = (raised * logs).sum(axis=1)
        spread = float((weights * ((raised * logs**2).sum(axis=1) - mean**2)).sum())
        pulls = weights * (given - mean)
        if spread < 1e-12 or abs(found) > _LARGEST:
            return Estimate(float("nan"))
        # A factor of two a step keeps Newton's method from leaping past the flat ends.
        step = float(np.clip(pulls.sum() / spread, -found / 2, found))
        found += step
        if abs(step) < 1e-9 * found:
            return _with_errors(found, pulls, 1 / spread, resampling)
    return Estimate(float("nan"))


def _with_errors(
    value: float, pulls: np.ndarray, variance: float, resampling: Resampling
) -> Estimate:
    reach, n_units = _Z, resampling.n_units
    if not resampling.is_plain:
        if n_units < 2:
            return Estimate(value)
        sums = np.bincount(resampling.unit, pulls, n_units)
        variance, reach = (
            variance**2 * float(sums @ sums) * n_units / (n_units - 1),
            student(n_units - 1),
        )
    half = reach * float(np.sqrt(variance))
    return Estimate(value, value - half, value + half)


def _maximum(
    columns: np.ndarray, outcome: np.ndarray, weights: np.ndarray, offset: np.ndarray
) -> np.ndarray | None:
    found = np.zeros(columns.shape[1])
    value = _likelihood(offset, outcome, weights)
    for _ in range(_STEPS):
        probability = sigmoid(offset + columns @ found)
        slope = columns.T @ (weights * (outcome - probability))
        information = _information(columns, weights * probability * (1 - probability))
        if np.linalg.cond(information) > 1e14:
            return None
        step = np.linalg.solve(information, slope)
        for _ in range(_HALVINGS):
            reached = _likelihood(offset + columns @ (found + step), outcome, weights)
            if reached >= value - 1e-12 * abs(value):
                break
            step = step / 2
        found, value = found + step, reached
        if np.abs(found).max() > _LARGEST:
            return None
        if np.abs(step).max() < 1e-9 * (1 + np.abs(found).max()):
            return found
    return None


def _likelihood(logit: np.ndarray, outcome: np.ndarray, weights: np.ndarray) -> float:
    return float((weights * (outcome * logit - np.logaddexp(0, logit))).sum())


def _information(columns: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    return columns.T @ (columns * amounts[:, None])


def sigmoid(logit: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-x) without overflow; NaN of NaN."""
    with np.errstate(invalid="ignore"):
        return np.exp(-np.logaddexp(0, -logit))
