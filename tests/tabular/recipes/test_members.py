"""All members at once: they learn, from their own rows only, and the model is what they say."""

from __future__ import annotations

import json
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.errors import ArgumentError, NumericsError
from pellucid.tabular.recipes import (
    Members,
    PlainMLP,
    Progress,
    RealMLP,
    Recipe,
    TabM,
    train_members,
)
from pellucid.tabular.recipes.targets import Targets
from pellucid.train.model_file import load_model, save_model
from tests.tabular.recipes.tables import Case, case

RECIPES: dict[str, Recipe] = {
    "realmlp": RealMLP(hidden=(32, 32), epochs=60),
    "realmlp without embeddings": RealMLP(hidden=(32,), embed_numbers=False, epochs=60),
    "plain": PlainMLP(epochs=60),
    "tabm": TabM(hidden=(32,), epochs=60),
}
KINDS = ["binary", "multiclass", "multilabel", "regression"]


def train(recipe: Recipe, given: Case, **more: Any) -> Members:
    more = {"seed": 1, **more}
    return train_members(
        recipe, given.task, given.features, given.matrix, given.y, given.folds, **more
    )


def mean_loss(given: Case, scores: np.ndarray) -> float:
    targets = Targets.of(given.task, given.y)
    return float(targets.losses(np.arange(len(scores)), scores).mean())


def scores_of(members: Members, matrix: np.ndarray) -> np.ndarray:
    return np.asarray(members.model.predict(matrix, verbose=0), np.float64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RECIPES)
def test_left_out_rows_are_predicted_better_than_by_a_constant(name: str, kind: str) -> None:
    given = case(kind)
    members = train(RECIPES[name], given)
    targets = Targets.of(given.task, given.y)
    mean = targets.values.mean(axis=0)
    constant = mean
    if kind != "regression":
        constant = np.log(mean) - (0 if kind == "multiclass" else np.log(1 - mean))
    at_best = mean_loss(given, np.tile(constant, (len(given.y), 1)))
    assert members.left_out.shape == (len(given.y), targets.n_scores)
    assert mean_loss(given, members.left_out) < 0.75 * at_best
    assert mean_loss(given, scores_of(members, given.matrix)) < 0.75 * at_best


@pytest.mark.parametrize("kind", KINDS)
def test_one_member_answers_for_its_held_rows_as_the_model_does(kind: str) -> None:
    given = case(kind)
    alone = given._replace(folds=given.folds[:1])
    members = train(RECIPES["realmlp"], alone)
    held = given.folds[0][1]
    others = np.setdiff1d(np.arange(len(given.y)), held)
    assert np.isnan(members.left_out[others]).all()
    expected = scores_of(members, given.matrix[held])
    np.testing.assert_allclose(members.left_out[held], expected, rtol=1e-4, atol=1e-4)


def test_a_held_row_has_no_part_in_what_is_learned() -> None:
    """Other labels of held rows change the epoch that is chosen, and nothing else."""
    given = case("binary")._replace(folds=case("binary").folds[:1])
    held = given.folds[0][1]
    turned = given.y.copy()
    turned[held] = 1 - turned[held]
    recipe = RealMLP(hidden=(8,), epochs=1)
    one, two = train(recipe, given), train(recipe, given._replace(y=turned))
    np.testing.assert_array_equal(scores_of(one, given.matrix), scores_of(two, given.matrix))


def test_members_trained_together_are_those_trained_alone() -> None:
    """No member's gradient reaches another's weights."""
    given = case("binary")
    folds = [given.folds[0], given.folds[0]]
    members = train(RealMLP(hidden=(8,), epochs=20), given._replace(folds=folds))
    kernels = members.model.layers[-1].kernels[0].value
    assert not np.array_equal(kernels[0], kernels[1])
    dials = RealMLP(hidden=(8,), epochs=20, learning_rate=1e-30)
    still = train(dials, given._replace(folds=folds))
    assert len(set(still.record["epochs"])) == 1


def test_the_same_seed_gives_the_same_members() -> None:
    given = case("binary")
    recipe = RealMLP(hidden=(16,), epochs=10)
    one, two, other = train(recipe, given), train(recipe, given), train(recipe, given, seed=2)
    np.testing.assert_array_equal(one.left_out, two.left_out)
    assert not np.array_equal(one.left_out, other.left_out)


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_the_targets_agree(kind: str) -> None:
    """Machine code and NumPy source train the same members, to rounding that training enlarges."""
    given = case(kind, n=60)
    recipe = RealMLP(hidden=(16,), epochs=8)
    native = train(recipe, given)
    with settings.using(target="numpy"):
        plain = train(recipe, given)
    scale = np.abs(native.left_out - native.left_out.mean()).max()
    np.testing.assert_allclose(plain.left_out, native.left_out, atol=2e-3 * scale)


