"""JSON: a list of objects, or one object after another, a line each or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pellucid.data.formats.cells import cell_text
from pellucid.data.formats.content import File
from pellucid.data.formats.csv_file import as_utf8
from pellucid.data.formats.encodings import encoding_of
from pellucid.data.formats.layout import MOST_COLUMNS, MOST_REFUSED, MOST_REFUSED_SHARE
from pellucid.data.formats.loading import Loaded, Options, load_rows
from pellucid.data.reading import RefusedRow
from pellucid.errors import DataError

_CHUNK = 1 << 20
_LONGEST_OBJECT = 1 << 24
_DEEPEST = 8
_LONGEST_TEXT = 2000


class _Item(NamedTuple):
    """An object on its line, its inner objects flattened; None where the line holds none."""

    line: int
    cells: dict[str, str | None] | None
    text: str = ""


def load_json(connection: Any, file: File, folder: Path, options: Options) -> Loaded:
    """Load a JSON file: each object a row, each key a column, inner objects as `outer.inner`."""
    encoding = encoding_of(file.path, file.name, options.encoding)
    path = as_utf8(file, encoding, folder)
    names, refused, n_rows = dict[str, None](), list[RefusedRow](), 0
    for item in _items(path, file.name):
        if item.cells is None:
            refused.append(RefusedRow(item.line, "json", item.text[:_LONGEST_TEXT]))
            if len(refused) > min(MOST_REFUSED, 1000 + n_rows):
                break
            continue
        n_rows += 1
        names.update(dict.fromkeys(item.cells))
        if len(names) > MOST_COLUMNS:
            raise DataError(file.name, expected=f"at most {MOST_COLUMNS} columns", received="more")
    if len(refused) > MOST_REFUSED_SHARE * (n_rows + len(refused)):
        raise _no_object(file.name, refused[0].line)
    if not names:
        raise DataError(file.name, expected="a list of objects", received="none")
    cells = (item.cells for item in _items(path, file.name) if item.cells is not None)
    rows = ([row.get(name) for name in names] for row in cells)
    loaded = load_rows(connection, folder, rows, len(names))
    return Loaded(tuple(names), loaded, {"encoding": encoding, "refused": tuple(refused)})


def _items(path: Path, name: str) -> Iterator[_Item]:
    with path.open(encoding="utf-8-sig") as text:
        first = text.readline(_LONGEST_OBJECT)
        while first and not first.strip():
            first = text.readline(_LONGEST_OBJECT)
        in_lines = first.lstrip().startswith("{") and _parsed(first) is not None
    return _in_lines(path, name) if in_lines else _in_one(path, name)


def _in_lines(path: Path, name: str) -> Iterator[_Item]:
    with path.open(encoding="utf-8-sig") as text:
        number = 0
        while line := text.readline(_LONGEST_OBJECT):
            number += 1
            if len(line) == _LONGEST_OBJECT:
                raise _no_object(name, number)
            if line.strip():
                yield _Item(number, _parsed(line), line.rstrip("\n"))


def _in_one(path: Path, name: str) -> Iterator[_Item]:
    """The objects of a list, or of a file in which they follow each other, one at a time."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique)
    with path.open(encoding="utf-8-sig") as text:
        buffer, line = text.read(_CHUNK).lstrip(), 1
        closed = not buffer.startswith("[")
        buffer = buffer.removeprefix("[")
        while True:
            buffer = _next(text, buffer)
            if not buffer or (buffer.startswith("]") and not closed):
                if buffer.strip(" \t\r\n]") or (not buffer and not closed):
                    raise _no_object(name, line)
                return
            value, buffer, n_lines = _decoded(decoder, text, buffer, f"{name}, line {line}")
            yield _Item(line, _flat(value) if isinstance(value, dict) else None, str(value)[:200])
            line += n_lines


def _next(text: Any, buffer: str) -> str:
    """The text from the next object on."""
    buffer = buffer.lstrip(" \t\r\n,")
    while not buffer and (more := text.read(_CHUNK)):
        buffer = more.lstrip(" \t\r\n,")
    return buffer


def _decoded(decoder: Any, text: Any, buffer: str, where: str) -> tuple[Any, str, int]:
    """The value with which `buffer` begins, the text after it, and the lines it took."""
    while True:
        try:
            value, end = decoder.raw_decode(buffer)
            return value, buffer[end:], buffer.count("\n", 0, end)
        except RecursionError:
            raise DataError(
                where, expected="objects of plain values", received="deep ones"
            ) from None
        except ValueError as error:
            more = text.read(max(_CHUNK, len(buffer))) if len(buffer) < _LONGEST_OBJECT else ""
            if not more:
                raise DataError(
                    where, expected="a list of objects", received="broken JSON"
                ) from error
            buffer += more


def _parsed(line: str) -> dict[str, str | None] | None:
    try:
        value = json.loads(line, object_pairs_hook=_unique)
        return _flat(value) if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        return None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key twice")
    return values


def _flat(value: dict[str, Any], depth: int = 0) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and inner and depth < _DEEPEST:
            cells |= {f"{key}.{name}": cell for name, cell in _flat(inner, depth + 1).items()}
        else:
            cells[key] = cell_text(inner)
    return cells


def _no_object(name: str, line: int) -> DataError:
    return DataError(
        f"{name}, line {line}", expected="a list of objects, or one a line", received="other JSON"
    )
