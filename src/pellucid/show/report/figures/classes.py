"""How well classes are told apart, and whether probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.show.report.figures.canvas import LINES, Plot, colour, drawing, margin, middle_cut
from pellucid.show.report.figures.parts import Entry, framed
from pellucid.show.report.markup import Markup
from pellucid.show.report.values import (
    aligned,
    at,
    entries,
    figure,
    interval,
    mapping,
    percent,
    real,
    values,
)
from pellucid.show.report.words import Words

_SERIES = ("one", "two", "three", "four", "five")
# A curve of more points than the drawing has units shows nothing more.
_MOST_POINTS = 400
_MOST_CLASSES = 4

Models = Mapping[str, Mapping[str, Any]]


def roc(models: Models, say: Words) -> Markup | None:
    """Sensitivity against 1 - specificity, a line for each model."""
    curves = _curves(models, "roc", "fpr", "tpr")
    if not curves:
        return None
    with drawing("roc", say("plot.roc"), x=say("axis.fpr"), y=say("axis.tpr"), height=360) as plot:
        _unit_axes(plot)
        plot.line("five", [0, 1], [0, 1])
        for series, (_, x, y) in zip(_SERIES, curves, strict=False):
            plot.line(series, x, y)
    legend = [
        Entry(series, _with_area(models, name, say))
        for series, (name, _, _) in zip(_SERIES, curves, strict=False)
    ]
    return framed(say("plot.roc"), plot.svg, say("note.roc"), legend)


def precision_recall(models: Models, say: Words) -> Markup | None:
    """PPV against sensitivity, with the share of positive cases for comparison."""
    curves = _curves(models, "pr", "recall", "precision")
    if not curves:
        return None
    share = _positive_share(models)
    label = say("plot.pr")
    with drawing("pr", label, x=say("axis.tpr"), y=say("axis.ppv"), height=360) as plot:
        _unit_axes(plot)
        if share is not None:
            plot.line("five", [0, 1], [share, share])
        for series, (_, x, y) in zip(_SERIES, curves, strict=False):
            plot.line(series, x, y)
    legend = [
        Entry(series, say.name("model", name))
        for series, (name, _, _) in zip(_SERIES, curves, strict=False)
    ]
    if share is not None:
        legend.append(Entry("five", say("legend.share")))
    return framed(label, plot.svg, say("note.pr"), legend)


def calibration(
    evaluation: object,
    say: Words,
    *,
    top: bool = False,
    key: str = "calibration",
    label: str | None = None,
) -> Markup | None:
    """Observed against predicted, with intervals, above how often each was predicted.

    With `top` it is about the class that is most probable, and with `label` about that label.
    """
    found = mapping(evaluation, "calibration")
    points = entries(found, "curve")
    predicted, observed = aligned(*_columns(points, "predicted", "observed"))
    if not len(predicted):
        return None
    title = say("plot.calibration_top" if top else "plot.calibration")
    title = title if label is None else say("plot.calibration_of", label=label)
    x, y = say("axis.predicted"), say("axis.observed")
    with drawing(key, title, x=x, y=y, height=360) as plot:
        _unit_axes(plot)
        _histogram_below(plot, evaluation, points, top)
        plot.line("five", [0, 1], [0, 1])
        plot.line("two", *aligned(*_columns(entries(found, "smooth"), "predicted", "observed")))
        where, low, high = aligned(*_columns(points, "predicted", "low", "high"))
        plot.axes.vlines(where, low, high, color=colour("one"), linewidth=1.6, alpha=0.75)
        plot.axes.plot(predicted, observed, "o", color=colour("one"), markersize=6)
    legend = [Entry("one", say("legend.observed")), Entry("five", say("legend.perfect"))]
    if entries(found, "smooth"):
        legend.insert(1, Entry("two", say("legend.smooth")))
    return framed(title, plot.svg, _calibration_note(found, say), legend)


def distribution(evaluation: object, say: Words, *, top: bool = False) -> Markup | None:
    """How often each probability was given to the cases of each class.

    It is the positive class's probability, or with `top` that of the class that came true.
    """
    classes = []
    for name, counts in mapping(evaluation, "distribution").items():
        edges = aligned(mapping(counts).get("edges"))[0]
        heights = aligned(mapping(counts).get("counts"))[0]
        if len(edges) == len(heights) + 1 and heights.sum() > 0:
            classes.append((str(name), edges, heights / heights.sum()))
    classes = classes[:_MOST_CLASSES]
    if not classes:
        return None
    label = say("plot.distribution_top" if top else "plot.distribution")
    x = say("axis.probability_true" if top else "axis.probability")
    with drawing("distribution", label, x=x, y=say("axis.share"), height=360) as plot:
        plot.axes.set_xlim(0, 1)
        for series, (_, edges, heights) in zip(_SERIES, classes, strict=False):
            if len(classes) <= 2:
                plot.axes.stairs(heights, edges, fill=True, color=colour(series), alpha=0.3)
            plot.axes.stairs(heights, edges, **LINES[series])
        plot.axes.set_ylim(bottom=0)
    legend = [Entry(s, name) for s, (name, _, _) in zip(_SERIES, classes, strict=False)]
    return framed(
        label, plot.svg, say("note.distribution_top" if top else "note.distribution"), legend
    )


def decision_curve(curve: object, say: Words) -> Markup | None:
    """Net benefit over the threshold, beside treating all, none, and the linear model's."""
    thresholds = values(curve, "thresholds")
    lines = []
    for name, series in _STRATEGIES.items():
        x, y = aligned(thresholds, at(curve, "strategies", name, "value"))
        if len(x) > 1:
            lines.append((name, series, x, y))
    if not lines:
        return None
    best = max(float(y.max()) for *_, y in lines)
    label = say("plot.decision")
    with drawing("decision", label, x=say("axis.threshold"), y=say("axis.benefit")) as plot:
        _band(plot, curve, thresholds)
        for _, series, x, y in reversed(lines):
            plot.line(series, x, y)
        plot.axes.set_xlim(0, max(float(x.max()) for *_, x, _ in lines))
        # Treating all falls without end; what matters happens above a little below nothing.
        plot.axes.set_ylim(-0.15 * best - 1e-6, 1.08 * best + 1e-6)
    legend = [Entry(series, say(f"decision.{name}")) for name, series, *_ in lines]
    return framed(label, plot.svg, _useful(curve, say), legend)


