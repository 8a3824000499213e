"""From a CSV file to a `Table`: DuckDB loads it, marks what is missing and converts the numbers."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data.csv_layout import MISSING_MARKS, Layout, inspect_csv, read_rows
from pellucid.data.csv_text import LONGEST_LINE
from pellucid.data.table import Table
from pellucid.errors import DataError, needs

# No extension may be fetched, no file but the one named here is read.
_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
# Stripped of space, and with one kind of line end inside, whatever the file's own is.
_TRIMMED = "replace(replace(trim({name}, $space), '\r\n', '\n'), '\r', '\n')"
# Not an IN list or list_contains: with 15 marks in 1000 columns those take more than 18 GB.
_MARKED = "CASE WHEN regexp_full_match({name}, $missing) THEN NULL ELSE {name} END"
_IS_NUMERIC = (
    "count({name}) = count(CASE WHEN isfinite(TRY_CAST({name} AS DOUBLE)) "
    "AND NOT regexp_full_match({name}, $key) THEN 1 END)"
)
# As float64, whole numbers of 16 digits would equal their neighbours, and codes such as 08123 lose
# their zeros: both are keys. And 1_000 is a number to DuckDB.
_KEY = "[+-]?[0-9]{16,}|[+-]?0[0-9]+|.*_.*"
_LINE_END = re.compile("\r\n?")
# Planning a query over 3000 columns at once takes 35 s, in blocks 3.4 s.
_BLOCK = 64
_SPACE = " \t\r\n\v\f\u00a0\u3000"


def read_csv(
    path: Path,
    *,
    names: Sequence[str] | None = None,
    missing: Sequence[str] = MISSING_MARKS,
) -> Table:
    """The table in a CSV file, plain or gzipped, as `pellucid.data.read_table` describes it."""
    with needs("tabular"):
        import duckdb
    layout = inspect_csv(path, names)
    with duckdb.connect(config=_CONFIG) as connection:
        try:
            _load(connection, layout, duckdb.Error)
            marks = "|".join(map(re.escape, ["", *missing]))
            cells = [f"c{k}" for k in range(len(layout.names))]
            blocks = [cells[k : k + _BLOCK] for k in range(0, len(cells), _BLOCK)]
            columns = [column for block in blocks for column in _columns(connection, block, marks)]
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise DataError(str(path), expected="a table", received=reason) from error
    return Table(dict(zip(layout.names, columns, strict=True)), path.name)


def _load(connection: Any, layout: Layout, engine_error: type[Exception]) -> None:
    """Load the file as text into the table `raw`, and see that no row was lost."""
    with suppress(engine_error):
        if layout.regular and _load_file(connection, layout):
            return
    # Written again in the plainest form there is: every cell quoted, one kind of line end, which
    # DuckDB wants inside of cells too.
    with tempfile.TemporaryDirectory(prefix="pellucid-") as folder:
        plain = Path(folder, "plain.csv")
        with plain.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writerows([_LINE_END.sub("\n", c) for c in row] for row in read_rows(layout))
        rewritten = layout._replace(path=plain, packed=False, delimiter=",", lines_before=0)
        if not _load_file(connection, rewritten):
            raise DataError(
                str(layout.path), expected=f"{layout.n_rows} rows", received="another number"
            )


def _load_file(connection: Any, layout: Layout) -> bool:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE raw AS SELECT * FROM read_csv($path, auto_detect = false, "
        "columns = $columns, delim = $delimiter, compression = $compression, skip = $skip, "
        "header = false, quote = '\"', escape = '\"', max_line_size = $longest)",
        {
            "path": _without_wildcards(layout.path),
            "columns": {f"c{k}": "VARCHAR" for k in range(len(layout.names))},
            "delimiter": layout.delimiter,
            "compression": "gzip" if layout.packed else "none",
            "skip": layout.lines_before,
            "longest": 4 * LONGEST_LINE,
        },
    )
    (n_rows,) = connection.execute("SELECT count(*) FROM raw").fetchone()
    return n_rows == layout.n_rows


def _without_wildcards(path: Path) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path.absolute()))


def _columns(connection: Any, names: Sequence[str], missing: str) -> list[np.ndarray]:
    """Columns of `raw`: numbers if every cell that is not missing is one, else text."""
    _replace(connection, "trimmed", names, _TRIMMED, "raw", space=_SPACE)
    _replace(connection, "clean", names, _MARKED, "trimmed", missing=missing)
    tests = ", ".join(_IS_NUMERIC.format(name=name) for name in names)
    numeric = connection.execute(f"SELECT {tests} FROM clean", {"key": _KEY}).fetchone()
    cells = ", ".join(
        f"TRY_CAST({name} AS DOUBLE) AS {name}" if is_numeric else name
        for name, is_numeric in zip(names, numeric, strict=True)
    )
    arrays = connection.execute(f"SELECT {cells} FROM clean").fetchnumpy()
    return [_filled(arrays[name]) for name in names]


def _filled(column: np.ndarray) -> np.ndarray:
    # Not np.ma.filled: asked to fill an object array with None, it writes '?'.
    values = np.array(np.ma.getdata(column))
    values[np.ma.getmaskarray(column)] = None if values.dtype == object else np.nan
    return values


def _replace(
    connection: Any, table: str, names: Sequence[str], cell: str, source: str, **given: str
) -> None:
    # Each step is a table of its own: nested, each mention of a cell would compute it anew.
    cells = ", ".join(f"{cell.format(name=name)} AS {name}" for name in names)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {cells} FROM {source}", given
    )
