"""Slices: runs of batches that the compiled step takes in one call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pellucid.graph import Array, Tensor
from pellucid.train.batches import ArraySource
from pellucid.train.diagnose import numerics_error
from pellucid.train.interrupt import Interrupt
from pellucid.train.meter import Meter
from pellucid.train.progress import Progress
from pellucid.train.steps import Step


class Slice(NamedTuple):
    """Batches `first` up to `last` of an epoch with this order."""

    source: ArraySource
    order: Array | None
    first: int
    last: int


def run_epochs(step: Step, source: ArraySource, first: int, count: int) -> Array:
    """Whole epochs in one call: the values of all their steps, (epochs, steps, values).

    No epochs at all if a loss is not finite: everything is then as it was before.
    """
    orders = [source.order(epoch) for epoch in range(first, first + count)]
    order = np.concatenate([o for o in orders if o is not None]) if orders[0] is not None else None
    steps = source.steps or 0
    before = step.before()
    values = step.program.run_batches(
        source.feed.columns, order, source.batch_size, 0, count * steps, steps
    )
    if not np.isfinite(values[:, 0]).all():
        step.undo(before)
        values = values[:0]
    return values.reshape(-1, steps, values.shape[1])


def run_slice(step: Step, part: Slice, where: str, tolerant: bool = False) -> Array:
    """The values of all batches of a slice, one line each.

    Where a loss is not finite, everything is put back to what it was before that batch, and
    `NumericsError` is raised.
    """
    before = step.before()
    values = _run(step, part, part.last)
    wrong = np.flatnonzero(~np.isfinite(values[:, 0]))
    if tolerant or not wrong.size:
        return values
    bad = part.first + int(wrong[0])
    step.undo(before)
    if bad > part.first:
        _run(step, part, bad)
    arrays = part.source.batch(bad, part.order).feed.columns
    variables: dict[Tensor, Array] = {v: v.value for v in step.changed}
    loss = float(values[wrong[0], 0])
    place = f"{where}, step {bad + 1}"
    raise numerics_error(place, loss, step.loss, step.inputs, arrays, variables)


def _run(step: Step, part: Slice, last: int) -> Array:
    columns, size = part.source.feed.columns, part.source.batch_size
    return step.program.run_batches(columns, part.order, size, part.first, last)


def run_slices(
    step: Step,
    source: ArraySource,
    meter: Meter,
    progress: Progress | None = None,
    interrupt: Interrupt | None = None,
) -> None:
    """One pass over all batches without training, counted by the meter."""
    pace, first, steps = step.pace(source.batch_size), 0, source.steps or 0
    while first < steps and not (interrupt and interrupt.requested):
        last = min(first + pace.count, steps)
        with pace.timed(last - first):
            values = _run(step, Slice(source, None, first, last), last)
        rows = source.rows(first, last)
        meter.add_many(values, rows)
        if progress:
            progress.advance(int(rows.sum()), meter.logs, last - first)
        first = last
