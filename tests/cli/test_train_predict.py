"""`train`, `predict`, `source` and `demo` on real tables, run as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.cli.modelpath import FIGURES_NAME, MODEL_NAME, REPORT_NAME, SCHEMA_NAME
from pellucid.cli.screen import width
from pellucid.data.read import read_table
from pellucid.tabular.predictor import lasting, load_predictor
from tests.cli.command import QUICK, WISCONSIN, Result, pellucid, tree

FILES = (MODEL_NAME, FIGURES_NAME, SCHEMA_NAME, REPORT_NAME)


class Place:
    """A folder in which a model was trained on the Wisconsin table, with the default settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.result = pellucid("train", WISCONSIN, "--target", "class", folder=folder)
        self.model = folder / "wisconsin_original-model"
        self.facts: dict[str, Any] = json.loads((self.model / FIGURES_NAME).read_text("utf-8"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("trained"))


def rows_of(written: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written)))


def test_training_tells_what_it_did_and_writes_four_files(place: Place) -> None:
    code, out, err = place.result
    assert (code, err) == (0, "")
    assert set(tree(place.folder)) == {
        "wisconsin_original-model",
        *(f"wisconsin_original-model/{name}" for name in FILES),
    }
    for said in (
        "benign (458), malignant (241); positive: malignant",
        "16 cells, in 1 of 9",
        "id (identifier)",
        "140 rows (20%)",
        "'id' repeats: 522 values in 559 rows",
        "logistic regression",
        "pellucid predict wisconsin_original-model",
    ):
        assert said in " ".join(out.split())
    assert max(map(width, out.splitlines())) <= 80
    assert "\x1b" not in out


def test_the_printed_figures_are_those_of_the_file(place: Place) -> None:
    held_out = place.facts["evaluation"]
    lines = {line.split("  ")[1]: line for line in place.result.out.splitlines() if "(0." in line}
    for key, name in {"accuracy": "accuracy", "auc": "AUC", "log_loss": "log-loss"}.items():
        for model in ("network", "linear"):
            figure = held_out[model]["figures"][key]
            shown = f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"
            assert shown in lines[name]
        assert lines[name].endswith(f"{held_out['constant']['figures'][key]['value']:.3f}")
    assert held_out["network"]["figures"]["accuracy"]["value"] >= 0.93
    assert held_out["network"]["figures"]["auc"]["value"] >= 0.98


def test_predictions_are_those_of_the_library(place: Place) -> None:
    result = pellucid("predict", place.model, WISCONSIN, folder=place.folder)
    table = read_table(WISCONSIN)
    predicted = load_predictor(place.model / MODEL_NAME).predict(table)
    rows = rows_of(result.out)
    assert list(rows[0]) == [
        "row", "id", "class", "prediction", "probability_benign", "probability_malignant",
        "set", "abstains", "warnings",
    ]  # fmt: skip
    assert [row["id"] for row in rows] == table.strings("id").tolist()
    assert [row["prediction"] for row in rows] == predicted.labels.tolist()
    assert predicted.probabilities is not None
    shown = np.array(
        [[float(row[f"probability_{c}"]) for c in ("benign", "malignant")] for row in rows]
    )
    assert shown == pytest.approx(predicted.probabilities, abs=1e-8)
    assert (shown.argmax(axis=1) == (predicted.labels == "malignant")).all()


def test_figures_can_be_reproduced_from_predictions(place: Place) -> None:
    rows = rows_of(pellucid("predict", place.model, WISCONSIN, folder=place.folder).out)
    held = [rows[number - 1] for number in place.facts["held_out_rows"]]
    accuracy = np.mean([row["prediction"] == row["class"] for row in held])
    assert accuracy == place.facts["evaluation"]["network"]["figures"]["accuracy"]["value"]


