"""What each column of a loaded table is: its missing marks, whether it holds numbers, as SQL.

A table lies in the engine as `raw`, with columns c0, c1 …; what is decided here, once for all rows,
is an expression for each column. Reading then is one query, over all rows or over a window of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.data.columns import numerals
from pellucid.data.columns.marks import Marks
from pellucid.data.columns.numerals import Count
from pellucid.data.engine import quoted
from pellucid.data.reading import ColumnReading

# Planning a query over 3000 columns at once takes 35 s, in blocks 3.4 s.
_BLOCK = 64
SPACE = " \t\r\n\v\f\u00a0\u3000"
# Stripped of space, and with one kind of line end inside, whatever the file's own is.
_TRIMMED = "replace(replace(trim({cell}, {space}), '\r\n', '\n'), '\r', '\n')"
# Four times faster, and enough for most padded files.
_TRIMMED_OF_BLANKS = "trim({cell})"
_PADDED = f"^[{SPACE}]|[{SPACE}]$|\r"
_PADDED_ODDLY = f"^ *[{SPACE[1:]}]|[{SPACE[1:]}] *$|\r"
# As float64, whole numbers of 16 digits would equal their neighbours, and codes such as 08123 lose
# their zeros: both are keys. And 1_000 is a number to DuckDB.
_KEY = "[+-]?[0-9]{16,}|[+-]?0[0-9]+|.*_.*"


class Cell(NamedTuple):
    """A column under judgement: SQL for its trimmed text, and what its cells were counted to be."""

    name: str
    cell: str
    n: int
    n_plain: int
    marks: dict[str, int]


class Column(NamedTuple):
    """A judged column: `value` is SQL that gives DOUBLE or VARCHAR, NULL where missing."""

    value: str
    reading: ColumnReading


class Judged(NamedTuple):
    """All columns of a table, and the decimal sign if any number is written with one."""

    columns: tuple[Column, ...]
    decimal: str | None


def judge(
    connection: Any,
    texts: Sequence[tuple[str, str]],
    marks: Marks,
    *,
    decimal: str | None = None,
    delimiter: str | None = None,
    relation: str = "raw",
) -> Judged:
    """Columns of text in `relation`, each given by its SQL and its name."""
    cells = list(_counted(connection, texts, marks, relation))
    counts = _numerals(connection, cells, relation, decimal)
    sign = numerals.decimal_of(counts, decimal, delimiter) if counts else "."
    columns = []
    for cell in cells:
        written = "plain" if cell.n_plain == cell.n else None
        if cell.name in counts:
            written = numerals.numerals_of(counts[cell.name], sign, decimal is not None)
            if written == numerals.AS_POINT and cell.n_plain == cell.n:
                written = "plain"
        is_number = written is not None
        kept = {} if is_number else _kept(connection, cell, marks, relation)
        columns.append(_column(cell, is_number, written, kept))
    return Judged(tuple(columns), sign if counts or decimal else None)


def fetch(
    connection: Any, columns: Sequence[Column], relation: str = "raw", where: str = ""
) -> dict[str, np.ndarray]:
    """The values of judged columns by name: float64 with NaN, or objects with None.

    `where` is a condition that picks rows.
    """
    arrays: dict[str, np.ndarray] = {}
    for block in _blocks(columns):
        values = ", ".join(f"{column.value} AS v{k}" for k, column in enumerate(block))
        found = connection.execute(f"SELECT {values} FROM {relation} {where}").fetchnumpy()
        for k, column in enumerate(block):
            arrays[column.reading.name] = _filled(found[f"v{k}"], column.reading.kind)
    return arrays


def _blocks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[k : k + _BLOCK] for k in range(0, len(items), _BLOCK))


def _filled(column: np.ndarray, kind: str) -> np.ndarray:
    # Not np.ma.filled: asked to fill an object array with None, it writes '?'.
    values = np.array(np.ma.getdata(column), dtype=np.float64 if kind == "number" else object)
    values[np.ma.getmaskarray(column)] = np.nan if kind == "number" else None
    return values


def _counted(
    connection: Any, texts: Sequence[tuple[str, str]], marks: Marks, relation: str
) -> Iterator[Cell]:
    for block in _blocks(texts):
        cells = _trimmed(connection, [cell for cell, _ in block], relation)
        # Each cell, and whether it is a mark, is computed once, in the inner queries.
        inner = ", ".join(f"{cell} AS v{k}" for k, cell in enumerate(cells))
        tests = ", ".join(f"v{k}, {marks.test(f'v{k}')} AS m{k}" for k in range(len(block)))
        counts = ", ".join(
            f"count(v{k}) FILTER (NOT m{k}), "
            f"count(*) FILTER (isfinite(TRY_CAST(v{k} AS DOUBLE)) AND NOT m{k} AND NOT "
            f"regexp_full_match(v{k}, '{_KEY}')), count(*) - count(v{k}), count_if(m{k})"
            for k in range(len(block))
        )
        source = f"(SELECT {tests} FROM (SELECT {inner} FROM {relation}))"
        row = connection.execute(f"SELECT {counts} FROM {source}").fetchone()
        for k, (_, name) in enumerate(block):
            n, n_plain, n_null, n_marks = row[4 * k : 4 * k + 4]
            found = {"": n_null} if n_null else {}
            if n_marks:
                marked = _each_mark(connection, k, source)
                found = marked | ({"": n_null + marked.get("", 0)} if n_null else {})
            yield Cell(name, cells[k], n, n_plain, found)


def _each_mark(connection: Any, k: int, source: str) -> dict[str, int]:
    """How often each mark occurs in a column, the empty cell counted with the absent ones."""
    rows = connection.execute(
        f"SELECT v{k}, count(*) FROM {source} WHERE m{k} GROUP BY v{k} ORDER BY v{k}"
    ).fetchall()
    return dict(rows)


def _trimmed(connection: Any, cells: Sequence[str], relation: str) -> list[str]:
    """The SQL of each column without space around its cells, where any has some."""
    padded = _any_matches(connection, cells, _PADDED, relation)
    oddly = _any_matches(connection, padded, _PADDED_ODDLY, relation)
    rules = dict.fromkeys(padded, _TRIMMED_OF_BLANKS) | dict.fromkeys(oddly, _TRIMMED)
    return [rules.get(cell, "{cell}").format(cell=cell, space=quoted(SPACE)) for cell in cells]


def _any_matches(connection: Any, cells: Sequence[str], pattern: str, relation: str) -> list[str]:
    """Those of the columns in which some cell matches."""
    if not cells:
        return []
    tests = ", ".join(f"bool_or(regexp_matches({c}, {quoted(pattern)}))" for c in cells)
    found = connection.execute(f"SELECT {tests} FROM {relation}").fetchone()
    return [cell for cell, any_found in zip(cells, found, strict=True) if any_found]


def _numerals(
    connection: Any, cells: Sequence[Cell], relation: str, decimal: str | None
) -> dict[str, Count]:
    """How the numbers are written in columns that are not plainly numeric, and then in all."""
    unclear = [cell for cell in cells if cell.n_plain < cell.n]
    unclear = [cell for cell in unclear if _may_be_numbers(connection, cell, relation)]
    if not unclear and decimal != ",":
        return {}
    plain = [cell for cell in cells if 0 < cell.n == cell.n_plain]
    counts = {}
    for cell in [*unclear, *plain]:
        values = _present(cell)
        counts[cell.name] = Count(
            *connection.execute(
                "SELECT count(v), "
                f"count(*) FILTER (regexp_full_match(v, {quoted(numerals.POINT)})),"
                f" count(*) FILTER (regexp_full_match(v, {quoted(numerals.COMMA)})),"
                f" count(*) FILTER (contains(v, ',')) FROM (SELECT {values} AS v FROM {relation})"
            ).fetchone()
        )
    if decimal is None and not any(count.commas for count in counts.values()):
        # Only spaces between digits, at most: nothing is left to decide.
        return {cell.name: counts[cell.name] for cell in unclear}
    return counts


def _may_be_numbers(connection: Any, cell: Cell, relation: str) -> bool:
    """Whether the first hundred cells could be numbers, which spares most text the rest."""
    (fits,) = connection.execute(
        f"SELECT bool_and(regexp_full_match(v, {quoted(numerals.POSSIBLE)})) FROM "
        f"(SELECT {_present(cell)} AS v FROM {relation} WHERE v IS NOT NULL LIMIT 100)"
    ).fetchone()
    return bool(fits)


def _present(cell: Cell) -> str:
    """The SQL of a cell, NULL where it is a mark."""
    return _without(cell.cell, cell.marks)


def _without(cell: str, marks: Mapping[str, int]) -> str:
    named = ", ".join(quoted(mark) for mark in marks if mark)
    empty = f"nullif({cell}, '')" if "" in marks else cell
    return f"CASE WHEN {cell} IN ({named}) THEN NULL ELSE {empty} END" if named else empty


def _kept(connection: Any, cell: Cell, marks: Marks, relation: str) -> dict[str, int]:
    """The marks that are values in this column of text, with their numbers."""
    kept = {mark: n for mark, n in cell.marks.items() if mark in marks.among_numbers}
    for mark, opposite in marks.opposites.items():
        if mark in cell.marks:
            (found,) = connection.execute(
                f"SELECT bool_or(regexp_full_match({cell.cell}, {quoted(opposite)})) "
                f"FROM {relation}"
            ).fetchone()
            if found:
                kept[mark] = cell.marks[mark]
    return kept


def _column(cell: Cell, is_number: bool, written: str | None, kept: dict[str, int]) -> Column:
    marks = {mark: n for mark, n in cell.marks.items() if mark not in kept}
    written = None if written == "plain" else written
    reading = ColumnReading(cell.name, "number" if is_number else "text", marks, kept, written)
    present = _without(cell.cell, marks)
    if not is_number:
        return Column(present, reading)
    plain = numerals.as_number(present, written) if written else present
    return Column(f"TRY_CAST({plain} AS DOUBLE)", reading)
