"""Rows of text on their way into the engine."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pellucid.data.engine import file_pattern
from pellucid.data.formats.lines import LONGEST_LINE

_LINE_END = re.compile("\r\n?")


class Options(NamedTuple):
    """What a user decides about reading a table, as `read_table` describes it."""

    names: Sequence[str] | None = None
    missing: Sequence[str] | None = None
    header: bool | None = None
    sheet: str | int | None = None
    table: str | None = None
    query: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None


class Loaded(NamedTuple):
    """A table that lies in the engine as `raw`, with columns c0, c1 …

    `row` numbers its rows from zero in SQL; `facts` are fields of the `ReadReport`; `paths` are
    files that `raw` still needs.
    """

    names: tuple[str, ...]
    n_rows: int
    facts: Mapping[str, Any]
    row: str = "rowid"
    paths: tuple[Path, ...] = ()


def load_file(connection: Any, path: Path, width: int, delimiter: str = ",", skip: int = 0) -> int:
    """Load a UTF-8 CSV file as text into the table `raw`; the number of its rows."""
    connection.execute(
        "CREATE OR REPLACE TABLE raw AS SELECT * FROM read_csv($path, auto_detect = false, "
        "columns = $columns, delim = $delimiter, compression = 'none', skip = $skip, "
        "header = false, quote = '\"', escape = '\"', max_line_size = $longest)",
        {
            "path": file_pattern(path),
            "columns": {f"c{k}": "VARCHAR" for k in range(width)},
            "delimiter": delimiter,
            "skip": skip,
            "longest": 4 * LONGEST_LINE,
        },
    )
    (n_rows,) = connection.execute("SELECT count(*) FROM raw").fetchone()
    return n_rows


def load_rows(
    connection: Any, folder: Path, rows: Iterable[Sequence[str | None]], width: int
) -> int:
    """Load rows of cells into the table `raw` by way of a file; the number of rows.

    The file is written in the plainest form there is: every cell quoted, one kind of line end,
    which DuckDB wants inside of cells too.
    """
    plain = folder / "plain.csv"
    n_rows = 0
    with plain.open("w", encoding="utf-8", newline="", errors="surrogatepass") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for row in rows:
            writer.writerow(
                _LINE_END.sub("\n", cell) if cell and "\r" in cell else cell for cell in row
            )
            n_rows += 1
    loaded = load_file(connection, plain, width)
    plain.unlink()
    return loaded if loaded == n_rows else -1
