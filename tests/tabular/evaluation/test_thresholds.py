"""Thresholds against counts by hand, definitions, and published examples."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.tabular.evaluation import Resampling, balanced_threshold, choose_threshold
from pellucid.tabular.evaluation.intervals import ratio, wilson
from pellucid.tabular.evaluation.thresholds import at_thresholds

#                 ill:  1    1    1    1    0    0    0    0    0    0
SCORE = np.array([0.9, 0.8, 0.6, 0.3, 0.7, 0.4, 0.3, 0.2, 0.1, 0.1])
ILL = np.arange(10) < 4


def test_the_figures_of_a_threshold_by_hand() -> None:
    row = at_thresholds(ILL, SCORE, [0.5], Resampling(10))[0]
    assert row.counts == {
        "true_positive": 3,
        "false_positive": 1,
        "false_negative": 1,
        "true_negative": 5,
    }
    expected = {
        "accuracy": 8 / 10,
        "balanced_accuracy": (3 / 4 + 5 / 6) / 2,
        "sensitivity": 3 / 4,
        "specificity": 5 / 6,
        "ppv": 3 / 4,
        "npv": 5 / 6,
        "lr_plus": (3 / 4) / (1 / 6),
        "lr_minus": (1 / 4) / (5 / 6),
        "f1": 6 / 8,
        "called": 4 / 10,
    }
    assert {name: each.value for name, each in row.figures.items()} == pytest.approx(expected)
    assert row.figures["sensitivity"] == wilson(3, 4)
    assert row.figures["lr_plus"] == ratio(3, 4, 1, 6)
    assert row.figures["lr_minus"] == ratio(1, 4, 5, 6)


def test_a_score_on_the_threshold_is_called() -> None:
    rows = at_thresholds(ILL, SCORE, [0.3, 0.30001, 0.0, 1.0], Resampling(10))
    assert [row.threshold for row in rows] == [0.0, 0.3, 0.30001, 1.0]
    called = [row.counts["true_positive"] + row.counts["false_positive"] for row in rows]
    assert called == [10, 7, 5, 0]
    assert np.isnan(rows[-1].figures["ppv"].value)
    json.dumps([row.to_json() for row in rows], allow_nan=False)


def test_predictive_values_at_another_prevalence_are_bayes_s() -> None:
    # Sensitivity 0.9 and specificity 0.95 where 1 % are ill: 0.009 of 0.009 + 0.0495.
    ill = np.arange(2000) < 1000
    score = np.where(ill, np.arange(2000) % 10 != 0, np.arange(2000) % 20 == 0).astype(float)
    row = at_thresholds(ill, score, [0.5], Resampling(2000), prevalence=0.01)[0]
    assert row.figures["sensitivity"].value == 0.9
    assert row.figures["specificity"].value == 0.95
    ppv, npv = row.figures["ppv_at_prevalence"], row.figures["npv_at_prevalence"]
    assert ppv.value == pytest.approx(0.009 / (0.009 + 0.0495))
    assert npv.value == pytest.approx(0.9405 / (0.9405 + 0.001))
    assert ppv.low < ppv.value < ppv.high < npv.low < npv.value < npv.high < 1
    # At the prevalence of the cases themselves it is the predictive value.
    same = at_thresholds(ill, score, [0.5], Resampling(2000), prevalence=0.5)[0].figures
    assert same["ppv_at_prevalence"].value == pytest.approx(same["ppv"].value)
    with pytest.raises(ArgumentError, match="prevalence"):
        at_thresholds(ill, score, [0.5], Resampling(2000), prevalence=1.0)


def test_over_groups_of_one_intervals_are_much_as_alone() -> None:
    random = np.random.default_rng(1)
    score = random.random(800)
    ill = random.random(800) < score
    alone = at_thresholds(ill, score, [0.6], Resampling(800), prevalence=0.1)[0].figures
    groups = Resampling(800, groups=np.arange(800))
    grouped = at_thresholds(ill, score, [0.6], groups, prevalence=0.1)[0].figures
    assert alone.keys() == grouped.keys()
    for name, figure in alone.items():
        assert grouped[name].value == pytest.approx(figure.value), name
        width = figure.high - figure.low
        assert grouped[name].low == pytest.approx(figure.low, abs=0.1 * width), name
        assert grouped[name].high == pytest.approx(figure.high, abs=0.1 * width), name


def test_weights_count() -> None:
    weights = np.where(ILL, 2.0, 1.0)
    row = at_thresholds(ILL, SCORE, [0.5], Resampling(10, weights=weights))[0]
    assert row.counts["true_positive"] == 6
    assert row.figures["ppv"].value == pytest.approx(6 / 7)


@pytest.mark.parametrize(
    ("rule", "least", "expected"),
    [
        ("sensitivity", 0.75, 0.5),  # 0.9, 0.8, 0.6 are called, 0.4 is not
        ("sensitivity", 0.95, 0.25),
        ("specificity", 0.8, 0.5),
        ("specificity", 1.0, 0.75),
        ("ppv", 0.9, 0.75),
        ("f1", None, 0.5),
        ("youden", None, 0.5),
    ],
)
def test_thresholds_are_chosen_for_a_purpose(
    rule: str, least: float | None, expected: float
) -> None:
    assert choose_threshold(ILL, SCORE, rule, least) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rule", "least"), [("best", None), ("sensitivity", None), ("ppv", 0.0), ("specificity", 1.1)]
)
def test_rules_that_make_no_sense_are_refused(rule: str, least: float | None) -> None:
    with pytest.raises(ArgumentError, match="choose_threshold"):
        choose_threshold(ILL, SCORE, rule, least)


def test_what_cannot_be_reached_is_a_half() -> None:
    assert choose_threshold(ILL, -SCORE, "ppv", 0.9) == 0.5
    assert choose_threshold(np.ones(10, bool), SCORE, "sensitivity", 0.9) == 0.5


@pytest.mark.parametrize(
    ("truth", "score", "expected"),
    [
        ([0, 0, 1, 1], [0.1, 0.4, 0.6, 0.9], 0.5),
        ([0, 0, 0, 1], [0.01, 0.02, 0.05, 0.11], 0.08),
        ([0, 1, 0, 1], [0.2, 0.3, 0.6, 0.8], 0.7),  # 0.25 is as good, but farther from 0.5
        ([1, 1, 1], [0.2, 0.3, 0.6], 0.5),
    ],
)
def test_the_balanced_threshold_by_hand(
    truth: list[int], score: list[float], expected: float
) -> None:
    assert balanced_threshold(np.array(truth) == 1, np.array(score)) == pytest.approx(expected)


def test_the_balanced_threshold_beats_all_others() -> None:
    random = np.random.default_rng(5)
    truth = random.random(300) < 0.1
    score = np.round(random.beta(1, 8, 300) + 0.15 * truth, 2)
    chosen = balanced_threshold(truth, score)

    def index(threshold: float) -> float:
        called = score >= threshold
        return float(called[truth].mean() + (~called)[~truth].mean())

    assert index(chosen) == pytest.approx(max(index(t) for t in np.linspace(0, 1, 1001)))
    assert index(chosen) > index(0.5)
