"""ARFF, the format of Weka and OpenML: a header declares columns, then rows, dense or sparse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pellucid.data.formats.content import File
from pellucid.data.formats.csv_file import as_utf8, layout_facts
from pellucid.data.formats.encodings import encoding_of
from pellucid.data.formats.layout import MOST_COLUMNS, inspect_rows, read_rows
from pellucid.data.formats.lines import Lines, Record
from pellucid.data.formats.loading import Loaded, Options, load_rows
from pellucid.errors import DataError

_ATTRIBUTE = re.compile(
    r"@attribute\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\S+)\s+(.+)", re.IGNORECASE
)
_CELL = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|([^,]*?))\s*(?:,|$)")
_SPARSE = re.compile(r"\s*(\d+)\s+('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^,]*?)\s*(?:,|$)")
_ESCAPE = re.compile(r"\\(.)")


class ArffRows:
    """The rows below `@data`; a sparse one leaves out `omitted`: 0, or the first level."""

    def __init__(self, path: Path, name: str, omitted: list[str]) -> None:
        self._path, self._name, self._omitted = path, name, omitted

    @contextmanager
    def walk(self) -> Iterator[Iterator[Record]]:
        """All rows from the beginning."""
        with self._path.open(encoding="utf-8-sig", newline="") as text:
            lines = Lines(self._name, text)
            for line in lines:
                if line.strip().lower() == "@data":
                    break
            yield self._records(lines)

    def _records(self, lines: Lines) -> Iterator[Record]:
        for line in lines:
            line = line.strip()
            if not line or line.startswith("%"):
                continue
            cells = self._sparse(line[1:-1]) if line[0] == "{" and line[-1] == "}" else _cells(line)
            yield Record(lines.number, cells or [], line, None if cells else "quote")

    def _sparse(self, text: str) -> list[str] | None:
        cells, end = list(self._omitted), 0
        while end < len(text):
            match = _SPARSE.match(text, end)
            if match is None or int(match[1]) >= len(cells):
                return None
            cells[int(match[1])] = _unquoted(match[2])
            end = match.end()
        return cells


def load_arff(connection: Any, file: File, folder: Path, options: Options) -> Loaded:
    """Load an ARFF file; its declared names, else those of the user."""
    encoding = encoding_of(file.path, file.name, options.encoding)
    path = as_utf8(file, encoding, folder)
    declared = _declared(path, file.name)
    names = list(options.names or [name for name, _ in declared])
    rows = ArffRows(path, file.name, [_omitted(kind) for _, kind in declared])
    layout = inspect_rows(rows, file.name, names, header=False)
    n_rows = load_rows(connection, folder, read_rows(rows, layout), len(names))
    facts = layout_facts(layout) | {"header": None, "encoding": encoding}
    return Loaded(layout.names, n_rows, facts)


def _declared(path: Path, name: str) -> list[tuple[str, str]]:
    columns: list[tuple[str, str]] = []
    with path.open(encoding="utf-8-sig", newline="") as text:
        lines = Lines(name, text)
        for line in lines:
            word = line.strip().lower()
            if word == "@data":
                break
            if not word.startswith("@attribute"):
                continue
            match = _ATTRIBUTE.match(line.strip())
            if match is None or match[2].lower().startswith("relational"):
                raise DataError(
                    f"{name}, line {lines.number}",
                    expected="@attribute with a name and a plain type",
                    received=line.strip()[:80],
                )
            columns.append((_unquoted(match[1]), match[2]))
    if not 0 < len(columns) <= MOST_COLUMNS:
        raise DataError(
            name, expected=f"at most {MOST_COLUMNS} columns", received=f"{len(columns)}"
        )
    return columns


def _omitted(kind: str) -> str:
    levels = kind.strip().removeprefix("{").removesuffix("}") if kind.startswith("{") else "0"
    return (_cells(levels) or ["0"])[0]


def _cells(line: str) -> list[str] | None:
    """The cells of a dense row; None if its quotes do not match."""
    if "'" not in line and '"' not in line:
        return line.split(",")
    cells, end = list[str](), 0
    while end < len(line):
        match = _CELL.match(line, end)
        if match is None:
            return None
        quoted = match[1] if match[1] is not None else match[2]
        cells.append(match[3] if quoted is None else _ESCAPE.sub(r"\1", quoted))
        end = match.end()
    return cells + [""] if line.endswith(",") else cells


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return _ESCAPE.sub(r"\1", text[1:-1])
    return text
