"""Damaged and hostile files: one clear line each, in bounded time and memory, nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.data import read_table
from tests.data.hostile import CSV, NUMBERS, WORDS, hostile_files, whole_files, xlsx

_MEMORY = 3 << 30
_SECONDS = 300
# In a process of its own: a crash, or memory without bound, would end the tests too.
_CHILD = f"""
import json, resource, sys, time
from pathlib import Path
import pellucid.data.read, duckdb, pyarrow, python_calamine
resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
from pellucid.data import read_table
for name, path in json.load(sys.stdin).items():
    start = time.perf_counter()
    try:
        told = ["read", repr(read_table(Path(path)))]
    except BaseException as error:
        told = [type(error).__name__, str(error)]
    print(json.dumps([name, *told, time.perf_counter() - start]), flush=True)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str, float]]:
    folder = tmp_path_factory.mktemp("hostile")
    files = {name: str(path) for name, path in hostile_files(folder).items()}
    here, scratch = folder / "here", folder / "scratch"
    here.mkdir()
    scratch.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", _CHILD], input=json.dumps(files), capture_output=True, text=True,
        timeout=_SECONDS, cwd=here, env={"TMPDIR": str(scratch), "PATH": ""}, check=False,
    )  # fmt: skip
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, (told[-1:], ran.stderr[-2000:])
    assert [list(here.iterdir()), list(scratch.iterdir())] == [[], []]
    return {name: (kind, message, seconds) for name, kind, message, seconds in told}


def test_every_hostile_file_gets_one_line(outcomes: dict[str, tuple[str, str, float]]) -> None:
    assert len(outcomes) >= 150
    wrong = {
        name: (kind, message)
        for name, (kind, message, _) in outcomes.items()
        if kind != "DataError"
        or "\n" in message
        or len(message) > 1000
        or "expected" not in message
    }
    assert wrong == {}


def test_none_takes_long(outcomes: dict[str, tuple[str, str, float]]) -> None:
    assert {name: t for name, (_, _, t) in outcomes.items() if t > 30} == {}


def test_the_files_that_were_damaged_are_read_when_whole(tmp_path: Path) -> None:
    for name, path in whole_files(tmp_path).items():
        table = read_table(path)
        assert (name, table["age"].tolist()) == (name, NUMBERS)
        assert (name, table["site"].tolist()) == (name, WORDS)
    assert read_table(tmp_path / "a.zip").reading.part == "a.csv"


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    for name, path in whole_files(tmp_path).items():
        other = tmp_path / f"{name}.jpg"
        path.rename(other)
        assert read_table(other)["age"].tolist() == NUMBERS
    (tmp_path / "a.xlsx").write_bytes(CSV)
    assert read_table(tmp_path / "a.xlsx")["age"].tolist() == NUMBERS


def test_a_small_workbook_is_read(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{k}"><c r="C{k}"><v>{k}</v></c></row>' for k in range(5, 9))
    (tmp_path / "a.xlsx").write_bytes(xlsx(rows))
    assert read_table(tmp_path / "a.xlsx", header=False).shape == (4, 1)
