"""How a table of text is laid out: its names, its first row, its rows; and what is wrong with it.

All rows are walked once before anything is converted: what is refused is refused here, with the
line it stands on. The engine that then loads a file is held to the number of rows counted here,
because it was seen to leave out a short last row of a long file without a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import NamedTuple, Protocol

from pellucid.data.formats import headers
from pellucid.data.formats.lines import Record
from pellucid.data.reading import RefusedRow
from pellucid.errors import DataError

MOST_COLUMNS = 20_000
# What is refused is kept with its text; and a table that loses one row in ten is another table.
MOST_REFUSED = 100_000
MOST_REFUSED_SHARE = 0.1
_HEAD_ROWS, _HEAD_CELLS = 1000, 200_000
_LONGEST_TEXT = 2000


class Rows(Protocol):
    """Rows of cells that can be walked from the beginning as often as asked."""

    def walk(self) -> AbstractContextManager[Iterator[Record]]:
        """All records, blank ones included, while the block lasts."""


class Layout(NamedTuple):
    """What `inspect_rows` found out.

    `header` says whether a row of names was read; rows on lines before `first_line` are no values.
    `n_blank` counts rows of nothing but delimiters. `regular` is False if some row is refused, cut
    or blank in a way that a parser with less patience could stumble over.
    """

    names: tuple[str, ...]
    renamed: dict[str, str]
    header: bool
    first_line: int
    n_rows: int
    above: tuple[RefusedRow, ...]
    refused: tuple[RefusedRow, ...]
    n_blank: int
    regular: bool


def inspect_rows(
    rows: Rows, where: str, names: Sequence[str] | None = None, header: bool | None = None
) -> Layout:
    """The layout of rows of text; `DataError` if they are not one table.

    `header` says whether the first row holds names; None decides by what it looks like. `names`
    are used instead of those in the file; alone, they mean that the file has none, unless its first
    row repeats them.
    """
    with rows.walk() as records:
        head = _head(records)
        filled = [record for record in head if not _is_blank(record, 2)]
        if not filled:
            raise DataError(where, expected="a header and rows", received="blank lines only")
        searched = names is None and header is not False
        start = headers.first_row([record.cells for record in filled]) if searched else 0
        above = tuple(_refusal(record, "above") for record in filled[:start])
        filled = filled[start:]
        first = filled[0]
        header = _has_header(where, filled, names, header)
        given, renamed = _names(where, first, names, header)
        begin = head.index(first) + header
        body = chain(head[begin:], records)
        return _counted(body, where, given)._replace(renamed=renamed, header=header, above=above)


def read_rows(rows: Rows, layout: Layout) -> Iterator[list[str]]:
    """The rows of an inspected table as lists of text, without refused and blank ones."""
    width = len(layout.names)
    with rows.walk() as records:
        for record in records:
            if record.line < layout.first_line or _is_blank(record, width):
                continue
            cells = record.cells
            if len(cells) == width or (not record.wrong and _is_padded(cells, width)):
                yield cells[:width]


def _head(records: Iterator[Record]) -> list[Record]:
    head, n_cells = list[Record](), 0
    for record in records:
        head.append(record)
        n_cells += len(record.cells)
        if len(head) >= _HEAD_ROWS or n_cells > _HEAD_CELLS:
            break
    return head


def _has_header(
    where: str, head: list[Record], names: Sequence[str] | None, header: bool | None
) -> bool:
    first = head[0].cells
    if header is None and names is not None:
        return [cell.strip().lower() for cell in first] == [name.lower() for name in names]
    body = [record.cells for record in head[1:] if len(record.cells) == len(first)]
    if header is None:
        header = not headers.looks_like_data(first, body)
    if header and len(first) > 1 and headers.n_filled(first) < len(first) / 2:
        raise DataError(
            f"{where}, line {head[0].line}",
            expected="a header row with the names of the columns",
            received="a row of mostly empty cells",
            hint="Remove titles and notes above the table.",
        )
    if header:
        headers.check_one_header(f"{where}, line {head[0].line}", first, body)
    return header


def _names(
    where: str, first: Record, names: Sequence[str] | None, header: bool
) -> tuple[tuple[str, ...], dict[str, str]]:
    if names is not None:
        name, count = Counter(names).most_common(1)[0] if names else ("", 0)
        if count > 1:
            raise DataError(
                f"{where}, line {first.line}",
                expected="a different name for each column",
                received=f"'{name}' {count} times",
            )
        return tuple(names), {}
    if len(first.cells) > MOST_COLUMNS:
        raise DataError(
            where, expected=f"at most {MOST_COLUMNS} columns", received=f"{len(first.cells)}"
        )
    if header:
        return headers.unique_names(first.cells)
    return tuple(f"column_{k}" for k in range(1, len(first.cells) + 1)), {}


def _counted(records: Iterator[Record], where: str, names: tuple[str, ...]) -> Layout:
    """How many rows there are, which are refused, and whether all are plain."""
    width, n_rows, n_blank, regular, first_line = len(names), 0, 0, True, 0
    refused: list[RefusedRow] = []
    for record in records:
        cells = record.cells
        if len(cells) == width and cells[0].strip():
            n_rows += 1
        elif _is_blank(record, width):
            n_blank += len(cells) > 1
            regular = regular and not cells and width > 1
            continue
        elif record.wrong or (len(cells) != width and not _is_padded(cells, width)):
            refused.append(_refusal(record, record.wrong or "cells"))
            if _are_too_many(refused, n_rows):
                raise _refused_row(where, refused[0], width)
        else:
            n_rows += 1
            regular = regular and len(cells) == width
        first_line = first_line or record.line
    if len(refused) > MOST_REFUSED_SHARE * (n_rows + len(refused)):
        raise _refused_row(where, refused[0], width)
    if not n_rows:
        raise DataError(where, expected="rows below the header", received="none")
    regular = regular and not refused
    return Layout(names, {}, True, first_line, n_rows, (), tuple(refused), n_blank, regular)


def _is_blank(record: Record, width: int) -> bool:
    """Whether a row holds nothing; in a single column, an empty cell in quotes is a cell."""
    if record.wrong:
        return False
    return not record.cells or (width > 1 and not any(map(str.strip, record.cells)))


def _is_padded(cells: list[str], width: int) -> bool:
    """Whether a row has the right width but for empty cells at its end."""
    return len(cells) > width and not any(cell.strip() for cell in cells[width:])


def _refusal(record: Record, reason: str) -> RefusedRow:
    text = record.text or " | ".join(record.cells)
    return RefusedRow(record.line, reason, text[:_LONGEST_TEXT])


def _are_too_many(refused: list[RefusedRow], n_rows: int) -> bool:
    """Whether to stop before the end: the rest cannot, or should not, make it a table."""
    return len(refused) > MOST_REFUSED or len(refused) > 1000 + n_rows


def _refused_row(where: str, row: RefusedRow, width: int) -> DataError:
    if row.reason_key == "quote":
        return DataError(
            f"{where}, line {row.line}",
            expected='cells that begin and end with a quote ", or hold none',
            received="a quote without its counterpart",
            hint='Write a quote inside a quoted cell twice: "".',
        )
    return DataError(
        f"{where}, line {row.line}",
        expected=f"{width} cells, as in the first row",
        received=f"{row.text.count(' | ') + 1}",
        hint="Put cells that contain the delimiter in quotes.",
    )
