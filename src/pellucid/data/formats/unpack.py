"""Packed files: gzip, bzip2, xz and zip, unpacked beside, with a bound on what comes out."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pellucid.data.formats.content import File, kind_of, not_a_table, readable
from pellucid.errors import DataError

_OPENERS: dict[str, Callable[[Path], Any]] = {
    "gzip": lambda path: gzip.open(path),
    "bzip2": lambda path: bz2.open(path),
    "xz": lambda path: lzma.open(path),
}
_CHUNK = 1 << 20
# Tables shrink to a tenth, at the extreme to a hundredth; a bomb to a thousandth and less.
_MOST_GROWTH = 250
_ALWAYS_FINE = 1 << 28
_MOST_FILES = 10_000
# An archive in an archive is common (a zip of one .csv.gz); a third is not.
_MOST_LAYERS = 2
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile)


def opened(path: Path, name: str, folder: Path, part: str | None = None) -> File:
    """The file itself, or, if it is packed, its content unpacked into `folder`.

    `part` chooses a file of a zip archive. Raises `DataError` for damaged archives, for archives of
    several tables among which none is chosen, and for what unpacks to more than 250 times its size.
    """
    file = File(path, name, kind_of(path, name))
    for layer in range(_MOST_LAYERS + 1):
        if file.kind == "zip":
            file = file._replace(kind=_zip_kind(file))
        if file.kind not in (*_OPENERS, "zip"):
            return file
        if layer == _MOST_LAYERS:
            break
        target = folder / f"unpacked-{layer}"
        members = _members(file) if file.kind == "zip" else None
        chosen = _chosen(members, part, name) if members is not None else None
        _unpack(file, target, chosen)
        file = File(
            target,
            name,
            kind_of(target, name),
            packed=file.packed or file.kind,
            part=chosen or file.part,
            others=tuple(m for m in members or () if m != chosen) or file.others,
        )
    raise not_a_table(name, "an archive in an archive in an archive")


def check_members(file: File) -> None:
    """Unpack all of a zip to nowhere, so that whoever opens it next meets no damage and no bomb."""
    with _whole(file.name), zipfile.ZipFile(file.path) as archive:
        budget = _budget(file.path)
        for member in archive.infolist():
            if member.flag_bits & 1:
                raise _locked(file.name)
            with archive.open(member) as content:
                while chunk := content.read(_CHUNK):
                    budget -= len(chunk)
                    if budget < 0:
                        raise _bomb(file.name)


def _zip_kind(file: File) -> str:
    with _whole(file.name), zipfile.ZipFile(file.path) as archive:
        names = archive.namelist()
        if len(names) > _MOST_FILES:
            raise not_a_table(file.name, f"an archive of {len(names)} files")
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "xl/workbook.bin" in names:
            return "xlsb"
        if "mimetype" in names:
            with archive.open("mimetype") as content:
                if content.read(100).startswith(_ODS):
                    return "ods"
        if "[Content_Types].xml" in names:
            raise not_a_table(file.name, "an office document without sheets")
    return "zip"


def _members(file: File) -> list[str]:
    with _whole(file.name), zipfile.ZipFile(file.path) as archive:
        if any(member.flag_bits & 1 for member in archive.infolist()):
            raise _locked(file.name)
        names = [member.filename for member in archive.infolist() if not member.is_dir()]
    # What macOS adds to every archive.
    return [name for name in names if not name.startswith("__MACOSX/")]


def _chosen(members: list[str], part: str | None, name: str) -> str:
    if part is not None and part in members:
        return part
    shown = ", ".join(members[:8]) or "none"
    if part is not None:
        raise DataError(name, expected=f"a file '{part}' in the archive", received=shown)
    if len(members) != 1:
        hint = "Choose one by the option 'table'." if members else None
        raise DataError(name, expected="an archive of one table", received=shown, hint=hint)
    return members[0]


def _unpack(file: File, target: Path, member: str | None) -> None:
    budget = min(_budget(file.path), shutil.disk_usage(target.parent).free // 2)
    with readable(file.name), _whole(file.name), target.open("wb") as out:
        if member is None:
            with _OPENERS[file.kind](file.path) as content:
                _copy(content, out, budget, file.name)
        else:
            with zipfile.ZipFile(file.path) as archive, archive.open(member) as content:
                _copy(content, out, budget, file.name)


def _copy(content: IO[bytes], out: IO[bytes], budget: int, name: str) -> None:
    while chunk := content.read(_CHUNK):
        budget -= len(chunk)
        if budget < 0:
            raise _bomb(name)
        out.write(chunk)


def _budget(path: Path) -> int:
    return max(_ALWAYS_FINE, _MOST_GROWTH * path.stat().st_size)


@contextmanager
def _whole(name: str) -> Iterator[None]:
    """Turn damage met inside the block into a `DataError`."""
    try:
        yield
    except _DAMAGED:
        raise DataError(
            name, expected="a whole archive", received="one that is damaged or cut short"
        ) from None
    except (NotImplementedError, RuntimeError):
        raise not_a_table(name, "an archive packed in an unknown way") from None


def _bomb(name: str) -> DataError:
    return DataError(
        name,
        expected=f"an archive that unpacks to at most {_MOST_GROWTH} times its size",
        received="more",
    )


def _locked(name: str) -> DataError:
    return not_a_table(name, "an archive with a password")
