"""The results as one picture: a panel a workload, a point a library, time on a logarithmic axis."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.results import Result, Results, Row
from benchmarks.timer import digits, readable
from benchmarks.workloads import LIBRARIES, OURS

_OURS, _OTHERS, _PEAK = "#0b6bcb", "#6b7280", "#c2410c"
_COLUMNS, _WIDTH, _ROW_HEIGHT, _PANEL_HEIGHT = 2, 12.0, 0.27, 0.75

# Text stays text, so that it can be searched and read aloud; the same results give the same file.
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "benchmarks",
    "font.family": "sans-serif",
    "font.size": 9,
}


def write(
    results: Results,
    path: Path,
    title: Callable[[Result], str] = lambda result: result.work.title,
    label: Callable[[Row], str] = lambda row: row.label,
) -> None:
    """Draw the results into an SVG file; `title` and `label` say what is written.

    Raises ImportError without matplotlib.
    """
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    drawn = [result for result in results.results.values() if result.measured]
    if not drawn:
        return
    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        # Only its measure of a text is wrong for a font without the glyph; the reader's has it.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure, panels = _panels(pyplot, drawn)
        for panel, result in zip(panels, drawn, strict=False):
            _draw(panel, result, title(result), label)
        figure.savefig(path, format="svg", metadata={"Date": None})
        pyplot.close(figure)


def _panels(pyplot: Any, drawn: list[Result]) -> tuple[Any, list[Any]]:
    """A grid whose lines are as high as their longest list of libraries."""
    rows = [drawn[k : k + _COLUMNS] for k in range(0, len(drawn), _COLUMNS)]
    heights = [
        _PANEL_HEIGHT + _ROW_HEIGHT * max(len(result.measured) for result in row) for row in rows
    ]
    figure, grid = pyplot.subplots(
        len(rows),
        _COLUMNS,
        figsize=(_WIDTH, sum(heights)),
        height_ratios=heights,
        squeeze=False,
        layout="constrained",
    )
    figure.get_layout_engine().set(h_pad=0.12, w_pad=0.12)
    panels = list(grid.ravel())
    for panel in panels[len(drawn) :]:
        panel.set_axis_off()
    return figure, panels


def _draw(panel: Any, result: Result, title: str, label: Callable[[Row], str]) -> None:
    rows = result.measured
    # From where the labels begin, for titles are longer than a panel is wide.
    panel.set_title(title, loc="left", x=-0.36, pad=9, fontweight="bold", fontsize=10)
    panel.set_xscale("log")
    for height, row in enumerate(rows):
        middle, low, high = row.spread
        color = _color(row)
        panel.plot([low, high], [height, height], color=color, linewidth=2, alpha=0.5)
        panel.plot(middle, height, "o", color=color, markersize=6)
        panel.annotate(
            _text(result, row), (high, height), (7, 0), textcoords="offset points", va="center"
        )
    panel.set_yticks(range(len(rows)), [label(row) for row in rows])
    panel.set_ylim(len(rows) - 0.4, -0.6)
    lows, highs = zip(*(row.spread[1:] for row in rows), strict=True)
    # Room on the right for what is written beside the last point.
    panel.set_xlim(min(lows) / 1.6, max(highs) * max(8.0, (max(highs) / min(lows)) ** 0.45))
    panel.xaxis.set_major_formatter(lambda seconds, _: _round_time(seconds))
    panel.minorticks_off()
    panel.grid(axis="x", color="#e5e7eb", linewidth=0.8)
    panel.set_axisbelow(True)
    panel.tick_params(length=0)
    for spine in panel.spines.values():
        spine.set_visible(False)


def _text(result: Result, row: Row) -> str:
    factor = result.ratio(row)
    time = readable(row.spread.median)
    return time if factor is None or row.name == OURS else f"{time}  ({digits(factor)} ×)"


def _color(row: Row) -> str:
    if LIBRARIES[row.name].ours:
        return _OURS
    return _PEAK if row.name == "peak" else _OTHERS


def _round_time(seconds: float) -> str:
    number, unit = readable(seconds).split()
    return f"{float(number.replace(',', '')):g} {unit}"
