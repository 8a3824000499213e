"""Calibration: mends what is wrong, leaves what is right, means the same in NumPy and the graph."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.nn.layers import Input
from pellucid.tabular.calibration import METHODS, Calibration, fit_calibration
from pellucid.tabular.links import Link, mean_loss, probabilities_of
from pellucid.train.model import Model
from pellucid.train.model_file import load_model, save_model

CASES: tuple[tuple[Link, int], ...] = (("sigmoid", 1), ("sigmoid", 3), ("softmax", 4))


def _case(link: Link, k: int, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Honest scores, and outcomes drawn by their probabilities."""
    random = np.random.default_rng(seed)
    scores = random.normal(size=(n, k)) * 1.5
    p = probabilities_of(link, scores)
    if link == "softmax":
        return scores, (p.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)
    y = (random.random((n, k)) < p).astype(int)
    return scores, y[:, 0] if k == 1 else y


def _bent(scores: np.ndarray) -> np.ndarray:
    return np.sign(scores) * np.abs(scores) ** 1.5 * 2 + 0.3


@pytest.mark.parametrize(("link", "k"), CASES)
def test_it_finds_the_temperature(link: Link, k: int) -> None:
    scores, y = _case(link, k, 5000)
    found = fit_calibration(link, 2.5 * scores, y, method="temperature")
    assert found.slope == pytest.approx(0.4, rel=0.08)
    assert found.log_loss_after < found.log_loss_before - 0.05


def test_it_finds_a_shift() -> None:
    scores, y = _case("sigmoid", 1, 5000)
    found = fit_calibration("sigmoid", scores + 1.0, y)
    assert found.method == "affine"
    assert found.slope == pytest.approx(1.0, abs=0.1)
    assert found.intercept[0] == pytest.approx(-1.0, abs=0.12)


@pytest.mark.parametrize(("link", "k"), CASES)
def test_it_mends_on_new_rows_what_no_line_can(link: Link, k: int) -> None:
    scores, y = _case(link, k, 8000)
    new, truth = _case(link, k, 8000, seed=1)
    found = fit_calibration(link, _bent(scores), y)
    assert found.method == ("isotonic" if link == "sigmoid" else "temperature")
    best = mean_loss(link, new, truth)
    assert mean_loss(link, _bent(new), truth) > best + 0.08
    assert mean_loss(link, found.apply(link, _bent(new)), truth) < best + 0.02


@pytest.mark.parametrize("n", [40, 200, 1000])
def test_honest_scores_are_hardly_touched(n: int) -> None:
    costs = []
    for seed in range(15):
        scores, y = _case("sigmoid", 1, n, seed)
        new, truth = _case("sigmoid", 1, 4000, seed + 100)
        found = fit_calibration("sigmoid", scores, y)
        assert found.log_loss_after <= found.log_loss_before
        after = mean_loss("sigmoid", found.apply("sigmoid", new), truth)
        costs.append(after - mean_loss("sigmoid", new, truth))
    assert np.mean(costs) < 0.6 / n  # one free number costs 1 / 2n nats


@pytest.mark.parametrize(("link", "k"), CASES)
@pytest.mark.parametrize("method", METHODS)
def test_the_layers_do_what_apply_does(link: Link, k: int, method: str, tmp_path: Path) -> None:
    scores, y = _case(link, k, 2500)
    found = fit_calibration(link, _bent(scores), y, method=method)
    assert (found.method == method) or method == "auto"
    assert json.loads(json.dumps(found.to_json()))["method"] == found.method
    if method == "none":
        assert found.layers(link) == [] and (found.apply(link, scores) == scores).all()
        return
    start = Input((k,), dtype="float64")
    (layer,) = found.layers(link)
    save_model(Model(start, layer(start)), tmp_path / "m.pellucid", include_optimizer=False)
    again = load_model(tmp_path / "m.pellucid", compile=False)
    wide = 3 * scores[:200]
    difference = again.predict(wide, verbose=0) - found.apply(link, wide)
    assert np.abs(difference).max() < 1e-9


@pytest.mark.parametrize(("link", "k"), CASES)
def test_each_method_gives_other_probabilities(link: Link, k: int) -> None:
    scores, y = _case(link, k, 2500)
    bad = _bent(scores)
    answers = {
        method: fit_calibration(link, bad, y, method=method).apply(link, bad)
        for method in METHODS
        if method != "auto"
    }
    names = list(answers)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            assert np.abs(answers[one] - answers[other]).max() > 0.01, (one, other)


def test_isotonic_keeps_the_order_and_is_never_sure() -> None:
    scores, y = _case("sigmoid", 1, 3000)
    found = fit_calibration("sigmoid", _bent(scores), y, method="isotonic")
    grid = np.linspace(-60, 60, 5000)[:, None]
    assert (np.diff(found.apply("sigmoid", grid)[:, 0]) > 0).all()
    sure = fit_calibration("sigmoid", np.repeat([[-9.0], [9.0]], 50, 0), np.repeat([0, 1], 50),
                           method="isotonic")  # fmt: skip
    assert np.abs(sure.to[0]).max() < 6


def test_classes_that_are_told_apart_perfectly_are_no_obstacle() -> None:
    scores = np.concatenate([np.full((20, 1), -2.0), np.full((20, 1), 2.0)])
    found = fit_calibration("sigmoid", scores, np.repeat([0, 1], 20))
    assert 1.0 < found.slope < 20.0


def test_numbers_are_left_alone() -> None:
    assert fit_calibration("identity", np.ones((5, 1)), np.ones(5)) == Calibration()


def test_unknown_methods_are_refused() -> None:
    with pytest.raises(ArgumentError, match="auto, none, temperature"):
        fit_calibration("sigmoid", np.ones((5, 1)), np.ones(5), method="platt")