def test_the_same_command_gives_the_same_model(place: Place) -> None:
    result = pellucid(
        "train", WISCONSIN, "--target", "class", "--out", "again", "--json", folder=place.folder
    )
    facts = json.loads(result.out)
    assert facts.pop("model") == f"again/{MODEL_NAME}"
    assert facts.pop("files") == sorted(FILES)
    assert facts["seconds"] > 0 < place.facts["seconds"]
    assert lasting(facts) == lasting(place.facts)
    assert result.err == ""
    again = (place.folder / "again" / MODEL_NAME).read_bytes()
    assert again == (place.model / MODEL_NAME).read_bytes()
    other = pellucid("predict", "again", WISCONSIN, folder=place.folder).out
    assert other == pellucid("predict", place.model, WISCONSIN, folder=place.folder).out


def test_columns_are_matched_by_name_and_others_kept(place: Place) -> None:
    lines = [line.split(",") for line in WISCONSIN.read_text("utf-8").splitlines()[:30]]
    order = [9, 3, 1, 2, 8, 7, 6, 5, 4]
    text = "\n".join(
        ",".join([*(line[k] for k in order), "病人" if n == 0 else f"甲{n}"])
        for n, line in enumerate(lines)
    )
    (place.folder / "new.csv").write_text(text + "\n", "utf-8")
    words = ("predict", place.model, "new.csv", "--out", "predicted.csv")
    result = pellucid(*words, folder=place.folder, lang="zh")
    assert result == (0, "已预测 29 行：predicted.csv\n", "")
    written = (place.folder / "predicted.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")  # for Excel, because there is Chinese in it
    rows = rows_of(written.decode("utf-8-sig"))
    assert [row["病人"] for row in rows] == [f"甲{n}" for n in range(1, 30)]
    straight = rows_of(pellucid("predict", place.model, WISCONSIN, folder=place.folder).out)
    assert [r["probability_benign"] for r in rows] == [
        r["probability_benign"] for r in straight[:29]
    ]


def test_json_holds_the_same_predictions(place: Place) -> None:
    result = pellucid("predict", place.model, WISCONSIN, "--json", folder=place.folder)
    records = json.loads(result.out)
    rows = rows_of(pellucid("predict", place.model, WISCONSIN, folder=place.folder).out)
    assert all(record.pop("warnings") == [] for record in records)
    assert all(row.pop("warnings") == "" for row in rows)
    for record, row in zip(records, rows, strict=True):
        assert "|".join(record.pop("set")) == row.pop("set")
        assert str(record.pop("abstains")).lower() == row.pop("abstains")
    assert [{k: str(v) for k, v in record.items()} for record in records] == rows


def test_the_source_runs_alone(place: Place) -> None:
    result = pellucid("source", place.model, folder=place.folder)
    assert result.code == 0
    namespace: dict[str, Any] = {}
    exec(result.out, namespace)
    predictor, table = load_predictor(place.model / MODEL_NAME), read_table(WISCONSIN)
    found = namespace["predict"](predictor.variables(), predictor.features.matrix(table))[0]
    assert found[:, 0] == pytest.approx(predictor.answers(table)[:, 1], abs=1e-6)


