"""How a CSV file is laid out: its delimiter, header and rows; and what is wrong with it.

The whole file is walked once, row by row, before anything is converted: what is refused is refused
here, with the line it stands on. The engine that then loads the file is held to the number of rows
counted here, because it was seen to leave out a short last row of a long file without a word.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple

from pellucid.data.csv_text import Lines, check_is_text, is_packed, open_text
from pellucid.data.table import is_number
from pellucid.errors import DataError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
MISSING_MARKS = tuple("?|NA|N/A|n/a|NaN|nan|NAN|null|NULL|None|-|无|缺失".split("|"))

_SAMPLE = 1 << 18
_MOST_CELLS = 200_000_000

Record = tuple[int, list[str]]  # the line on which a row begins, and its cells


class Layout(NamedTuple):
    """What `inspect_csv` found out about a file.

    `lines_before` counts the lines before the first row. `regular` is False if a parser with less
    patience could stumble: over mixed line ends, blank lines that are not empty, or spaces before
    an opening quote.
    """

    path: Path
    packed: bool
    delimiter: str
    names: tuple[str, ...]
    lines_before: int
    n_rows: int
    regular: bool


def inspect_csv(path: Path, names: Sequence[str] | None = None) -> Layout:
    """The layout of a CSV file, plain or gzipped; `DataError` if it is not one table.

    `names` are the columns of a file without a header row; else the first row holds them.
    """
    check_is_text(path)
    with open_text(path) as text:
        sample = text.read(_SAMPLE) + text.readline(_SAMPLE)
    delimiter = sniff_delimiter(sample)
    with open_text(path) as text:
        lines = Lines(path, text)
        records = _records(path, lines, delimiter)
        first = next((record for record in records if any(map(str.strip, record[1]))), None)
        if first is None:
            raise DataError(str(path), expected="a header and rows", received="blank lines only")
        if names is None:
            names = _header_names(path, first, _sample_rows(sample, delimiter))
            lines_before = lines.number
        else:
            lines_before = first[0] - 1
            records = chain([first], records)
        _check_differ(f"{path}, line {first[0]}", names)
        n_rows, odd_blanks = _count_rows(path, records, len(names))
    regular = not (odd_blanks or lines.mixed_ends or lines.padded_quotes)
    return Layout(path, is_packed(path), delimiter, tuple(names), lines_before, n_rows, regular)


def read_rows(layout: Layout) -> Iterator[list[str]]:
    """The rows of an inspected file as lists of text, without the header and blank lines."""
    with open_text(layout.path) as text:
        lines = Lines(layout.path, text)
        for _ in range(layout.lines_before):
            next(lines)
        for _, cells in _records(layout.path, lines, layout.delimiter):
            if not _is_blank(cells, len(layout.names)):
                yield cells


def sniff_delimiter(sample: str) -> str:
    """Comma, semicolon, tab or pipe: the one that gives most rows as many cells as the first has.

    >>> sniff_delimiter("size;price\\n1,5;20\\n2,5;31\\n")
    ';'
    """

    def score(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in _sample_rows(sample, delimiter)]
        if not widths or widths[0] < 2:
            return 0.0, 0
        return Counter(widths)[widths[0]] / len(widths), widths[0]

    return max(DELIMITERS, key=score)


def _sample_rows(sample: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        return [row for row in reader if any(map(str.strip, row))]
    except csv.Error:  # a cell of more than 131072 characters
        return []


def _records(path: Path, lines: Lines, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A quote is never closed, or text stands between a closing quote and the delimiter.
            raise DataError(
                f"{path}, line {start}",
                expected='cells that begin and end with a quote ", or hold none',
                received="a quote without its counterpart",
                hint='Write a quote inside a quoted cell twice: "".',
            ) from None
        yield start, cells


def _is_blank(cells: list[str], width: int) -> bool:
    return not cells or (len(cells) == 1 and width > 1 and not cells[0].strip())


def _count_rows(path: Path, records: Iterator[Record], width: int) -> tuple[int, bool]:
    """How many rows there are, each of `width` cells; whether blank lines need special care."""
    n_rows, odd_blanks = 0, False
    for line, cells in records:
        if _is_blank(cells, width):
            odd_blanks = odd_blanks or bool(cells) or width == 1
            continue
        if len(cells) != width:
            raise DataError(
                f"{path}, line {line}",
                expected=f"{width} cells, as in the first row",
                received=f"{len(cells)}",
                hint="Put cells that contain the delimiter in quotes.",
            )
        n_rows += 1
        if n_rows * width > _MOST_CELLS:
            raise DataError(str(path), expected=f"at most {_MOST_CELLS} cells", received="more")
    if not n_rows:
        raise DataError(str(path), expected="rows below the header", received="none")
    return n_rows, odd_blanks


def _header_names(path: Path, first: Record, sample: list[list[str]]) -> tuple[str, ...]:
    line, header = first
    body = [row for row in sample[1:] if len(row) == len(header)]
    _check_separated(path, header, body)
    _check_is_header(f"{path}, line {line}", header, body)
    return tuple(" ".join(cell.split()) or f"column_{k}" for k, cell in enumerate(header, 1))


def _check_differ(where: str, names: Sequence[str]) -> None:
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise DataError(
            where, expected="a different name for each column", received=f"'{name}' {count} times"
        )


def _check_is_header(where: str, first: list[str], body: list[list[str]]) -> None:
    expected = "a header row with the names of the columns"
    if sum(not cell.strip() for cell in first) > len(first) / 2:
        raise DataError(
            where,
            expected=expected,
            received="a row of mostly empty cells",
            hint="Remove titles and notes above the table.",
        )
    if looks_like_data(first, body):
        shown = ", ".join(cell.strip() for cell in first[:4])
        raise DataError(
            where,
            expected=expected,
            received=f"what looks like data: {shown}{', …' if len(first) > 4 else ''}",
            hint="Add a first line with the names.",
        )


def _check_separated(path: Path, header: list[str], body: list[list[str]]) -> None:
    words = [row[0].split() for row in [header, *body]]
    in_columns = len(words) > 1 and len(words[0]) > 2 and len(set(map(len, words))) == 1
    if len(header) == 1 and in_columns and any(map(is_number, words[-1])):
        raise DataError(
            str(path),
            expected=f"cells separated by {', '.join(DELIMITERS.values())}",
            received="cells separated by spaces",
        )


def looks_like_data(first: list[str], body: list[list[str]]) -> bool:
    """Whether the first row holds values like those below it rather than names.

    A word above a column of numbers is a name, whatever stands in the other columns; a number above
    a column of numbers is data, unless these numbers are a run of years. Among words alone, the
    first row is data if most of its cells occur again below them.

    >>> looks_like_data(["63", "?", "male"], [["67", "2", "male"], ["37", "1", "female"]])
    True
    >>> looks_like_data(["country", "2019", "2020"], [["France", "1.5", "1.8"]])
    False
    """
    numbers: list[float] = []
    n_repeated = 0
    for name, *column in zip(first, *body, strict=True):
        name, cells = name.strip(), [cell.strip() for cell in column]
        present = [cell for cell in cells if cell and cell not in MISSING_MARKS]
        if present and all(map(is_number, present)):
            if is_number(name):
                numbers.append(float(name))
            elif name not in MISSING_MARKS and (name or len(present) == len(cells)):
                return False
        n_repeated += bool(name) and name in present
    if numbers:
        return not _are_years(numbers)
    return n_repeated > len(first) / 2


def _are_years(numbers: list[float]) -> bool:
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return len(steps) == 1 and 0 not in steps and all(1800 <= year <= 2100 for year in numbers)
