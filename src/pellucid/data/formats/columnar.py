"""Files of typed columns: Parquet, Arrow and Feather, DuckDB's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pellucid.data.engine import file_pattern, identifier, quoted
from pellucid.data.formats.content import File, not_a_table
from pellucid.data.formats.headers import unique_names
from pellucid.data.formats.layout import MOST_COLUMNS
from pellucid.data.formats.loading import Loaded, Options
from pellucid.data.formats.sqlite import chosen_table
from pellucid.errors import DataError, needs

_ROW = "file_row_number"


def load_parquet(connection: Any, file: File, folder: Path, options: Options) -> Loaded:
    """Look at a Parquet file as `raw`; its rows stay where they are and are read when asked for."""
    reader = f"read_parquet({quoted(file_pattern(file.path))}"
    columns = _described(connection, f"SELECT * FROM {reader})")
    names, renamed = _names(columns, file.name, options)
    reader += ")" if _ROW in columns else f", {_ROW} = true)"
    connection.execute(f"CREATE VIEW raw AS SELECT {_aliased(columns)}, {_ROW} FROM {reader}")
    n_rows = _n_rows(connection, file.name)
    return Loaded(names, n_rows, {"renamed": renamed}, row=_ROW, paths=(file.path,))


def load_arrow(connection: Any, file: File, folder: Path, options: Options) -> Loaded:
    """Load an Arrow file or stream, or a Feather file, batch by batch."""
    with needs("arrow"):
        import pyarrow
    try:
        with _arrow_reader(pyarrow, file) as rows:
            connection.register("arrow_rows", rows)
            columns = list(rows.schema.names)
            names, renamed = _names(columns, file.name, options)
            # By place, because Arrow allows two columns of one name.
            aliases = ", ".join(f"c{k}" for k in range(len(columns)))
            connection.execute(
                f"CREATE TABLE raw AS SELECT * FROM arrow_rows AS arrow_rows({aliases})"
            )
            connection.unregister("arrow_rows")
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(
            file.name, expected="a whole Arrow file", received=str(error).splitlines()[0]
        ) from None
    return Loaded(names, _n_rows(connection, file.name), {"renamed": renamed})


def load_duckdb(connection: Any, file: File, folder: Path, options: Options) -> Loaded:
    """Look at a table of a DuckDB file as `raw`."""
    connection.execute(f"ATTACH {quoted(str(file.path.absolute()))} AS file (READ_ONLY)")
    found = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'file' ORDER BY table_name"
    ).fetchall()
    tables = [name for (name,) in found]
    table = chosen_table(tables, options.table, file.name)
    place = f"file.{identifier(table)}"
    columns = _described(connection, f"SELECT * FROM {place}")
    names, renamed = _names(columns, file.name, options)
    connection.execute(f"CREATE TABLE raw AS SELECT {_aliased(columns)} FROM {place}")
    connection.execute("DETACH file")
    others = tuple(other for other in tables if other != table)
    facts = {"renamed": renamed, "part": table, "others": others}
    return Loaded(names, _n_rows(connection, file.name), facts)


@contextmanager
def _arrow_reader(pyarrow: Any, file: File) -> Iterator[Any]:
    with file.path.open("rb") as content:
        mark = content.read(6)
    with pyarrow.memory_map(str(file.path)) as source:
        if mark == b"ARROW1":
            book = pyarrow.ipc.open_file(source)
            batches = (book.get_batch(k) for k in range(book.num_record_batches))
            yield pyarrow.RecordBatchReader.from_batches(book.schema, batches)
        elif mark.startswith(b"\xff\xff\xff\xff"):
            yield pyarrow.ipc.open_stream(source)
        else:
            raise not_a_table(file.name, "a Feather file of the first version")


def _described(connection: Any, query: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE {query}").fetchall()]


def _names(
    columns: Sequence[str], name: str, options: Options
) -> tuple[tuple[str, ...], dict[str, str]]:
    if len(columns) > MOST_COLUMNS:
        raise DataError(
            name, expected=f"at most {MOST_COLUMNS} columns", received=f"{len(columns)}"
        )
    if options.names is None:
        return unique_names(columns)
    if len(options.names) != len(columns) or len(set(options.names)) != len(columns):
        raise DataError(
            name, expected=f"{len(columns)} different names", received=f"{len(options.names)}"
        )
    return tuple(options.names), {}


def _aliased(columns: Sequence[str]) -> str:
    return ", ".join(f"{identifier(column)} AS c{k}" for k, column in enumerate(columns))


def _n_rows(connection: Any, name: str) -> int:
    (n_rows,) = connection.execute("SELECT count(*) FROM raw").fetchone()
    if not n_rows:
        raise DataError(name, expected="a table with rows", received="none")
    return n_rows
