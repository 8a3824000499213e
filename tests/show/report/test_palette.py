"""Whatever is written or drawn can be told from what it stands on, light and dark."""

from __future__ import annotations

import itertools
import re

import pytest

from pellucid.show.report.palette import GROUNDS, MARKS, PALETTE, TEXTS, contrast
from pellucid.show.report.style import style_sheet

_SHADES = ("light", "dark")
# A cell of the confusion table is at most so much of the first colour.
_TINT = 0.32


@pytest.mark.parametrize(
    ("name", "ground", "shade"), list(itertools.product(TEXTS, GROUNDS, _SHADES)), ids="-".join
)
def test_text_has_the_contrast_of_level_aa(name: str, ground: str, shade: str) -> None:
    found = contrast(getattr(PALETTE[name], shade), getattr(PALETTE[ground], shade))
    assert found >= 4.5


@pytest.mark.parametrize(
    ("name", "ground", "shade"), list(itertools.product(MARKS, GROUNDS, _SHADES)), ids="-".join
)
def test_lines_have_the_contrast_of_graphics(name: str, ground: str, shade: str) -> None:
    found = contrast(getattr(PALETTE[name], shade), getattr(PALETTE[ground], shade))
    assert found >= 3.0


@pytest.mark.parametrize("shade", _SHADES)
def test_numbers_in_the_darkest_cell_can_be_read(shade: str) -> None:
    assert f"calc(var(--share)*{_TINT:.0%})" in style_sheet()
    one, paper = (getattr(PALETTE[name], shade) for name in ("one", "paper"))
    cell = "#" + "".join(
        f"{round(_TINT * int(one[k : k + 2], 16) + (1 - _TINT) * int(paper[k : k + 2], 16)):02x}"
        for k in (1, 3, 5)
    )
    assert contrast(getattr(PALETTE["ink"], shade), cell) >= 4.5


def test_the_sheet_names_only_colours_that_there_are() -> None:
    used = set(re.findall(r"var\(--([a-z]+)\)", style_sheet())) - {"share"}
    assert used <= set(PALETTE)
    assert not re.search(r"(?<!-)\b(?:color|background|stroke|fill):#", style_sheet())


def test_a_low_contrast_is_low() -> None:
    assert contrast("#777777", "#ffffff") < 4.5 < contrast("#767676", "#ffffff")
