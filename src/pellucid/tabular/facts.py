"""What one column of a table holds, before anything is made of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pellucid.data.table import Table


class Facts(NamedTuple):
    """What a column holds: present values and their rows, and the different values, sorted."""

    name: str
    n_rows: int
    rows: np.ndarray
    values: np.ndarray
    distinct: np.ndarray
    numeric: bool

    @classmethod
    def of(cls, table: Table, name: str) -> Facts:
        """Those of one column of a table."""
        cells = table[name]
        if numeric := cells.dtype != object:
            rows = np.flatnonzero(~np.isnan(cells))
            values = cells[rows]
            distinct = np.unique(values)
        else:
            rows = np.flatnonzero(cells != None)  # noqa: E711  compares cell by cell
            values = cells[rows]
            distinct = np.array(sorted(set(values.tolist())), object)
        return cls(name, len(cells), rows, values, distinct, numeric)

    @property
    def labels(self) -> list[str]:
        """The different values as text."""
        return [number_text(v) for v in self.distinct] if self.numeric else self.distinct.tolist()


def is_whole(values: np.ndarray) -> bool:
    """Whether no number has a fraction."""
    return bool((values == np.floor(values)).all())


def number_text(value: float) -> str:
    """A number as a table's text shows it: whole ones without a point."""
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)
