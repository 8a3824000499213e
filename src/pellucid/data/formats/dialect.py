"""What separates the cells of a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

from pellucid.data.formats.headers import is_quantity
from pellucid.errors import ArgumentError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}

_SAMPLE = 1 << 18
# Excel's own way of telling the delimiter: a first line such as sep=;
_SEP_LINE = re.compile(r"\s*\"?sep=(.)\"?\r?\n", re.IGNORECASE)


def dialect_of(path: Path, delimiter: str | None = None) -> tuple[str, int]:
    """The delimiter of a UTF-8 file and the number of lines before its first row.

    `delimiter` decides instead; a space stands for any run of spaces and tabs.
    """
    with path.open(encoding="utf-8-sig", newline="") as text:
        sample = text.read(_SAMPLE) + text.readline(_SAMPLE)
    told = _SEP_LINE.match(sample)
    if delimiter is None:
        delimiter = told.group(1) if told else sniff_delimiter(sample)
    elif len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise ArgumentError("delimiter", expected="one character", received=repr(delimiter))
    return delimiter, 1 if told else 0


def sniff_delimiter(sample: str) -> str:
    """Comma, semicolon, tab or pipe: the one that gives most rows the same number of cells.

    Where comma and another one do so equally well, commas are taken to stand inside numbers. A
    space is the answer where none separates anything, but runs of spaces do.

    >>> sniff_delimiter("size;price\\n1,5;20\\n2,5;31\\n")
    ';'
    """
    scores = {delimiter: _score(sample, delimiter) for delimiter in DELIMITERS}
    best = max(scores.values())
    if best[0] == 0:
        return " " if _in_columns(sample) else ","
    fitting = [delimiter for delimiter, score in scores.items() if score[:2] == best[:2]]
    others = [d for d in fitting if d != "," and _commas_are_decimal(sample_rows(sample, d))]
    return max(others or fitting, key=lambda delimiter: scores[delimiter])


def _commas_are_decimal(rows: list[list[str]]) -> bool:
    """Whether most cells with a comma are numbers, or none has one."""
    cells = [cell.strip() for row in rows[1:] or rows for cell in row if "," in cell]
    return sum(map(is_quantity, cells)) * 2 >= len(cells)


def _score(sample: str, delimiter: str) -> tuple[float, bool, int]:
    """The share of rows of the usual width, whether the first is one, and that width."""
    widths = [len(row) for row in sample_rows(sample, delimiter)]
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0.0, False, 0
    usual = max(counts, key=lambda width: (counts[width], width))
    return counts[usual] / len(widths), widths[0] == usual, usual


def sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    """The rows of a sample of text, blank ones left out; none if it cannot be divided."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        return [row for row in reader if any(map(str.strip, row))]
    except csv.Error:  # a cell of more than 131072 characters
        return []


def _in_columns(sample: str) -> bool:
    words = [line.split() for line in sample.splitlines() if line.strip()]
    width = len(words[0]) if words else 0
    even = len(words) > 1 and width > 2 and all(len(row) == width for row in words)
    return even and any(map(is_quantity, words[-1]))
