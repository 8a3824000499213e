"""One column of a network's input: what was learned of it from training rows, and its codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from pellucid.data.table import Table, is_number
from pellucid.errors import DataError
from pellucid.tabular.dates import parse_dates
from pellucid.tabular.facts import number_text
from pellucid.tabular.overrides import without_marks
from pellucid.tabular.schema import ColumnSchema

# Cells of training rows stacked at a time.
_BLOCK = 4_000_000
_YEAR, _WEEK, _DAY = 365.2425, 7.0, 1.0
_TUPLES = ("levels", "counts", "cycles", "missing_marks")


@dataclass(frozen=True)
class Column:
    """One column that a network uses.

    `number`: `fill` stands in for a missing value, then (x - mean) / scale; `marks_missing` adds a
    feature that says whether it was missing. `boolean`: the same with the two `levels` as 0 and 1.
    `ordinal`: the same with `levels` as 0, 1, 2 … `date`: the same with days since 1970-01-01,
    written as `date_form` says; `cycles` are periods in days that the dates may follow.
    `category`: one feature for each of `levels`, None among them if a missing value is one of them.

    Of the values in training rows, `quartiles` are the minimum, the first quartile, the median, the
    third and the maximum; `counts` the rows of each of `levels`; `n_missing` and `n_rows` the rows
    without a value and all. `missing_marks` are values that mean missing.
    """

    name: str
    kind: Literal["number", "boolean", "ordinal", "date", "category"]
    levels: tuple[str | None, ...] = ()
    fill: float = 0.0
    mean: float = 0.0
    scale: float = 1.0
    marks_missing: bool = False
    quartiles: tuple[float, float, float, float, float] | None = None
    counts: tuple[int, ...] = ()
    n_missing: int = 0
    n_rows: int = 0
    date_form: str = ""
    cycles: tuple[float, ...] = ()
    missing_marks: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it is one number for the network: all but categories."""
        return self.kind != "category"

    def to_json(self) -> dict[str, Any]:
        """The fields by name."""
        facts = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}
        return facts

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Column:
        """The column that `to_json` described, or an earlier version of it with fewer fields."""
        given = {**facts, **{name: tuple(facts[name]) for name in _TUPLES if name in facts}}
        if facts.get("quartiles") is not None:
            low, first, median, third, high = map(float, facts["quartiles"])
            given["quartiles"] = (low, first, median, third, high)
        return cls(**given)


