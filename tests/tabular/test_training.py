"""From a table to a predictor: honest, reproducible, good, and the same again from its file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.datasets import wisconsin_original_csv
from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError, ModelFileError
from pellucid.tabular import recipe_choice
from pellucid.tabular.evaluation import evaluate
from pellucid.tabular.predictor import load_predictor
from pellucid.tabular.recipes import RealMLP
from pellucid.tabular.task import infer_task
from pellucid.tabular.training import Outcome, Progress, fit_predictor, train_predictor
from pellucid.train import Sequential
from pellucid.train.model_file import save_model

QUICK: dict[str, Any] = {"recipe": RealMLP(hidden=(8,), embed_numbers=False, epochs=6), "folds": 2}

# Trains in a second or two, and is good enough to be judged.
SMALL = RealMLP(hidden=(32,), embed_numbers=False, epochs=40)


@pytest.fixture(scope="module")
def wisconsin() -> Table:
    return read_table(wisconsin_original_csv())


@pytest.fixture(scope="module")
def outcome(wisconsin: Table) -> Outcome:
    return train_predictor(wisconsin, "class", group="id", recipe=SMALL, seed=1)


def test_the_default_network_is_good_and_says_so(outcome: Outcome) -> None:
    assert outcome.network["accuracy"].value >= 0.93
    assert outcome.network["auc"].value >= 0.98
    assert outcome.constant["accuracy"].value < 0.7
    assert outcome.network["auc"].low > outcome.constant["auc"].high
    assert outcome.linear["auc"].value >= 0.98


def test_groups_and_counts_are_kept(wisconsin: Table, outcome: Outcome) -> None:
    held = set(wisconsin["id"][outcome.held_out])
    others = np.setdiff1d(np.arange(len(wisconsin)), outcome.held_out)
    assert held.isdisjoint(wisconsin["id"][others])
    assert outcome.n_train == len(others)
    assert "id" not in [column.name for column in outcome.predictor.features.columns]


def test_the_figures_are_those_of_the_held_out_rows(wisconsin: Table, outcome: Outcome) -> None:
    new, task = wisconsin.take(outcome.held_out), outcome.predictor.task
    again = evaluate(task, task.codes(new), outcome.predictor.answers(new), seed=1)
    assert again["log_loss"].value == pytest.approx(outcome.network["log_loss"].value)
    assert again["accuracy"].value == outcome.network["accuracy"].value


def test_held_out_rows_decide_nothing(wisconsin: Table) -> None:
    plain = train_predictor(wisconsin, "class", **QUICK, threshold=None)
    columns: dict[str, Any] = {name: values.copy() for name, values in wisconsin.columns.items()}
    for name in plain.predictor.features.columns:
        columns[name.name][plain.held_out] = 1e6  # would move every mean, median and epoch
    spoiled = train_predictor(Table(columns), "class", **QUICK, threshold=None)
    assert spoiled.held_out.tolist() == plain.held_out.tolist()
    assert spoiled.predictor.features.to_json() == plain.predictor.features.to_json()
    assert spoiled.predictor.threshold == plain.predictor.threshold
    for one, other in zip(
        plain.predictor.model.get_weights(), spoiled.predictor.model.get_weights(), strict=True
    ):
        assert (one == other).all()


def test_what_training_says_of_itself_is_not_flattering() -> None:
    # Labels that are noise cannot be predicted from the outside, but can be learned by heart.
    random = np.random.default_rng(3)
    x, y = random.normal(size=(80, 20)), np.arange(80) % 2
    table = Table({f"x{k}": x[:, k] for k in range(20)} | {"y": y})
    recipe = RealMLP(hidden=(64,), dropout=0.0, weight_decay=0.0, epochs=60)
    predictor = fit_predictor(table, infer_task(table, "y"), recipe=recipe, folds=4)
    training = predictor.about["training"]
    found = training["diagnosis"]["figures"]
    assert len(training["epochs"]) == 4 * recipe.repeats(60) and max(training["epochs"]) <= 60
    assert found["constant"] == pytest.approx(np.log(2))
    assert found["valid"] > 0.65
    assert training["left_out_loss"]["network"] > 0.65


def test_the_same_seed_gives_the_same_bits(wisconsin: Table) -> None:
    task = infer_task(wisconsin, "class")
    first, again, other = (
        fit_predictor(wisconsin, task, **QUICK, seed=seed).answers(wisconsin) for seed in (5, 5, 6)
    )
    assert (first == again).all()
    assert (first != other).any()


_PROGRAM = """
from pellucid.data.datasets import wisconsin_original_csv
from pellucid.data import read_table
from pellucid.tabular.recipes import RealMLP
from pellucid.tabular.training import train_predictor
table = read_table(wisconsin_original_csv())
outcome = train_predictor(table, "class", recipe=RealMLP(hidden=(8,), epochs=6), folds=2)
print(outcome.predictor.answers(table).tobytes().hex())
"""


@pytest.mark.slow
def test_another_process_with_other_hashes_gives_the_same_bits() -> None:
    shown = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(shown) == 1


def test_the_file_gives_the_same_numbers(
    outcome: Outcome, wisconsin: Table, tmp_path: Path
) -> None:
    path = tmp_path / "model.pellucid"
    outcome.predictor.save(path)
    loaded = load_predictor(path)
    assert (loaded.answers(wisconsin) == outcome.predictor.answers(wisconsin)).all()
    assert loaded.task == outcome.predictor.task
    assert loaded.features.to_json() == outcome.predictor.features.to_json()
    assert loaded.threshold == outcome.predictor.threshold
    about = json.loads(json.dumps(outcome.predictor.about))
    assert {**about, **loaded.about}.keys() == about.keys()
    assert loaded.about["evaluation"] == about["evaluation"]
    loaded.save(tmp_path / "again.pellucid")
    again = load_predictor(tmp_path / "again.pellucid")
    assert (again.answers(wisconsin) == loaded.answers(wisconsin)).all()


def test_columns_are_found_by_name_in_any_order(outcome: Outcome, wisconsin: Table) -> None:
    names = [name for name in reversed(wisconsin.names) if name not in ("id", "class")]
    shuffled = wisconsin.select([*names[:4], "id", *names[4:]])
    assert (outcome.predictor.answers(shuffled) == outcome.predictor.answers(wisconsin)).all()


def test_a_row_is_predicted_alike_alone_and_among_others(
    outcome: Outcome, wisconsin: Table
) -> None:
    together = outcome.predictor.answers(wisconsin.take(range(40)))
    alone = [outcome.predictor.answers(wisconsin.take([row]))[0] for row in range(40)]
    assert np.array(alone) == pytest.approx(together, abs=1e-6)
    assert outcome.predictor.answers(wisconsin.take([])).shape == (0, 2)


def test_the_printed_program_gives_the_same_numbers(outcome: Outcome, wisconsin: Table) -> None:
    namespace: dict[str, Any] = {}
    exec(outcome.predictor.source(), namespace)
    x = outcome.predictor.features.matrix(wisconsin)
    (found,) = namespace["predict"](outcome.predictor.variables(), x)
    assert found[:, 0] == pytest.approx(outcome.predictor.answers(wisconsin)[:, 1], abs=1e-6)


@pytest.mark.parametrize(
    ("folder", "file", "names", "target", "least"),
    [
        ("iris", "iris.csv", ["a", "b", "c", "d", "kind"], "kind", 0.85),
        ("penguins", "penguins.csv", None, "species", 0.95),
        ("titanic", "kaggle-train.csv", None, "Survived", 0.75),
        ("early-diabetes", "diabetes_data_upload.csv", None, "class", 0.9),
    ],
)
def test_classes_of_real_tables(
    folder: str, file: str, names: Any, target: str, least: float, shared_data: Path
) -> None:
    table = read_table(shared_data / folder / file, names=names)
    found = train_predictor(table, target, recipe=SMALL)
    assert found.network["accuracy"].value >= least
    assert found.network["accuracy"].value > found.constant["accuracy"].value
    assert set(found.predictor.predict(table).labels) <= set(found.predictor.task.classes)


def test_numbers_of_a_real_table(shared_data: Path, tmp_path: Path) -> None:
    table = read_table(shared_data / "messy-real" / "mpg.csv")
    found = train_predictor(table, "mpg", recipe=SMALL)
    assert found.predictor.task.kind == "regression"
    assert found.network["r2"].value > 0.8
    assert found.network["rmse"].value < found.linear["rmse"].value < found.constant["rmse"].value
    assert found.difference.value > 0
    predicted = found.predictor.predict(table)
    assert predicted.probabilities is None
    assert np.corrcoef(predicted.labels, table["mpg"])[0, 1] > 0.9
    found.predictor.save(tmp_path / "mpg.pellucid")
    again = load_predictor(tmp_path / "mpg.pellucid").predict(table)
    assert (again.labels == predicted.labels).all()


def test_rows_without_a_target_are_dropped_and_counted(wisconsin: Table) -> None:
    columns = dict(wisconsin.columns)
    columns["class"] = columns["class"].copy()
    columns["class"][:30] = None
    found = train_predictor(Table(columns), "class", **QUICK)
    assert (found.n_dropped, found.n_train + len(found.held_out)) == (30, 669)
    assert found.held_out.min() >= 30


def test_the_threshold_can_be_chosen(wisconsin: Table) -> None:
    given = train_predictor(wisconsin, "class", threshold=0.9, **QUICK)
    found = train_predictor(wisconsin, "class", threshold=None, **QUICK)
    assert given.predictor.threshold == given.network.threshold == 0.9
    assert found.predictor.threshold == found.study["threshold"]["by"]["youden"] < 0.9
    assert found.balanced is not None and found.balanced.confusion is not None
    assert (found.balanced.confusion == found.network.confusion).all()
    assert given.network["sensitivity"].value < found.network["sensitivity"].value
    answers = given.predictor.answers(wisconsin)
    labels = given.predictor.predict(wisconsin).labels
    assert ((labels == "malignant") == (answers[:, 1] >= 0.9)).all()
    with pytest.raises(ArgumentError, match="threshold"):
        train_predictor(wisconsin, "class", threshold=1.5)


def test_progress_is_told(wisconsin: Table) -> None:
    told: list[Progress] = []
    train_predictor(wisconsin, "class", cv=2, **QUICK, on_progress=told.append)
    done = [each.done for each in told]
    assert done == sorted(done) and 0 < done[0] < 0.1 and done[-1] == 1
    stages = list(dict.fromkeys((each.stage, each.fit) for each in told))
    assert stages == [(s, k) for k in (1, 2, 3) for s in ("linear", "network")] + [
        ("evaluation", 3)
    ]
    assert {each.n_fits for each in told} == {3}
    assert all(0 < each.loss < 2 for each in told if each.stage == "network")
    assert any(each.seconds_left is not None and each.seconds_left >= 0 for each in told)


def test_rare_classes_get_fewer_networks() -> None:
    random = np.random.default_rng(0)
    y = np.array([1] * 8 + [0] * 60)
    table = Table({"a": random.normal(size=68) + 2 * y, "y": y})
    found = train_predictor(table, "y", test_size=0.5, recipe=QUICK["recipe"])
    assert found.study["training"]["members"] == 4 * QUICK["recipe"].repeats(34)


def test_several_labels_are_predicted_at_once(wisconsin: Table, tmp_path: Path) -> None:
    thick = np.where(wisconsin["clump_thickness"] > 5, "thick", "thin").astype(object)
    table = Table({**wisconsin.columns, "lump": thick}).select(
        [name for name in (*wisconsin.names, "lump") if name not in ("id", "clump_thickness")]
    )
    found = train_predictor(table, ["class", "lump"], **QUICK)
    assert found.predictor.task.kind == "multilabel"
    assert found.network["auc"].value > found.constant["auc"].value + 0.2
    found.predictor.save(tmp_path / "m.pellucid")
    again = load_predictor(tmp_path / "m.pellucid")
    assert again.answers(table).shape == (699, 2)
    assert (again.answers(table) == found.predictor.answers(table)).all()


def test_ctrl_c_leaves_what_there_is(wisconsin: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recipe_choice, "train_members", stop)
    found = train_predictor(wisconsin, "class")
    assert found.interrupted and found.study["interrupted"]
    assert found.study["training"]["blend"] == {"linear": 1.0}
    assert found.network["auc"].value > 0.97
    assert found.predictor.answers(wisconsin) == pytest.approx(
        found.predictor.answers(wisconsin), abs=0
    )


def test_a_group_column_must_be_whole(wisconsin: Table) -> None:
    with pytest.raises(DataError, match="a group in every row; received 16 missing"):
        train_predictor(wisconsin, "class", group="bare_nuclei")


def test_a_network_without_columns_is_no_predictor(tmp_path: Path) -> None:
    from pellucid.nn.layers import Dense, Input

    save_model(Sequential([Input((2,)), Dense(1)]), tmp_path / "net.pellucid")
    with pytest.raises(ModelFileError, match="load_model"):
        load_predictor(tmp_path / "net.pellucid")


SPOILED = {
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "foreign": lambda data: b"PK\x03\x04" + data,
    "one bit": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "columns": lambda data: data.replace(b"clump_thickness", b"clump_thicknes\\"),
}


@pytest.mark.parametrize("case", SPOILED)
def test_spoiled_files_are_refused_in_one_line(case: str, outcome: Outcome, tmp_path: Path) -> None:
    path = tmp_path / "model.pellucid"
    outcome.predictor.save(path)
    path.write_bytes(SPOILED[case](path.read_bytes()))
    with pytest.raises(ModelFileError) as raised:
        load_predictor(path)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)
