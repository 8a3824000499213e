"""The text in a file, line by line: plain or gzipped UTF-8; else a clear word about what it is."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pellucid.errors import DataError

# A file without line ends would otherwise be read into memory as one line.
LONGEST_LINE = 2_000_000

_GZIP = b"\x1f\x8b"
_FOREIGN = {
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"PK\x03\x04": "an Excel file or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF file",
    b"<": "HTML or XML",
    b"{": "JSON",
    b"[{": "JSON",
}


class Lines:
    """The lines of a file with their line ends.

    `number` counts them, `ends` collects the kinds of end, `padded_quotes` says whether a quote
    followed a space anywhere.
    """

    def __init__(self, path: Path, text: io.TextIOWrapper) -> None:
        self.number = 0
        self.ends: set[str] = set()
        self.padded_quotes = False
        self._path, self._text = path, text

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST_LINE:
            raise DataError(
                f"{self._path}, line {self.number}",
                expected=f"lines of fewer than {LONGEST_LINE} characters",
                received="a longer one",
            )
        if "\0" in line:
            raise _not_text(self._path, "binary data")
        self.ends.add(line[len(line.rstrip("\r\n")) :])
        self.padded_quotes = self.padded_quotes or ' "' in line
        return line

    @property
    def mixed_ends(self) -> bool:
        """Whether two kinds of line end occur; the last line may do without."""
        return len(self.ends - {""}) > 1


def is_packed(path: Path) -> bool:
    """Whether the file is gzipped, told by its first bytes."""
    with path.open("rb") as raw:
        return raw.read(2) == _GZIP


@contextmanager
def open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    """The file as UTF-8 text, line ends untouched, a byte-order mark removed.

    What turns out wrong while the block reads becomes a `DataError`.
    """
    with _open_bytes(path) as content:
        try:
            yield io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
        except UnicodeDecodeError:
            raise _undecodable(path) from None


def check_is_text(path: Path) -> None:
    """Refuse an empty file, and one whose beginning shows that it is something else than text."""
    with _open_bytes(path) as content:
        start = content.read(4096)
    kind = _kind(start)
    if kind or b"\0" in start:
        raise _not_text(path, kind or "binary data")
    if not start:
        raise DataError(str(path), expected="a header and rows", received="an empty file")


@contextmanager
def _open_bytes(path: Path) -> Iterator[io.BufferedReader | gzip.GzipFile]:
    try:
        with gzip.open(path) if is_packed(path) else path.open("rb") as content:
            yield content
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise DataError(
            str(path), expected="a whole gzip file", received="one that is damaged or cut short"
        ) from None
    except OSError as error:
        raise DataError(
            str(path), expected="a readable file", received=error.strerror or str(error)
        ) from None


def _kind(start: bytes) -> str | None:
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((kind for mark, kind in _FOREIGN.items() if start.startswith(mark)), None)


def _not_text(path: Path, kind: str) -> DataError:
    return DataError(
        str(path), expected="a CSV file", received=kind, hint="Save the table as CSV UTF-8."
    )


def _undecodable(path: Path) -> DataError:
    with _open_bytes(path) as content:
        for number, line in enumerate(content, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return DataError(
                    f"{path}, line {number}",
                    expected="text in UTF-8",
                    received=f"the byte {line[error.start]:02x}",
                    hint="Save the table as CSV UTF-8.",
                )
    return _not_text(path, "text in an unknown encoding")
