"""The verdict: three models whose order is known, and that noise is called noise."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.tabular.evaluation import compare, evaluate, verdict
from pellucid.tabular.task import Task

BINARY = Task("ill", "binary", ("no", "yes"))
THREE = Task("kind", "multiclass", ("a", "b", "c"))
NUMBER = Task("price", "regression")


def _pair(p: np.ndarray) -> np.ndarray:
    return np.stack([1 - p, p], axis=1)


def _cases(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    p = random.beta(1, 2, n)
    return (random.random(n) < p).astype(int), p


def test_better_and_worse_by_as_much() -> None:
    y, p = _cases(3000, 1)
    good, poor = _pair(p), _pair(0.5 * p + 0.15)
    won, lost = verdict(BINARY, y, good, poor), verdict(BINARY, y, poor, good)
    assert (won["verdict"], lost["verdict"]) == ("better", "worse")
    assert won["difference"]["value"] == pytest.approx(-lost["difference"]["value"])
    assert won["network"]["value"] == pytest.approx(evaluate(BINARY, y, good)["log_loss"].value)
    assert won["relative"]["value"] == pytest.approx(
        won["difference"]["value"] / won["other"]["value"]
    )
    # The same order of cases: nothing is gained in the AUC.
    assert won["second"] == "auc"
    assert won["second_difference"]["value"] == pytest.approx(0, abs=1e-12)
    assert won["share_better"] == 1
    json.dumps(won, allow_nan=False)


@pytest.mark.slow
def test_of_equals_one_in_twenty_is_called_different() -> None:
    """300 pairs of models that differ by noise of one size from the truth."""
    random = np.random.default_rng(2)
    called = 0
    for seed in range(300):
        y, p = _cases(200, 100 + seed)
        logit = np.log(p / (1 - p))
        a, b = (1 / (1 + np.exp(-(logit + random.normal(0, 0.5, 200)))) for _ in range(2))
        found = compare(BINARY, y, _pair(a), _pair(b))
        called += found.low > 0 or found.high < 0
    assert 4 <= called <= 28


def test_three_classes_and_numbers() -> None:
    random = np.random.default_rng(3)
    p = random.dirichlet([0.5, 0.5, 0.5], 900)
    y = (p.cumsum(axis=1) > random.random((900, 1))).argmax(axis=1)
    found = verdict(THREE, y, p, np.full((900, 3), 1 / 3))
    assert found["verdict"] == "better"
    assert found["second_difference"]["value"] > 0.3
    truth = random.normal(size=400)
    near, far = truth + random.normal(0, 0.1, 400), truth + random.normal(0, 0.5, 400)
    found = verdict(NUMBER, truth, near, far, reference="ridge")
    assert (found["loss"], found["second"], found["reference"]) == ("rmse", "r2", "ridge")
    assert found["verdict"] == "better"
    assert found["difference"]["value"] == pytest.approx(0.4, abs=0.05)


def test_groups_make_it_more_careful() -> None:
    y, p = _cases(60, 4)
    rows = np.repeat(np.arange(60), 20)
    good, other = _pair(p)[rows], _pair(0.8 * p + 0.05)[rows]
    alone = verdict(BINARY, y[rows], good, other)["difference"]
    grouped = verdict(BINARY, y[rows], good, other, groups=rows)["difference"]
    assert grouped["high"] - grouped["low"] > 3 * (alone["high"] - alone["low"])


def test_without_a_class_there_is_no_second_figure() -> None:
    found = verdict(BINARY, np.zeros(30, int), _pair(np.full(30, 0.1)), _pair(np.full(30, 0.2)))
    assert found["second"] is None
    assert found["verdict"] == "better"


def test_a_comparison_takes_groups_and_weights() -> None:
    y, p = _cases(50, 5)
    weights = np.arange(50.0)
    good, poor = _pair(p), _pair(np.full(50, 0.5))
    found = compare(BINARY, y, good, poor, weights=weights)
    given = np.where(y == 1, p, 1 - p)
    assert found.value == pytest.approx(np.average(np.log(given) - np.log(0.5), weights=weights))
