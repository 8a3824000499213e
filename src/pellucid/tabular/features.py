"""From the columns of a table to the features of a network, by rules read off training rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from pellucid.data.table import Table, is_number
from pellucid.errors import DataError
from pellucid.tabular.encoding import EncodeColumns
from pellucid.tabular.schema import ColumnSchema, infer_schema

_MOST_NAMES_SHOWN = 8


@dataclass(frozen=True)
class Column:
    """One column that a network uses.

    `number`: `fill` stands in for a missing value, then (x - mean) / scale; `marks_missing` adds a
    feature that says whether it was missing. `boolean`: the same with the two `levels` as 0 and 1.
    `category`: one feature for each of `levels`, None among them if a missing value is one of them.
    """

    name: str
    kind: Literal["number", "boolean", "category"]
    levels: tuple[str | None, ...] = ()
    fill: float = 0.0
    mean: float = 0.0
    scale: float = 1.0
    marks_missing: bool = False


@dataclass(frozen=True)
class LeftOut:
    """A column that a network does not use, and why."""

    name: str
    kind: str
    reason: str


class Features:
    """Which columns a network uses, and how each becomes numbers.

    Made by `Features.fit` from training rows alone: nothing in it has seen the others.

    >>> table = Table({"age": [40, 50, None, 60], "sex": ["f", "m", "m", "f"], "ward": ["a"] * 4})
    >>> features = Features.fit(table)
    >>> features.names, [(each.name, each.kind) for each in features.left_out]
    (('age', 'missing age', 'sex = f', 'sex = m'), [('ward', 'constant')])
    >>> features.encode(table.take([0, 2])).round(2).tolist()
    [[-1.41, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]]
    """

    def __init__(self, columns: Iterable[Column], left_out: Iterable[LeftOut] = ()) -> None:
        chosen = tuple(columns)
        # The layer takes numbers first.
        self.columns = tuple(sorted(chosen, key=lambda column: column.kind == "category"))
        self.left_out = tuple(left_out)

    @classmethod
    def fit(cls, table: Table, *, leave_out: Iterable[str] = ()) -> Features:
        """The features of the columns of `table` that can be learned from.

        `leave_out` names columns that are no features, the target above all. A missing number
        becomes the median, a missing yes-or-no the mean, a missing category a level of its own;
        numbers that are missing in some row get a feature that says so.

        Raises `DataError` if no column is left.
        """
        omitted = set(leave_out)
        schema = [column for column in infer_schema(table) if column.name not in omitted]
        columns = [_fit(table, column) for column in schema if column.is_feature]
        if not columns:
            raise DataError(
                table.source,
                expected="at least one column to learn from",
                received=", ".join(f"{c.name} ({c.kind})" for c in schema) or "no column",
            )
        left_out = [LeftOut(c.name, c.kind, c.reason) for c in schema if not c.is_feature]
        return cls(columns, left_out)

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of the encoded matrix."""
        numbers = [column for column in self.columns if column.kind != "category"]
        categories = [column for column in self.columns if column.kind == "category"]
        return (
            *(column.name for column in numbers),
            *(f"missing {column.name}" for column in numbers if column.marks_missing),
            *(f"{c.name} = {_level_name(level)}" for c in categories for level in c.levels),
        )

    def matrix(self, table: Table) -> np.ndarray:
        """The columns found by name, as numbers and codes (N, C) float64: what the network takes.

        NaN is a missing number, -1 a category that was never seen. Raises `DataError` for absent
        columns, naming them all, and for a cell that is not the number it should be.
        """
        self._check_names(table)
        return np.stack([_codes(table, column) for column in self.columns], axis=1)

    def layer(self, name: str = "encode") -> EncodeColumns:
        """The layer that makes features (N, F) of the matrix."""
        numbers = [column for column in self.columns if column.kind != "category"]
        return EncodeColumns(
            [column.fill for column in numbers],
            [column.mean for column in numbers],
            [column.scale for column in numbers],
            [len(column.levels) for column in self.columns if column.kind == "category"],
            [place for place, column in enumerate(numbers) if column.marks_missing],
            name=name,
        )

    def encode(self, table: Table) -> np.ndarray:
        """The features (N, F) float32 of a table."""
        return np.asarray(self.layer()(self.matrix(table)).numpy())

    def unseen(self, table: Table) -> dict[str, list[str]]:
        """Values of categories and yes-or-no columns that no training row had, by column."""
        found: dict[str, list[str]] = {}
        for column in self.columns:
            if column.kind == "number":
                continue
            codes, labels = _codes(table, column), table.strings(column.name)
            unknown = ~table.missing(column.name) & ~(codes >= 0)
            if unknown.any():
                found[column.name] = sorted(set(labels[unknown]))
        return found

    def to_json(self) -> dict[str, Any]:
        """A description made of text, numbers, lists and dicts, for `from_json`."""
        return {
            "columns": [asdict(column) for column in self.columns],
            "left_out": [asdict(column) for column in self.left_out],
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Features:
        """The features that `to_json` described."""
        columns = [Column(**{**each, "levels": tuple(each["levels"])}) for each in facts["columns"]]
        return cls(columns, [LeftOut(**each) for each in facts["left_out"]])

    def _check_names(self, table: Table) -> None:
        absent = [column.name for column in self.columns if column.name not in table]
        if not absent:
            return
        lower = {name.lower(): name for name in table.names}
        near = difflib.get_close_matches(absent[0].lower(), lower, n=1)
        hint = f"Is '{lower[near[0]]}' meant to be '{absent[0]}'?" if near else None
        raise DataError(
            table.source,
            expected=f"the columns of the training table; {_listed(absent)} missing",
            received=_listed(table.names),
            hint=hint,
        )


def _fit(table: Table, schema: ColumnSchema) -> Column:
    name = schema.name
    if schema.kind == "categorical":
        levels = (*schema.categories, *((None,) if schema.n_missing else ()))
        return Column(name, "category", levels)
    column = Column(name, "number")
    if schema.kind == "boolean":
        column = Column(name, "boolean", schema.categories)
    values = _codes(table, column)
    present = values[~np.isnan(values)]
    # Half-way between yes and no says nothing; the more frequent of the two would say it.
    fill = float(np.median(present) if schema.kind == "numeric" else present.mean())
    filled = np.where(np.isnan(values), fill, values)
    size = float(np.abs(filled).max())  # divided out, so that squares of 1e200 do not overflow
    return Column(
        name,
        column.kind,
        column.levels,
        fill=fill,
        mean=size * float((filled / size).mean()),
        scale=size * float((filled / size).std()),
        marks_missing=schema.n_missing > 0,
    )


def _codes(table: Table, column: Column) -> np.ndarray:
    """One column as the network takes it (N,) float64."""
    if column.kind == "number":
        return table.numbers(column.name)
    labels = table.strings(column.name)
    codes = {label: float(code) for code, label in enumerate(column.levels)}
    if table.is_numeric(column.name):
        # A column of text may hold only its numbers in another file, and then 1.0 is read as 1.
        codes |= {_as_number(label): code for label, code in codes.items()} | codes
    if column.kind == "boolean":
        by_word = {str(label).lower(): code for label, code in codes.items()}
        found = [np.nan if label is None else by_word.get(label.lower()) for label in labels]
        return np.array([np.nan if code is None else code for code in found])
    return np.array([codes.get(label, -1.0) for label in labels])


def _as_number(label: str | None) -> str | None:
    return f"{float(label):g}" if label is not None and is_number(label) else label


def _level_name(level: str | None) -> str:
    return "missing" if level is None else level


def _listed(names: Iterable[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    shown = ", ".join(quoted[:_MOST_NAMES_SHOWN])
    return f"{shown}, … ({len(quoted)})" if len(quoted) > _MOST_NAMES_SHOWN else shown
