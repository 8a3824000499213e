"""Calibration: by hand, against scikit-learn's logistic regression, and what intervals promise."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from pellucid.tabular.evaluation import Resampling
from pellucid.tabular.evaluation.calibration import (
    calibration,
    calibration_error,
    equal_bins,
    recalibration,
    to_logit,
)
from pellucid.tabular.evaluation.intervals import wilson
from pellucid.tabular.evaluation.logistic import fit_logistic, fit_sharpness, sigmoid


def _cases(n: int, slope: float, shift: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes drawn from P = sigmoid(shift + slope · logit p) for probabilities p."""
    random = np.random.default_rng(seed)
    logit = random.normal(-0.5, 1.3, n)
    return random.random(n) < sigmoid(shift + slope * logit), sigmoid(logit)


def test_slope_and_intercept_are_scikit_learn_s() -> None:
    outcome, p = _cases(400, 0.7, -0.4, 1)
    found = calibration(outcome, p, Resampling(400))
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(
        to_logit(p)[:, None], outcome
    )
    assert found.slope.value == pytest.approx(float(model.coef_[0, 0]), abs=1e-5)
    # With the slope at 1, the intercept makes the mean probability the share that came true.
    moved = sigmoid(to_logit(p) + found.intercept.value)
    assert moved.mean() == pytest.approx(outcome.mean(), abs=1e-9)


def test_standard_errors_are_the_information_s() -> None:
    outcome, p = _cases(200, 1, 0, 2)
    columns = np.stack([np.ones(200), to_logit(p)], axis=1)
    fit = fit_logistic(columns, outcome, Resampling(200))
    assert fit is not None
    fitted = sigmoid(columns @ fit.coefficients)
    information = (columns * (fitted * (1 - fitted))[:, None]).T @ columns
    assert fit.covariance == pytest.approx(np.linalg.inv(information))


def test_the_sandwich_over_groups_of_one_is_near_and_of_copies_is_wide() -> None:
    outcome, p = _cases(300, 1, 0, 3)
    alone = calibration(outcome, p, Resampling(300)).slope
    ones = calibration(outcome, p, Resampling(300, groups=np.arange(300))).slope
    assert ones.value == pytest.approx(alone.value)
    assert ones.high - ones.low == pytest.approx(alone.high - alone.low, rel=0.2)
    rows = np.repeat(np.arange(300), 4)
    copied = calibration(outcome[rows], p[rows], Resampling(1200, groups=rows)).slope
    assert copied.high - copied.low == pytest.approx(ones.high - ones.low, rel=0.02)
    pretended = calibration(outcome[rows], p[rows], Resampling(1200)).slope
    assert pretended.high - pretended.low == pytest.approx((alone.high - alone.low) / 2, rel=0.02)


@pytest.mark.parametrize(
    ("slope", "shift"), [(1.0, 0.0), (0.6, 0.0), (1.0, 0.8)], ids=["right", "extreme", "low"]
)
def test_intervals_cover_the_truth(slope: float, shift: float) -> None:
    """500 samples of 250 cases; the standard error of the counted share is 1 %."""
    hits, resampling = np.zeros(2), Resampling(250)
    for seed in range(500):
        outcome, p = _cases(250, slope, shift, 1000 + seed)
        found = recalibration(outcome, to_logit(p), resampling)
        hits[0] += found[0].low <= slope <= found[0].high
        # The intercept's truth is that of slope 1, so it is known where the slope is 1.
        hits[1] += slope != 1 or found[1].low <= shift <= found[1].high
    assert (hits >= 0.925 * 500).all()
    assert hits[0] <= 0.975 * 500


