"""The search tries other recipes for as long as it may, and says which was best."""

from __future__ import annotations

import json
import signal

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.tabular.recipes import PlainMLP, Progress, RealMLP, make_recipe, search_recipes
from pellucid.tabular.recipes.search import RECIPES, _varied
from pellucid.tabular.recipes.targets import Targets
from tests.tabular.recipes.tables import Case, case

FIRST = PlainMLP(hidden=(8,), epochs=5)


def arguments(given: Case) -> tuple:
    return given.task, given.features, given.matrix, given.y, given.folds


def test_without_time_only_the_first_is_tried() -> None:
    found = search_recipes(FIRST, *arguments(case("binary")), 0.0)
    assert [trial.recipe for trial in found.trials] == [FIRST]


def test_more_time_tries_more_and_the_best_comes_first() -> None:
    given = case("binary")
    found = search_recipes(FIRST, *arguments(given), 1e9, keep=3, most=4, seed=3)
    losses = [trial.loss for trial in found.trials]
    assert len(losses) == 3 and losses == sorted(losses)
    targets = Targets.of(given.task, given.y)
    best = found.trials[0]
    rows = np.arange(len(given.y))
    assert best.loss == pytest.approx(targets.losses(rows, best.members.left_out).mean())
    json.dumps(found.to_json())


def test_ctrl_c_ends_it_with_what_there_is() -> None:
    def stop(progress: Progress) -> None:
        if progress.epoch == 3:
            signal.raise_signal(signal.SIGINT)

    found = search_recipes(FIRST, *arguments(case("binary")), 60.0, on_progress=stop)
    assert found.interrupted and len(found.trials) == 1 and found.seconds < 60


def test_variations_are_recipes_with_other_settings() -> None:
    random = np.random.default_rng(0)
    for name in RECIPES:
        first = make_recipe(name)
        varied = [_varied(first, random) for _ in range(20)]
        assert all(type(each) is type(first) for each in varied)
        assert sum(each != first for each in varied) >= 10


def test_an_unknown_recipe_is_refused() -> None:
    with pytest.raises(ArgumentError, match="realmlp, plain, tabm"):
        make_recipe("forest")


def test_settings_reach_the_recipe() -> None:
    assert make_recipe("realmlp", dropout=0.3) == RealMLP(dropout=0.3)
