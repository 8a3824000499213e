"""What is unusual in rows to be predicted: values that no training row was like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from pellucid.data.table import Table
from pellucid.tabular.columns import Column, column_codes
from pellucid.tabular.facts import number_text

# As far beyond the training values as three boxes of a box plot are wide.
_BOXES = 3.0


class Unusual(NamedTuple):
    """One thing that is unusual in a row: the column, what it is, and the value as text.

    `what` is `unseen`, `below`, `above` or `missing`; the value of a missing one is empty.
    """

    column: str
    what: Literal["unseen", "below", "above", "missing"]
    value: str


def limits(column: Column) -> tuple[float, float]:
    """The values of a number or a date that are not unusual: from least to most.

    Minimum and maximum of the training rows, widened by three times the distance of the quartiles,
    or by the whole range where the quartiles are equal.

    >>> limits(Column("age", "number", quartiles=(20, 30, 40, 50, 80)))
    (-40.0, 140.0)
    """
    if column.quartiles is None:
        return -np.inf, np.inf
    low, first, _, third, high = column.quartiles
    margin = _BOXES * (third - first) if third > first else high - low
    return float(low - margin), float(high + margin)


def find_unusual(table: Table, columns: Sequence[Column]) -> list[tuple[Unusual, ...]]:
    """What is unusual in each row (N), column after column."""
    found: list[tuple[Unusual, ...]] = [()] * len(table)
    for column in columns:
        for what, rows in _rows(table, column):
            shown = _shown(table, column, rows)
            for row, value in zip(rows.tolist(), shown, strict=True):
                text = "" if what == "missing" else value
                found[row] = (*found[row], Unusual(column.name, what, text))
    return found


_Kind = Literal["unseen", "below", "above", "missing"]


def _rows(table: Table, column: Column) -> Iterator[tuple[_Kind, np.ndarray]]:
    codes = column_codes(table, column)
    missing = _missing(table, column, codes)
    if not column.n_missing and column.n_rows and "" not in column.levels:
        yield "missing", np.flatnonzero(missing)
    if column.levels:
        yield "unseen", np.flatnonzero(~(codes >= 0) & ~missing)
        return
    least, most = limits(column)
    yield "below", np.flatnonzero(codes < least)
    yield "above", np.flatnonzero(codes > most)


def _missing(table: Table, column: Column, codes: np.ndarray) -> np.ndarray:
    """The rows without a value, marks of the user's counted."""
    if not column.levels:
        return np.isnan(codes)
    missing = table.missing(column.name)
    if column.missing_marks:
        missing |= np.isin(table.strings(column.name).astype(str), column.missing_marks)
    return missing


def _shown(table: Table, column: Column, rows: np.ndarray) -> list[str]:
    """The values of these rows as they were read."""
    cells = table[column.name][rows].tolist()
    texts = [
        number_text(cell) if isinstance(cell, float) and cell == cell else cell for cell in cells
    ]
    return ["" if text is None or text != text else str(text) for text in texts]
