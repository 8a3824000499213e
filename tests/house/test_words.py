"""The project speaks of itself alone: nothing in it names the machine it was made on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

# Written with brackets so that this file does not hold what it looks for.
_OF_ONE_MACHINE = re.compile(r"(?<![\w.-])/(?:wor[k]|far[m]|roo[t]|tm[p]|op[t])/|[.]librar[y]\b")
_LARGEST_TEXT = 2_000_000


def test_no_path_of_one_machine() -> None:
    assert [place for path in files() for place in _found(path)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see /{}/main/notes", 1),
        ('open("/{}/x.csv")', 1),
        ("a/{}/b and ./{}/c", 0),
        ("https://example.org/{}/", 0),
    ],
)
def test_paths_are_found(text: str, expected: int, tmp_path: Path) -> None:
    path = tmp_path / "planted.md"
    path.write_text(text.replace("{}", "wor" + "k"), "utf-8")
    assert len(_found(path)) == expected


def _found(path: Path) -> list[str]:
    content = path.read_bytes()
    if len(content) > _LARGEST_TEXT or b"\0" in content:
        return []
    lines = content.decode("utf-8").splitlines()
    place = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return [f"{place}:{n}" for n, line in enumerate(lines, 1) if _OF_ONE_MACHINE.search(line)]
