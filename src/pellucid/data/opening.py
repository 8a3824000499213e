"""From a file or a frame to a table in the engine: recognised, loaded, judged, ready to fetch."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid.data.columns.judge import Column, Judged, fetch
from pellucid.data.columns.marks import marks_from
from pellucid.data.columns.typed import judge_typed
from pellucid.data.engine import engine
from pellucid.data.formats.arff import load_arff
from pellucid.data.formats.columnar import load_arrow, load_duckdb, load_parquet
from pellucid.data.formats.content import File, check_is_file, readable
from pellucid.data.formats.csv_file import load_csv
from pellucid.data.formats.json_file import load_json
from pellucid.data.formats.loading import Loaded, Options
from pellucid.data.formats.sheets import load_sheet
from pellucid.data.formats.sqlite import load_sqlite
from pellucid.data.formats.unpack import opened
from pellucid.data.frames import frame_columns, frame_kind
from pellucid.data.query import load_answer
from pellucid.data.reading import ReadReport
from pellucid.errors import ArgumentError

_LOADERS: dict[str, Callable[[Any, File, Path, Options], Loaded]] = {
    "csv": load_csv,
    "json": load_json,
    "arff": load_arff,
    "xlsx": load_sheet,
    "xlsb": load_sheet,
    "xls": load_sheet,
    "ods": load_sheet,
    "sqlite": load_sqlite,
    "duckdb": load_duckdb,
    "parquet": load_parquet,
    "arrow": load_arrow,
}
_SHEETS = ("xlsx", "xlsb", "xls", "ods")
# Which formats an option can change; elsewhere it would be a mistake to accept it.
_MEANT_FOR = {
    "header": ("csv", *_SHEETS),
    "sheet": _SHEETS,
    "table": ("sqlite", "duckdb", "zip"),
    "delimiter": ("csv",),
    "encoding": ("csv", "json", "arff"),
    "names": ("csv", "arff", "parquet", "arrow", "duckdb", *_SHEETS),
}


class Opened(NamedTuple):
    """A table in the engine whose rows are left to fetch."""

    connection: Any
    columns: tuple[Column, ...]
    relation: str
    row: str
    report: ReadReport

    def fetch(self, begin: int | None = None, end: int | None = None) -> dict[str, np.ndarray]:
        """The columns by name, of all rows or of those from `begin` to before `end`."""
        where = "" if begin is None else f"WHERE {self.row} >= {begin} AND {self.row} < {end}"
        return fetch(self.connection, self.columns, self.relation, where)


@contextmanager
def opened_table(
    source: str | PathLike[str] | Any, options: Options, *, on_disk: bool
) -> Iterator[Opened]:
    """The table in a file or a frame, while the block lasts; `on_disk` bounds the memory."""
    _check(options)
    is_path = isinstance(source, str | PathLike)
    name = str(source) if is_path else "frame"
    if is_path:
        check_is_file(Path(source))
    with tempfile.TemporaryDirectory(prefix="pellucid-") as scratch, readable(name):
        with engine(Path(scratch), name, on_disk=on_disk) as connection:
            if is_path:
                file = opened(Path(source), name, Path(scratch), options.table)
                _check_meant(options, file)
                loaded = _LOADERS[file.kind](connection, file, Path(scratch), options)
            else:
                file = File(Path(), name, frame_kind(source))
                _check_meant(options, file)
                loaded = _load_frame(connection, source, options)
            yield _judged(connection, file, loaded, options)


def _judged(connection: Any, file: File, loaded: Loaded, options: Options) -> Opened:
    """The judged table, or the judged answer to a query of it."""
    judged, relation = _judge(connection, file, loaded, options, "raw"), "raw"
    if options.query is not None and file.kind != "sqlite":
        loaded, relation = load_answer(connection, file.name, loaded, judged.columns, options.query)
        judged = _judge(connection, file, loaded, options, relation)
    facts = {"part": file.part, "others": file.others, "decimal": judged.decimal}
    report = ReadReport(
        source=Path(file.name).name,
        format=file.kind,
        n_rows=loaded.n_rows,
        columns=tuple(column.reading for column in judged.columns),
        packed=file.packed,
        query=options.query,
        **facts | dict(loaded.facts),
    )
    return Opened(connection, judged.columns, relation, loaded.row, report)


def _judge(connection: Any, file: File, loaded: Loaded, options: Options, relation: str) -> Judged:
    return judge_typed(
        connection,
        loaded.names,
        marks_from(options.missing),
        file.name,
        decimal=options.decimal,
        delimiter=loaded.facts.get("delimiter"),
        relation=relation,
    )


def _load_frame(connection: Any, frame: Any, options: Options) -> Loaded:
    columns = frame_columns(frame)
    arrays = {f"c{k}": values for k, values in enumerate(columns.values())}
    connection.register("frame", arrays)
    casts = ", ".join(
        f"CAST({c} AS {'VARCHAR' if values.dtype == object else 'DOUBLE'}) AS {c}"
        for c, values in arrays.items()
    )
    connection.execute(f"CREATE TABLE raw AS SELECT {casts} FROM frame")
    connection.unregister("frame")
    return Loaded(tuple(columns), len(next(iter(arrays.values()))), {})


def _check(options: Options) -> None:
    if options.decimal not in (None, ".", ","):
        raise ArgumentError("decimal", expected="'.' or ','", received=repr(options.decimal))
    if options.header not in (None, True, False):
        raise ArgumentError("header", expected="True, False or None", received=options.header)
    if options.table is not None and options.query is not None:
        raise ArgumentError("query", expected="a query or a table", received="both")


def _check_meant(options: Options, file: File) -> None:
    """Refuse an option that says nothing about this kind of file."""
    for option, kinds in _MEANT_FOR.items():
        given = getattr(options, option)
        if given is not None and not {file.kind, file.packed} & set(kinds):
            raise ArgumentError(
                option, expected=f"a file of {', '.join(kinds)}", received=file.kind
            )