SWITCHES: dict[str, dict[str, Any]] = {
    "hidden": {"hidden": (9,)},
    "learning_rate": {"learning_rate": 0.01},
    "dropout": {"dropout": 0.5},
    "weight_decay": {"weight_decay": 0.3},
    "smoothing": {"smoothing": 0.2},
    "activation": {"activation": "relu"},
    "embed_numbers": {"embed_numbers": False},
    "epochs": {"epochs": 7},
    "batch_size": {"batch_size": 16},
}


def test_many_rows_get_fewer_epochs() -> None:
    given = case("binary", n=60)
    members = train(RealMLP(hidden=(8,), epochs=50, visits=360), given)
    assert members.record["n_epochs"] == 9 == len(members.record["curves"]["valid"])


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_changes_the_result(switch: str) -> None:
    given = case("binary", n=60)
    base = {"hidden": (8,), "epochs": 6}
    before = train(RealMLP(**base), given)  # type: ignore[arg-type]
    after = train(RealMLP(**{**base, **SWITCHES[switch]}), given)
    assert not np.array_equal(before.left_out, after.left_out)


def test_weights_of_rows_count() -> None:
    """Rows of weight 0 might as well be labelled otherwise; heavy rows draw answers to them."""
    given = case("binary")
    weight = np.where(np.arange(len(given.y)) % 4 == 0, 0.0, 1.0)
    turned = np.where(weight > 0, given.y, 1 - given.y)
    recipe = RealMLP(hidden=(16,), epochs=10)
    one = train(recipe, given, sample_weight=weight)
    two = train(recipe, given._replace(y=turned), sample_weight=weight)
    np.testing.assert_array_equal(one.left_out, two.left_out)
    heavy = train(recipe, given, sample_weight=np.where(given.y == 1, 20.0, 1.0))
    assert heavy.left_out.mean() > train(recipe, given).left_out.mean() + 0.5


def test_folds_of_other_sizes_lose_no_row() -> None:
    given = case("binary", n=100)
    rows = np.arange(100)
    folds = [(rows[10:], rows[:10]), (rows[:60], rows[60:]), (rows[rows % 3 > 0], rows[::3])]
    members = train(RealMLP(hidden=(8,), epochs=8), given._replace(folds=folds))
    seen = np.zeros(100, bool)
    for _, held in folds:
        seen[held] = True
    np.testing.assert_array_equal(np.isnan(members.left_out[:, 0]), ~seen)


@pytest.mark.parametrize("column", ["dose", "sex", "ward", "town"])
@pytest.mark.parametrize("name", RECIPES)
def test_one_column_of_any_kind_is_enough(name: str, column: str) -> None:
    given = case("binary", n=60, columns=(column,))
    members = train(replace(RECIPES[name], epochs=2), given)  # type: ignore[type-var]
    expected = scores_of(members, given.matrix)
    assert np.isfinite(members.left_out).all() and np.isfinite(expected).all()


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    given = case("regression")
    members = train(RealMLP(hidden=(8,), epochs=5), given)
    save_model(members.model, tmp_path / "members.pellucid", include_optimizer=False)
    loaded = load_model(tmp_path / "members.pellucid", compile=False)
    np.testing.assert_array_equal(
        scores_of(members, given.matrix), loaded.predict(given.matrix, verbose=0)
    )
    json.dumps(members.record)


def test_answers_stay_within_what_was_learned() -> None:
    given = case("regression")
    members = train(RealMLP(hidden=(8,), epochs=5), given)
    far = given.matrix.copy()
    far[:, :2] *= 1e6
    scores = scores_of(members, far)
    assert scores.min() >= given.y.min() - 1 and scores.max() <= given.y.max() + 1


def test_progress_and_curves_tell_each_epoch() -> None:
    told: list[Progress] = []
    members = train(RealMLP(hidden=(8,), epochs=5), case("binary"), on_progress=told.append)
    assert [p.epoch for p in told] == [1, 2, 3, 4, 5]
    assert [p.loss for p in told] == members.record["curves"]["valid"]
    assert len(members.record["curves"]["train"]) == 5


@pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="signals need the main thread"
)
def test_ctrl_c_leaves_the_best_so_far() -> None:
    def stop(progress: Progress) -> None:
        if progress.epoch == 3:
            signal.raise_signal(signal.SIGINT)

    members = train(RealMLP(hidden=(8,), epochs=50), case("binary"), on_progress=stop)
    assert members.record["interrupted"]
    assert len(members.record["curves"]["valid"]) == 3
    assert np.isfinite(members.left_out).all()


def test_a_loss_that_is_never_finite_is_said() -> None:
    given = case("regression")
    broken = np.where(np.arange(len(given.y)) == 7, np.inf, given.y)
    with pytest.raises(NumericsError, match="finite loss"), np.errstate(all="ignore"):
        train(RealMLP(hidden=(8,), epochs=3), given._replace(y=broken))


@pytest.mark.parametrize("wrong", [[1.0], [-1.0] * 120, [np.nan] * 120, [0.0] * 120])
def test_weights_that_are_none_are_refused(wrong: list[float]) -> None:
    with pytest.raises(ArgumentError, match="sample_weight"):
        train(RealMLP(hidden=(8,), epochs=3), case("binary"), sample_weight=np.array(wrong))
