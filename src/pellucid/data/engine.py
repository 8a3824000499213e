"""DuckDB, the engine that holds and converts tables; it fetches nothing and opens no other file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pellucid.errors import DataError, needs

# No extension may be fetched, no variable of the program is a table.
_CONFIG: dict[str, Any] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
# The memory of an engine that streams: what it holds beyond lies on the disk.
_STREAMING_MEMORY = "768MB"


@contextmanager
def engine(folder: Path, name: str, *, on_disk: bool = False) -> Iterator[Any]:
    """A connection whose files lie in `folder`; its errors become `DataError`s about `name`.

    With `on_disk`, tables live in a file there and memory stays bounded.
    """
    with needs("tabular"):
        import duckdb
    config = _CONFIG | {"temp_directory": str(folder / "spilled")}
    if on_disk:
        config["memory_limit"] = _STREAMING_MEMORY
    try:
        place = str(folder / "table.duckdb") if on_disk else ":memory:"
        with duckdb.connect(place, config=config) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            yield connection
    except duckdb.Error as error:
        raise DataError(name, expected="a table", received=_reason(error)) from None


def lock(connection: Any, *paths: Path) -> None:
    """From now on the connection opens no file but `paths`, and no setting can change that."""
    allowed = ", ".join(quoted(str(path.absolute())) for path in paths)
    connection.execute(f"SET allowed_paths = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name of a column or table as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def file_pattern(path: Path) -> str:
    """A path as DuckDB wants it, in which no character stands for others."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path.absolute()))


def _reason(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].removeprefix("Invalid Input Error: ").removeprefix("Binder Error: ")
