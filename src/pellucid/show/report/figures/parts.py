"""What stands around a drawing: its title, a legend that wraps, a sentence on how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pellucid.show.report.markup import Markup, element

_DASHES = {"one": None, "two": "5 2", "three": "1.5 2", "four": "7 2 1 2", "five": "3 3"}


class Entry(NamedTuple):
    """A line of the legend: the colour, the text, and whether it marks an area or a line."""

    colour: str
    text: str
    area: bool = False


def framed(title: str, svg: Markup, note: str = "", legend: Sequence[Entry] = ()) -> Markup:
    """A drawing with its title above and how to read it below."""
    return element(
        "figure",
        element("h3", title),
        element("ul", [_entry(each) for each in legend], class_="legend") if legend else None,
        svg,
        element("figcaption", note) if note else None,
    )


def grid(figures: Sequence[Markup | None]) -> Markup | None:
    """Figures side by side where there is room; None if there are none."""
    present = [figure for figure in figures if figure]
    return element("div", present, class_="figures") if present else None


def _entry(entry: Entry) -> Markup:
    stroke = f"var(--{entry.colour})"
    if entry.area:
        mark = element("rect", width=26, height=10, fill=stroke, fill_opacity="0.55")
    else:
        mark = element(
            "path",
            d="M0 5H26",
            stroke=stroke,
            stroke_width=2.5,
            fill="none",
            stroke_dasharray=_DASHES[entry.colour],
        )
    drawn = element("svg", mark, viewBox="0 0 26 10", aria_hidden="true")
    return element("li", drawn, element("span", entry.text))
