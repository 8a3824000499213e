"""What reading a table found out, decided and refused: kept with the table, written as JSON."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

_MOST_SHOWN = 20


class RefusedRow(NamedTuple):
    """A row that is in the file but not in the table: its line, the reason as a key, its text.

    `reason_key` is `"cells"` (another number of cells than the header), `"quote"` (text after a
    closing quote), `"json"` (no JSON object), `"above"` (a title or note above the header).
    """

    line: int
    reason_key: str
    text: str


class ColumnReading(NamedTuple):
    """How one column was read.

    `kind` is `"number"` or `"text"`; `missing` counts each mark, `""` for an empty cell; `kept`
    counts what looks like a mark but is a value here; `numerals` shows how 1234.5 is written where
    that is not the plain way: `"1,234.5"` or `"1.234,5"`.
    """

    name: str
    kind: str
    missing: Mapping[str, int]
    kept: Mapping[str, int]
    numerals: str | None


@dataclass(frozen=True)
class ReadReport:
    """The record of one reading; `Table.reading` holds it.

    `format` is what the content turned out to be (`"csv"`, `"parquet"`, `"xlsx"` …), `packed` how
    it was packed (`"gzip"`, `"zip"` …, None for not at all); `encoding`, `delimiter`, `header` and
    `decimal` are None where the format knows no such thing. `part` names the sheet, the database
    table or the file in an archive that was read, `others` those beside it. `refused` rows are not
    in the table; `above` are titles and notes above the header; `renamed` maps names that were
    given here to those in the file. `n_blank` counts rows of nothing but delimiters, which are left
    out.
    """

    source: str
    format: str
    n_rows: int
    columns: tuple[ColumnReading, ...]
    packed: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    decimal: str | None = None
    part: str | None = None
    others: tuple[str, ...] = ()
    query: str | None = None
    renamed: Mapping[str, str] = field(default_factory=dict)
    above: tuple[RefusedRow, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    n_blank: int = 0

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values; of refused rows the first 20, and their number.

        `missing` holds, for each column that lacks values, `n`, `share` (0 to 1) and `marks`.

        >>> from pellucid.data import datasets, read_table
        >>> report = read_table(datasets.wisconsin_original_csv()).reading.to_json()
        >>> report["format"], report["delimiter"], report["refused"]["count"]
        ('csv', ',', 0)
        >>> report["missing"]["bare_nuclei"]["marks"]
        {'?': 16}
        """
        simple = ("source", "format", "packed", "encoding", "delimiter", "header", "decimal")
        return {
            **{name: getattr(self, name) for name in simple},
            **{name: getattr(self, name) for name in ("part", "query", "n_rows", "n_blank")},
            "n_columns": len(self.columns),
            "others": list(self.others),
            "renamed": dict(self.renamed),
            "above": [row._asdict() for row in self.above],
            "refused": {
                "count": len(self.refused),
                "lines": [row._asdict() for row in self.refused[:_MOST_SHOWN]],
            },
            "missing": {c.name: self._missing(c) for c in self.columns if c.missing},
            "kept": {c.name: dict(c.kept) for c in self.columns if c.kept},
            "numerals": {c.name: c.numerals for c in self.columns if c.numerals},
        }

    def _missing(self, column: ColumnReading) -> dict[str, Any]:
        n = sum(column.missing.values())
        return {"n": n, "share": n / max(1, self.n_rows), "marks": dict(column.missing)}

    def write_refused(self, path: str | PathLike[str]) -> Path:
        """Write the refused rows to a CSV file (line, reason, text), whole or not at all.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     report = ReadReport("a.csv", "csv", 9, (), refused=(RefusedRow(4, "cells", "1,2"),))
        ...     print(report.write_refused(f"{folder}/refused.csv").read_text("utf-8"))
        line,reason,text
        4,cells,"1,2"
        <BLANKLINE>
        """
        target = Path(path)
        rows: Sequence[Sequence[object]] = [("line", "reason", "text"), *self.refused]
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            with beside.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        return target
