"""A small table in memory: named columns of numbers or of text, with what is missing marked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pellucid.data.frames import as_frame, frame_columns
from pellucid.data.reading import ReadReport
from pellucid.errors import DataError

_MOST_NAMES_SHOWN = 8


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Columns of equal length by name, in order.

    A column of numbers is float64 (N,), NaN where a value is missing; any other is an object array
    (N,) of `str`, None where missing. Booleans and integers given to the constructor become
    numbers. `source` says where the table comes from; errors begin with it. `reading` tells how a
    table that was read came about; it is None for one made by hand, and part of a table keeps it.

    Raises `DataError` for columns of different lengths or more than one axis.

    >>> table = Table({"age": [54, None, 61], "sex": ["f", "m", None]}, source="ward.csv")
    >>> table
    <Table ward.csv: 3 rows, 2 columns: age, sex>
    >>> table["age"]
    array([54., nan, 61.])
    >>> table.missing("sex")
    array([False, False,  True])
    """

    columns: Mapping[str, np.ndarray]
    source: str = "table"
    reading: ReadReport | None = None

    def __post_init__(self) -> None:
        columns = {
            name: _column(values, f"{self.source}, column '{name}'")
            for name, values in self.columns.items()
        }
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            raise DataError(self.source, expected="columns of one length", received=lengths)
        object.__setattr__(self, "columns", MappingProxyType(columns))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), len(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __getitem__(self, name: str) -> np.ndarray:
        if name in self.columns:
            return self.columns[name]
        by_lower = {known.lower(): known for known in self.columns}
        near = difflib.get_close_matches(str(name).lower(), by_lower, n=1)
        raise DataError(
            self.source,
            expected=f"a column '{name}'",
            received=_listed(self.names),
            hint=f"Did you mean '{by_lower[near[0]]}'?" if near else self._hint(),
        )

    def _hint(self) -> str | None:
        headless = self.reading is not None and self.reading.header is False
        return "The first row was read as data, not as names." if headless else None

    def is_numeric(self, name: str) -> bool:
        """Whether the column holds numbers; so does one in which everything is missing."""
        return self[name].dtype != object

    def missing(self, name: str) -> np.ndarray:
        """A mask (N,) of the rows in which the column has no value."""
        values = self[name]
        if self.is_numeric(name):
            return np.isnan(values)
        return np.array([cell is None for cell in values], dtype=bool)

    def numbers(self, name: str) -> np.ndarray:
        """The column as float64 (N,), NaN where missing; `DataError` if a cell is not a number.

        >>> Table({"dose": ["5", "x"]}).numbers("dose")
        Traceback (most recent call last):
        ...
        pellucid.errors.DataError: table, column 'dose': expected a number; received 'x' in row 2
        """
        values = self[name]
        if self.is_numeric(name):
            return values
        numbers = np.full(len(values), np.nan)
        for row, cell in enumerate(values):
            if cell is not None and not is_number(cell):
                raise DataError(
                    f"{self.source}, column '{name}'",
                    expected="a number",
                    received=f"{cell!r} in row {row + 1}",
                )
            numbers[row] = np.nan if cell is None else float(cell)
        return numbers

    def strings(self, name: str) -> np.ndarray:
        """The column as an object array (N,) of `str`, None where missing; whole numbers as `5`.

        >>> Table({"grade": [1, 2.5, None]}).strings("grade")
        array(['1', '2.5', None], dtype=object)
        """
        values = self[name]
        if not self.is_numeric(name):
            return values
        texts = np.empty(len(values), dtype=object)
        texts[:] = [_number_text(value) for value in values.tolist()]
        return texts

    def take(self, rows: ArrayLike) -> Table:
        """The same columns with only these rows: indices or a Boolean mask (N,)."""
        chosen = row_index(rows)
        return Table(
            {name: v[chosen] for name, v in self.columns.items()}, self.source, self.reading
        )

    def select(self, names: Iterable[str]) -> Table:
        """Only these columns, in this order."""
        return Table({name: self[name] for name in names}, self.source, self.reading)

    @classmethod
    def from_frame(cls, frame: Any, source: str = "frame") -> Table:
        """A table from a data frame of pandas, polars, Arrow or another that narwhals knows.

        Types are taken as they are: numbers become float64, all else text. `read_table` of a frame
        looks for missing marks and for numbers written as text besides. An index is left out.

        >>> import pandas
        >>> Table.from_frame(pandas.DataFrame({"age": [54, None], "sex": ["f", "m"]}))["sex"]
        array(['f', 'm'], dtype=object)
        """
        return cls(frame_columns(frame, source), source)

    def to_frame(self, backend: str = "pandas") -> Any:
        """The table as a data frame of `backend`: `"pandas"`, `"polars"` or `"pyarrow"`.

        >>> float(Table({"age": [54, 61]}).to_frame()["age"].mean())
        57.5
        """
        return as_frame(dict(self.columns), backend)

    def __repr__(self) -> str:
        rows, columns = self.shape
        return f"<Table {self.source}: {rows} rows, {columns} columns: {_listed(self.names)}>"


def is_number(text: str) -> bool:
    """Whether a text is one finite decimal number: not `nan`, `inf`, `1_000`, `1,5` or `0x1f`.

    >>> [is_number(text) for text in ("12", "-1.5e3", " 7 ", "", "nan", "1_000", "1,5")]
    [True, True, True, False, False, False, False]
    """
    try:
        return bool(np.isfinite(float(text))) and "_" not in text and text.isascii()
    except ValueError:
        return False


def row_index(rows: ArrayLike) -> np.ndarray:
    """Indices or a mask as an array that can index rows; of an empty list, NumPy makes floats."""
    chosen = np.asarray(rows)
    return chosen if chosen.size else chosen.astype(np.int64)


def _column(values: ArrayLike, where: str) -> np.ndarray:
    # Asked to guess, NumPy would turn [1, "x"] into text.
    array = values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
    if array.ndim != 1:
        raise DataError(where, expected="one axis (N,)", received=f"shape {array.shape}")
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)
    cells = array.tolist()
    # Part of a column of text may hold nothing but None, and is text all the same.
    is_text = isinstance(values, np.ndarray) and array.dtype == object
    kinds = {type(cell) for cell in cells if cell is not None} or {str if is_text else float}
    if all(issubclass(kind, str) for kind in kinds):
        return array.astype(object)
    if all(issubclass(kind, bool | int | float | np.number | np.bool_) for kind in kinds):
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    raise DataError(where, expected="numbers only, or text only", received="a mixture")


def _number_text(value: float) -> str | None:
    if value != value:
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_MOST_NAMES_SHOWN])
    return f"{shown}, … ({len(names)})" if len(names) > _MOST_NAMES_SHOWN else shown
