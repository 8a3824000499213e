"""One row for each name: a value and its interval, on a common axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.show.report.figures.canvas import colour, drawing, label_rows, margin
from pellucid.show.report.figures.parts import framed
from pellucid.show.report.markup import Markup
from pellucid.show.report.values import Figure


def forest(
    key: str,
    title: str,
    rows: Sequence[tuple[str, Figure]],
    *,
    x: str,
    note: str = "",
    reference: float | None = None,
    bars: bool = False,
) -> Markup | None:
    """Points, or bars from zero, with intervals; `reference` is a line to compare them with."""
    if not rows:
        return None
    names = [name for name, _ in rows]
    values = np.array([figure.value for _, figure in rows])
    bounds = np.array([[f.low, f.high] if f.has_interval else [f.value] * 2 for _, f in rows])
    left = margin(names)
    places = np.arange(len(rows))
    height = 62.0 + 24.0 * len(rows)
    with drawing(key, title, x=x, height=height, left=left) as plot:
        label_rows(plot, names, left)
        if reference is not None:
            plot.axes.axvline(reference, color=colour("five"), linestyle=(0, (3, 3)), linewidth=1.4)
        if bars:
            plot.axes.barh(places, values, height=0.6, color=colour("one"), alpha=0.45)
        plot.axes.hlines(places, bounds[:, 0], bounds[:, 1], color=colour("one"), linewidth=2)
        plot.axes.plot(values, places, linestyle="", marker="o", color=colour("one"), markersize=6)
        plot.axes.margins(x=0.06)
    return framed(title, plot.svg, note)
