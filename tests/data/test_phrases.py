"""Whatever reading refuses is said in Chinese too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pellucid.data
from pellucid import settings
from pellucid.cli.phrases import translated

_ROOM = Path(pellucid.data.__file__).parent
_FILES = [
    *(_ROOM / name for name in ("read.py", "opening.py", "query.py", "frames.py", "table.py")),
    *sorted((_ROOM / "formats").glob("*.py")),
    *sorted((_ROOM / "columns").glob("*.py")),
]
_CHINESE = re.compile("[\u4e00-\u9fff]")
_REFUSALS = {"DataError", "ArgumentError"}


def _phrases(path: Path) -> set[str]:
    """What a file says in its refusals, with a number wherever a value stands."""
    found = set[str]()
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if call.func.id in _REFUSALS:
            parts = [k.value for k in call.keywords if k.arg in ("expected", "received", "hint")]
        elif call.func.id == "not_a_table":
            parts = call.args[1:]
        else:
            continue
        found |= {text for part in parts if (text := _text(part)) and re.search("[a-z]{2}", text)}
    return found


def _text(part: ast.expr) -> str | None:
    if isinstance(part, ast.Constant):
        return str(part.value)
    if isinstance(part, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in part.values)
    return None


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_refusal_has_a_chinese_phrase(path: Path) -> None:
    with settings.using(language="zh"):
        said = {phrase: translated(phrase) for phrase in _phrases(path)}
    assert {phrase for phrase, chinese in said.items() if not _CHINESE.search(chinese)} == set()


def test_refusals_are_found() -> None:
    assert sum(len(_phrases(path)) for path in _FILES) > 60
