"""`read_table`: one door for every kind of table file."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from pellucid.data.csv_layout import MISSING_MARKS
from pellucid.data.csv_table import read_csv
from pellucid.data.table import Table
from pellucid.errors import DataError


def read_table(
    path: str | PathLike[str],
    *,
    names: Sequence[str] | None = None,
    missing: Sequence[str] = MISSING_MARKS,
) -> Table:
    """The table in a CSV file: columns by name, numbers as float64, all else as text.

    Cells are separated by comma, semicolon, tab or pipe, whichever fits; text is UTF-8, with or
    without a byte-order mark; gzipped files are unpacked. The first row names the columns (an empty
    name becomes `column_3`) unless `names` does. Cells are stripped of surrounding space; an empty
    one and one of `missing` (`?`, `NA`, `null`, `-` and the like) counts as missing. A column is
    numeric if every other cell is a finite decimal number; keys, which float64 would damage, are
    text: whole numbers of 16 digits or more, or with zeros in front, such as 08123.

    Raises `DataError`, with the line, for what is not a table: an empty file, a missing header,
    names that repeat, rows of another length, open quotes, another encoding or format. Raises
    `MissingDependencyError` without DuckDB.

    >>> from pellucid.data.datasets import wisconsin_original_csv
    >>> table = read_table(wisconsin_original_csv())
    >>> table.shape, int(table.missing("bare_nuclei").sum()), table["class"][5]
    ((699, 11), 16, 'malignant')
    """
    file_path = Path(path)
    if file_path.is_dir():
        raise DataError(str(path), expected="a file", received="a folder")
    if not file_path.exists():
        raise DataError(str(path), expected="a CSV file", received="no such file")
    return read_csv(file_path, names=names, missing=missing)
