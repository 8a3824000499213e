"""Whole processes: wall time, processor time and peak memory of a program from start to exit."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import problems
from benchmarks.environment import child_environment
from benchmarks.workloads import Library, Workload

_JOBS = Path(__file__).parent / "jobs"


@dataclass(frozen=True)
class Usage:
    """What a process took: seconds on the clock, seconds of all cores, peak memory in bytes."""

    wall: float
    cpu: float
    memory: int
    output: str


class ProcessError(Exception):
    """The program failed; the message is the last line it wrote."""


def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, patience: float = 900.0
) -> Usage:
    """Run a program to its end. Raises `ProcessError` if it fails or takes `patience` seconds.

    The kernel counts the memory of a process from its parent's on, so this process must stay
    smaller than what it measures: it loads nothing larger than NumPy.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
        )
        too_late = threading.Timer(patience, process.kill)
        too_late.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        too_late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (out, errors):
            stream.seek(0)
        if process.returncode and wall >= patience:
            raise ProcessError(f"no end within {patience:.0f} s")
        if process.returncode:
            lines = errors.read().decode("utf-8", "replace").strip().splitlines()
            raise ProcessError(lines[-1][:200] if lines else f"exit code {process.returncode}")
        output = out.read().decode("utf-8", "replace").strip()
    scale = 1 if sys.platform == "darwin" else 1024
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale, output)


class Program:
    """A library's program for a workload; every `measure` is one process from start to end.

    Where nothing may be cached, every process gets empty folders for what libraries keep. Where
    something may, they are kept, and one run before the first measurement fills them.
    """

    def __init__(
        self, library: Library, workload: Workload, peers: str, folder: Path, patience: float
    ) -> None:
        self._library = library
        self._patience = patience
        self._workload = workload
        self._folder = folder
        python = sys.executable if library.at_home else peers
        if workload.kind == "import":
            self._command = [python, "-c", library.statement]
        else:
            program = str(_JOBS / f"{library.job}.py")
            self._command = [python, program, str(data_file(folder)), str(workload.epochs)]
        self._count = 0

    def prepare(self) -> Usage:
        """Once, so that byte code, files in memory and what may be cached are there."""
        return self.measure()

    def measure(self) -> Usage:
        """One process."""
        self._count += 1
        kept = "warm" if self._workload.warm else f"cold-{self._count}"
        cache = self._folder / f"{self._library.name}-{kept}"
        cache.mkdir(exist_ok=True)
        extra = {**self._library.environment, **_caches(cache, self._workload.warm)}
        return run(self._command, child_environment(extra), self._folder, self._patience)


def data_file(folder: Path) -> Path:
    """Where in `folder` the data of a whole process stand."""
    return folder / "data.npz"


def write_data(workload: Workload, folder: Path) -> None:
    """Write the data that the programs load."""
    if workload.kind == "process":
        problem = problems.make(workload)
        np.savez(data_file(folder), x=problem.x, y=problem.y)


def _caches(folder: Path, warm: bool) -> dict[str, str]:
    """The variables that tell each library where to keep what it compiles."""
    own = {
        "PELLUCID_CACHE": str(folder / "pellucid"),
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "torch"),
    }
    if warm:  # JAX keeps nothing unless told to, and then only what took long
        own |= {
            "JAX_COMPILATION_CACHE_DIR": str(folder / "jax"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        }
    return own
