"""CSV files, whatever they are encoded in and separated by."""

from __future__ import annotations

import io
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from pellucid.data.formats.content import File
from pellucid.data.formats.dialect import dialect_of
from pellucid.data.formats.encodings import encoding_of
from pellucid.data.formats.layout import Layout, inspect_rows, read_rows
from pellucid.data.formats.lines import CsvRecords
from pellucid.data.formats.loading import Loaded, Options, load_file, load_rows
from pellucid.errors import DataError, PellucidError

_CHUNK = 1 << 20


def load_csv(connection: Any, file: File, folder: Path, options: Options) -> Loaded:
    """Load a CSV file: its encoding, delimiter, header and rows found out or as chosen."""
    encoding = encoding_of(file.path, file.name, options.encoding)
    path = as_utf8(file, encoding, folder)
    delimiter, skip = dialect_of(path, options.delimiter)
    rows = CsvRecords(path, file.name, delimiter, skip)
    layout = inspect_rows(rows, file.name, options.names, options.header)
    n_rows = _load(connection, path, rows, layout, delimiter, folder)
    if n_rows != layout.n_rows:
        raise DataError(file.name, expected=f"{layout.n_rows} rows", received="another number")
    facts = {"encoding": encoding, "delimiter": delimiter}
    return Loaded(layout.names, n_rows, facts | layout_facts(layout))


def layout_facts(layout: Layout) -> dict[str, Any]:
    """What a report tells of a layout."""
    return {
        "header": layout.header,
        "renamed": layout.renamed,
        "above": layout.above,
        "refused": layout.refused,
        "n_blank": layout.n_blank,
    }


def as_utf8(file: File, encoding: str, folder: Path) -> Path:
    """The file itself if it is UTF-8, else a copy of it in UTF-8."""
    if encoding == "utf-8":
        return file.path
    target = folder / "utf-8.txt"
    try:
        with (
            file.path.open(encoding=encoding, newline="") as text,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            shutil.copyfileobj(text, out, _CHUNK)
    except (UnicodeError, LookupError) as error:
        raise _undecodable(file, encoding, error) from None
    return target


def _load(
    connection: Any, path: Path, rows: CsvRecords, layout: Layout, delimiter: str, folder: Path
) -> int:
    """Load the rows, by the file itself if the engine counts as many of them as we did."""
    lines = rows.lines
    assert lines is not None
    plain = layout.regular and not (lines.mixed_ends or lines.padded_quotes)
    if plain and delimiter != " ":
        with suppress(PellucidError, *_engine_errors()):
            skip = layout.first_line - 1
            n_rows = load_file(connection, path, len(layout.names), delimiter, skip)
            if n_rows == layout.n_rows:
                return n_rows
    return load_rows(connection, folder, read_rows(rows, layout), len(layout.names))


def _engine_errors() -> tuple[type[Exception], ...]:
    import duckdb

    return (duckdb.Error,)


def _undecodable(file: File, encoding: str, error: Exception) -> DataError:
    """The refusal of text in a wrong encoding, with the line on which it shows."""
    number = 1
    if isinstance(error, UnicodeDecodeError):
        with (
            file.path.open("rb") as content,
            io.TextIOWrapper(content, encoding, errors="replace", newline="") as text,
        ):
            number = next((k for k, line in enumerate(text, 1) if "\ufffd" in line), 1)
    return DataError(
        f"{file.name}, line {number}",
        expected=f"text in {encoding.upper()}",
        received="bytes that are none",
        hint="Save the table as CSV UTF-8.",
    )