def test_the_curve_by_hand() -> None:
    p = np.repeat([0.1, 0.4, 0.9], 20)
    outcome = np.concatenate([np.arange(20) < 2, np.arange(20) < 10, np.arange(20) < 18])
    found = calibration(outcome, p, Resampling(60))
    assert [point["n"] for point in found.curve] == [20, 20, 20]
    assert [point["predicted"] for point in found.curve] == pytest.approx([0.1, 0.4, 0.9])
    assert [point["observed"] for point in found.curve] == [0.1, 0.5, 0.9]
    assert found.curve[1]["low"] == pytest.approx(wilson(10, 20).low)
    assert found.ece.value == pytest.approx(0.1 / 3)
    json.dumps(found.to_json(), allow_nan=False)


def test_bins_are_equally_full() -> None:
    place, n_bins = equal_bins(np.random.default_rng(1).random(1003))
    assert n_bins == 10
    assert np.ptp(np.bincount(place)) <= 1
    assert equal_bins(np.full(100, 0.3))[1] == 1
    assert equal_bins(np.linspace(0, 1, 44))[1] == 2


def test_the_error_s_interval_is_not_blown_up_by_chance() -> None:
    # The truth is 0; chance alone makes the figure positive, and its replicates twice.
    outcome, p = _cases(2000, 1, 0, 4)
    found = calibration_error(outcome, p, Resampling(2000))
    assert found.low == 0
    assert 0 < found.value <= found.high < 0.03
    wrong = calibration_error(outcome, 1 - p, Resampling(2000))
    assert wrong.low > 0.2


def test_the_smooth_curve_follows_what_it_is_drawn_from() -> None:
    random = np.random.default_rng(5)
    p = random.uniform(0.02, 0.98, 20_000)
    bent = np.clip(p + 0.15 * np.sin(2 * np.pi * p), 0, 1)
    outcome = random.random(20_000) < bent
    found = calibration(outcome, p, Resampling(20_000))
    assert len(found.smooth) == 41
    for point in found.smooth:
        x = point["predicted"]
        assert point["observed"] == pytest.approx(x + 0.15 * np.sin(2 * np.pi * x), abs=0.05)
        assert point["low"] < point["observed"] < point["high"]


@pytest.mark.parametrize(
    ("outcome", "p"),
    [
        (np.arange(40) >= 20, np.linspace(0.01, 0.99, 40)),  # separated
        (np.ones(40, bool), np.linspace(0.1, 0.9, 40)),  # one class
        (np.arange(40) % 2 == 0, np.full(40, 0.3)),  # one probability
    ],
    ids=["separated", "one class", "one probability"],
)
def test_where_there_is_no_slope_none_is_told(outcome: np.ndarray, p: np.ndarray) -> None:
    found = calibration(outcome, p, Resampling(40))
    assert np.isnan(found.slope.value)
    json.dumps(found.to_json(), allow_nan=False)


def test_probabilities_of_0_and_1_do_no_harm() -> None:
    outcome, p = _cases(300, 1, 0, 6)
    p[:40], p[40:80] = 0.0, 1.0
    found = calibration(outcome, p, Resampling(300))
    assert 0 < found.slope.value < 0.5


def test_sharpness_undoes_a_temperature() -> None:
    random = np.random.default_rng(7)
    p = 0.9 * random.dirichlet([1, 1, 1, 1], 6000) + 0.025
    y = (p.cumsum(axis=1) > random.random((6000, 1))).argmax(axis=1)
    right = fit_sharpness(y, p, Resampling(6000))
    assert right.low < 1 < right.high
    sharp = p**2 / (p**2).sum(axis=1, keepdims=True)
    found = fit_sharpness(y, sharp, Resampling(6000))
    assert found.value == pytest.approx(right.value / 2, rel=1e-6)
    grouped = fit_sharpness(y, sharp, Resampling(6000, groups=np.arange(6000)))
    assert grouped.value == pytest.approx(found.value)
    assert grouped.high - grouped.low == pytest.approx(found.high - found.low, rel=0.15)
    assert np.isnan(fit_sharpness(p.argmax(axis=1), p, Resampling(6000)).value)
