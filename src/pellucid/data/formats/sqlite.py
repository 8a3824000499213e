"""SQLite files: a table, or the answer to a query; read by Python's own SQLite, never written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pellucid.data.engine import identifier
from pellucid.data.formats.cells import cell_text
from pellucid.data.formats.content import File
from pellucid.data.formats.headers import unique_names
from pellucid.data.formats.layout import MOST_COLUMNS
from pellucid.data.formats.loading import Loaded, Options, load_rows
from pellucid.errors import DataError

_BLOCK = 4096
# What reading needs; above all not ATTACH, which would open another file.
_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


def load_sqlite(connection: Any, file: File, folder: Path, options: Options) -> Loaded:
    """Load a table of an SQLite file, or the rows that `query` asks for."""
    with _opened(file) as database:
        tables = _tables(database)
        table = None if options.query else chosen_table(tables, options.table, file.name)
        query = options.query or f"SELECT * FROM {identifier(str(table))}"
        database.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
        )
        with closing(database.execute(query)) as cursor:
            if cursor.description is None:
                raise DataError(file.name, expected="a query that selects", received=query)
            names, renamed = unique_names([column[0] for column in cursor.description])
            if len(names) > MOST_COLUMNS:
                raise DataError(
                    file.name, expected=f"at most {MOST_COLUMNS} columns", received=f"{len(names)}"
                )
            n_rows = load_rows(connection, folder, _rows(cursor, names, file.name), len(names))
    if not n_rows:
        raise DataError(file.name, expected="a table with rows", received="none")
    others = tuple(other for other in tables if other != table)
    return Loaded(names, n_rows, {"part": table, "others": others, "renamed": renamed})


def chosen_table(tables: list[str], table: str | None, name: str) -> str:
    """The table to read: the one named, else the only one."""
    shown = ", ".join(tables[:8]) or "none"
    if table is not None:
        if table not in tables:
            raise DataError(name, expected=f"a table '{table}'", received=shown)
        return table
    if len(tables) != 1:
        hint = "Choose one by the option 'table'." if tables else None
        raise DataError(name, expected="a database of one table", received=shown, hint=hint)
    return tables[0]


@contextmanager
def _opened(file: File) -> Iterator[sqlite3.Connection]:
    # A write-ahead log beside the file holds its newest rows. Where there is none, the file can be
    # read as it stands, without the files that SQLite otherwise makes next to it.
    _check_whole(file)
    log = file.path.with_name(file.path.name + "-wal")
    mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{file.path.absolute().as_uri()}?{mode}", uri=True)) as found:
            found.execute("PRAGMA trusted_schema = OFF")
            yield found
    except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError, OverflowError) as error:
        raise DataError(
            file.name, expected="a whole SQLite file and a query it can answer", received=str(error)
        ) from None


def _check_whole(file: File) -> None:
    """Refuse a file shorter than its header says: SQLite itself misses only pages that it needs."""
    with file.path.open("rb") as content:
        start = content.read(100)
    page = int.from_bytes(start[16:18], "big")
    n_pages = int.from_bytes(start[28:32], "big") if start[24:28] == start[92:96] else 0
    if file.path.stat().st_size < n_pages * (65536 if page == 1 else page):
        raise DataError(
            file.name, expected="a whole SQLite file and a query it can answer", received="a part"
        )


def _tables(database: sqlite3.Connection) -> list[str]:
    rows = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return [str(name) for (name,) in rows]


def _rows(cursor: sqlite3.Cursor, names: tuple[str, ...], where: str) -> Iterator[list[str | None]]:
    while block := cursor.fetchmany(_BLOCK):
        for row in block:
            for name, value in zip(names, row, strict=True):
                if isinstance(value, bytes):
                    raise DataError(
                        f"{where}, column '{name}'",
                        expected="numbers or text",
                        received="binary data",
                        hint="Name the columns to read in a query.",
                    )
            yield [cell_text(value) for value in row]