REAL = {
    "titanic": ("titanic/kaggle-train.csv", "Survived", "Name (identifier)"),
    "stroke": ("stroke/healthcare-dataset-stroke-data.csv", "stroke", "At the threshold"),
    "penguins": ("penguins/penguins.csv", "species", "Adelie (152), Chinstrap (68), Gentoo (124)"),
    "mpg": ("messy-real/mpg.csv", "mpg", "RMSE"),
    "heart": ("framingham/framingham.csv", "CHD", "AUC"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_tables_train_and_predict(name: str, shared_data: Path, tmp_path: Path) -> None:
    file, target, said = REAL[name]
    path = shared_data / file
    trained = pellucid("train", path, "--target", target, "--out", "m", *QUICK, folder=tmp_path)
    assert trained.code == 0, trained.err
    assert said in trained.out
    predicted = pellucid("predict", "m", path, folder=tmp_path, lang="zh")
    assert predicted.code == 0, predicted.err
    assert len(rows_of(predicted.out)) == len(read_table(path))


def test_chinese_lines_up_and_fits(tmp_path: Path, shared_data: Path) -> None:
    for words in (
        ("train", WISCONSIN, "--target", "class"),
        ("train", shared_data / "penguins" / "penguins.csv", "--target", "species"),
        ("train", shared_data / "messy-real" / "mpg.csv", "--target", "mpg"),
    ):
        result = pellucid(*words, *QUICK, folder=tmp_path, lang="zh")
        assert result.code == 0
        assert max(map(width, result.out.splitlines())) <= 80
        # The first figure of every row of the table begins in the same column.
        measured = result.out.partition("95%")[2].partition("\n\n")[0].splitlines()
        figures = [re.match(r"  \S+(?: \S+)? {2,}(?=-?\d\S* \()", line) for line in measured]
        assert len({width(found[0]) for found in figures if found}) == 1
        assert sum(map(bool, figures)) >= 2


def test_rows_without_a_target_are_counted(tmp_path: Path) -> None:
    lines = WISCONSIN.read_text("utf-8").splitlines()
    lines[1:8] = [line.rpartition(",")[0] + "," for line in lines[1:8]]
    (tmp_path / "gaps.csv").write_text("\n".join(lines), "utf-8")
    words = ("train", "gaps.csv", "--target", "class", *QUICK)
    assert "692; 7 more without a value of 'class' dropped" in pellucid(*words, folder=tmp_path).out
    assert "另有 7 行缺少“class”" in pellucid(*words, folder=tmp_path, lang="zh").out


def test_values_never_seen_are_told(tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "penguins" / "penguins.csv"
    pellucid("train", path, "--target", "species", "--out", "m", *QUICK, folder=tmp_path)
    text = path.read_text("utf-8").replace("Biscoe", "Atlantis")
    (tmp_path / "new.csv").write_text(text, "utf-8")
    result = pellucid("predict", "m", "new.csv", folder=tmp_path)
    assert result.code == 0
    said = "note: column 'island': 'Atlantis' not seen in training, taken as unknown (rows: 168)"
    assert said in result.err.splitlines()
    rows = rows_of(result.out)
    assert rows[20]["warnings"] == "island: Atlantis was not seen in training"
    told = [row["warnings"] for row in rows if "Atlantis" in row["warnings"]]
    assert len(told) == 168
    records = json.loads(pellucid("predict", "m", "new.csv", "--json", folder=tmp_path).out)
    assert records[20]["warnings"] == [{"column": "island", "what": "unseen", "value": "Atlantis"}]


def test_a_second_run_replaces_its_files_and_no_others(tmp_path: Path) -> None:
    words = ("train", WISCONSIN, "--target", "class", "--out", "m", *QUICK)
    pellucid(*words, folder=tmp_path)
    (tmp_path / "m" / "notes.txt").write_text("mine", "utf-8")
    before = tree(tmp_path)
    pellucid(*words, "--seed", "9", folder=tmp_path)
    after = tree(tmp_path)
    assert set(after) == set(before)
    assert after["m/notes.txt"] == b"mine"
    assert after[f"m/{FIGURES_NAME}"] != before[f"m/{FIGURES_NAME}"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, pellucid("demo", "tumour", folder=folder)


def test_the_demo_shows_it_all(demo: tuple[Path, Result]) -> None:
    folder, result = demo
    assert (result.code, result.err) == (0, "")
    assert set(tree(folder)) == {
        "tumour-demo",
        *(f"tumour-demo/{name}" for name in FILES),
    }
    for said in ("logistic regression", "majority class", "malignant", "np.cos("):
        assert said in result.out
    assert len(re.findall(r"(?:benign|malignant) +(?:benign|malignant)$", result.out, re.M)) >= 5
    assert "not a medical device" in result.out


def test_the_demo_keeps_patients_together(demo: tuple[Path, Result]) -> None:
    folder, _ = demo
    facts = json.loads((folder / "tumour-demo" / FIGURES_NAME).read_text("utf-8"))
    ids = read_table(WISCONSIN)["id"]
    held = np.array(facts["held_out_rows"]) - 1
    assert set(ids[held]).isdisjoint(np.delete(ids, held))
    figures = facts["evaluation"]["network"]["figures"]
    assert figures["accuracy"]["value"] >= 0.94
    assert figures["auc"]["value"] >= 0.985
