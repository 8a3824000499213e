"""Every option of training changes what comes out, and says so in the study."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.data.datasets import wisconsin_original_csv
from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.abstention import Abstention
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.recipes import PlainMLP
from pellucid.tabular.training import Outcome, train_predictor

QUICK: dict[str, Any] = {
    "recipe": PlainMLP(hidden=(32,), epochs=80),
    "folds": 2,
    "calibration": "none",
}


@pytest.fixture(scope="module")
def table() -> Table:
    """Half of the Wisconsin table, with a year, a weight and a centre."""
    whole = read_table(wisconsin_original_csv()).take(np.arange(0, 699, 2))
    random = np.random.default_rng(0)
    return Table(
        {
            **whole.columns,
            "year": random.integers(2000, 2020, len(whole)).astype(float),
            "weight": random.integers(1, 9, len(whole)).astype(float),
            "centre": random.choice(["north", "south"], len(whole)).astype(object),
        }
    )


@pytest.fixture(scope="module")
def plain(table: Table) -> Outcome:
    return _train(table)


def _train(table: Table, **options: Any) -> Outcome:
    leave_out = ("year", "weight", "centre")
    return train_predictor(table, "class", **{**QUICK, "leave_out": leave_out, **options})


def _answers(outcome: Outcome, table: Table) -> Any:
    return outcome.predictor.answers(table).round(6).tolist()


def _held(outcome: Outcome, table: Table) -> Any:
    return outcome.held_out.tolist()


def _study(*path: Any) -> Callable[[Outcome, Table], Any]:
    def read(outcome: Outcome, table: Table) -> Any:
        found: Any = outcome.study
        for name in path:
            found = found[name]
        return found

    return read


def _columns(outcome: Outcome, table: Table) -> Any:
    return [column.name for column in outcome.predictor.features.columns]


SWITCHES: dict[str, tuple[dict[str, Any], Callable[[Outcome, Table], Any]]] = {
    "seed": ({"seed": 3}, _held),
    "group": ({"group": "id"}, _held),
    "time": ({"time": "year"}, _study("split", "kind")),
    "test_size": ({"test_size": 0.4}, _study("split", "n_test")),
    "cv": ({"cv": 2}, _study("split", "n_test")),
    "leave_out": ({"leave_out": ("mitoses", "year", "weight", "centre")}, _columns),
    "overrides": ({"overrides": Overrides(kinds={"mitoses": "categorical"})}, _answers),
    "positive": ({"positive": "benign"}, _study("task", "classes")),
    "threshold": ({"threshold": 0.9}, _study("evaluation", "network", "confusion")),
    "balanced": ({"threshold": None}, _study("threshold", "value")),
    "prevalence": ({"prevalence": 0.01}, _study("evaluation", "network", "figures")),
    "coverage": ({"coverage": 0.7}, _study("conformal", "quantiles")),
    "by": ({"by": ("centre",)}, _study("subgroups")),
    "recipe": ({"recipe": PlainMLP(hidden=(16, 16), epochs=80)}, _answers),
    "folds": ({"folds": 3}, _study("training", "members")),
    "epochs": ({"epochs": 60}, _answers),
    "class_weight": ({"class_weight": "balanced"}, _answers),
    "class weights": ({"class_weight": {"malignant": 9}}, _answers),
    "sample_weight": ({"sample_weight": "weight"}, _answers),
    "sample weights": ({"sample_weight": np.arange(1.0, 351.0)}, _answers),
    "abstain": ({"abstain": Abstention("band", 0.3)}, _study("abstention")),
    "temperature": ({"calibration": "temperature"}, _answers),
    "affine": ({"calibration": "affine"}, _answers),
    "isotonic": ({"calibration": "isotonic"}, _answers),
}


@pytest.mark.parametrize("name", SWITCHES)
def test_every_option_changes_what_comes_out(name: str, table: Table, plain: Outcome) -> None:
    options, look = SWITCHES[name]
    assert plain.study["training"]["calibration"]["method"] == "none"
    other = _train(table, **options)
    assert look(other, table) != look(plain, table)
    (setting,) = options
    if setting != "overrides":
        assert setting in other.study["settings"]
    json.dumps(other.to_json(), allow_nan=False)


def test_calibration_is_chosen_by_left_out_rows(table: Table, plain: Outcome) -> None:
    unsure = PlainMLP(hidden=(32,), epochs=80, smoothing=0.5)
    found = _train(table, recipe=unsure, calibration="auto").study["training"]["calibration"]
    assert found["tried"].keys() == {"none", "temperature", "affine"}
    assert found["method"] == "temperature"
    assert found["tried"]["temperature"] < found["tried"]["none"] == found["log_loss_before"]


def test_external_tables_are_judged(table: Table, plain: Outcome) -> None:
    elsewhere = read_table(wisconsin_original_csv()).take(np.arange(1, 699, 2))
    found = _train(table, external={"north": elsewhere})
    assert found.external["north"].n == 349
    assert found.study["evaluation"]["external"]["north"]["figures"]["auc"]["value"] > 0.97
    assert plain.study["evaluation"]["external"] == {}


def test_a_search_finds_more_than_one_recipe(table: Table) -> None:
    found = _train(table, budget=6.0)
    training = found.study["training"]
    assert len(training["candidates"]) > 2
    assert sum(training["blend"].values()) == pytest.approx(1)
    assert found.predictor.answers(table).shape == (350, 2)


def test_the_learning_curve_can_be_the_networks(table: Table, plain: Outcome) -> None:
    few = table.take(np.arange(120))
    found = train_predictor(few, "class", **QUICK, learning_curve=True)
    assert plain.study["learning_curve"]["model"] == "linear"
    curve = found.study["learning_curve"]
    assert curve["model"] == "network" and len(curve["points"]) >= 2
    assert [each["n"] for each in curve["points"]] == [16, 32, 64]


def test_time_is_kept(table: Table) -> None:
    found = _train(table, time="year")
    newest = table["year"][found.held_out]
    rest = np.delete(table["year"], found.held_out)
    assert newest.min() > rest.max()
    folds = _train(table, time="year", cv=3)
    assert len(folds.held_out) < len(table)  # the oldest rows are never tested


BAD: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "test_size": ({"test_size": 1.5}, ArgumentError, "test_size"),
    "cv": ({"cv": 1}, ArgumentError, "2 or more"),
    "coverage": ({"coverage": 90}, ArgumentError, r"\(0, 1\)"),
    "calibration": ({"calibration": "platt"}, ArgumentError, "auto, none"),
    "recipe": ({"recipe": "forest"}, ArgumentError, "realmlp"),
    "class_weight": ({"class_weight": {"bad": 1}}, ArgumentError, "benign"),
    "a word": ({"class_weight": "even"}, ArgumentError, "balanced"),
    "sample_weight": ({"sample_weight": "bare_nuclei"}, DataError, "a weight in every row"),
    "sample weights": ({"sample_weight": np.ones(3)}, ArgumentError, r"shape \(350,\)"),
    "negative": ({"sample_weight": -np.ones(350)}, DataError, "0 or more"),
    "group": ({"group": "bare_nuclei"}, DataError, "a group in every row"),
    "time": ({"time": "centre"}, DataError, "dates or numbers"),
    "a column": ({"group": "idd"}, DataError, "'idd'"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_options_are_refused_in_one_line(name: str, table: Table) -> None:
    options, kind, words = BAD[name]
    with pytest.raises(kind, match=words) as raised:
        _train(table, **options)
    assert "\n" not in str(raised.value)
