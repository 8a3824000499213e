"""One file from one of several addresses, checked, or nothing at all.

The content is what the checksum says it is, whatever the mirror; a file appears under its name only
when whole and on the disk.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pellucid.errors import DataError

_CHUNK = 1 << 18


def download(
    urls: Sequence[str],
    target: Path,
    *,
    sha256: str,
    n_bytes: int,
    timeout: float = 20.0,
    deadline: float = 900.0,
) -> Path:
    """Get `target` from the first address that gives the right content.

    The content must have `n_bytes` bytes and the checksum `sha256` (hexadecimal). `timeout` is the
    longest silence of a server, `deadline` the longest time for one address, both in seconds. The
    file is written beside `target`, flushed to the disk and renamed: a failure leaves nothing.

    Raises `DataError` naming each server and what went wrong there.

    >>> download([], Path("digits.gz"), sha256="00", n_bytes=1)
    Traceback (most recent call last):
    ...
    pellucid.errors.DataError: digits.gz: expected a download; received no address. ...
    """
    failures = []
    for url in urls:
        try:
            _attempt(url, target, sha256, n_bytes, timeout, deadline)
        except (OSError, http.client.HTTPException, _WrongContent) as error:
            failures.append(f"{urlsplit(url).netloc}: {_reason(error)}")
        else:
            return target
    raise DataError(
        target.name,
        expected="a download",
        received="; ".join(failures) or "no address",
        hint=f"Check the connection, or put the file into {target.parent} by hand.",
    )


class _WrongContent(Exception):
    """What came is not the file: too short, too long, too slow or another checksum."""


def _attempt(
    url: str, target: Path, sha256: str, n_bytes: int, timeout: float, deadline: float
) -> None:
    request = Request(url, headers={"User-Agent": "pellucid"})
    with urlopen(request, timeout=timeout) as response:
        write_atomically(
            target, lambda file: _copy(response, file, sha256, n_bytes, time.monotonic() + deadline)
        )


def _copy(
    response: http.client.HTTPResponse, file: BinaryIO, sha256: str, n_bytes: int, until: float
) -> None:
    digest, received = hashlib.sha256(), 0
    while chunk := response.read(min(_CHUNK, n_bytes + 1 - received)):
        received += len(chunk)
        if received > n_bytes:
            raise _WrongContent(f"more than the expected {n_bytes} bytes")
        if time.monotonic() > until:
            raise _WrongContent(f"too slow: {received} of {n_bytes} bytes in the time allowed")
        digest.update(chunk)
        file.write(chunk)
    if received < n_bytes:
        raise _WrongContent(f"{received} of {n_bytes} bytes")
    if digest.hexdigest() != sha256:
        raise _WrongContent(f"wrong checksum {digest.hexdigest()[:12]}…, expected {sha256[:12]}…")


def write_atomically(target: Path, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` fill a file beside `target`, flush it to the disk and give it its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"HTTP {error.code} {error.reason}"
    if isinstance(error, URLError):
        return str(error.reason)
    return str(error) or type(error).__name__