_STRATEGIES = {"network": "one", "linear": "two", "all": "four", "none": "five"}


def _band(plot: Plot, curve: object, thresholds: list[Any]) -> None:
    bounds = mapping(curve, "strategies", "network")
    x, low, high = aligned(thresholds, bounds.get("low"), bounds.get("high"))
    plot.axes.fill_between(x, low, high, color=colour("one"), alpha=0.15, linewidth=0)


def _useful(curve: object, say: Words) -> str:
    """How to read the curve, and where the model is the best choice."""
    low, high = real(curve, "useful", "from"), real(curve, "useful", "to")
    if low is None or high is None:
        return say("note.decision")
    where = say("decision.useful", low=percent(low, 0), high=percent(high, 0))
    return say.told([say("note.decision"), where])


def confusion_map(confusion: np.ndarray, classes: list[str], say: Words) -> Markup:
    """Many classes: each cell as dark as the share of its row."""
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    left = margin(classes, 130)
    label = say("plot.confusion")
    size = max(300.0, min(14.0 * len(classes) + 60, 700.0))
    with drawing("confusion", label, x=say("axis.called"), height=size, left=left) as plot:
        _cells(plot, shares)
        step = max(1, -(-len(classes) // int((size - 60) / 15)))
        shown = range(0, len(classes), step)
        plot.axes.set_yticks(list(shown), [middle_cut(classes[k], left - 10) for k in shown])
        plot.axes.set_xticks([])
        plot.axes.grid(visible=False)
    return framed(label, plot.svg, say("note.confusion_map"))


def _cells(plot: Plot, shares: np.ndarray) -> None:
    """Squares of one colour, drawn as shapes so that nothing has to be embedded as a picture."""
    from matplotlib.patches import Rectangle

    n = len(shares)
    for row, column in np.argwhere(shares > 0.005).tolist():
        cell = Rectangle((column - 0.5, row - 0.5), 1, 1)
        cell.set(facecolor=colour("one"), alpha=float(shares[row, column]), linewidth=0)
        plot.axes.add_patch(cell)
    plot.axes.set_xlim(-0.5, n - 0.5)
    plot.axes.set_ylim(n - 0.5, -0.5)


def _unit_axes(plot: Plot) -> None:
    plot.axes.set_xlim(-0.01, 1.01)
    plot.axes.set_ylim(-0.01, 1.02)


def _curves(models: Models, curve: str, x: str, y: str) -> list[tuple[str, np.ndarray, np.ndarray]]:
    found = []
    for name, evaluation in models.items():
        points = mapping(evaluation, curve)
        xs, ys = aligned(points.get(x), points.get(y))
        if len(xs) > 1 and name != "constant":
            kept = _thinned(len(xs))
            found.append((name, xs[kept], ys[kept]))
    return found


def _thinned(n: int) -> np.ndarray:
    return np.unique(np.linspace(0, n - 1, min(n, _MOST_POINTS)).round().astype(int))


def _columns(points: list[Mapping[str, Any]], *names: str) -> list[list[Any]]:
    return [[point.get(name) for point in points] for name in names]


def _histogram_below(
    plot: Plot, evaluation: object, points: list[Mapping[str, Any]], top: bool
) -> None:
    """How many cases had which probability, the tallest bar a fifth of the height."""
    where, counts, size = _cases(evaluation)
    if top or not len(counts):
        where, counts = aligned(*_columns(points, "predicted", "n"))
        size = 0.02
    if len(counts) and counts.max() > 0:
        heights = 0.2 * counts / counts.max()
        plot.axes.bar(where, heights, width=0.9 * size, color=colour("five"), alpha=0.35)


def _cases(evaluation: object) -> tuple[np.ndarray, np.ndarray, float]:
    """Middles, counts over all classes, and width of the bins of the distribution."""
    found = [mapping(each) for each in mapping(evaluation, "distribution").values()]
    edges = aligned(found[0].get("edges"))[0] if found else np.empty(0)
    counts = [aligned(each.get("counts"))[0] for each in found]
    if len(edges) < 2 or any(len(each) != len(edges) - 1 for each in counts):
        return np.empty(0), np.empty(0), 0.0
    return (edges[1:] + edges[:-1]) / 2, np.sum(counts, axis=0), float(edges[1] - edges[0])


def _calibration_note(found: Mapping[str, Any], say: Words) -> str:
    parts = [say("note.calibration")]
    for name in ("slope", "intercept", "ece"):
        if (estimate := figure(found, name)) is not None:
            parts.append(say(f"calibration.{name}", value=interval(estimate)))
    return say.told(parts)


def _with_area(models: Models, name: str, say: Words) -> str:
    area = figure(models[name], "figures", "auc") or figure(models[name], "figures", "auroc")
    model = say.name("model", name)
    return model if area is None else say("legend.area", model=model, area=interval(area))


def _positive_share(models: Models) -> float | None:
    for evaluation in models.values():
        table = np.array(aligned(*(mapping(evaluation).get("confusion") or ())))
        if table.shape == (2, 2) and table.sum() > 0:
            return float(table[1].sum() / table.sum())
        if (share := real(evaluation, "prevalence")) is not None:
            return share
    return None
