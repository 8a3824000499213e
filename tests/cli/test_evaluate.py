"""`evaluate`, `provenance`, `report` and `inspect` on a model that was trained on real rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pellucid.cli.main import main
from pellucid.cli.modelpath import FIGURES_NAME, MODEL_NAME
from tests.cli.command import QUICK, WISCONSIN, tree
from tests.cli.damage import spoiled_studies
from tests.tabular.test_model_files import FILES

_LINES = WISCONSIN.read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of most patients, and `held.csv`: the rows it has not seen."""
    made = tmp_path_factory.mktemp("judged")
    words = ["train", str(WISCONSIN), "--target", "class", "--group", "id", "--by", "mitoses"]
    assert main([*words, "--out", str(made / "m"), *QUICK]) == 0
    facts = json.loads((made / "m" / FIGURES_NAME).read_text("utf-8"))
    held = [_LINES[0], *(_LINES[row] for row in facts["held_out_rows"])]
    (made / "held.csv").write_text("\n".join(held) + "\n", "utf-8")
    return made


@pytest.fixture
def facts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(folder)
    found: dict[str, Any] = json.loads((folder / "m" / FIGURES_NAME).read_text("utf-8"))
    return found


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_rows_held_out_give_the_same_figures(
    facts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    found = _json(capsys, "evaluate", "m", "held.csv", "--group", "id")
    trained = facts["evaluation"]["network"]
    assert found["n"] == trained["n"]
    assert found["evaluation"]["confusion"] == trained["confusion"]
    values = {name: each["value"] for name, each in found["evaluation"]["figures"].items()}
    assert values == pytest.approx(
        {name: trained["figures"][name]["value"] for name in values}, abs=1e-9
    )
    assert found["drift"]["verdict"] == "none"


def test_rows_that_chose_something_are_refused(
    facts: dict[str, Any], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert main(["evaluate", "m", str(WISCONSIN)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "rows that chose nothing about the model" in said.err
    turned = [_LINES[0], *reversed(_LINES[1:])]
    (folder / "turned.csv").write_text("\n".join(turned) + "\n", "utf-8")
    assert main(["evaluate", "m", "turned.csv", "--lang", "zh"]) == 2
    assert "参与" in capsys.readouterr().err


SWITCHES = {
    "--threshold": (("--threshold", "0.9"), lambda f: f["evaluation"]["threshold"]),
    "--prevalence": (("--prevalence", "0.05"), lambda f: set(f["evaluation"]["figures"])),
    "--group": (("--group", "id"), lambda f: f["evaluation"].get("n_groups")),
    "--by": (("--by", "mitoses"), lambda f: f["subgroups"]),
    "--query": (
        ("--query", "SELECT * FROM data WHERE clump_thickness > 3"),
        lambda f: f["n"],
    ),
}


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_of_evaluate_changes_what_it_names(
    switch: str, facts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    words, look = SWITCHES[switch]
    plain = _json(capsys, "evaluate", "m", "held.csv")
    assert look(_json(capsys, "evaluate", "m", "held.csv", *words)) != look(plain)


def test_differences_from_training_are_told(
    facts: dict[str, Any], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    rows = [line.split(",") for line in (folder / "held.csv").read_text("utf-8").splitlines()]
    at = rows[0].index("clump_thickness")
    for row in rows[1:]:
        row[at] = str(int(row[at]) * 40)
    text = "\n".join(",".join(row) for row in rows)
    (folder / "other.csv").write_text(text + "\n", "utf-8")
    assert main(["evaluate", "m", "other.csv", "--out", "figures.json"]) == 0
    shown = capsys.readouterr()
    assert "1 of 9 columns differ, some by much" in shown.out
    assert "column 'clump_thickness'" in shown.err and "far above" in shown.err
    written = json.loads((folder / "figures.json").read_text("utf-8"))
    assert written["drift"]["columns"][0]["column"] == "clump_thickness"
    assert written["drift"]["columns"][0]["size"] == "large"


def test_provenance_says_what_each_row_was_used_for(
    facts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record = _json(capsys, "provenance", "m")
    uses = {each["what"]: each["n"] for each in record["choices"]}
    assert uses["test"] == facts["split"]["n_test"]
    assert uses["weights"] == uses["calibration"] == facts["split"]["n_train"]
    assert main(["provenance", "m", "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "未参与：用于检验" in shown and f"{uses['weights']}" in shown


def test_inspect_shows_columns_figures_and_versions(
    facts: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    found = _json(capsys, "inspect", "m")
    assert found["file"]["format_version"] == 2
    assert found["study"]["evaluation"] == facts["evaluation"]
    assert [column["name"] for column in found["columns"]] == _LINES[0].split(",")[1:-1]
    assert main(["inspect", "m"]) == 0
    shown = capsys.readouterr().out
    for said in ("559 rows", "clump_thickness", "1 to 10, median 4", "log-loss", "positive: mal"):
        assert said in shown
    assert main(["inspect", "m", "--lang", "zh"]) == 0
    assert "需要的 9 列" in capsys.readouterr().out


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_models_of_the_first_version_can_be_inspected_and_have_no_report(
    path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["inspect", str(path)]) == 0
    assert "format 1, written by pellucid 0.1.0" in capsys.readouterr().out
    assert main(["report", str(path), "--out", str(tmp_path / "r.html")]) == 2
    assert "a model with its study" in capsys.readouterr().err
    assert main(["provenance", str(path)]) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_report_is_written_again_in_either_language(
    facts: dict[str, Any], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert main(["report", "m", "--lang", "zh"]) == 0
    chinese = (folder / "m" / "report.html").read_text("utf-8")
    found = _json(capsys, "report", "m", "--out", "r.html")
    assert found == {"report": "r.html", "language": "en"}
    english = (folder / "r.html").read_text("utf-8")
    assert 'lang="zh' in chinese and 'lang="en"' in english
    assert facts["created"][:10] in english
    alone = folder / "alone.pellucid"
    alone.write_bytes((folder / "m" / MODEL_NAME).read_bytes())
    assert main(["report", "alone.pellucid", "--out", "s.html"]) == 0
    assert facts["created"][:10] not in (folder / "s.html").read_text("utf-8")


STUDIES = spoiled_studies()


@pytest.mark.parametrize("case", STUDIES)
def test_spoiled_studies_get_one_line_or_do_no_harm(
    case: str, facts: dict[str, Any], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    spoiled = folder / "spoiled.pellucid"
    spoiled.write_bytes((folder / "m" / MODEL_NAME).read_bytes())
    STUDIES[case](spoiled)
    before = tree(folder)
    for command in (["inspect"], ["provenance"], ["evaluate", "held.csv"]):
        words = [command[0], str(spoiled), *command[1:]]
        capsys.readouterr()
        code = main(words)
        shown = capsys.readouterr()
        assert code in (0, 2), shown.err
        assert code == 0 or shown.err.splitlines()[-1].startswith("error: ")
        assert "Traceback" not in shown.err
    assert tree(folder) == before
