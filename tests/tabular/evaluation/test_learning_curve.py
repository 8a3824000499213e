"""Learning curves of models whose curve is known; diagnoses of curves that are plain."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.tabular.evaluation import diagnose, learning_curve
from pellucid.tabular.task import Task

NUMBER = Task("y", "regression")
BINARY = Task("ill", "binary", ("no", "yes"))


def test_least_squares_nears_the_noise_as_rows_grow() -> None:
    # Expected squared error with F columns: σ² (1 + F / (n - F - 1)); on the rows learned from
    # σ² (1 - F / n).
    random = np.random.default_rng(1)
    x = random.normal(size=(1200, 20))
    y = x.sum(axis=1) + random.normal(size=1200)

    def fit(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
        return x[asked] @ np.linalg.lstsq(x[learned], y[learned], rcond=None)[0]

    found = learning_curve(NUMBER, y, fit, shares=(0.05, 0.2, 1.0), n_folds=4)
    assert [point["n"] for point in found["points"]] == [45, 180, 900]
    for point in found["points"]:
        n = point["n"]
        assert point["valid"]["value"] == pytest.approx(1 + 20 / (n - 21), rel=0.25)
        assert point["train"]["value"] == pytest.approx(1 - 20 / n, rel=0.15)
        assert point["train"]["low"] < point["train"]["value"] < point["train"]["high"]
    assert found["text_key"] == "rising"
    assert found["gain"]["low"] > 0
    json.dumps(found, allow_nan=False)


def test_what_needs_few_rows_is_flat() -> None:
    random = np.random.default_rng(2)
    y = random.normal(size=900)

    def fit(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
        return np.full(len(asked), y[learned].mean())

    assert learning_curve(NUMBER, y, fit)["text_key"] == "flat"
    assert learning_curve(NUMBER, y, fit, shares=(1.0,))["text_key"] == "short"


def test_parts_are_nested_stratified_and_apart_from_what_they_predict() -> None:
    y = (np.arange(240) % 6 == 0).astype(int)
    calls: list[np.ndarray] = []

    def fit(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
        assert (asked[: len(learned)] == learned).all()
        held = asked[len(learned) :]
        assert not np.isin(held, learned).any()
        assert len(held) == 80
        calls.append(learned)
        return np.tile([1 - y[learned].mean(), y[learned].mean()], (len(asked), 1))

    learning_curve(BINARY, y, fit, shares=(0.25, 0.5, 1.0))
    assert [len(each) for each in calls] == [40] * 3 + [80] * 3 + [160] * 3
    for k in range(3):
        assert set(calls[k]) < set(calls[k + 3]) < set(calls[k + 6])
    assert all(abs(y[each].mean() - 1 / 6) < 0.02 for each in calls)


def test_groups_stay_whole() -> None:
    groups = np.arange(300) // 5
    y = np.arange(300.0)

    def fit(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
        held = asked[len(learned) :]
        assert not np.isin(groups[held], groups[learned]).any()
        assert (np.bincount(groups[learned])[groups[learned]] == 5).all()
        return np.zeros(len(asked))

    found = learning_curve(NUMBER, y, fit, groups=groups)
    assert len(found["points"]) == 4


def test_shares_too_small_for_all_classes_are_passed_over() -> None:
    y = (np.arange(120) < 6).astype(int)

    def fit(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
        assert 0 < y[learned].sum() < len(learned)
        return np.tile([0.9, 0.1], (len(asked), 1))

    found = learning_curve(BINARY, y, fit, shares=(0.1, 0.2, 1.0))
    assert [point["n"] for point in found["points"]] == [16, 80]
    with pytest.raises(ArgumentError, match="shares"):
        learning_curve(BINARY, y, fit, shares=(0.0, 1.0))


_EPOCHS = np.arange(40)
_FALLING = 0.3 + 0.4 * np.exp(-_EPOCHS / 4)
_DIAGNOSES = {
    "fits": ((_FALLING - 0.02, _FALLING), {"constant": 0.69, "linear": 0.33}, "fits", []),
    "by heart": ((_FALLING - 0.25, _FALLING), {"constant": 0.69}, "overfits", ["gap"]),
    "rises": ((_FALLING - 0.02, _FALLING + 0.002 * _EPOCHS), {}, "overfits", ["rise"]),
    "not yet": (
        (0.69 - 0.002 * _EPOCHS, 0.7 - 0.002 * _EPOCHS),
        {"constant": 0.8, "linear": 0.3},
        "underfits",
        ["worse_than_linear", "still_falling"],
    ),
    "nothing": (
        (np.full(40, 0.685), np.full(40, 0.69)),
        {"constant": 0.69},
        "underfits",
        ["nothing_learned"],
    ),
}


@pytest.mark.parametrize("name", _DIAGNOSES)
def test_diagnoses_of_plain_curves(name: str) -> None:
    (train, valid), known, kind, reasons = _DIAGNOSES[name]
    found = diagnose(train.tolist(), valid.tolist(), **known)
    assert (found["kind"], found["reasons"]) == (kind, reasons)
    assert bool(found["try"]) is (kind != "fits")
    assert found["figures"]["best_epoch"] == int(valid.argmin()) + 1
    assert found["figures"]["gap"] == pytest.approx(
        found["figures"]["valid"] - found["figures"]["train"]
    )
    json.dumps(found, allow_nan=False)


def test_members_curves_are_averaged_as_far_as_all_go() -> None:
    found = diagnose([[0.5, 0.3, 0.1], [0.7, 0.5]], [[0.6, 0.4, 0.9], [0.6, 0.6]])
    assert found["figures"]["n_epochs"] == 2
    assert found["figures"]["train"] == pytest.approx(0.4)
    assert found["figures"]["valid"] == pytest.approx(0.5)


@pytest.mark.parametrize("curves", [([], []), ([0.1], [float("nan")]), ([0.1, 0.2], [0.1])])
def test_curves_that_are_none_are_refused(curves: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ArgumentError, match="diagnose"):
        diagnose(*curves)
