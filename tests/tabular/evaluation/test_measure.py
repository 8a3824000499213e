"""Figures against values worked out by hand and scikit-learn's."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.tabular.baselines import constant_prediction, linear_prediction
from pellucid.tabular.evaluation import compare, decide, evaluate
from pellucid.tabular.task import Task

BINARY = Task("ill", "binary", ("no", "yes"))
THREE = Task("kind", "multiclass", ("a", "b", "c"))
NUMBER = Task("price", "regression")


def _binary(positive: list[float]) -> np.ndarray:
    return np.stack([1 - np.array(positive), positive], axis=1)


def test_two_classes_by_hand() -> None:
    #            truth:  0    0    0    0    1    1    1    1
    predicted = _binary([0.1, 0.2, 0.6, 0.4, 0.9, 0.8, 0.3, 0.7])
    found = evaluate(BINARY, np.array([0, 0, 0, 0, 1, 1, 1, 1]), predicted)
    values = {name: each.value for name, each in found.figures.items()}
    assert found.confusion is not None
    assert found.confusion.tolist() == [[3, 1], [1, 3]]
    assert values["accuracy"] == 6 / 8
    assert values["sensitivity"] == 3 / 4
    assert values["specificity"] == 3 / 4
    assert values["ppv"] == 3 / 4
    assert values["npv"] == 3 / 4
    assert values["auc"] == 14 / 16  # 0.3 is below 0.6 and 0.4; all other pairs are in order
    squares = [0.01, 0.04, 0.36, 0.16, 0.01, 0.04, 0.49, 0.09]
    assert values["brier"] == pytest.approx(sum(squares) / 8)
    given = [0.9, 0.8, 0.4, 0.6, 0.9, 0.8, 0.3, 0.7]
    assert values["log_loss"] == pytest.approx(-np.log(given).mean())


def test_the_threshold_decides() -> None:
    predicted, y = _binary([0.1, 0.3, 0.5, 0.7]), np.array([0, 0, 1, 1])
    assert decide(predicted, 0.5).tolist() == [0, 0, 1, 1]
    assert decide(predicted, 0.6).tolist() == [0, 0, 0, 1]
    assert evaluate(BINARY, y, predicted, threshold=0.6)["sensitivity"].value == 0.5
    assert evaluate(BINARY, y, predicted, threshold=0.2)["specificity"].value == 0.5


def test_three_classes_by_hand() -> None:
    predicted = np.array([[0.7, 0.2, 0.1], [0.2, 0.5, 0.3], [0.1, 0.6, 0.3], [0.1, 0.1, 0.8]])
    y = np.array([0, 1, 2, 2])
    found = evaluate(THREE, y, predicted)
    assert found.confusion is not None
    assert found.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert found["accuracy"].value == 3 / 4
    assert found["balanced_accuracy"].value == pytest.approx((1 + 1 + 0.5) / 3)
    # a: 0.7 above all three; b: 0.5 above two of three; c: of 2·2 pairs 0.3 ties once with b's 0.3.
    assert found["auc"].value == pytest.approx((1 + 2 / 3 + 3.5 / 4) / 3)
    assert found["log_loss"].value == pytest.approx(-np.log([0.7, 0.5, 0.3, 0.8]).mean())
    assert found["brier"].value == pytest.approx((0.14 + 0.38 + 0.86 + 0.06) / 4)


def test_numbers_by_hand() -> None:
    found = evaluate(NUMBER, np.array([1.0, 2.0, 3.0, 6.0]), np.array([1.0, 3.0, 3.0, 4.0]))
    assert found["rmse"].value == pytest.approx(np.sqrt(5 / 4))
    assert found["mae"].value == pytest.approx(3 / 4)
    assert found["r2"].value == pytest.approx(1 - 5 / 14)
    assert found.confusion is None


def test_one_sure_mistake_does_not_make_the_loss_infinite() -> None:
    found = evaluate(BINARY, np.array([0, 1]), _binary([1.0, 1.0]))
    assert found["log_loss"].value == pytest.approx(-np.log(1e-15) / 2)


def test_where_a_class_is_absent_its_figures_are_unknown() -> None:
    found = evaluate(BINARY, np.zeros(4, int), _binary([0.1, 0.2, 0.3, 0.4]))
    assert found["specificity"].value == 1
    assert np.isnan(found["sensitivity"].value)
    assert np.isnan(found["auc"].value)
    json.dumps(found.to_json(), allow_nan=False)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"shape \(3, 2\); received shape \(2, 2\)"):
        evaluate(BINARY, np.zeros(3, int), _binary([0.1, 0.2]))


def test_the_same_seed_gives_the_same_intervals() -> None:
    y, p = np.array([0, 1] * 20), _binary((np.arange(40) / 40).tolist())
    assert evaluate(BINARY, y, p, seed=1).figures == evaluate(BINARY, y, p, seed=1).figures
    assert evaluate(BINARY, y, p, seed=1)["brier"] != evaluate(BINARY, y, p, seed=2)["brier"]


def test_a_comparison_is_the_difference_of_losses() -> None:
    y = np.array([0, 1] * 30)
    good, poor = _binary([0.2, 0.8] * 30), _binary([0.4, 0.6] * 30)
    found = compare(BINARY, y, good, poor)
    assert found.value == pytest.approx(np.log(0.8) - np.log(0.6))
    assert found.low > 0
    assert compare(BINARY, y, poor, good).high < 0
    same = compare(BINARY, y, good, good)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    truth = np.arange(60.0)
    assert compare(NUMBER, truth, truth + 1, truth - 3).value == pytest.approx(9 - 1)


def test_the_constant_is_the_share_or_the_mean() -> None:
    assert constant_prediction(BINARY, np.array([0, 0, 0, 1]), 2).tolist() == [[0.75, 0.25]] * 2
    assert constant_prediction(NUMBER, np.array([1.0, 4.0]), 2).tolist() == [2.5, 2.5]


def test_the_linear_model_learns_what_is_linear() -> None:
    random = np.random.default_rng(6)
    x = random.normal(size=(500, 3))
    truth = x @ [1.0, -2.0, 0.5] + 7
    assert linear_prediction(NUMBER, x, truth, x) == pytest.approx(truth, abs=0.05)
    p = linear_prediction(BINARY, x, (truth > 7).astype(int), x)
    assert evaluate(BINARY, (truth > 7).astype(int), p)["accuracy"].value > 0.97
