"""Both languages say everything, with the same values, and nothing that is never said."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from pellucid.errors import ArgumentError
from pellucid.show import report
from pellucid.show.report.words import WORDS, Words

_SOURCE = "".join(
    path.read_text("utf-8")
    for path in Path(report.__file__).parent.rglob("*.py")
    if "words" not in path.parts
)
_SAID = set(re.findall(r"""say(?:\.has)?\(\s*["']([^"']+)["']""", _SOURCE))
# Groups of which a member is named by what stands in a study.
_GROUPS = set(re.findall(r'say(?:\.has)?\(\s*f"([a-z_.]+\.){', _SOURCE)) | {
    f"{name}." for name in re.findall(r'name\(\s*"([a-z_]+)"', _SOURCE)
}
_LED = {
    "conformal.",
    "abstention.",
    "provenance.",
    "provenance_what.",
    "setting.",
    "reading.",
    "recalibration.",
}
_LED |= {
    "diagnosis_figure.",
    "section.",
    "tripod.",
    "summary.slope.",
    "advice.",
    "learning.",
    "reason.",
}
_LED |= {"evaluation.per_", "schema.", "note.", "plot.", "model.", "confusion.", "diagnosis."}


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_both_languages_take_the_same_values() -> None:
    different = [key for key, (en, zh) in WORDS.items() if _fields(en) != _fields(zh)]
    assert different == []


def test_both_languages_say_something() -> None:
    assert [key for key, pair in WORDS.items() if not all(each.strip() for each in pair)] == []


def test_chinese_is_chinese() -> None:
    # Abbreviations and symbols are the same in both.
    latin = [
        key
        for key, (en, zh) in WORDS.items()
        if not re.search("[\u4e00-\u9fff]", zh)
        and re.search("[A-Za-z]", re.sub("{.*?}", "", zh))
        and (zh != en or len(en) > 12)
    ]
    assert latin == []


def test_whatever_is_said_has_words() -> None:
    assert len(_SAID) > 100
    assert sorted(key for key in _SAID if key not in WORDS) == []


def test_no_words_are_left_over() -> None:
    led = _GROUPS | _LED
    unused = [key for key in WORDS if key not in _SAID and not key.startswith(tuple(led))]
    # Two-way choices are written out: say("a" if … else "b").
    assert [key for key in unused if f'"{key}"' not in _SOURCE] == []


def test_keys_stand_in_one_file_only() -> None:
    files = sorted((Path(report.__file__).parent / "words").glob("*.py"))
    keys = [
        key
        for path in files
        for key in re.findall(r'^    "([\w.]+)": \(', path.read_text("utf-8"), re.M)
    ]
    assert len(keys) == len(set(keys)) == len(WORDS)


def test_another_language_is_refused() -> None:
    with pytest.raises(ArgumentError, match="'en' or 'zh'"):
        Words("fr")


def test_what_has_no_words_keeps_its_name() -> None:
    assert Words("zh").name("figure", "made_up_{x}") == "made up {x}"
