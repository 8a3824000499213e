"""How near predicted numbers come to the observed ones."""

from __future__ import annotations

import numpy as np

from pellucid.show.report.figures.canvas import Plot, colour, drawing, margin, tick
from pellucid.show.report.figures.parts import Entry, framed
from pellucid.show.report.markup import Markup
from pellucid.show.report.values import aligned, at, entries, figure, mapping, number, real, values
from pellucid.show.report.words import Words


def predicted_observed(evaluation: object, target: str, say: Words) -> Markup | None:
    """How many held-out rows had which prediction and which observation, as shaded squares."""
    edges = aligned(at(evaluation, "joint", "edges"))[0]
    rows = [aligned(row)[0] for row in values(evaluation, "joint", "counts")]
    n = len(edges) - 1
    if n < 1 or len(rows) != n or any(len(row) != n for row in rows):
        return None
    label = say("plot.joint")
    x, y = say("axis.predicted_of", target=target), say("axis.observed_of", target=target)
    low, high = float(edges[0]), float(edges[-1])
    with drawing("joint", label, x=x, y=y, height=400, left=_room(low, high)) as plot:
        plot.line("five", [low, high], [low, high])
        _squares(plot, edges, np.array(rows))
        _means(plot, evaluation)
        plot.axes.set_xlim(low, high)
        plot.axes.set_ylim(low, high)
    legend = [
        Entry("one", say("legend.cases"), area=True),
        Entry("two", say("legend.mean")),
        Entry("five", say("legend.equal")),
    ]
    return framed(label, plot.svg, say("note.joint"), legend)


def residuals(evaluation: object, target: str, say: Words) -> Markup | None:
    """How far off predictions are: observed less predicted, as a histogram."""
    edges = aligned(at(evaluation, "residuals", "edges"))[0]
    counts = aligned(at(evaluation, "residuals", "counts"))[0]
    if not len(counts) or len(edges) != len(counts) + 1:
        return None
    label = say("plot.residuals")
    x = say("axis.residual_of", target=target)
    with drawing("rest", label, x=x, y=say("axis.count"), height=400) as plot:
        plot.axes.stairs(counts, edges, fill=True, color=colour("one"), alpha=0.3)
        plot.axes.stairs(counts, edges, color=colour("one"), linewidth=1.8)
        plot.axes.axvline(0, color=colour("five"), linestyle=(0, (3, 3)), linewidth=1.4)
        plot.axes.set_ylim(bottom=0)
    return framed(label, plot.svg, _spread(evaluation, say))


def _squares(plot: Plot, edges: np.ndarray, counts: np.ndarray) -> None:
    from matplotlib.patches import Rectangle

    size = float(edges[1] - edges[0])
    for row, column in np.argwhere(counts > 0).tolist():
        share = 0.15 + 0.85 * (counts[row, column] / counts.max()) ** 0.5
        square = Rectangle((edges[row], edges[column]), size, size)
        square.set(facecolor=colour("one"), alpha=round(float(share), 2), linewidth=0)
        plot.axes.add_patch(square)


def _means(plot: Plot, evaluation: object) -> None:
    points = entries(evaluation, "calibration", "curve")
    x, y = aligned(*([point.get(name) for point in points] for name in ("predicted", "observed")))
    plot.axes.plot(x, y, marker="o", color=colour("two"), markersize=5, linewidth=1.6)


def _spread(evaluation: object, say: Words) -> str:
    low, middle, high = (
        real(evaluation, "residuals", "quantiles", level) for level in ("0.025", "0.5", "0.975")
    )
    if low is None or middle is None or high is None:
        return say("note.residuals")
    found = say("residuals.spread", low=number(low), middle=number(middle), high=number(high))
    return say.told([say("note.residuals"), found])


def coverage(conformal: object, say: Words) -> Markup | None:
    """The share of intervals that hold the truth, over the share promised."""
    rows = mapping(conformal).get("levels") or mapping(conformal).get("curve")
    rows = [mapping(row) for row in rows] if isinstance(rows, list) else []
    nominal, seen = aligned(
        [row.get("level", row.get("nominal")) for row in rows],
        [_value(row.get("coverage", row.get("observed"))) for row in rows],
    )
    if len(nominal) < 2:
        return None
    label = say("plot.coverage")
    with drawing("coverage", label, x=say("axis.nominal"), y=say("axis.covered")) as plot:
        plot.line("five", [0, 1], [0, 1])
        plot.line("one", nominal, seen, marker="o", markersize=5)
        plot.axes.set_xlim(-0.01, 1.01)
        plot.axes.set_ylim(-0.01, 1.02)
    legend = [Entry("one", say("legend.covered")), Entry("five", say("legend.perfect"))]
    return framed(label, plot.svg, say("note.coverage"), legend)


def _value(cell: object) -> float | None:
    found = figure(cell)
    return None if found is None else found.value


def _room(low: float, high: float) -> float:
    """The margin that the numbers of an axis take."""
    longest = max((tick(round(each, 3)) for each in (low, high)), key=len)
    return max(52.0, margin([longest + "0"], 100))
