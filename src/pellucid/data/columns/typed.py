"""Columns that come with a type: what becomes a number, what text, what is judged as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pellucid.data.columns.judge import Column, Judged, judge
from pellucid.data.columns.marks import Marks
from pellucid.data.reading import ColumnReading
from pellucid.errors import DataError

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
_LONG = ("BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM")
_REAL = ("FLOAT", "DOUBLE")
# Whole numbers of 16 digits or more are keys, as in text.
_LARGEST = 10**15
_TEXT_OF = {
    "BOOLEAN": "CASE WHEN {c} THEN 'true' WHEN NOT {c} THEN 'false' END",
    "DATE": "strftime({c}, '%Y-%m-%d')",
}
# A time that is midnight in every row is a date.
_TIME_TEXT = "CAST({c} AS VARCHAR)"


class _Typed(NamedTuple):
    """A column of the engine: its SQL name, the table's name for it, its type."""

    c: str
    name: str
    kind: str


def judge_typed(
    connection: Any,
    names: Sequence[str],
    marks: Marks,
    where: str,
    *,
    decimal: str | None = None,
    delimiter: str | None = None,
    relation: str = "raw",
) -> Judged:
    """The columns c0, c1 … of `relation`, of whatever types; `where` begins errors."""
    kinds = [row[1] for row in connection.execute(f"DESCRIBE {relation}").fetchall()]
    typed = [_Typed(f"c{k}", name, kinds[k]) for k, name in enumerate(names)]
    settled = {t.name: _settled(connection, t, relation, where) for t in typed}
    texts = [(_as_text(t), t.name) for t in typed if settled[t.name] is None]
    judged = judge(
        connection, texts, marks, decimal=decimal, delimiter=delimiter, relation=relation
    )
    by_name = {column.reading.name: column for column in judged.columns}
    columns = tuple(settled[name] or by_name[name] for name in names)
    return Judged(columns, judged.decimal)


def _as_text(typed: _Typed) -> str:
    return typed.c if typed.kind == "VARCHAR" else f"CAST({typed.c} AS VARCHAR)"


def _settled(connection: Any, typed: _Typed, relation: str, where: str) -> Column | None:
    """The column if its type decides what it is; None if its text does."""
    c, name, kind = typed
    if kind in _REAL:
        return _real(connection, typed, relation)
    if kind in _WHOLE or kind in _LONG or kind.startswith("DECIMAL"):
        largest = f"max(abs(CAST({c} AS DOUBLE)))"
        n_null, size = _asked(connection, f"count(*) - count({c}), {largest}", relation)
        is_key = kind not in _WHOLE and not kind.startswith("DECIMAL") and (size or 0) >= _LARGEST
        value = f"CAST({c} AS {'VARCHAR' if is_key else 'DOUBLE'})"
        return _column(value, name, "text" if is_key else "number", {"": n_null})
    if kind == "BLOB":
        raise DataError(
            f"{where}, column '{name}'",
            expected="numbers or text",
            received="binary data",
            hint="Name the columns to read in a query.",
        )
    if kind in _TEXT_OF or kind.startswith("TIMESTAMP"):
        (n_null,) = _asked(connection, f"count(*) - count({c})", relation)
        text = _TEXT_OF.get(kind) or _time_text(connection, typed, relation)
        return _column(text.format(c=c), name, "text", {"": n_null})
    return None


def _real(connection: Any, typed: _Typed, relation: str) -> Column:
    c = typed.c
    n_null, n_nan, n_infinite = _asked(
        connection,
        f"count(*) - count({c}), count(*) FILTER (isnan({c})), count(*) FILTER (isinf({c}))",
        relation,
    )
    value = f"CASE WHEN isfinite({c}) THEN CAST({c} AS DOUBLE) END"
    return _column(value, typed.name, "number", {"": n_null, "nan": n_nan, "inf": n_infinite})


def _time_text(connection: Any, typed: _Typed, relation: str) -> str:
    (is_date,) = _asked(connection, f"bool_and(date_trunc('day', {typed.c}) = {typed.c})", relation)
    return _TEXT_OF["DATE"] if is_date else _TIME_TEXT


def _asked(connection: Any, values: str, relation: str) -> tuple[Any, ...]:
    return connection.execute(f"SELECT {values} FROM {relation}").fetchone()


def _column(value: str, name: str, kind: str, missing: dict[str, int]) -> Column:
    counted = {mark: n for mark, n in missing.items() if n}
    return Column(value, ColumnReading(name, kind, counted, {}, None))
