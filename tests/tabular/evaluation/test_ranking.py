"""ROC, precision and recall: curves against scikit-learn's, intervals against DeLong's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from pellucid.tabular.evaluation import Resampling
from pellucid.tabular.evaluation.intervals import delong
from pellucid.tabular.evaluation.ranking import (
    precision_curve,
    ranking,
    replicated_areas,
    roc_curve,
)


def _cases(n: int, seed: int, decimals: int = 8) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    score = random.beta(2, 3, n).round(decimals)
    return random.random(n) < score, score


@pytest.mark.parametrize("decimals", [1, 8])
def test_the_roc_curve_is_scikit_learn_s(decimals: int) -> None:
    is_positive, score = _cases(150, 1, decimals)
    found = roc_curve(is_positive, score)
    fpr, tpr, thresholds = metrics.roc_curve(is_positive, score, drop_intermediate=False)
    assert found["fpr"] == pytest.approx(fpr, abs=1e-6)
    assert found["tpr"] == pytest.approx(tpr, abs=1e-6)
    assert found["threshold"][0] is None
    assert found["threshold"][1:] == pytest.approx(thresholds[1:])


def test_the_precision_curve_is_scikit_learn_s() -> None:
    is_positive, score = _cases(120, 2)
    found = precision_curve(is_positive, score)
    precision, recall, thresholds = metrics.precision_recall_curve(is_positive, score)
    points = zip(recall[:-1], precision[:-1], strict=True)
    by_threshold = dict(zip(thresholds, points, strict=True))
    for threshold, *point in zip(
        found["threshold"], found["recall"], found["precision"], strict=True
    ):
        assert point == pytest.approx(by_threshold[threshold], abs=1e-6)


@pytest.mark.parametrize("n", [300, 30_000])
def test_long_curves_are_thinned_and_keep_their_area(n: int) -> None:
    is_positive, score = _cases(n, 3)
    found = roc_curve(is_positive, score)
    assert len(found["fpr"]) <= 200
    assert (found["fpr"][0], found["tpr"][0]) == (0, 0)
    assert (found["fpr"][-1], found["tpr"][-1]) == (1, 1)
    area = np.trapezoid(found["tpr"], found["fpr"])
    assert area == pytest.approx(metrics.roc_auc_score(is_positive, score), abs=2e-3)
    drawn = precision_curve(is_positive, score)
    assert len(drawn["recall"]) <= 200
    assert drawn["recall"][-1] == 1
    assert (np.diff(drawn["recall"]) >= 0).all()


@pytest.mark.parametrize("n", [100, 5000])
def test_the_bootstrap_agrees_with_delong(n: int) -> None:
    is_positive, score = _cases(n, 4)
    exact = delong(is_positive, score)
    found, _ = ranking(is_positive, score, Resampling(n, groups=np.arange(n)))
    assert found.value == pytest.approx(exact.value, abs=1e-12)
    width = exact.high - exact.low
    assert found.low == pytest.approx(exact.low, abs=0.12 * width)
    assert found.high == pytest.approx(exact.high, abs=0.12 * width)


def test_scores_cut_at_quantiles_hardly_change_the_areas() -> None:
    is_positive, score = _cases(20_000, 5)
    area, precision = replicated_areas(is_positive, score, Resampling(20_000))
    assert area[0] == pytest.approx(metrics.roc_auc_score(is_positive, score), abs=1e-4)
    expected = metrics.average_precision_score(is_positive, score)
    assert precision[0] == pytest.approx(expected, abs=2e-3)


def test_a_replicate_is_the_figure_of_its_cases() -> None:
    is_positive, score = _cases(60, 6, 2)
    resampling = Resampling(60, seed=1)
    areas, precisions = replicated_areas(is_positive, score, resampling)
    counts = resampling.tally(np.arange(60), 60)
    for k in (1, 2, 2000):
        rows = np.repeat(np.arange(60), counts[k].astype(int))
        assert areas[k] == pytest.approx(metrics.roc_auc_score(is_positive[rows], score[rows]))
        assert precisions[k] == pytest.approx(
            metrics.average_precision_score(is_positive[rows], score[rows])
        )


@pytest.mark.slow
def test_the_interval_of_the_average_precision_covers() -> None:
    """The truth is that of a million cases; 200 samples of 100."""
    random = np.random.default_rng(7)
    truth = random.random(1_000_000) < 0.3
    population = random.normal(size=1_000_000) + truth
    target = metrics.average_precision_score(truth, population)
    hits = 0
    resampling = Resampling(100)
    for _ in range(200):
        ill = random.random(100) < 0.3
        _, found = ranking(ill, random.normal(size=100) + ill, resampling)
        hits += found.low <= target <= found.high
    assert 0.90 <= hits / 200 <= 0.985


@pytest.mark.parametrize("cases", [np.zeros(5, bool), np.ones(5, bool)])
def test_one_class_has_no_curve(cases: np.ndarray) -> None:
    score = np.linspace(0, 1, 5)
    assert all(np.isnan(each.value) for each in ranking(cases, score, Resampling(5)))
    assert roc_curve(cases, score) == {"fpr": [], "tpr": [], "threshold": []}
