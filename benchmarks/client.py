"""The other end of a worker: starts the process, asks, waits no longer than is reasonable."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from types import TracebackType
from typing import Any

from benchmarks.environment import ROOT, child_environment
from benchmarks.workloads import Library


class Worker:
    """A library, `runs`, in a process of its own; `error` says why it no longer takes part.

    A process that does not answer in time is ended together with what it started.
    """

    def __init__(self, library: Library, peers: str, module: str = "benchmarks.worker") -> None:
        self.runs = library
        self.error = ""
        self.absent = False
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable if library.at_home else peers, "-m", module, library.name],
            cwd=ROOT,
            env=child_environment(library.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """The answer, or None after a failure or `seconds` of silence; then `error` is set."""
        if self.error:
            return None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._lines.get(timeout=seconds)
        except (BrokenPipeError, queue.Empty) as failure:
            self._fail(self._reason(failure, seconds))
            return None
        if not line:
            self._fail(self._last_words() or "the process ended")
            return None
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            self._fail(answer["error"], answer["absent"])
            return None
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._kill()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            try:
                if stream:
                    stream.close()
            except BrokenPipeError:
                pass  # the process ended before it read all

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._lines.put(line)
        except ValueError:
            pass  # closed while it waited
        self._lines.put("")

    def _fail(self, reason: str, absent: bool = False) -> None:
        self.error, self.absent = reason, absent
        self.close()

    def _reason(self, failure: Exception, seconds: float) -> str:
        if isinstance(failure, queue.Empty):
            return f"no answer within {seconds:.0f} s"
        return self._last_words() or "the process ended"

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:200] if lines else ""

    def _kill(self) -> None:
        # Its own group: compilers that it started go too.
        if hasattr(os, "killpg"):
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
