"""The process of one library: does what it is told, one JSON object a line.

    python -m benchmarks.worker NAME

``{"do": "prepare", "workload": NAME, "seconds": S}`` imports the library, builds the work, computes
the numbers that are compared, warms up and chooses how often to repeat the work to fill S seconds;
``{"do": "measure"}`` does that once and tells the seconds a unit took. The end of input ends it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from typing import Any, TextIO

from benchmarks import problems, timer
from benchmarks.peers.peer import Job, NotOfferedError, Peer
from benchmarks.workloads import LIBRARIES, WORKLOADS


class Session:
    """The work at hand."""

    def __init__(self, library: str) -> None:
        self._library = LIBRARIES[library]
        self._job: Job | None = None
        self._repeats = 1

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What is said to one line of input; a failure is an answer too."""
        try:
            if question["do"] == "prepare":
                return {"ok": True, **self._prepare(question["workload"], question["seconds"])}
            return {"ok": True, "seconds": self._measure()}
        except NotOfferedError:
            return {"ok": False, "absent": True, "error": "does not do this"}
        except ImportError as error:
            return {"ok": False, "absent": True, "error": _line(error)}
        except Exception as error:  # whatever goes wrong in a library is its result
            return {
                "ok": False,
                "absent": False,
                "error": f"{type(error).__name__}: {_line(error)}",
            }

    def _prepare(self, workload: str, seconds: float) -> dict[str, Any]:
        start = time.perf_counter()
        module, _, name = self._library.peer.partition(":")
        peer: Peer = getattr(import_module(f"benchmarks.peers.{module}"), name)()
        imported = time.perf_counter()
        problem = problems.make(WORKLOADS[workload])
        built = time.perf_counter()
        self._job = getattr(peer, problem.workload.kind)(problem)
        made = time.perf_counter()
        first, self._repeats = timer.calibrate(self._job.run, seconds)
        note = peer.note()
        if self._job.settings:
            note = timer.fastest(self._job.run, self._job.settings, seconds / 2)
            self._repeats = timer.calibrate(self._job.run, seconds).repeats
        return {
            "import": imported - start,
            "first": made - built + first,
            "check": self._job.check,
            "repeats": self._repeats,
            "versions": peer.versions(),
            "note": note,
        }

    def _measure(self) -> float:
        assert self._job is not None, "measured before it was prepared"
        return timer.timed(self._job.run, self._repeats) / (self._repeats * self._job.units)


def main(library: str) -> None:
    """Answer until the input ends."""
    out = _private_output()
    session = Session(library)
    for line in sys.stdin:
        print(json.dumps(session.answer(json.loads(line))), file=out, flush=True)


def _private_output() -> TextIO:
    """The output for answers alone; what libraries print goes to the error output."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out


def _line(error: BaseException) -> str:
    """The first line of a message, cut where it is long."""
    lines = str(error).strip().splitlines() or [""]
    return lines[0][:200]


if __name__ == "__main__":
    main(sys.argv[1])
