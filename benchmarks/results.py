"""What was measured: rows of samples, what they say, and the file they are kept in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import timer
from benchmarks.timer import Spread, digits, readable
from benchmarks.workloads import LIBRARIES, OURS, WORKLOADS, Workload

_FORMAT = 1
_NO_PEERS = ("numpy", "peak")


@dataclass
class Row:
    """One library at one workload.

    samples: seconds a unit, one a round; cpu: seconds of all cores, memory: bytes, for processes.
    first: seconds from the data to the end of the first repeat, compiling included.
    difference: how far its numbers are from the NumPy twin's; `agrees` if that is near enough.
    error: why there are no samples.
    """

    name: str
    samples: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    note: str = ""
    first: float | None = None
    check: list[float] = field(default_factory=list)
    difference: float | None = None
    agrees: bool | None = None
    error: str = ""

    @property
    def label(self) -> str:
        """The library as people call it."""
        return LIBRARIES[self.name].label

    @property
    def spread(self) -> Spread:
        """Median, least and most."""
        return timer.spread(self.samples)


class Verdict(NamedTuple):
    """A goal, what was measured, and whether that reaches it."""

    goal: str
    measured: str
    reached: bool


@dataclass
class Result:
    """All libraries at one workload, measured in turn."""

    workload: str
    date: str
    rounds: int
    target: str
    load: float
    rows: list[Row] = field(default_factory=list)

    @property
    def work(self) -> Workload:
        """The row of the table of workloads."""
        return WORKLOADS[self.workload]

    @property
    def measured(self) -> list[Row]:
        """The rows with samples, fastest first."""
        return sorted((row for row in self.rows if row.samples), key=lambda row: row.spread.median)

    @property
    def peers(self) -> list[Row]:
        """The measured rows of other libraries, fastest first; NumPy by hand is none."""
        return [
            row
            for row in self.measured
            if row.name not in _NO_PEERS and not LIBRARIES[row.name].ours
        ]

    def row(self, library: str) -> Row | None:
        """A library's row, if it was measured."""
        return next((row for row in self.measured if row.name == library), None)

    def ratio(self, row: Row) -> float | None:
        """How many times our time this one's is."""
        ours = self.row(OURS)
        return timer.ratio(row.samples, ours.samples) if ours else None

    def gflops(self, row: Row) -> float | None:
        """Billions of operations a second, counting those of the products alone."""
        return self.work.flops / row.spread.median / 1e9 if self.work.flops else None

    def verdicts(self) -> Iterator[Verdict]:
        """Every goal of the workload that could be judged."""
        ours, work = self.row(OURS), self.work
        if ours is None:
            return
        for name, goal in work.goals.items():
            row = next(iter(self.peers), None) if name == "fastest" else self.row(name)
            factor = self.ratio(row) if row else None
            if row and factor is not None:
                wanted = f"≥ {goal:g} × {row.label}"
                yield Verdict(wanted, f"{digits(factor)} ×", factor >= goal)
        median = ours.spread.median
        if work.seconds:
            yield Verdict(f"≤ {readable(work.seconds)}", readable(median), median <= work.seconds)
        if work.megabytes and ours.memory:
            used = max(ours.memory) / 1e6
            yield Verdict(f"≤ {work.megabytes:g} MB", f"{used:.0f} MB", used <= work.megabytes)
        peak = self.row("peak")
        share = self.ratio(peak) if peak else None
        if work.peak and share is not None:
            yield Verdict(f"≥ {work.peak:.0%} of peak", f"{share:.0%}", share >= work.peak)


@dataclass
class Results:
    """Everything measured on one machine."""

    machine: dict[str, Any]
    results: dict[str, Result] = field(default_factory=dict)

    def merged(self, newer: Results) -> Results:
        """The newer results, and older ones of other workloads on the same machine."""
        old = self.results if self.machine == newer.machine else {}
        together = {**old, **newer.results}
        return Results(
            newer.machine, {name: together[name] for name in WORKLOADS if name in together}
        )

    def write(self, path: Path) -> None:
        """Write a JSON file; an interrupted run leaves the old one."""
        content = {
            "format": _FORMAT,
            "machine": self.machine,
            "workloads": {name: asdict(result) for name, result in self.results.items()},
        }
        beside = path.with_name(path.name + ".part")
        beside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
        beside.replace(path)


def read(path: Path) -> Results:
    """What `Results.write` wrote. Raises ValueError for a file of another kind."""
    content = json.loads(path.read_text("utf-8"))
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"{path}: expected results of benchmarks in format {_FORMAT}")
    results = {
        name: Result(**{**each, "rows": [Row(**row) for row in each["rows"]]})
        for name, each in content["workloads"].items()
        if name in WORKLOADS
    }
    return Results(content["machine"], results)
