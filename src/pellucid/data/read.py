"""`read_table`: one door for every kind of table, and `read_batches` for those beyond memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from typing import Any

from pellucid.data.formats.loading import Options
from pellucid.data.opening import opened_table
from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError

_MOST_CELLS = 200_000_000


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
    """The table in a file or a data frame: numbers as float64, all else as text.

    What a file is, its content tells: CSV (comma, semicolon, tab, pipe or spaces between cells),
    JSON, Excel and OpenDocument sheets, ARFF, Parquet, Arrow, SQLite, DuckDB; packed by gzip, zip,
    bzip2 or xz, or not. A data frame may be of pandas, polars, Arrow or another library that
    narwhals knows. Encoding, delimiter, header, decimal sign and missing marks are found out;
    `table.reading` tells how, and which rows were refused.

    Args:
        source: a path or a frame.
        names: of the columns, instead of the file's; alone, they mean that it has no header.
        missing: marks that count as missing, always with the empty cell; None takes ours (`?`,
            `NA`, `null`, `-`, `无` and the like), some of which stay values where the column shows
            that they are meant: `-` beside `+`, `None` beside `mild`.
        header: whether the first row holds names; None looks at what is below it.
        sheet: of a spreadsheet, by name or number from 1; None takes the first with cells.
        table: of a database, or a file in a zip archive.
        query: SQL that selects from the table `data` (in an SQLite file, from its own tables).
        delimiter: between cells; a space stands for any run of spaces.
        encoding: of text, by Python's name for it.
        decimal: `"."` or `","` in all numbers; None decides column by column.

    A column is numeric if every cell that is not missing is a finite number, 1,234.5 and 1.234,5
    included. Keys, which float64 would damage, are text: whole numbers of 16 digits or more, or
    with zeros in front, such as 08123. Text is stripped of surrounding space; dates are ISO 8601.

    Raises `DataError`, with the line, for what is not a table, and where more than one row in ten
    would be refused; `ArgumentError` for an option that the kind of file does not know;
    `MissingDependencyError` without DuckDB.

    >>> from pellucid.data.datasets import wisconsin_original_csv
    >>> table = read_table(wisconsin_original_csv())
    >>> table.shape, int(table.missing("bare_nuclei").sum()), table["class"][5]
    ((699, 11), 16, 'malignant')
    >>> read_table(wisconsin_original_csv(), query="SELECT max(id) AS last FROM data")["last"]
    array([13454352.])
    """
    options = Options(names, missing, header, sheet, table, query, delimiter, encoding, decimal)
    with opened_table(source, options, on_disk=False) as opened:
        report = opened.report
        if report.n_rows * len(report.columns) > _MOST_CELLS:
            raise DataError(
                report.source,
                expected=f"at most {_MOST_CELLS} cells",
                received="more",
                hint="Read it in parts: read_batches.",
            )
        return Table(opened.fetch(), report.source, report)


def read_batches(
    source: str | PathLike[str] | Any, *, rows: int = 65_536, **options: Any
) -> Iterator[Table]:
    """The table in a file of any size, in tables of at most `rows` rows each, in order.

    All batches share one decision about layout, types and missing marks, made over the whole file
    before the first is given out, and one `reading`. The file may be larger than memory: Parquet is
    read where it lies, other formats by way of a temporary file. `options` are those of
    `read_table`.

    >>> from pellucid.data.datasets import wisconsin_original_csv
    >>> [len(table) for table in read_batches(wisconsin_original_csv(), rows=300)]
    [300, 300, 99]
    """
    if rows < 1:
        raise ArgumentError("read_batches.rows", expected="1 or more", received=rows)
    with opened_table(source, Options(**options), on_disk=True) as opened:
        report = opened.report
        for begin in range(0, report.n_rows, rows):
            yield Table(opened.fetch(begin, begin + rows), report.source, report)
