"""Progress in a terminal or a notebook: one line that lives, and a record line for long epochs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import ArgumentError

# Ten updates a second look smooth; each costs about 2 ms.
_INTERVAL = 0.1
# Runs shorter than this show nothing but their result: importing rich takes as long.
_DELAY = 0.25
# An epoch this long leaves a line of its own behind.
_LONG_EPOCH = 1.0


def resolve_verbose(verbose: Any) -> int:
    """0, 1 or 2; "auto" is 1 in a terminal or a notebook, and 0 when the output is piped.

    In a pipe 1 becomes 2 (a line an epoch), because a bar cannot live there.
    """
    if verbose not in ("auto", 0, 1, 2):
        expected = "'auto', 0 (silent), 1 (a live bar) or 2 (a line an epoch)"
        raise ArgumentError("verbose", expected=expected, received=repr(verbose))
    if verbose in (0, 2):
        return int(verbose)
    if sys.stdout.isatty() or _in_notebook():
        return 1
    return 0 if verbose == "auto" else 2


def _in_notebook() -> bool:
    if "ipykernel" not in sys.modules or "IPython" not in sys.modules:
        return False
    shell = sys.modules["IPython"].get_ipython()
    return type(shell).__name__ == "ZMQInteractiveShell"


class Progress:
    """What a run shows while it goes on.

    `total` is the number of steps of the whole run (None if unknown), `epochs` their epochs (None
    outside of `fit`). `advance` is cheap: it looks at the clock, and asks for the logs only when an
    update is due.
    """

    def __init__(self, verbose: int, title: str, total: int | None, epochs: int | None) -> None:
        self.verbose = verbose
        self.title = title
        self.total = total
        self.epochs = epochs
        self.epoch = 0
        self._steps = 0
        self._rows = 0
        self._view: Any = None
        self._start = self._epoch_start = time.perf_counter()
        self._due = self._start + (_DELAY if verbose == 1 else float("inf"))
        self._epoch_rows = 0
        self._logs: Mapping[str, Any] = {}

    def begin_epoch(self, epoch: int) -> None:
        """An epoch starts; the first is 0."""
        self.epoch = epoch
        self._epoch_rows = 0
        self._epoch_start = time.perf_counter()

    def skip(self, steps: int) -> None:
        """Steps that an earlier process has done."""
        self._steps += steps

    def advance(self, rows: int, logs: Callable[[], Mapping[str, Any]], steps: int = 1) -> None:
        """Steps are done, with `rows` samples in all."""
        self._steps += steps
        self._rows += rows
        self._epoch_rows += rows
        if time.perf_counter() >= self._due:
            self._logs = logs()
            self._show()

    def end_epoch(self, logs: Mapping[str, Any]) -> None:
        """An epoch ends, with these logs."""
        self._logs = dict(logs)
        seconds = time.perf_counter() - self._epoch_start
        if self.verbose == 2 or (self.verbose == 1 and seconds >= _LONG_EPOCH):
            self._print(self._record(seconds))
        elif time.perf_counter() >= self._due:
            self._show()

    def close(self, note: str = "") -> None:
        """The run is over: the live line gives way to its last state."""
        if self._view is not None:
            self._view.stop()
            self._view = None
        if self.verbose == 1 and (note or self._logs):
            seconds = time.perf_counter() - self._start
            place = f"{self.title} {self._place()}".strip()
            print(f"{place} · {_speed(self._rows, seconds)} · {_time(seconds)}{note}", flush=True)
            if self._logs:
                print(f"  {format_logs(self._logs)}", flush=True)

    def _record(self, seconds: float) -> str:
        speed = _speed(self._epoch_rows, seconds)
        return f"{self._place()} · {_time(seconds)} · {speed} · {format_logs(self._logs)}"

    def _place(self) -> str:
        return "" if self.epochs is None else f"Epoch {self.epoch + 1}/{self.epochs}"

    def _print(self, text: str) -> None:
        if self._view is None:
            print(text, flush=True)
        else:
            self._view.print(text)

    def _show(self) -> None:
        if self._view is None:
            self._view = _View(self.title)
        elapsed = time.perf_counter() - self._start
        left = None
        if self.total:
            left = elapsed / self._steps * (self.total - self._steps) if self._steps else None
        parts = [self._place(), _speed(self._rows, elapsed)]
        parts.append(f"{_time(left)} left" if left is not None else _time(elapsed))
        self._view.update(self._steps, self.total, " · ".join(filter(None, parts)), self._logs)
        self._due = time.perf_counter() + _INTERVAL


class _View:
    """The live lines, drawn by rich, which is imported here and only now."""

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.live import Live

        self._title = title
        self._console = Console()
        # No thread of its own: it would take turns with a program that holds the interpreter.
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._live.start()

    def update(self, done: int, total: int | None, text: str, logs: Mapping[str, Any]) -> None:
        """Draw the bar, the numbers beside it, and the logs below."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        row = Table.grid(padding=(0, 1))
        bar = ProgressBar(
            total=total or 1, completed=done if total else 0, width=24, pulse=not total
        )
        steps = f"{done}/{total}" if total else str(done)
        row.add_row(Text(self._title), bar, Text(f"{steps} · {text}"))
        self._live.update(Group(row, Text(f"  {format_logs(logs)}")), refresh=True)

    def print(self, text: str) -> None:
        """Print a line above."""
        self._console.print(text, highlight=False, markup=False)

    def stop(self) -> None:
        """Take the lines away."""
        self._live.stop()


def format_logs(logs: Mapping[str, Any]) -> str:
    """Names and values in one line, four digits each.

    >>> format_logs({"loss": 0.123456, "accuracy": 1.0})
    'loss 0.1235 · accuracy 1'
    """
    return " · ".join(f"{name} {_number(value)}" for name, value in logs.items())


def _number(value: Any) -> str:
    try:
        return f"{float(value):.4g}"
    except (TypeError, ValueError):
        return str(value)


def _speed(rows: int, seconds: float) -> str:
    return f"{rows / max(seconds, 1e-9):,.0f} samples/s"


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d} min"
