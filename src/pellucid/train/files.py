"""Files that are either complete or not there: write beside, fsync, rename."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_UNFINISHED = ".unfinished"


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` when the block ends well.

    A reader, and a process that is killed at any moment, finds the old file or the new one, whole.
    After an error in the block nothing is left behind and the old file stays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder, "notes.txt")) as beside:
    ...         _ = beside.write_text("done")
    ...     sorted(each.name for each in Path(folder).iterdir())
    ['notes.txt']
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # The process number keeps two writers of one file out of each other's way.
    beside = target.with_name(f".{target.name}.{os.getpid()}{_UNFINISHED}")
    try:
        yield beside
        _sync(beside)
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    _sync_folder(target.parent)


def remove_unfinished(path: str | os.PathLike[str]) -> None:
    """Delete what processes that were killed while writing `path` have left beside it."""
    target = Path(path)
    for each in target.parent.glob(f".{target.name}.*{_UNFINISHED}"):
        with contextlib.suppress(OSError):
            each.unlink()


def _sync(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # The rename itself is on disk only after this; systems without it (Windows) refuse to open.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
