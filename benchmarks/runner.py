"""Runs a workload: every library in turn, several rounds, so that each meets the same machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from benchmarks import environment, processes
from benchmarks.client import Worker
from benchmarks.results import Result, Row
from benchmarks.workloads import LIBRARIES, OURS, SOURCE, Library, Workload

Say = Callable[[str], None]

# Seconds before each measurement: threads of the library before spin on for up to 0.05 s when they
# have nothing to do, and would take a core from the next one.
_REST = 0.2


@dataclass(frozen=True)
class Plan:
    """How to measure: rounds, seconds of work in each, longest wait for a library, who takes part.

    `only` names the libraries that may, all of them if it is empty; `peers` is their interpreter.
    """

    rounds: int = 7
    seconds: float = 0.5
    patience: float = 900.0
    peers: str = ""
    only: tuple[str, ...] = ()


class Contender(Protocol):
    """A library at work: its row fills up, until an error stands there."""

    row: Row

    def prepare(self) -> None:
        """All that is not measured."""

    def measure(self) -> None:
        """One more sample."""


class AtWork:
    """A library in a worker that stays alive between the rounds."""

    def __init__(self, worker: Worker, workload: Workload, plan: Plan) -> None:
        self.row = Row(worker.runs.name)
        self._worker = worker
        self._workload = workload
        self._plan = plan

    def prepare(self) -> None:
        """Import, build, compare, compile, warm up."""
        question = {"do": "prepare", "workload": self._workload.name, "seconds": self._plan.seconds}
        answer = self._worker.ask(question, self._plan.patience)
        self.row.error = self._worker.error
        if answer:
            self.row.versions, self.row.note = answer["versions"], answer["note"]
            self.row.first, self.row.check = answer["first"], answer["check"]

    def measure(self) -> None:
        """The seconds of a unit."""
        time.sleep(_REST)
        answer = self._worker.ask({"do": "measure"}, self._plan.patience)
        self.row.error = self._worker.error
        if answer:
            self.row.samples.append(answer["seconds"])


class AsProcess:
    """A library whose whole processes are measured."""

    def __init__(self, library: Library, workload: Workload, plan: Plan, folder: Path) -> None:
        self.row = Row(library.name)
        self._program = processes.Program(library, workload, plan.peers, folder, plan.patience)
        self._checked = workload.kind == "process"

    def prepare(self) -> None:
        """One process that does not count; its last loss is compared."""
        usage = self._one()
        if usage and self._checked:
            self.row.check = [float(usage.output.splitlines()[-1])]

    def measure(self) -> None:
        """One process more."""
        usage = self._one()
        if usage:
            self.row.samples.append(usage.wall)
            self.row.cpu.append(usage.cpu)
            self.row.memory.append(usage.memory)

    def _one(self) -> processes.Usage | None:
        try:
            return self._program.measure()
        except (processes.ProcessError, OSError) as error:
            self.row.error = str(error)
            return None


def run(workload: Workload, plan: Plan, say: Say = lambda text: None) -> Result:
    """Measure a workload."""
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    target = environment.target()
    result = Result(workload.name, date, plan.rounds, target, environment.load())
    libraries = _libraries(workload, plan.only, target)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmarks-")))
        processes.write_data(workload, folder)
        taking_part = []
        for library in libraries:
            say(f"{workload.name}: {library.label} gets ready")
            contender = _contender(library, workload, plan, folder, stack)
            contender.prepare()
            result.rows.append(contender.row)
            if contender.row.error:
                say(f"{workload.name}: {library.label} is left out: {contender.row.error}")
            else:
                taking_part.append(contender)
        measure_in_turn(taking_part, plan.rounds, say, workload.name)
    compare(result.rows, workload.tolerance)
    return result


def _contender(
    library: Library, workload: Workload, plan: Plan, folder: Path, stack: ExitStack
) -> Contender:
    if workload.kind in ("process", "import"):
        return AsProcess(library, workload, plan, folder)
    return AtWork(stack.enter_context(Worker(library, plan.peers)), workload, plan)


def _libraries(workload: Workload, only: Sequence[str], target: str) -> list[Library]:
    own = (OURS,) if target == "numpy" or workload.kind == "import" else (OURS, SOURCE)
    names = [name for name in (*own, *workload.peers) if not only or name in only]
    return [LIBRARIES[name] for name in names]


def measure_in_turn(
    contenders: Iterable[Contender], rounds: int, say: Say = lambda text: None, name: str = ""
) -> None:
    """Every contender once a round, beginning with another one in each.

    One that fails has no samples any more: its rounds would not be those of the others.
    """
    remaining = list(contenders)
    for number in range(rounds):
        say(f"{name}: round {number + 1} of {rounds}")
        start = number % max(len(remaining), 1)
        for contender in remaining[start:] + remaining[:start]:
            contender.measure()
        for contender in remaining:
            if contender.row.error:
                contender.row.samples.clear()
        remaining = [each for each in remaining if not each.row.error]


def compare(rows: Iterable[Row], tolerance: float) -> None:
    """Say of every row how far its numbers are from the NumPy twin's, or else from the first's."""
    checked = [row for row in rows if row.check and not row.error]
    if not checked:
        return
    reference = next((row for row in checked if row.name == "numpy"), checked[0])
    wanted = np.array(reference.check)
    for row in checked:
        got = np.array(row.check)
        if got.shape != wanted.shape:
            row.difference, row.agrees = None, False
            continue
        scale = np.abs(wanted).max() + np.finfo(np.float32).tiny
        row.difference = float(np.abs(got - wanted).max() / scale)
        row.agrees = bool(row.difference <= tolerance)
