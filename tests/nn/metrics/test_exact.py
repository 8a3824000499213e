"""`roc_auc`: every pair counted, scikit-learn's value, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.data.datasets import wisconsin_original
from pellucid.errors import ArgumentError
from pellucid.nn import metrics
from pellucid.nn.metrics import roc_auc


def _pairs(y_true: Any, score: Any) -> float:
    """Every positive against every negative."""
    positive, negative = score[y_true == 1], score[y_true == 0]
    wins = (positive[:, None] > negative).sum() + 0.5 * (positive[:, None] == negative).sum()
    return float(wins / (len(positive) * len(negative)))


@pytest.mark.parametrize("digits", [0, 1, 2, 15])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_it_counts_pairs(digits: int, share: float) -> None:
    rng = np.random.default_rng(5)
    y_true = (rng.random(600) < share).astype(int)
    y_true[:2] = 0, 1
    score = (rng.normal(size=600) + y_true).round(digits)
    assert roc_auc(y_true, score) == pytest.approx(_pairs(y_true, score), abs=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_scikit_learn_finds_the_same(dtype: Any) -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(6)
    y_true = rng.random(20_000) < 0.3
    score = (1000 * (rng.normal(size=20_000) + y_true)).astype(dtype)
    assert roc_auc(y_true, score) == pytest.approx(sklearn.roc_auc_score(y_true, score), abs=1e-12)


def test_each_feature_of_the_tumour_table() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    data = wisconsin_original(drop_missing=True)
    for column in data.x.T:
        expected = sklearn.roc_auc_score(data.y, column)
        assert roc_auc(data.y, column) == pytest.approx(expected, abs=1e-12)
        bucketed = metrics.AUC(num_thresholds=1001)
        bucketed.update_state(data.y, (column - 0.5) / 10)
        assert float(bucketed.result()) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("y_true", "score", "expected"),
    [
        ([0, 1], [0.1, 0.9], 1.0),
        ([1, 0], [0.1, 0.9], 0.0),
        ([0, 1], [0.5, 0.5], 0.5),
        ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75),
        ([False, True], [-np.inf, np.inf], 1.0),
        ([[0], [1]], [[1], [2]], 1.0),
        # Closer than any threshold of AUC.
        ([0, 1, 0, 1], [1e-9, 2e-9, 3e-9, 4e-9], 0.75),
    ],
)
def test_by_hand(y_true: Any, score: Any, expected: float) -> None:
    assert roc_auc(y_true, score) == expected


def test_a_million_scores() -> None:
    y_true = np.arange(1_000_000) % 2
    assert roc_auc(y_true, np.arange(1_000_000)) == pytest.approx(0.5 + 1e-6, abs=1e-12)


@pytest.mark.parametrize(
    ("y_true", "score"),
    [
        ([1, 1], [0.1, 0.2]),
        ([0, 0], [0.1, 0.2]),
        ([], []),
        ([0, 1, 2], [0.1, 0.2, 0.3]),
        ([0, 1], [0.1, np.nan]),
        ([0, 1], [0.1, 0.2, 0.3]),
    ],
)
def test_refusals(y_true: Any, score: Any) -> None:
    with pytest.raises(ArgumentError, match="roc_auc"):
        roc_auc(y_true, score)
