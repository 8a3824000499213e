"""Damaged and hostile tables through the command itself: one line each, and nothing is written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import tree
from tests.cli.test_hostile_models import GOOD
from tests.data.hostile import hostile_files

_MEMORY = 3 << 30
_SECONDS = 400
# In a process of its own: a crash, or memory without bound, would end the tests too.
_CHILD = f"""
import contextlib, io, json, resource, sys
import duckdb, pyarrow, python_calamine
from pellucid.cli.main import main
resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
for name, words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    print(json.dumps([name, code, out.getvalue(), err.getvalue()]), flush=True)
"""


def _commands(files: dict[str, Path]) -> list[tuple[str, list[str]]]:
    """Every file is trained on; every third one predicted, and measured on, too."""
    commands = []
    for number, (name, path) in enumerate(files.items()):
        train = ["train", str(path), "--target", "site", "--out", "out", "--no-report"]
        commands.append((f"train {name}", train))
        if number % 3 == 0:
            commands.append((f"predict {name}", ["predict", str(GOOD), str(path)]))
            commands.append((f"evaluate {name}", ["evaluate", str(GOOD), str(path), "--json"]))
    return commands


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = tmp_path_factory.mktemp("tables")
    commands = _commands(hostile_files(folder))
    here, scratch = folder / "here", folder / "scratch"
    here.mkdir()
    scratch.mkdir()
    before = set(tree(folder))
    ran = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=json.dumps(commands),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        cwd=here,
        env={"TMPDIR": str(scratch), "PATH": "", "PELLUCID_LANG": "en"},
        check=False,
    )
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, (told[-1:], ran.stderr[-2000:])
    assert len(told) == len(commands)
    assert set(tree(folder)) == before
    return told


@pytest.mark.slow
def test_every_hostile_table_gets_one_line_and_nothing_is_written(outcomes: list[Any]) -> None:
    assert len(outcomes) >= 200
    wrong = [
        (name, code, out[:200], err[:500])
        for name, code, out, err in outcomes
        if code != 2 or out or err.count("\n") != 1 or not err.startswith("error: ")
    ]
    assert wrong == []
    assert not any("Traceback" in err or len(err) > 1200 for _, _, _, err in outcomes)
