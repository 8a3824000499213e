"""From the columns of a table to the features of a network, by rules read off training rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.columns import Column, column_codes, fit_columns
from pellucid.tabular.encoding import EncodeColumns
from pellucid.tabular.overrides import Overrides, without_marks
from pellucid.tabular.robust import MOST_ONE_HOT, Encoding, robust_encoding
from pellucid.tabular.schema import ColumnSchema, infer_schema
from pellucid.tabular.unusual import Unusual, find_unusual

_MOST_NAMES_SHOWN = 8


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
        # The layers take numbers first.
        self.columns = tuple(sorted(chosen, key=lambda column: not column.is_number))
        self.left_out = tuple(left_out)

    @classmethod
    def fit(
        cls,
        table: Table,
        *,
        leave_out: Iterable[str] = (),
        schema: Sequence[ColumnSchema] | None = None,
        overrides: Overrides | None = None,
    ) -> Features:
        """The features of the columns of `table` that can be learned from.

        `leave_out` names columns that are no features, the target above all. `schema` says what the
        columns are, by default what `infer_schema` finds out with `overrides`. A missing number
        becomes the median, a missing yes-or-no the mean, a missing category a level of its own;
        numbers that are missing in some row get a feature that says so.

        Raises `DataError` if no column is left.
        """
        omitted = set(leave_out)
        if schema is None:
            rest = table.select(name for name in table.names if name not in omitted)
            schema = infer_schema(rest, overrides=overrides)
        schema = [column for column in schema if column.name not in omitted]
        used = [column for column in schema if column.is_feature]
        if not used:
            raise DataError(
                table.source,
                expected="at least one column to learn from",
                received=", ".join(f"{c.name} ({c.kind})" for c in schema) or "no column",
            )
        others = [column for column in schema if column.role in ("duplicate", "leak", "left_out")]
        left_out = [LeftOut(c.name, _what(c), c.reason) for c in others]
        return cls(fit_columns(table, used), left_out)

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of the encoded matrix."""
        numbers = [column for column in self.columns if column.is_number]
        categories = [column for column in self.columns if not column.is_number]
        return (
            *(column.name for column in numbers),
            *(f"missing {column.name}" for column in numbers if column.marks_missing),
            *(f"{c.name} = {_level_name(level)}" for c in categories for level in c.levels),
        )

    def matrix(self, table: Table) -> np.ndarray:
        """The columns found by name, as numbers and codes (N, C) float64: what the network takes.

        NaN is a missing number, -1 a category that was never seen; dates are days since 1970-01-01.
        Raises `DataError` for absent columns, naming them all, and for a cell that is not the
        number or the date it should be.
        """
        self._check_names(table)
        matrix = np.empty((len(table), len(self.columns)))
        for place, column in enumerate(self.columns):
            matrix[:, place] = column_codes(table, column)
        return matrix

    def layer(self, name: str = "encode") -> EncodeColumns:
        """The layer that makes standardized features (N, F) of the matrix."""
        numbers = [column for column in self.columns if column.is_number]
        return EncodeColumns(
            [column.fill for column in numbers],
            [column.mean for column in numbers],
            [column.scale for column in numbers],
            [len(column.levels) for column in self.columns if not column.is_number],
            [place for place, column in enumerate(numbers) if column.marks_missing],
            name=name,
        )

    def robust(self, max_one_hot: int = MOST_ONE_HOT) -> Encoding:
        """The layers that make features of the matrix as RealMLP does.

        Numbers, a missing one being the median, and a mark where some are missing; sines and
        cosines of the year, the week and the day for dates; yes or no and categories of two levels
        as -1 and 1; up to `max_one_hot` levels one-hot; all of them robustly scaled (not the waves,
        which are between -1 and 1) and smoothly clipped. Categories of more levels are codes for
        embeddings. A category that is missing or was never seen is 0 in all its features; to an
        embedding a missing value is a level of its own if training rows had one.

        >>> table = Table({"age": [40, 50, None, 60], "sex": ["f", "m", "m", "f"]})
        >>> features = Features.fit(table)
        >>> encoding = features.robust()
        >>> encoding.names
        ('age', 'sex = m', 'missing age')
        >>> found = encoding.scale(encoding.spread(features.matrix(table))).numpy()
        >>> found[:2].astype(float).round(2).tolist()
        [[-0.95, -0.49, 0.0], [0.0, 0.49, 0.0]]
        """
        return robust_encoding(self.columns, max_one_hot)

    def encode(self, table: Table) -> np.ndarray:
        """The standardized features (N, F) float32 of a table."""
        return np.asarray(self.layer()(self.matrix(table)).numpy())

    def unseen(self, table: Table) -> dict[str, list[str]]:
        """Values of categories and yes-or-no columns that no training row had, by column."""
        found: dict[str, list[str]] = {}
        for column in self.columns:
            if not column.levels:
                continue
            codes, labels = column_codes(table, column), table.strings(column.name)
            known = without_marks(table[column.name], column.missing_marks)
            present = (known != None) if known.dtype == object else ~np.isnan(known)  # noqa: E711
            unknown = present & ~(codes >= 0)
            if unknown.any():
                found[column.name] = sorted(set(labels[unknown]))
        return found

    def warnings(self, table: Table) -> list[tuple[Unusual, ...]]:
        """What is unusual in each row (N) of a table, against the training rows; see `Unusual`.

        `unseen`: a category, level or yes-or-no that no training row had. `below`, `above`: a
        number or date farther outside the training values than three times the distance of their
        quartiles (or, where that is 0, than their whole range). `missing`: no value, where all
        training rows had one.

        >>> features = Features.fit(Table({"age": range(20, 70), "sex": ["f", "m"] * 25}))
        >>> for found in features.warnings(Table({"age": [30, 300], "sex": ["x", "f"]})):
        ...     print([(each.column, each.what, each.value) for each in found])
        [('sex', 'unseen', 'x')]
        [('age', 'above', '300')]
        """
        self._check_names(table)
        return find_unusual(table, self.columns)

    def to_json(self) -> dict[str, Any]:
        """A description made of text, numbers, lists and dicts, for `from_json`."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "left_out": [asdict(column) for column in self.left_out],
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Features:
        """The features that `to_json` described, of this version or of an earlier one."""
        columns = [Column.from_json(each) for each in facts["columns"]]
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


def _what(column: ColumnSchema) -> str:
    """Why a column is left out, in one word."""
    return column.role if column.role in ("duplicate", "leak") else column.kind


def _level_name(level: str | None) -> str:
    return "missing" if level is None else level


def _listed(names: Iterable[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    shown = ", ".join(quoted[:_MOST_NAMES_SHOWN])
    return f"{shown}, … ({len(quoted)})" if len(quoted) > _MOST_NAMES_SHOWN else shown
