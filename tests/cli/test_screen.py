"""Text that fits the terminal, also in Chinese."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.cli.screen import Screen, format_table, pad, width, wrap

_TEXTS = st.text(alphabet="ab ,.；。（）准确率网络1", max_size=60)


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("abc", 3), ("准确率", 6), ("e\u0301", 1), ("ＡＢ", 4), ("—", 1)]
)
def test_width_counts_columns(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(pad(text, 9)) == width(pad(text, 9, right=True)) == 9


@given(_TEXTS, st.integers(4, 40))
def test_wrapped_lines_fit_and_lose_nothing(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    longest_word = max((width(word) for word in text.split()), default=0)
    # Marks that must not begin a line hang over its end.
    overhang = 2 * sum(text.count(mark) for mark in "；。（）")
    assert all(width(line) <= max(columns, longest_word) + overhang for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert not any(line[:1] in "；。）" for line in lines[1:])


def test_columns_of_a_table_line_up() -> None:
    rows = [("", "network", "x"), ("准确率", "0.971", "y"), ("AUC", "逻辑回归", "z")]
    lines = format_table(rows)
    assert {width(line[: line.index(mark)]) for line, mark in zip(lines, "xyz", strict=True)} == {
        22
    }


def test_plain_output_has_no_escapes_and_facts_line_up() -> None:
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out=out, err=err)
    screen.heading("表格")
    screen.facts([("行数", "699"), ("留出检验", "word " * 30), ("empty", "")])
    screen.warn("careful")
    with screen.progress() as show:
        show("nothing in a pipe")
    assert out.getvalue().splitlines()[:3] == ["", "表格", "  行数       699"]
    assert "\x1b" not in out.getvalue()
    assert "empty" not in out.getvalue()
    assert max(map(width, out.getvalue().splitlines())) <= 79
    assert err.getvalue() == "careful\n"


def test_a_quiet_screen_still_warns() -> None:
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(quiet=True, out=out, err=err)
    screen.line("result")
    screen.table([("a", "b")])
    screen.warn("careful")
    assert (out.getvalue(), err.getvalue()) == ("", "careful\n")
