"""What a command prints: lines, headings and tables, plain in a pipe, with colour in a terminal.

Widths are counted in columns of the terminal, where a Chinese character takes two.
"""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

Row = Sequence[str]
Shown = Callable[..., None]

_COLUMNS = 79
_SECONDS_BEFORE_A_BAR = 1.0

# Emphasis by meaning; only a terminal shows it.
_STYLES = {"title": "bold cyan", "good": "green", "note": "dim", "warning": "yellow"}


def width(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> width("log-loss"), width("对数损失")
    (8, 8)
    """
    return sum(_char_width(char) for char in text)


def pad(text: str, columns: int, right: bool = False) -> str:
    """The text with spaces after it (before it if `right`), `columns` wide.

    >>> pad("准确率", 8) + "|"
    '准确率  |'
    """
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


def wrap(text: str, columns: int) -> list[str]:
    """The text as lines of at most `columns`, broken at spaces and between Chinese characters.

    >>> wrap("one two three", 9), wrap("预测新的病例", 8)
    (['one two', 'three'], ['预测新的', '病例'])
    """
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width(line + piece.rstrip()) > columns and not _must_not_begin(piece):
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def format_table(rows: Sequence[Row], indent: int = 2, gap: int = 3) -> list[str]:
    """Rows of cells as aligned lines; the first column to the left, the others too.

    >>> format_table([("", "network"), ("准确率", "0.971"), ("AUC", "0.995")], indent=0)
    ['         network', '准确率   0.971', 'AUC      0.995']
    """
    columns = [max(width(row[k]) for row in rows if k < len(row)) for k in range(_widest(rows))]
    lines = []
    for row in rows:
        cells = [pad(cell, size) for cell, size in zip(row, columns, strict=False)]
        lines.append((" " * indent + (" " * gap).join(cells)).rstrip())
    return lines


class Screen:
    """Where a command writes for people: results to `out`, remarks and progress to `err`.

    With `quiet` nothing is written but warnings, for output that a program reads.
    """

    def __init__(
        self, quiet: bool = False, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self.quiet = quiet
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._console: Any = None
        if not quiet and self._out.isatty():
            from rich.console import Console

            self._console = Console(file=self._out, highlight=False, soft_wrap=True)

    def line(self, text: str = "", style: str | None = None) -> None:
        """One line; `style` is one of title, good, note, warning."""
        if self.quiet:
            return
        try:
            if self._console is not None:
                self._console.print(text, style=_STYLES.get(style or ""), markup=False)
            else:
                print(text, file=self._out)
        except BrokenPipeError:
            # Who reads has had enough; what is to be written to files is written all the same.
            self.quiet = True

    def heading(self, text: str) -> None:
        """A title with an empty line above it."""
        self.line()
        self.line(text, "title")

    def facts(self, rows: Iterable[Row]) -> None:
        """Names and what there is to say about them, aligned; long texts go on below."""
        listed = [row for row in rows if row[1]]
        first = max((width(name) for name, _ in listed), default=0)
        for name, text in listed:
            for number, part in enumerate(wrap(text, _COLUMNS - first - 5)):
                self.line(f"  {pad('' if number else name, first)}   {part}")

    def table(self, rows: Sequence[Row], best: int | None = None) -> None:
        """A table with a header row; in a terminal column `best` stands out."""
        for number, line in enumerate(format_table(rows)):
            self.line(line, "note" if number == 0 and best is not None else None)

    def say(self, text: str, style: str | None = None) -> None:
        """A sentence, indented and wrapped to the width of the page."""
        for line in self.wrapped(text):
            self.line(line, style)

    def wrapped(self, text: str, indent: int = 2) -> list[str]:
        """The text as indented lines that fit the width of the page."""
        return [" " * indent + line for line in wrap(text, _COLUMNS - indent)]

    def warn(self, text: str) -> None:
        """A line on standard error."""
        print(text, file=self._err, flush=True)

    @contextmanager
    def progress(self) -> Iterator[Shown]:
        """Inside, a function that shows what is being done, and how far it is done (0 to 1).

        In a terminal a bar with the time left appears after a second; it is gone afterwards. Where
        the remarks go into a pipe or a file, nothing is shown.
        """
        if not self._err.isatty():
            yield lambda text, done=None: None
            return
        bar = _Bar(self._err)
        try:
            yield bar.show
        finally:
            bar.stop()


class _Bar:
    """A bar of progress that does not bother anyone with what is over at once."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._start = time.monotonic()
        self._live: Any = None

    def show(self, text: str, done: float | None = None) -> None:
        if self._live is None:
            if time.monotonic() - self._start < _SECONDS_BEFORE_A_BAR:
                return
            self._begin()
        self._live.update(self._task, description=text, completed=done, total=done and 1.0)

    def stop(self) -> None:
        if self._live is not None:
            self._live.stop()

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._live = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(file=self._err),
            transient=True,
        )
        self._task = self._live.add_task("", total=None)
        self._live.start()


def _widest(rows: Sequence[Row]) -> int:
    return max((len(row) for row in rows), default=0)


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _pieces(text: str) -> Iterator[str]:
    """Words with the spaces after them; wide characters one by one."""
    piece = ""
    for char in text:
        wide = _char_width(char) == 2
        if piece and (wide or _char_width(piece[-1]) == 2 or piece[-1] == " " != char):
            yield piece
            piece = ""
        piece += char
    yield piece


def _must_not_begin(piece: str) -> bool:
    return piece[:1] in "，。；：！？、）”》"
