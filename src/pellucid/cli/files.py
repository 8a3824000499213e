"""Files that a command writes: whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pellucid.errors import ArgumentError


@contextmanager
def writing_folder(target: Path) -> Iterator[Path]:
    """A folder to write into; after the block its files stand in `target`, each complete.

    A folder that does not exist appears with all files at once; in one that exists, files of the
    same names are replaced, others stay. After an error, or Ctrl-C, `target` is as it was.
    """
    check_folder(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        beside.chmod(0o777 & ~_umask())  # mkdtemp lets the owner alone in
        yield beside
        if target.exists():
            for path in sorted(beside.iterdir()):
                os.replace(path, target / path.name)
        else:
            os.rename(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def check_folder(target: Path) -> None:
    """Raise `ArgumentError` if `target` cannot become, or is no, folder to write into.

    Asked before the work begins, so that minutes of training do not end in an error.
    """
    if target.exists() and not target.is_dir():
        raise ArgumentError(str(target), expected="a folder to write to", received="a file")
    _check_writable(target, target)


def check_file(target: Path) -> None:
    """Raise `ArgumentError` if the file `target` cannot be written."""
    if target.is_dir():
        raise ArgumentError(str(target), expected="a file to write to", received="a folder")
    _check_writable(target, target.parent)


def _check_writable(target: Path, folder: Path) -> None:
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ArgumentError(
            str(target),
            expected="a place that can be written to",
            received=f"{folder}, which cannot",
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
