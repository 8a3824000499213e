"""What a file is, told by its content: names and extensions are not asked."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pellucid.data.formats.encodings import decode_start
from pellucid.errors import DataError

PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}
_BINARY = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"\xff\xff\xff\xff": "arrow",
    b"SQLite format 3\0": "sqlite",
    b"\xd0\xcf\x11\xe0": "xls",
}
# What is told by name because a hint helps; all else is binary data.
_FOREIGN = {
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"PK\x05\x06": "an empty zip archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"\x89HDF": "an HDF5 file",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"$FL2": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"\x80\x04\x95": "a Python pickle",
}
_START = 1 << 16


class File(NamedTuple):
    """A file on the way in: where it lies, its name for messages, what it is and was packed in.

    `name` is the path as the user gave it; `path` may be an unpacked copy.
    """

    path: Path
    name: str
    kind: str
    packed: str | None = None
    part: str | None = None
    others: tuple[str, ...] = ()


def check_is_file(path: Path) -> None:
    """Raise `DataError` if there is no file at `path`, or a folder, or a pipe or device."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(str(path), expected="a table", received="no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(str(path), expected="a readable file", received=reason) from None
    if stat.S_ISDIR(mode):
        raise DataError(str(path), expected="a file", received="a folder")
    if not stat.S_ISREG(mode):
        raise DataError(str(path), expected="a file", received="a pipe or a device")


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn what the operating system refuses inside the block into a `DataError`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(name, expected="a readable file", received=reason) from None


def kind_of(path: Path, name: str) -> str:
    """What the file holds: a key of the packed or readable formats; `DataError` for all else."""
    with readable(name), path.open("rb") as file:
        start = file.read(_START)
    if not start:
        raise DataError(name, expected="a header and rows", received="an empty file")
    for mark, kind in (PACKED | _BINARY).items():
        if start.startswith(mark):
            return kind
    if start[8:12] == b"DUCK":
        return "duckdb"
    for mark, foreign in _FOREIGN.items():
        if start.startswith(mark):
            raise not_a_table(name, foreign)
    return _text_kind(decode_start(start, name).lstrip(), name)


def not_a_table(name: str, received: str) -> DataError:
    """The refusal of a file that holds something else than a table."""
    hint = "Save the table as CSV UTF-8."
    return DataError(name, expected="a table", received=received, hint=hint)


def _text_kind(start: str, name: str) -> str:
    if start.startswith("<"):
        raise not_a_table(name, "HTML or XML")
    if start.startswith("{") or (
        start.startswith("[") and start[1:].lstrip()[:1] in ("{", "[", "]")
    ):
        return "json"
    lines = (line.strip().lower() for line in start.splitlines())
    first = next((line for line in lines if line and not line.startswith("%")), "")
    return "arff" if first.startswith("@relation") else "csv"
