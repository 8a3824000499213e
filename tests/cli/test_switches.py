"""Every switch of `train` changes what it names, and nothing is only accepted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pellucid.cli.main import main
from pellucid.cli.modelpath import FIGURES_NAME, MODEL_NAME, REPORT_NAME
from pellucid.cli.options import configure
from pellucid.cli.parser import Parser
from tests.cli.tables import clinic, write_csv, write_workbook

Look = Callable[[dict[str, Any]], Any]

_OTHERS = ("visit", "worse", "days", "weight", "patient")
_LEAVE = tuple(word for name in _OTHERS for word in ("--leave-out", name))
_BASE = ("clinic.csv", "--target", "ill", *_LEAVE, "--epochs", "2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("switches")
    columns = clinic()
    write_csv(made / "clinic.csv", columns)
    write_csv(made / "elsewhere.csv", clinic(seed=5, rows=120))
    write_csv(made / "bare.csv", columns, header=False)
    write_csv(made / "semicolon.csv", columns, delimiter=";")
    text = (made / "clinic.csv").read_text("utf-8").replace("north", "北方")
    (made / "gbk.csv").write_bytes(text.encode("gb18030"))
    (made / "choices.toml").write_text('[columns.code]\nkind = "categorical"\n', "utf-8")
    with sqlite3.connect(made / "clinic.sqlite") as database:
        names = ", ".join(f'"{name}" TEXT' for name in columns)
        database.execute(f"CREATE TABLE visits ({names})")
        database.execute("CREATE TABLE other (a TEXT)")
        marks = ", ".join("?" for _ in columns)
        rows = zip(*columns.values(), strict=True)
        database.executemany(f"INSERT INTO visits VALUES ({marks})", rows)
    return made


class Run:
    """Runs `train` in the folder and gives what it printed as JSON."""

    def __init__(self, folder: Path, capsys: Any) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, *words: str, report: bool = False) -> dict[str, Any]:
        extra = () if report else ("--no-report",)
        code = main(["train", *words, "--json", *extra])
        shown = self.capsys.readouterr()
        assert code == 0, shown.err
        found: dict[str, Any] = json.loads(shown.out)
        return found


@pytest.fixture
def train(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(folder)
    return Run(folder, capsys)


_BASE_FACTS: dict[str, Any] = {}


@pytest.fixture
def base(train: Run) -> dict[str, Any]:
    if not _BASE_FACTS:
        _BASE_FACTS.update(train(*_BASE))
    return _BASE_FACTS


def _at(*keys: Any) -> Look:
    def look(facts: dict[str, Any]) -> Any:
        found: Any = facts
        for key in keys:
            found = found[key]
        return found

    return look


def _column(name: str, key: str) -> Look:
    return lambda facts: next(c[key] for c in facts["schema"] if c["name"] == name)


def _loss(facts: dict[str, Any]) -> Any:
    return facts["training"]["left_out_loss"]


_NETWORK = ("evaluation", "network")

# By the switch: the words, and where in the study the change shows.
SWITCHES: dict[str, tuple[tuple[str, ...], Look]] = {
    "--target": (("--target", "worse"), _at("task")),
    "--group": (("--group", "patient"), _at("held_out_rows")),
    "--leave-out": (("--leave-out", "marker"), _column("marker", "used")),
    "--positive": (("--positive", "no"), _at("task", "classes")),
    "--by": (("--by", "sex"), _at("subgroups")),
    "--budget": (("--budget", "3"), _at("settings")),
    "--seed": (("--seed", "9"), _at("held_out_rows")),
    "--missing": (("--missing", "dose=-9"), _column("dose", "n_missing")),
    "--kind": (("--kind", "code=categorical"), _column("code", "kind")),
    "--order": (("--order", "stage=early,middling,late"), _column("stage", "kind")),
    "--use": (("--use", "patient"), _column("patient", "used")),
    "--schema": (("--schema", "choices.toml"), _column("code", "kind")),
    "--config": (("--config", "choices.toml"), _column("code", "kind")),
    "--test-fraction": (("--test-fraction", "0.4"), _at("split", "n_test")),
    "--cv": (("--cv", "3"), _at("split")),
    "--time": (("--time", "visit"), _at("held_out_rows")),
    "--external": (("--external", "elsewhere.csv"), _at("evaluation", "external")),
    "--learning-curve": (("--learning-curve",), _at("learning_curve", "model")),
    "--threshold": (("--threshold", "0.8"), _at(*_NETWORK, "threshold")),
    "--prevalence": (("--prevalence", "0.02"), _at(*_NETWORK, "figures")),
    "--coverage": (("--coverage", "0.7"), _at("conformal", "quantiles")),
    "--abstain": (("--abstain", "0.2"), _at("abstention")),
    "--recipe": (("--recipe", "plain"), _at("training", "recipe")),
    "--folds": (("--folds", "3"), _at("training", "members")),
    "--epochs": (("--epochs", "4"), _at("training", "epochs")),
    "--calibration": (("--calibration", "isotonic"), _at("training", "calibration", "method")),
    "--class-weight": (("--class-weight", "yes=5,no=1"), _loss),
    "--sample-weight": (("--sample-weight", "weight"), _loss),
}


def _words(switch: str) -> list[str]:
    """The base command with the words of a switch; what it repeats is said once."""
    words = list(SWITCHES[switch][0])
    base = list(_BASE)
    for place in range(0, len(words) - 1, 2):
        taken = words[place + 1].partition("=")[0]
        for name in ("--target", "--epochs"):
            if words[place] == name:
                at = base.index(name)
                del base[at : at + 2]
        if taken in _OTHERS and words[place] != "--leave-out":
            at = base.index(taken)
            del base[at - 1 : at + 1]
            if words[place] == "--target":
                base += ["--leave-out", "ill"]
    return [*base, *words]


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_changes_what_it_names(switch: str, train: Run, base: dict[str, Any]) -> None:
    look = SWITCHES[switch][1]
    assert look(train(*_words(switch))) != look(base)


def test_no_switch_is_forgotten() -> None:
    parser = Parser(prog="pellucid train")
    configure(parser)
    known = {word for action in parser._actions for word in action.option_strings}
    elsewhere = {"--out", "--json", "--no-report", "--language", "--task", "--help-all"}
    reading = {
        *("--header", "--no-header", "--sheet", "--table", "--query", "--encoding"),
        *("--delimiter", "--decimal"),
    }
    assert known - set(SWITCHES) - elsewhere - reading == set()
    assert set(SWITCHES) <= known


def _rest(base: tuple[str, ...]) -> list[str]:
    return list(base[1:])


def test_no_header_names_the_columns(train: Run, base: dict[str, Any]) -> None:
    renamed = {name: f"column_{k}" for k, name in enumerate(clinic(), 1)}
    words = [renamed.get(word, word) for word in _rest(_BASE)]
    facts = train("bare.csv", "--no-header", *words)
    assert facts["data"]["reading"]["header"] is False
    assert facts["task"]["target"] == renamed["ill"]
    assert facts["evaluation"]["network"]["figures"] == base["evaluation"]["network"]["figures"]
    with_header = train("clinic.csv", "--header", *_rest(_BASE))
    assert with_header["data"]["reading"]["header"] is True


def test_tables_queries_and_delimiters_find_the_same_rows(train: Run, base: dict[str, Any]) -> None:
    query = "SELECT * FROM data WHERE age > 55"
    fewer = train("clinic.csv", "--query", query, *_rest(_BASE))
    assert fewer["data"]["n_rows"] < base["data"]["n_rows"]
    stored = train("clinic.sqlite", "--table", "visits", *_rest(_BASE))
    assert stored["data"]["reading"]["part"] == "visits"
    assert stored["data"]["n_rows"] == base["data"]["n_rows"]
    split = train("semicolon.csv", "--delimiter", ";", *_rest(_BASE))
    assert split["evaluation"]["network"]["figures"] == base["evaluation"]["network"]["figures"]


def test_encodings_are_taken_at_their_word(train: Run) -> None:
    right = train("gbk.csv", "--encoding", "gb18030", *_rest(_BASE))
    wrong = train("gbk.csv", "--encoding", "latin-1", *_rest(_BASE))
    levels = [_column("centre", "categories")(facts) for facts in (right, wrong)]
    assert "北方" in levels[0] and "北方" not in levels[1]


def test_decimal_commas_are_taken_at_their_word(train: Run, folder: Path) -> None:
    columns = clinic()
    columns["marker"] = [f'"{value.replace(".", ",")}"' for value in columns["marker"]]
    write_csv(folder / "comma.csv", columns)
    facts = train("comma.csv", "--decimal", ",", *_rest(_BASE))
    assert _column("marker", "kind")(facts) == "numeric"


def test_sheets_are_found(train: Run, folder: Path) -> None:
    columns = clinic()
    rows = [list(columns), *(list(row) for row in zip(*columns.values(), strict=True))]
    write_workbook(folder / "book.xlsx", {"notes": [["see the other sheet"]], "visits": rows})
    facts = train("book.xlsx", "--sheet", "visits", *_rest(_BASE))
    assert facts["data"]["reading"]["part"] == "visits"


def test_several_targets_are_several_labels(train: Run) -> None:
    plain = [w for k, w in enumerate(_BASE) if not _leaves(k, "worse")]
    facts = train(*plain, "--target", "worse")
    assert facts["task"]["kind"] == "multilabel"
    assert set(facts["evaluation"]["network"]["parts"]) >= {"ill", "worse"}


def _leaves(place: int, name: str) -> bool:
    """Whether a word of the base command leaves out this column."""
    return _BASE[place] == name or (_BASE[place] == "--leave-out" and _BASE[place + 1] == name)


def test_the_task_can_be_chosen(train: Run) -> None:
    plain = [w for k, w in enumerate(_BASE) if not _leaves(k, "days")]
    words = ["days" if word == "ill" else word for word in plain]
    numbers = train(*words, "--leave-out", "ill")
    assert numbers["task"]["kind"] == "regression"
    codes = ["code" if word == "ill" else word for word in _BASE]
    assert train(*codes, "--leave-out", "ill")["task"]["kind"] == "multiclass"
    as_number = train(*codes, "--leave-out", "ill", "--task", "number")
    assert as_number["task"]["kind"] == "regression"


@pytest.mark.slow
def test_the_report_is_written_where_and_as_asked(train: Run, folder: Path) -> None:
    facts = train(*_BASE, "--out", "there", report=True)
    assert REPORT_NAME in facts["files"] and facts["model"] == f"there/{MODEL_NAME}"
    english = (folder / "there" / REPORT_NAME).read_text("utf-8")
    train(*_BASE, "--out", "there", "--language", "zh", report=True)
    chinese = (folder / "there" / REPORT_NAME).read_text("utf-8")
    assert 'lang="en"' in english and 'lang="zh' in chinese
    assert REPORT_NAME not in train(*_BASE, "--out", "elsewhere")["files"]
    assert {path.name for path in (folder / "elsewhere").iterdir()} >= {MODEL_NAME, FIGURES_NAME}


def test_the_schema_that_was_written_can_be_given_back(train: Run, folder: Path) -> None:
    train(*_BASE, "--out", "first", "--kind", "code=categorical")
    again = train("clinic.csv", "--schema", "first/schema.toml", "--epochs", "2")
    assert again["task"]["target"] == "ill"
    assert _column("code", "kind")(again) == "categorical"
    assert _column("code", "decided_by")(again) == "user"
    assert not _column("worse", "used")(again)
