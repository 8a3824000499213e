"""The study holds all that was found, in JSON's types, and no more than the rows can tell."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.datasets import wisconsin_original_csv
from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.diagnosis import constant_loss, diagnosis
from pellucid.tabular.provenance import Provenance
from pellucid.tabular.recipes import PlainMLP
from pellucid.tabular.study import json_ready
from pellucid.tabular.training import Outcome, train_predictor

QUICK: dict[str, Any] = {"recipe": PlainMLP(hidden=(16,), epochs=20), "folds": 3}


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    table = read_table(wisconsin_original_csv())
    asked = {"group": "id", "by": ("mitoses",), "file": wisconsin_original_csv()}
    return train_predictor(table, "class", **asked, **QUICK)


def _figures(value: Any) -> Any:
    """All numbers in a document."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for each in value for number in _figures(each)]
    return [value] if isinstance(value, float) else []


def test_it_is_plain_data_with_every_section(outcome: Outcome) -> None:
    study = json.loads(json.dumps(outcome.study, allow_nan=False))
    assert study == outcome.study
    assert study.keys() >= {
        *("version", "created", "versions", "seed", "settings", "interrupted", "seconds"),
        *("data", "schema", "task", "split", "training", "evaluation", "verdict", "threshold"),
        *("decision_curve", "conformal", "importance", "learning_curve", "subgroups"),
        *("provenance", "profile"),
    }
    assert all(map(math.isfinite, _figures(study)))
    assert study["settings"].keys() == {"group", "by", "recipe", "folds"}
    assert study["evaluation"].keys() >= {"network", "linear", "constant", "external"}


def test_its_counts_add_up(outcome: Outcome) -> None:
    study = outcome.study
    data, split = study["data"], study["split"]
    assert split["kind"] == "group" and split["n_groups"] == 645
    assert split["n_train"] + split["n_test"] + data["without_target"] == data["n_rows"] == 699
    assert split["n_test"] == len(outcome.held_out) == study["evaluation"]["network"]["n"]
    assert sum(each["n"] for each in study["subgroups"]["mitoses"].values()) <= split["n_test"]
    assert data["classes"] == {"benign": 458, "malignant": 241}
    assert data["missing"]["bare_nuclei"]["n"] == 16
    assert data["sha256"] == hashlib.sha256(wisconsin_original_csv().read_bytes()).hexdigest()
    used = [column["name"] for column in study["schema"] if column["used"]]
    assert sorted(used) == sorted(each["column"] for each in study["importance"])


def test_training_rows_are_known_again_and_held_out_rows_are_free(outcome: Outcome) -> None:
    table = read_table(wisconsin_original_csv())
    record = Provenance.from_json(outcome.study["provenance"])
    learned = np.setdiff1d(np.arange(699), outcome.held_out)
    assert "weights" in record.chosen_by(learned) and "calibration" in record.chosen_by(learned)
    record.check_unused(outcome.held_out)
    with pytest.raises(DataError, match="weights"):
        record.check_unused(learned[:1])
    with pytest.raises(DataError):
        record.check_unseen(table)


def test_the_strongest_columns_come_first(outcome: Outcome) -> None:
    found = outcome.study["importance"]
    values = [each["value"] for each in found]
    assert values == sorted(values, reverse=True) and values[0] > 0
    assert found[-1]["column"] != "uniformity_of_cell_size"


def test_promised_and_observed_coverage(outcome: Outcome) -> None:
    found = outcome.study["conformal"]
    assert found["coverage"] == 0.9
    assert found["observed"]["low"] < 0.95 and found["observed"]["value"] > 0.8
    assert sum(found["sizes"]) == pytest.approx(1)


def test_numbers_have_intervals_and_no_threshold(shared_data: Path) -> None:
    table = read_table(shared_data / "messy-real" / "mpg.csv")
    study = train_predictor(table, "mpg", **QUICK).study
    assert study["threshold"] is None and study["decision_curve"] is None
    assert study["conformal"]["mean_width"] > 0
    assert study["evaluation"]["network"]["figures"].keys() >= {"rmse", "coverage", "width"}
    assert study["training"]["calibration"]["method"] == "none"


def test_json_ready_leaves_nothing_that_json_lacks() -> None:
    given = {
        1: np.float32(0.5),
        "a": (np.nan, np.inf),
        "b": np.arange(2),
        "c": {None, "x"} - {None},
    }
    assert json_ready(given) == {"1": 0.5, "a": [None, None], "b": [0, 1], "c": ["x"]}


def test_tables_without_a_file_are_told_apart_by_their_values() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=60)
    y = (x + random.normal(size=60) > 0).astype(int)
    one, same, other = (
        train_predictor(Table({"x": x + shift, "y": y}), "y", **QUICK).study["data"]["sha256"]
        for shift in (0.0, 0.0, 1.0)
    )
    assert one == same != other


def test_what_was_learned_by_heart_is_said() -> None:
    y = np.array([0, 1] * 50)
    sure = np.where(y[:, None] == 1, 0.99, 0.01)
    by_heart = diagnosis("sigmoid", y, sure, np.zeros((100, 1)), np.zeros((100, 1)))
    assert by_heart["kind"] == "overfits" and by_heart["try"]
    nothing = diagnosis("sigmoid", y, np.full((100, 1), 0.5), np.zeros((100, 1)), 9 * sure - 4.5)
    assert nothing["kind"] == "underfits"
    assert constant_loss("softmax", np.array([0, 1, 2, 2])) == pytest.approx(1.0397, abs=1e-4)
    assert constant_loss("identity", np.array([0.0, 2.0]), np.array([1.0, 3.0])) == 0.75
