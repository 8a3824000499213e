"""Every setting stands in the reference, in both languages."""

from __future__ import annotations

import pytest

from pellucid.settings import SETTINGS
from tests.house.tree import ROOT

_PAGES = ("docs/reference/settings.md", "docs/zh/reference/settings.md")


@pytest.mark.parametrize("page", _PAGES)
def test_the_page_lists_just_the_settings_there_are(page: str) -> None:
    lines = (ROOT / page).read_text("utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("| `")]
    listed = [(row[0].strip(" `"), row[1].strip(" `")) for row in rows]
    assert listed == [(row.name, row.env) for row in SETTINGS.values()]


def test_the_page_says_what_the_table_says() -> None:
    text = (ROOT / _PAGES[0]).read_text("utf-8")
    assert [row.sentence for row in SETTINGS.values() if f"| {row.sentence} |" not in text] == []
