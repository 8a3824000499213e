"""A file can be read in one sitting, a function on one screen."""

from __future__ import annotations

from pathlib import Path

from tests.house.sizes import (
    MOST_LINES_IN_A_FILE,
    MOST_LINES_IN_A_FUNCTION,
    measure,
    report,
)
from tests.house.tree import files

_FUNCTION = '''
def planted(
    argument: int,
) -> int:
    """One line of words."""
    a = argument

    return a
'''


def test_no_file_is_too_long() -> None:
    sizes = {file.place: file.lines for file in map(measure, files(suffix=".py"))}
    assert {place: lines for place, lines in sizes.items() if lines > MOST_LINES_IN_A_FILE} == {}


def test_no_function_is_too_long() -> None:
    functions = [function for path in files(suffix=".py") for function in measure(path).functions]
    assert [each for each in functions if each.lines > MOST_LINES_IN_A_FUNCTION] == []


def test_sizes_are_those_of_the_body(tmp_path: Path) -> None:
    path = tmp_path / "planted.py"
    path.write_text(_FUNCTION, "utf-8")
    measured = measure(path, tmp_path)
    assert (measured.lines, measured.code) == (8, 6)
    assert [tuple(function) for function in measured.functions] == [(3, "planted.py:2 planted")]


def test_the_report_names_the_rooms() -> None:
    assert "tests" in report()
    assert "Longest functions" in report()
