"""Meter: the mean loss over the samples seen so far, and the results of the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.compiler import CompiledProgram, compile
from pellucid.graph import Array
from pellucid.train.objective import Judge
from pellucid.train.steps import Step


class Meter:
    """Means of what steps return, each weighted by its number of samples.

    So a smaller last batch counts as much as it holds. The metrics keep their own sums, inside the
    compiled step; only their results are computed here, when somebody asks.
    """

    def __init__(self) -> None:
        self.names: list[str] = ["loss"]
        self.sums: list[float] = [0.0]
        self.rows = 0
        self._judged: Sequence[Judge] = ()
        self._results: CompiledProgram | None = None

    def follow(self, step: Step) -> None:
        """Measure the values and metrics of this step from now on."""
        if self.names != step.names:
            self.names = list(step.names)
            self.sums = [0.0] * len(self.names)
            self.rows = 0
        if self._judged is not step.judged:
            self._judged = step.judged
            for _, metric in self.metrics:
                metric.reset_state()
            found = [metric.result() for _, metric in self.metrics]
            self._results = compile(found, name="metrics") if found else None

    @property
    def metrics(self) -> list[tuple[str, Any]]:
        """Names and metrics, in the order of the logs."""
        return [
            pair for judge in self._judged for pair in (*judge.metrics, *judge.weighted_metrics)
        ]

    def reset(self) -> None:
        """Begin anew: no samples seen."""
        self.sums = [0.0] * len(self.names)
        self.rows = 0
        for _, metric in self.metrics:
            metric.reset_state()

    def add(self, values: Sequence[float], rows: int) -> None:
        """Count what a step returned for so many samples."""
        self.rows += rows
        for i, value in enumerate(values):
            self.sums[i] += value * rows

    def add_many(self, values: Array, rows: Array) -> None:
        """Count what many steps returned: one line a step, and their numbers of samples."""
        self.rows += int(rows.sum())
        for i, total in enumerate(_totals(values, rows).tolist()):
            self.sums[i] += total

    def add_epochs(self, values: Array, rows: Array) -> list[dict[str, Any]]:
        """The logs of whole epochs without metrics: values of (epochs, steps, values)."""
        count = int(rows.sum())
        totals = _totals(values, rows).tolist()
        self.rows, self.sums = count, totals[-1] if totals else self.sums
        names = ["loss", *self.names[1:]]
        return [
            dict(zip(names, [total / max(count, 1) for total in epoch], strict=True))
            for epoch in totals
        ]

    def logs(self) -> dict[str, Any]:
        """The loss, the metrics, then the losses of the outputs if there are several."""
        means = [total / max(self.rows, 1) for total in self.sums]
        return {
            "loss": means[0],
            **self._metric_logs(),
            **dict(zip(self.names, means, strict=True)),
        }

    def _metric_logs(self) -> dict[str, Any]:
        if self._results is None:
            return {}
        values = self._results()
        return {name: plain(v) for (name, _), v in zip(self.metrics, values, strict=True)}


def _totals(values: Array, rows: Array) -> Array:
    """Values of (..., steps, values), each as often as its step had samples, added up."""
    totals: Array = (values * rows[:, None]).sum(axis=-2)
    return totals


def plain(value: Any) -> Any:
    """A number for an array with one element, else the array."""
    array = np.asarray(value)
    return array.item() if array.ndim == 0 else array
