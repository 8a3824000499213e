"""A CSV file row by row: the lines of a UTF-8 file, and the cells in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pellucid.data.formats.encodings import binary
from pellucid.errors import DataError

# A file without line ends would otherwise be read into memory as one line.
LONGEST_LINE = 2_000_000


class Record(NamedTuple):
    """A row of cells and the line on which it begins; `text` instead of cells if it has none.

    `wrong` is the key of the reason why the row cannot be divided into cells.
    """

    line: int
    cells: list[str]
    text: str = ""
    wrong: str | None = None


class Lines:
    """The lines of a file with their line ends.

    `number` counts them, `ends` collects the kinds of end, `padded_quotes` says whether a quote
    followed a space anywhere, `last` is the line last read.
    """

    def __init__(self, name: str, text: io.TextIOWrapper) -> None:
        self.number = 0
        self.ends: set[str] = set()
        self.padded_quotes = False
        self.last = ""
        self._name, self._text = name, text

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.last = line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST_LINE:
            raise DataError(
                f"{self._name}, line {self.number}",
                expected=f"lines of fewer than {LONGEST_LINE} characters",
                received="a longer one",
            )
        if "\0" in line:
            raise binary(self._name)
        self.ends.add(line[len(line.rstrip("\r\n")) :])
        self.padded_quotes = self.padded_quotes or ' "' in line
        return line

    @property
    def mixed_ends(self) -> bool:
        """Whether two kinds of line end occur; the last line may do without."""
        return len(self.ends - {""}) > 1


class CsvRecords:
    """The rows of a UTF-8 CSV file, as often as asked; `lines` tells of the walk under way.

    `delimiter` is one character; a space stands for any run of spaces and tabs. `skip` leaves out
    that many lines at the beginning.
    """

    def __init__(self, path: Path, name: str, delimiter: str, skip: int = 0) -> None:
        self._path, self._name, self._delimiter, self._skip = path, name, delimiter, skip
        self.lines: Lines | None = None

    @contextmanager
    def walk(self) -> Iterator[Iterator[Record]]:
        """All records from the beginning, the file being open inside the block."""
        with self._path.open(encoding="utf-8-sig", newline="") as text:
            self.lines = lines = Lines(self._name, text)
            for _ in range(self._skip):
                next(lines, None)
            cut = _spaced if self._delimiter == " " else _quoted
            yield cut(self._name, lines, self._delimiter)


def _spaced(name: str, lines: Lines, delimiter: str) -> Iterator[Record]:
    for line in lines:
        yield Record(lines.number, line.split())


def _quoted(name: str, lines: Lines, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # Text stands between a closing quote and the delimiter, or a quote is never closed. Of
            # one line we know what is wrong; of many, not where the quoted cell was meant to end.
            if lines.number != start or lines.last.count('"') % 2:
                raise DataError(
                    f"{name}, line {start}",
                    expected='cells that begin and end with a quote ", or hold none',
                    received="a quote without its counterpart",
                    hint='Write a quote inside a quoted cell twice: "".',
                ) from None
            yield Record(start, [], lines.last.rstrip("\r\n"), "quote")
            continue
        yield Record(start, cells)
