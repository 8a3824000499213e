"""Damaged and hostile model files get one line; nothing runs, hangs, fills memory or is written."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import pytest

from pellucid.cli.main import main
from pellucid.data.table import Table
from pellucid.tabular.predictor import load_predictor
from tests.cli.command import tree
from tests.cli.damage import spoiled
from tests.tabular.test_model_files import FILES, expected

SPOILED = spoiled()
GOOD = next(path for path in FILES if path.stem == "v1-binary")

# What was done to the description may leave another model, and a sound one.
_MAY_BE_SOUND = ("mutation", "layer named", "without version")
_MOST_SECONDS = 10.0
_MOST_MEMORY = 300 << 20


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A model as it is written today, and a table for it."""
    folder = tmp_path_factory.mktemp("good")
    load_predictor(GOOD).save(folder / "m.pellucid")
    (folder / "new.csv").write_text(as_csv(expected(GOOD)["columns"]), "utf-8")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def place(tmp_path: Path, written: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "inside"
    folder.mkdir()
    for name, content in written.items():
        (folder / name).write_bytes(content)
    monkeypatch.chdir(folder)
    return tmp_path


def as_csv(columns: dict[str, list]) -> str:
    table = Table(columns)
    rows = zip(*(table.strings(name) for name in table.names), strict=True)
    lines = [table.names, *(["" if cell is None else cell for cell in row] for row in rows)]
    return "\n".join(",".join(line) for line in lines) + "\n"


def test_there_are_a_hundred_and_more() -> None:
    assert len(SPOILED) >= 150


def test_the_good_one_is_good(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "m.pellucid", "new.csv"]) == 0
    assert capsys.readouterr().out.startswith("row,prediction,probability_no,probability_yes")


@pytest.mark.parametrize("case", SPOILED)
def test_a_spoiled_model_gets_one_line(
    case: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    SPOILED[case](Path("m.pellucid"))
    before, memory, start = tree(place), _peak(), time.perf_counter()
    code = main(["predict", "m.pellucid", "new.csv", "--out", "out.csv"])
    shown = capsys.readouterr()
    assert time.perf_counter() - start < _MOST_SECONDS
    assert _peak() - memory < _MOST_MEMORY
    assert "Traceback" not in shown.err
    after = tree(place)
    if code == 0 and case.startswith(_MAY_BE_SOUND):
        after.pop("inside/out.csv")
    else:
        assert code == 2, shown.err
        assert (shown.out, shown.err.count("\n")) == ("", 1)
        assert shown.err.startswith(("error: m.pellucid", "error: new.csv"))
        assert len(shown.err) < 1000 and shown.err.rstrip("\n").isprintable()
    assert after == before


def _peak() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10
