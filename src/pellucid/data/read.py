"""`read_table`: one door for every kind of table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from pellucid.data.columns.judge import Column, fetch, judge
from pellucid.data.columns.marks import marks_from
from pellucid.data.engine import engine
from pellucid.data.formats.content import File, check_is_file, readable
from pellucid.data.formats.csv_file import load_csv
from pellucid.data.formats.loading import Loaded, Options
from pellucid.data.formats.unpack import opened
from pellucid.data.reading import ReadReport
from pellucid.data.table import Table
from pellucid.errors import DataError

_MOST_CELLS = 200_000_000
_LOADERS: dict[str, Callable[[Any, File, Path, Options], Loaded]] = {"csv": load_csv}


class _Opened(NamedTuple):
    """A table in the engine, judged: what is left is to fetch its rows."""

    connection: Any
    columns: tuple[Column, ...]
    row: str
    report: ReadReport


def read_table(
    source: str | PathLike[str] | Any,
    *,
    names: Sequence[str] | None = None,
    missing: Sequence[str] | None = None,
    header: bool | None = None,
    sheet: str | int | None = None,
    table: str | None = None,
    query: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Table:
    """The table in a file: columns by name, numbers as float64, all else as text.

    Cells are separated by comma, semicolon, tab or pipe, whichever fits; the encoding, and whether
    the first row holds names, are found out. Packed files are unpacked. Cells are stripped of
    surrounding space. A column is numeric if every cell that is not missing is a finite number;
    keys, which float64 would damage, are text: whole numbers of 16 digits or more, or with zeros in
    front, such as 08123. `table.reading` tells what was found, decided and refused.

    Raises `DataError`, with the line, for what is not a table. Raises `MissingDependencyError`
    without DuckDB.

    >>> from pellucid.data.datasets import wisconsin_original_csv
    >>> table = read_table(wisconsin_original_csv())
    >>> table.shape, int(table.missing("bare_nuclei").sum()), table["class"][5]
    ((699, 11), 16, 'malignant')
    """
    options = Options(names, missing, header, sheet, table, query, delimiter, encoding, decimal)
    with _opened(Path(source), options, on_disk=False) as opened_table:
        report = opened_table.report
        if report.n_rows * len(report.columns) > _MOST_CELLS:
            raise DataError(report.source, expected=f"at most {_MOST_CELLS} cells", received="more")
        values = fetch(opened_table.connection, opened_table.columns)
    return Table(values, report.source, report)


@contextmanager
def _opened(path: Path, options: Options, *, on_disk: bool) -> Iterator[_Opened]:
    name = str(path)
    check_is_file(path)
    with (
        tempfile.TemporaryDirectory(prefix="pellucid-") as scratch,
        readable(name),
        engine(Path(scratch), name, on_disk=on_disk) as connection,
    ):
        folder = Path(scratch)
        file = opened(path, name, folder, options.table)
        loaded = _LOADERS[file.kind](connection, file, folder, options)
        judged = judge(
            connection,
            loaded.names,
            marks_from(options.missing),
            decimal=options.decimal,
            delimiter=loaded.facts.get("delimiter"),
        )
        report = ReadReport(
            source=path.name,
            format=file.kind,
            n_rows=loaded.n_rows,
            columns=tuple(column.reading for column in judged.columns),
            packed=file.packed,
            **{"part": file.part, "others": file.others, "decimal": judged.decimal}
            | dict(loaded.facts),
        )
        yield _Opened(connection, judged.columns, loaded.row, report)
