"""Figures without intervals against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from pellucid.tabular.evaluation import scores


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_scikit_learn_s(seed: int) -> None:
    random = np.random.default_rng(seed)
    y = random.integers(3, size=90)
    p = random.dirichlet([1, 1, 1], 90).round(2) + 0.01
    p /= p.sum(axis=1, keepdims=True)
    weights = random.uniform(0, 2, 90)
    truth = random.normal(1e6, 1, 90)
    guess = truth + random.normal(size=90)
    is_one, score = y == 1, p[:, 1]
    pairs = [
        (scores.auc(is_one, score), metrics.roc_auc_score(is_one, score)),
        (
            scores.auc(is_one, score, weights),
            metrics.roc_auc_score(is_one, score, sample_weight=weights),
        ),
        (scores.average_precision(is_one, score), metrics.average_precision_score(is_one, score)),
        (
            scores.average_precision(is_one, score, weights),
            metrics.average_precision_score(is_one, score, sample_weight=weights),
        ),
        (scores.macro_auc(y, p), metrics.roc_auc_score(y, p, multi_class="ovr")),
        (scores.log_loss(y, p), metrics.log_loss(y, p)),
        (scores.case_briers(y, p).mean(), ((p - np.eye(3)[y]) ** 2).sum(axis=1).mean()),
        (scores.r2(truth, guess), metrics.r2_score(truth, guess)),
        (scores.rmse(truth, guess), metrics.root_mean_squared_error(truth, guess)),
    ]
    for found, expected in pairs:
        assert found == pytest.approx(expected, abs=1e-9)


def test_the_average_precision_by_hand() -> None:
    # Falling scores: hit, miss, hit → 1/2 · 1/1 + 1/2 · 2/3.
    found = scores.average_precision(np.array([True, False, True]), np.array([0.9, 0.5, 0.2]))
    assert found == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_without_a_class_areas_are_unknown() -> None:
    score = np.array([0.1, 0.2])
    assert np.isnan(scores.auc(np.zeros(2, bool), score))
    assert np.isnan(scores.auc(np.ones(2, bool), score))
    assert np.isnan(scores.average_precision(np.zeros(2, bool), score))
    assert np.isnan(scores.r2(np.ones(3), np.arange(3.0)))
