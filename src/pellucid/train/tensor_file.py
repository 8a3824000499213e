"""Arrays and a JSON document in one safetensors file: nothing in it executes when it is read."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import ModelFileError
from pellucid.graph import Array
from pellucid.train.files import replacing

# A document describes layers or counters; a larger one is not ours.
_LONGEST_DOCUMENT = 32 * 1024 * 1024
_KEY, _CHECK = "pellucid", "crc32"
_HINT = "Load another copy, or write the file again"


class TensorFile(NamedTuple):
    """What a file holds: a JSON document and arrays by name, in the order they were written."""

    document: dict[str, Any]
    arrays: dict[str, Array]


def write_tensor_file(
    path: str | os.PathLike[str], document: Mapping[str, Any], arrays: Mapping[str, Array]
) -> None:
    """Write both into `path`, which stays as it was if anything fails.

    The document gets the names of the arrays in order; a CRC-32 of both stands beside it, so that a
    damaged file is noticed. Raises `ModelFileError` for a document that JSON cannot hold.
    """
    from safetensors.numpy import save_file

    solid = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    # safetensors gives arrays without axes back with none, but ascontiguousarray adds one.
    solid = {name: array.reshape(np.shape(arrays[name])) for name, array in solid.items()}
    try:
        text = json.dumps({**document, "order": list(solid)}, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelFileError(
            str(path), expected="a config JSON can hold", received=str(error)
        ) from error
    with replacing(path) as beside:
        save_file(solid, beside, metadata={_KEY: text, _CHECK: _checksum(text, solid)})


def read_tensor_file(path: str | os.PathLike[str], form: str) -> TensorFile:
    """Read a file whose document says ``"format": form``; every array is a copy of its own.

    Raises `ModelFileError`, in one line, for a file that is absent, truncated, damaged, of another
    form or from a newer version.
    """
    from safetensors import SafetensorError, safe_open

    where = str(path)
    if not Path(path).is_file():
        raise ModelFileError(where, expected="a file", received="none at this path")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            document = _document(where, metadata.get(_KEY), form)
            arrays = _arrays(file, document, where)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, MemoryError) as error:
        raise ModelFileError(
            where, expected="a whole model file of ours", received=str(error), hint=_HINT
        ) from error
    if metadata.get(_CHECK) != _checksum(metadata[_KEY], arrays):
        raise ModelFileError(where, expected="what was written", received="other", hint=_HINT)
    return TensorFile(document, arrays)


def _document(where: str, text: str | None, form: str) -> dict[str, Any]:
    if text is None:
        raise ModelFileError(
            where,
            expected=f"a file in our format {form}",
            received="a safetensors file from elsewhere",
        )
    if len(text) > _LONGEST_DOCUMENT:
        raise ModelFileError(where, expected="a description up to 32 MB", received=f"{len(text)} B")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(where, expected="JSON", received=str(error), hint=_HINT) from error
    _check_form(where, document, form)
    found: dict[str, Any] = document
    return found


def _check_form(where: str, document: Any, form: str) -> None:
    if not isinstance(document, dict):
        raise ModelFileError(where, expected="a JSON object", received=type(document).__name__)
    received = document.get("format")
    if received == form:
        return
    kind, _, version = form.rpartition(".v")
    newer = str(received).startswith(f"{kind}.v") and str(received)[len(kind) + 2 :].isdigit()
    if newer and int(str(received)[len(kind) + 2 :]) > int(version):
        hint = f"It was written by pellucid {document.get('version', '(unknown)')}; upgrade to it"
        raise ModelFileError(where, expected=f"format {form}", received=str(received), hint=hint)
    raise ModelFileError(where, expected=f"format {form}", received=str(received))


def _arrays(file: Any, document: Mapping[str, Any], where: str) -> dict[str, Array]:
    order = document.get("order")
    if not isinstance(order, list) or sorted(map(str, order)) != sorted(file.keys()):
        raise ModelFileError(where, expected="the arrays it lists", received="others", hint=_HINT)
    return {name: file.get_tensor(name) for name in order}


def _checksum(text: str, arrays: Mapping[str, Array]) -> str:
    """CRC-32 of the description and of every array: name, type, shape and bytes."""
    total = zlib.crc32(text.encode())
    for name, array in arrays.items():
        total = zlib.crc32(f"{name} {array.dtype.str} {array.shape}".encode(), total)
        total = zlib.crc32(array.reshape(-1).view(np.uint8).data if array.size else b"", total)
    return f"{total:08x}"
