"""The reference lists every public name, with the sentence that its docstring begins with."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

import pellucid
from tests.house.tree import ROOT


def _tool() -> ModuleType:
    path = ROOT / "tools" / "make_reference.py"
    spec = importlib.util.spec_from_file_location("make_reference", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_TOOL = _tool()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_up_to_date(language: str) -> None:
    shown = _TOOL.paths()[language].read_text("utf-8")
    assert shown == _TOOL.page(language), "run: python tools/make_reference.py"


def test_every_name_is_listed_with_a_sentence() -> None:
    sections = {name: entries for name, _, entries in _TOOL.sections()}
    assert set(sections) >= {f"pellucid.{name}" for name in pellucid._MODULES}
    assert {n for e in sections["pellucid"] for n in e.names} == set(pellucid._HOME)
    silent = [e.names for entries in sections.values() for e in entries if not e.sentence]
    assert silent == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", "One."),
        ("One (e.g. this one) here. Two.", "One (e.g. this one) here."),
        ("Over\n    two lines.\n\nMore.", "Over two lines."),
        ("From 0 up to 1. `axis` is last.", "From 0 up to 1."),
        ("No end", "No end"),
        ("", ""),
    ],
)
def test_first_sentences(text: str, expected: str) -> None:
    assert _TOOL.first_sentence(text) == expected


def test_markup_in_a_sentence_is_harmless() -> None:
    assert _TOOL.escaped("a * b_c | `x|y_z` < d") == r"a \* b\_c \| `x\|y_z` \< d"
