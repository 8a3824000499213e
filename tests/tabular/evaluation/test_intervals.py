"""Intervals against published values, SciPy, brute force and their own definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest, t

from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.evaluation.intervals import (
    Estimate,
    clopper_pearson,
    delong,
    ratio,
    student,
    wilson,
)

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("successes", "n"), [(0, 1), (1, 1), (0, 20), (20, 20), (1, 29), (81, 263), (15, 148), (7, 10)]
)
def test_wilson_is_scipy_s(successes: int, n: int) -> None:
    reference = binomtest(successes, n).proportion_ci(method="wilson")
    found = wilson(successes, n)
    assert found.value == successes / n
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=1e-12)


def test_wilson_is_the_published_example() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I: 81 of 263.
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_nothing_is_known_of_no_cases() -> None:
    assert np.isnan(wilson(0, 0).value)
    assert not wilson(0, 0).has_interval
    with pytest.raises(ArgumentError, match="0 to 3"):
        wilson(4, 3)


def brute_force_delong(positive: np.ndarray, negative: np.ndarray) -> tuple[float, float]:
    """The area and its variance, straight from the definition over all pairs."""
    order = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    by_positive, by_negative = order.mean(axis=1), order.mean(axis=0)
    variance = by_positive.var(ddof=1) / len(positive) + by_negative.var(ddof=1) / len(negative)
    return float(order.mean()), float(variance)


@pytest.mark.parametrize("levels", [4, 1000])  # many ties, hardly any
@pytest.mark.parametrize(("n_positive", "n_negative"), [(2, 2), (5, 30), (60, 40)])
def test_delong_is_its_definition(levels: int, n_positive: int, n_negative: int) -> None:
    random = np.random.default_rng(levels + n_positive)
    positive = random.integers(levels, size=n_positive) + levels // 4
    negative = random.integers(levels, size=n_negative)
    score = np.concatenate([positive, negative])
    is_positive = np.arange(len(score)) < n_positive
    shuffled = random.permutation(len(score))
    found = delong(is_positive[shuffled], score[shuffled])
    area, variance = brute_force_delong(positive, negative)
    assert found.value == pytest.approx(area, abs=1e-12)
    assert 0 < area < 1, "the case says nothing"
    logit, half = np.log(area / (1 - area)), Z * np.sqrt(variance) / (area * (1 - area))
    expected = 1 / (1 + np.exp(-np.array([logit - half, logit + half])))
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=1e-12)


@pytest.mark.parametrize(("area", "low", "high"), [(1.0, True, False), (0.0, False, True)])
def test_a_perfect_area_keeps_its_doubt(area: float, low: bool, high: bool) -> None:
    is_positive = np.arange(30) < 10
    found = delong(is_positive, is_positive if area else ~is_positive)
    assert found.value == area
    # The bound on the open side solves |θ - area| = z·se(θ).
    bound = found.low if low else found.high
    half = 30 / 2 - 1
    factor = 1 + half * (1 - bound) / (2 - bound) + half * bound / (1 + bound)
    error = Z * np.sqrt(bound * (1 - bound) * factor / (10 * 20))
    assert abs(bound - area) == pytest.approx(error, rel=1e-6)
    assert 0.05 < abs(bound - area) < 0.5
    assert (found.high if low else found.low) == area


def test_a_constant_score_is_half_with_an_interval() -> None:
    found = delong(np.arange(100) < 30, np.zeros(100))
    assert found.value == 0.5
    assert 0.3 < found.low < 0.45 < 0.55 < found.high < 0.7


@pytest.mark.parametrize("cases", [np.zeros(4, bool), np.ones(4, bool)])
def test_an_area_needs_both_classes(cases: np.ndarray) -> None:
    with pytest.raises(DataError, match="both classes"):
        delong(cases, np.arange(4.0))


def test_intervals_hold_what_they_promise() -> None:
    # The true area of N(1, 1) against N(0, 1) is Φ(1/√2).
    truth, hits = 0.760250, 0
    random = np.random.default_rng(1)
    is_positive = np.arange(60) < 25
    for _ in range(1000):
        found = delong(is_positive, random.normal(size=60) + is_positive)
        hits += found.low <= truth <= found.high
    assert 930 <= hits <= 970


@pytest.mark.parametrize(
    ("successes", "n"), [(0, 1), (1, 1), (0, 20), (20, 20), (81, 263), (7, 10)]
)
def test_clopper_pearson_is_scipy_s(successes: int, n: int) -> None:
    reference = binomtest(successes, n).proportion_ci(method="exact")
    found = clopper_pearson(successes, n)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=1e-12)


def test_clopper_pearson_is_the_published_example() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 5: 81 of 263.
    found = clopper_pearson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2527, 0.3676)
    assert np.isnan(clopper_pearson(0, 0).value)
    with pytest.raises(ArgumentError, match="0 to 3"):
        clopper_pearson(4, 3)


def test_a_likelihood_ratio_by_hand() -> None:
    # Sensitivity 0.9 of 100, specificity 0.8 of 100: LR+ 4.5, se(log) = √(1/90-1/100+1/20-1/100).
    found = ratio(90, 100, 20, 100)
    half = Z * np.sqrt(1 / 90 - 1 / 100 + 1 / 20 - 1 / 100)
    assert found.value == pytest.approx(4.5)
    assert np.log([found.low, found.high]) == pytest.approx(
        [np.log(4.5) - half, np.log(4.5) + half]
    )


@pytest.mark.parametrize(
    ("counts", "value", "low", "high"),
    [
        ((5, 10, 0, 20), np.inf, "positive", np.inf),
        ((0, 10, 5, 20), 0.0, 0.0, "positive"),
        ((0, 10, 0, 20), np.nan, np.nan, np.nan),
        ((0, 0, 3, 20), np.nan, np.nan, np.nan),
    ],
)
def test_a_ratio_of_nothing_keeps_its_doubt(
    counts: tuple[int, int, int, int], value: float, low: float | str, high: float | str
) -> None:
    found = ratio(*counts)
    for bound, wanted in ((found.value, value), (found.low, low), (found.high, high)):
        if wanted == "positive":
            assert 0 < bound < np.inf
        else:
            assert bound == pytest.approx(wanted, nan_ok=True)


def test_student_s_points_are_scipy_s() -> None:
    assert student(3) == pytest.approx(t.ppf(0.975, 3))
    assert student(10_000) == pytest.approx(Z, abs=3e-4)


def test_what_is_not_a_number_is_none_in_json() -> None:
    assert Estimate(float("nan"), float("inf"), 1.0).to_json() == {
        "value": None,
        "low": None,
        "high": 1.0,
    }
