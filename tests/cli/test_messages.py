"""Both languages say everything, with the same values."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from pellucid import settings
from pellucid.cli.messages import LANGUAGES, MESSAGES, text
from pellucid.cli.phrases import PHRASES, explained, translated
from pellucid.errors import DataError
from tests.house.tree import PACKAGE

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SAME_IN_BOTH = {
    *("figure.auc", "figure.auprc", "figure.r2", "data.classes", "comma", "semicolon"),
}


def _fields(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


@pytest.mark.parametrize("key", MESSAGES)
def test_both_languages_say_it_with_the_same_values(key: str) -> None:
    english, chinese = MESSAGES[key]
    assert _fields(english) == _fields(chinese)
    assert not _CHINESE.search(english)
    assert bool(_CHINESE.search(chinese)) is (key not in _SAME_IN_BOTH)


def test_what_is_said_is_listed_and_what_is_listed_is_said() -> None:
    paths = Path(PACKAGE, "cli").glob("*.py")
    sources = "".join(path.read_text("utf-8") for path in paths)
    # Keys stand in the source whole, or their beginning does: f"figure.{name}", "kind." + kind.
    named = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_0-9]+)*)["']""", sources))
    begun = tuple(re.findall(r"""["']([a-z_]+\.(?:[a-z_]+\.)*)(?:["'] \+|\{)""", sources))
    assert {key for key in MESSAGES if key not in named and not key.startswith(begun)} == set()
    asked = set(re.findall(r"""text\(\s*"([a-z_.0-9]+)"[,)]""", sources))
    assert asked - set(MESSAGES) == set()


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrases_keep_all_values(phrase: str) -> None:
    values = [f"<{k}>" for k in range(phrase.count("{}"))]
    chinese = PHRASES[phrase].format(*values)
    assert all(value in chinese for value in values)
    assert _CHINESE.search(chinese)
    assert phrase.format(*values).count("<") == len(values)


def test_the_language_is_the_setting() -> None:
    assert LANGUAGES == ("en", "zh")
    with settings.using(language="zh"):
        assert text("data.rows") == "行数"
        assert translated("no such thing is listed") == "no such thing is listed"
    with settings.using(language="en"):
        assert text("data.rows") == "rows"
        error = DataError("a.csv", expected="a CSV file", received="binary data", hint="Save it.")
        assert explained(error) == str(error)


def test_parts_inside_parts_are_said_too() -> None:
    error = DataError(
        "a.csv, column 'age'",
        expected="a number",
        received="'x' in row 7",
        hint="Did you mean 'y'?",
    )
    with settings.using(language="zh"):
        assert explained(error) == "a.csv，列“age”：需要数字；得到：第 7 行为 'x'。是否指“y”？"
        long = explained(DataError("a.csv", expected="a CSV file", received="x" * 5000))
        assert len(long) < 400
