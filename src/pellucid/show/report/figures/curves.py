"""Curves of training, and of what more rows would bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.show.report.figures.canvas import colour, drawing
from pellucid.show.report.figures.parts import Entry, framed
from pellucid.show.report.markup import Markup
from pellucid.show.report.values import aligned, entries, mapping, real, values
from pellucid.show.report.words import Words

_SIDES = {"train": "one", "valid": "two"}


def training_curves(training: object, say: Words) -> Markup | None:
    """Loss on the rows learned from and on those left out, epoch by epoch, and the best epoch."""
    found = mapping(training, "curves")
    curves = {side: _mean_curve(found.get(side)) for side in _SIDES}
    curves = {side: curve for side, curve in curves.items() if len(curve) > 1}
    if not curves:
        return None
    label = say("plot.training")
    best = _best_epoch(training, curves.get("valid"))
    with drawing("training", label, x=say("axis.epoch"), y=say("axis.loss")) as plot:
        for side, curve in curves.items():
            plot.line(_SIDES[side], np.arange(1, len(curve) + 1), curve)
        if best is not None:
            plot.axes.axvline(best, color=colour("five"), linestyle=(0, (3, 3)), linewidth=1.4)
        plot.axes.set_ylim(*_visible(list(curves.values())))
    legend = [Entry(_SIDES[side], say(f"legend.{side}")) for side in curves]
    if best is not None:
        legend.append(Entry("five", say("legend.best", epoch=f"{best:.0f}")))
    return framed(label, plot.svg, say("note.training"), legend)


def learning_curve(curve: object, say: Words) -> Markup | None:
    """Loss over the number of rows learned from, with intervals where they are known."""
    rows = entries(curve, "points") or _rows_of(curve)
    rows.sort(key=lambda row: real(row, "n") or 0.0)
    sides = {side: _points(rows, side) for side in _SIDES}
    sides = {side: points for side, points in sides.items() if len(points[0]) > 1}
    if not sides:
        return None
    label = say("plot.learning")
    with drawing("learning", label, x=say("axis.rows"), y=say("axis.loss")) as plot:
        for side, (n, value, low, high) in sides.items():
            plot.axes.fill_between(n, low, high, color=colour(_SIDES[side]), alpha=0.18, lw=0)
            plot.line(_SIDES[side], n, value, marker="o", markersize=5)
    legend = [Entry(_SIDES[side], say(f"legend.{side}")) for side in sides]
    return framed(label, plot.svg, say("note.learning"), legend)


def _mean_curve(found: object) -> np.ndarray:
    """One curve, or the mean of several members' as far as each goes."""
    curves = found if isinstance(found, list | tuple) else []
    if not curves or not isinstance(curves[0], list | tuple):
        return aligned(curves)[0]
    members = [aligned(member)[0] for member in curves]
    longest = max(map(len, members))
    padded = np.full((len(members), longest), np.nan)
    for row, member in zip(padded, members, strict=True):
        row[: len(member)] = member
    return np.nanmean(padded, axis=0) if longest else np.empty(0)


def _best_epoch(training: object, valid: np.ndarray | None) -> float | None:
    for name in ("best_epoch", "epochs"):
        if (epoch := real(training, name)) is not None:
            return epoch
    members = aligned(values(training, "epochs"))[0]
    if len(members):
        return float(np.median(members))
    return None if valid is None else float(valid.argmin() + 1)


def _visible(curves: list[np.ndarray]) -> tuple[float, float]:
    """From below the least to what all but the first tenth of the epochs stay under."""
    lowest = min(float(curve.min()) for curve in curves)
    highest = max(float(curve[len(curve) // 10 :].max()) for curve in curves)
    room = 0.06 * (highest - lowest) or 1.0
    return lowest - room, highest + room


def _rows_of(curve: object) -> list[Mapping[str, Any]]:
    """Lists beside each other as one dict a row."""
    found = mapping(curve)
    sizes = values(found, "n") or values(found, "sizes")
    return [
        {"n": n, **{side: values(found, side)[k : k + 1] for side in _SIDES}}
        for k, n in enumerate(sizes)
    ]


def _points(rows: list[Mapping[str, Any]], side: str) -> list[np.ndarray]:
    table = []
    for row in rows:
        cell = row.get(side)
        cell = cell[0] if isinstance(cell, list) and cell else cell
        bounds = mapping(cell)
        value = bounds.get("value") if bounds else cell
        low, high = bounds.get("low"), bounds.get("high")
        table.append([row.get("n"), value, *(value if b is None else b for b in (low, high))])
    return aligned(*map(list, zip(*table, strict=True))) if table else [np.empty(0)] * 4