def fit_columns(table: Table, schema: Sequence[ColumnSchema]) -> list[Column]:
    """What is learned from the rows of `table` about columns that can be features.

    A missing number becomes the median, a missing yes-or-no the mean, a missing category a level of
    its own; numbers that are missing in some row are marked.
    """
    columns = [_describe(column) for column in schema]
    width = max(_BLOCK // max(len(table), 1), 1)
    numbers = [place for place, column in enumerate(columns) if column.is_number]
    for start in range(0, len(numbers), width):
        places = numbers[start : start + width]
        block = np.stack([column_codes(table, columns[place]) for place in places], axis=1)
        for place, fitted in zip(places, _fitted(columns, places, block), strict=True):
            columns[place] = fitted
    return [column if column.is_number else _counted(table, column) for column in columns]


def column_codes(table: Table, column: Column) -> np.ndarray:
    """One column as the network takes it (N,) float64: numbers, codes, days.

    NaN is a missing number, yes-or-no, level or date, -1 a category that was never seen. Raises
    `DataError` for a cell that is not the number or the date it should be.
    """
    if column.missing_marks:
        cells = without_marks(table[column.name], column.missing_marks)
        table = Table({column.name: cells}, table.source)
    if column.kind == "number":
        return table.numbers(column.name)
    cells = table[column.name]
    if column.kind == "date":
        return _days(cells, column, table.source)
    codes = _code_of(column, cells.dtype != object)
    unknown = -1.0 if column.kind == "category" else np.nan
    if column.kind != "boolean":
        return _mapped(cells, lambda label: codes.get(label, unknown), codes.get(None, unknown))
    by_word = {str(label).lower(): code for label, code in codes.items()}
    # Of one value and blanks, a blank is the other value.
    blank = by_word.get("", np.nan)
    return _mapped(cells, lambda label: by_word.get(label.lower(), np.nan), blank)


def _describe(schema: ColumnSchema) -> Column:
    kind: Any = {"numeric": "number", "categorical": "category"}.get(schema.kind, schema.kind)
    levels: tuple[str | None, ...] = schema.categories
    if kind == "category" and schema.n_missing:
        levels = (*levels, None)
    blank_is_no = kind == "boolean" and "" in levels
    cycles = _cycles(schema) if kind == "date" else ()
    return Column(
        schema.name,
        kind,
        levels,
        marks_missing=kind != "category" and schema.n_missing > 0 and not blank_is_no,
        n_missing=0 if blank_is_no else schema.n_missing,
        n_rows=schema.n_rows,
        date_form=schema.date_form,
        cycles=cycles,
        missing_marks=schema.missing_marks,
    )


def _cycles(schema: ColumnSchema) -> tuple[float, ...]:
    """The periods that dates over so long a time could follow, each seen twice at least."""
    span = (schema.maximum or 0.0) - (schema.minimum or 0.0)
    timed = schema.n_distinct > 1 and not schema.whole
    days_told = schema.date_form not in ("YYYY-MM", "YYYY年M月")
    found = [_YEAR] if span >= 2 * _YEAR else []
    found += [_WEEK] if span >= 2 * _WEEK and days_told else []
    return (*found, _DAY) if timed and span >= 2 * _DAY else tuple(found)


def _fitted(columns: Sequence[Column], places: Sequence[int], block: np.ndarray) -> list[Column]:
    """Columns with the figures of their codes (N, B)."""
    quartiles = column_quartiles(block)
    missing = np.isnan(block)
    # Half-way between yes and no says nothing; the more frequent of the two would say it.
    is_boolean = np.array([columns[place].kind == "boolean" for place in places])
    present = np.maximum((~missing).sum(axis=0), 1)
    means = np.where(missing, 0.0, np.where(is_boolean, block, 0.0)).sum(axis=0) / present
    fill = np.where(is_boolean, means, quartiles[2])
    filled = np.where(missing, fill, block)
    size = np.abs(filled).max(axis=0)  # divided out, so that squares of 1e200 do not overflow
    size[size == 0] = 1.0
    filled /= size
    mean, scale = size * filled.mean(axis=0), size * filled.std(axis=0)
    found = []
    for k, place in enumerate(places):
        low, first, median, third, high = quartiles[:, k].tolist()
        fitted = replace(
            columns[place],
            fill=float(fill[k]),
            mean=float(mean[k]),
            scale=float(scale[k]) or 1.0,
            quartiles=(low, first, median, third, high),
            counts=_counts(block[:, k], columns[place]),
        )
        found.append(fitted)
    return found


def column_quartiles(block: np.ndarray) -> np.ndarray:
    """Minimum, quartiles and maximum (5, C) of the columns (N, C), NaN passed over; 0 if all are.

    Between two values as NumPy's `quantile` does: linearly.
    """
    ordered = np.sort(block, axis=0)  # NaN last
    last = np.maximum((~np.isnan(block)).sum(axis=0) - 1, 0)
    columns = np.arange(block.shape[1])
    found = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        place = share * last
        below = np.floor(place).astype(np.int64)
        low, high = ordered[below, columns], ordered[np.minimum(below + 1, last), columns]
        # Halves are added, not subtracted: the difference of two large numbers may overflow.
        found.append(low * (1 - (place - below)) + high * (place - below))
    return np.nan_to_num(np.stack(found), nan=0.0)


def _counts(codes: np.ndarray, column: Column) -> tuple[int, ...]:
    if not column.levels:
        return ()
    known = codes[codes >= 0].astype(np.int64)
    return tuple(np.bincount(known, minlength=len(column.levels)).tolist())


def _counted(table: Table, column: Column) -> Column:
    return replace(column, counts=_counts(column_codes(table, column), column))


def _code_of(column: Column, numeric: bool) -> dict[str | None, float]:
    codes = {label: float(code) for code, label in enumerate(column.levels)}
    if not numeric:
        return codes
    # A column of text may hold only its numbers in another file, and then 1.0 is read as 1.
    return {_as_number(label): code for label, code in codes.items()} | codes


def _as_number(label: str | None) -> str | None:
    return f"{float(label):g}" if label is not None and is_number(label) else label


def _mapped(cells: np.ndarray, code: Any, missing: float) -> np.ndarray:
    """`code` of the text of each cell (N,), `missing` where there is none."""
    if cells.dtype == object:
        known = {label: code(label) for label in set(cells.tolist()) if label is not None}
        known[None] = missing
        return np.array([known[label] for label in cells.tolist()], np.float64)
    distinct, inverse = np.unique(cells, return_inverse=True)
    known_codes = [missing if value != value else code(number_text(value)) for value in distinct]
    return np.array(known_codes, np.float64)[inverse.reshape(-1)]


def _days(cells: np.ndarray, column: Column, source: str) -> np.ndarray:
    if cells.dtype == object:
        texts = sorted({cell for cell in cells.tolist() if cell is not None})
    else:
        texts = [number_text(value) for value in np.unique(cells[~np.isnan(cells)])]
    days = parse_dates(texts, column.date_form)
    bad = np.flatnonzero(np.isnan(days))
    if bad.size:
        written = [None if v is None or v != v else _text(v) for v in cells.tolist()]
        raise DataError(
            f"{source}, column '{column.name}'",
            expected=f"a date written {column.date_form}, as in training",
            received=f"{texts[bad[0]]!r} in row {written.index(texts[bad[0]]) + 1}",
        )
    day_of = dict(zip(texts, days.tolist(), strict=True))
    return _mapped(cells, day_of.__getitem__, np.nan)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else number_text(value)
