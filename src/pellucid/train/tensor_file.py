"""Arrays and a JSON document in one safetensors file: nothing in it executes when it is read.

The same content is always the same bytes. What is read is bounded before it is looked at: the
header by its length, arrays by the size of the file, the document by length, depth and count.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import ModelFileError
from pellucid.graph import Array
from pellucid.train.files import replacing

# A document describes layers or counters, and what was measured; a larger one is not ours.
_LONGEST_DOCUMENT = 32 * 1024 * 1024
# Inside the header the document is text in JSON: each quote and each backslash takes two more.
_LONGEST_HEADER = 3 * _LONGEST_DOCUMENT
# Every layer of layers takes five levels.
_DEEPEST_DOCUMENT = 200
_MOST_ARRAYS = 100_000
_KEY, _CHECK = "pellucid", "crc32"
_HINT = "Load another copy, or write the file again"

# safetensors names of what may be stored; all little-endian.
_TYPES = {"bool": "BOOL"} | {
    f"{kind}{bits}": f"{letter}{bits}"
    for kind, letter in (("float", "F"), ("int", "I"), ("uint", "U"))
    for bits in (8, 16, 32, 64)
}
_OLD_FORM = re.compile(r"(?P<name>.+)\.v(?P<version>[0-9]{1,9})")


class Form(NamedTuple):
    """What a file is, and in which version of the description: readers take older ones, too."""

    name: str
    version: int


class TensorFile(NamedTuple):
    """What a file holds: a JSON document and arrays by name, in the order they were written.

    `version` is that of the form the file was written in.
    """

    document: dict[str, Any]
    arrays: dict[str, Array]
    version: int


def write_tensor_file(
    path: str | os.PathLike[str],
    form: Form,
    document: Mapping[str, Any],
    arrays: Mapping[str, Array],
) -> None:
    """Write both into `path`, which stays as it was if anything fails.

    The document gets the form and the names of the arrays in order; a CRC-32 of both stands beside
    it, so that a damaged file is noticed. The same content gives the same bytes. Raises
    `ModelFileError` for a document that JSON cannot hold, or that `read_tensor_file` would refuse.
    """
    solid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # An array without axes comes back from ascontiguousarray with one.
    solid = {name: array.reshape(np.shape(arrays[name])) for name, array in solid.items()}
    head = {"format": form.name, "format_version": form.version}
    try:
        text = json.dumps({**head, **document, "order": list(solid)}, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelFileError(
            str(path), expected="a config JSON can hold", received=str(error)
        ) from error
    _check_document(str(path), text)
    for name, array in solid.items():
        if array.dtype.name not in _TYPES:
            where = f"{path}, array {name}"
            raise ModelFileError(where, expected="numbers", received=array.dtype.name)
    placed = _placed(solid)
    header = _header(placed, {_CHECK: _checksum(text, solid), _KEY: text})
    with replacing(path) as beside, beside.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for array in placed.values():
            file.write(_bytes(array))


def read_tensor_file(path: str | os.PathLike[str], form: Form) -> TensorFile:
    """Read a file of this form, or of an older version of it; every array is a copy of its own.

    Raises `ModelFileError`, in one line, for a file that is absent, truncated, damaged, too large
    to be ours, of another form or from a newer version.
    """
    from safetensors import SafetensorError, safe_open

    where = str(path)
    if not Path(path).is_file():
        raise ModelFileError(where, expected="a file", received="none at this path")
    try:
        _check_length(path)
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            document, version = _document(where, metadata.get(_KEY), form)
            arrays = _arrays(file, document, where)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, MemoryError) as error:
        raise ModelFileError(
            where, expected="a whole model file of ours", received=str(error), hint=_HINT
        ) from error
    if metadata.get(_CHECK) != _checksum(metadata[_KEY], arrays):
        raise ModelFileError(where, expected="what was written", received="other", hint=_HINT)
    return TensorFile(document, arrays, version)


def _placed(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The order in which they stand in the file: the widest types first, so that all are aligned.

    Their own order is kept within a type; safetensors wants no hole between two of them.
    """
    return dict(sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize))


def _header(placed: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    entries: dict[str, Any] = {"__metadata__": metadata}
    end = 0
    for name, array in placed.items():
        start, end = end, end + array.nbytes
        entries[name] = {
            "dtype": _TYPES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(entries, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8)


def _check_length(path: str | os.PathLike[str]) -> None:
    """Nothing is read before its length is known to fit the file, and memory."""
    size = os.stat(path).st_size
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if length > size - 8:
        raise ValueError(f"a header of {length} bytes in a file of {size}")
    if length > _LONGEST_HEADER:
        raise ValueError(f"a header of {length >> 20} MB")


def _document(where: str, text: str | None, form: Form) -> tuple[dict[str, Any], int]:
    if text is None:
        raise ModelFileError(
            where,
            expected=f"a file in our format {form.name}",
            received="a safetensors file from elsewhere",
        )
    document = _check_document(where, text)
    return document, _version(where, document, form)


def _check_document(where: str, text: str) -> Any:
    """The document in a text, if it is not too long and not too deep to be one of ours."""
    if len(text) > _LONGEST_DOCUMENT:
        raise ModelFileError(where, expected="a description up to 32 MB", received=f"{len(text)} B")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(where, expected="JSON", received=str(error), hint=_HINT) from error
    level, depth = [document], 0
    while level:
        depth += 1
        level = [part for each in level for part in _parts(each)]
        if depth > _DEEPEST_DOCUMENT:
            expected = f"JSON nested up to {_DEEPEST_DOCUMENT} levels"
            raise ModelFileError(where, expected=expected, received="more", hint=_HINT)
    return document


def _parts(value: Any) -> list[Any]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [part for part in parts if isinstance(part, dict | list)]


def _version(where: str, document: Any, form: Form) -> int:
    """The version a file is written in, if it can be read."""
    if not isinstance(document, dict):
        raise ModelFileError(where, expected="a JSON object", received=type(document).__name__)
    name, version = document.get("format"), document.get("format_version")
    if version is None and (old := _OLD_FORM.fullmatch(str(name))):
        name, version = old["name"], int(old["version"])
    if name != form.name or not isinstance(version, int) or version < 1:
        raise ModelFileError(where, expected=f"format {form.name}", received=str(name))
    if version > form.version:
        hint = f"It was written by pellucid {document.get('version', '(unknown)')}; upgrade to it"
        raise ModelFileError(
            where,
            expected=f"format {form.name} up to version {form.version}",
            received=f"version {version}",
            hint=hint,
        )
    return version


def _arrays(file: Any, document: Mapping[str, Any], where: str) -> dict[str, Array]:
    order = document.get("order")
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(file.keys()):
        raise ModelFileError(where, expected="the arrays it lists", received="others", hint=_HINT)
    if len(order) > _MOST_ARRAYS:
        expected = f"up to {_MOST_ARRAYS} arrays"
        raise ModelFileError(where, expected=expected, received=str(len(order)))
    return {name: file.get_tensor(name) for name in order}


def _checksum(text: str, arrays: Mapping[str, Array]) -> str:
    """CRC-32 of the description and of every array: name, type, shape and bytes."""
    total = zlib.crc32(text.encode())
    for name, array in arrays.items():
        total = zlib.crc32(f"{name} {array.dtype.str} {array.shape}".encode(), total)
        total = zlib.crc32(_bytes(array), total)
    return f"{total:08x}"


def _bytes(array: Array) -> Any:
    return array.reshape(-1).view(np.uint8).data if array.size else b""
