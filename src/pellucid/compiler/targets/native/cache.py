"""Machine code kept: in this process, and on disk for the next one.

On disk it is a folder of entries, one file each, named by its key. Code that is read is code that
runs, so the folder must belong to this user and be writable by nobody else, and so must every
file; a digest tells a damaged file from a whole one. Whatever goes wrong with the disk only means
that the program is compiled again.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import struct
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from pellucid import settings
from pellucid.compiler.targets.native.machine import Loaded
from pellucid.compiler.targets.native.objects import load
from pellucid.errors import GraphError

# A small network's step takes 12 kB; when the folder is full, the least recently used entries go.
LARGEST_FOLDER = 256 << 20
LARGEST_ENTRY = 32 << 20
KEPT_IN_PROCESS = 64

_MAGIC, _VERSION = b"PELLUCID", 1
_HEADER = struct.Struct("<8sIIQ32s32s")  # magic, version, bytes of facts, of code, key, digest
_SUFFIX, _UNFINISHED = ".native", ".unfinished"
_HOUR = 3600.0


class Entry(NamedTuple):
    """An object file, the functions to call in it, and what else its generator wants to say.

    `facts` are values of JSON.
    """

    code: bytes
    names: Sequence[str]
    facts: Mapping[str, Any]


class Compiled:
    """Code in memory, with the facts of its entry."""

    def __init__(self, entry: Entry) -> None:
        self.code: Loaded = load(entry.code, entry.names)
        self.facts = entry.facts


def compiled(key: str | None, build: Callable[[], Entry]) -> Compiled:
    """The code for a key: still in memory, or read from disk, or built and then kept.

    Without a key it is built and not kept.
    """
    if key is None:
        return Compiled(build())
    with _lock:
        if key in _in_process:
            _in_process.move_to_end(key)
            return _in_process[key]
    found = _from_disk(key)
    if found is None:
        entry = build()
        found = Compiled(entry)
        store(key, entry)
    with _lock:
        _in_process[key] = found
        while len(_in_process) > KEPT_IN_PROCESS:
            _in_process.popitem(last=False)
    return found


_in_process: OrderedDict[str, Compiled] = OrderedDict()
_lock = threading.Lock()


def forget() -> None:
    """Let go of what is kept in this process; the disk keeps what it has."""
    with _lock:
        _in_process.clear()


def _from_disk(key: str) -> Compiled | None:
    entry = fetch(key)
    if entry is None:
        return None
    try:
        return Compiled(entry)
    except GraphError:  # whole, but not what it says it is
        _remove(_folder() / f"{key}{_SUFFIX}")
        return None


def fetch(key: str) -> Entry | None:
    """The entry of a key, or None; a damaged one is deleted."""
    try:
        path = _folder() / f"{key}{_SUFFIX}"
        if not _is_private(os.lstat(path.parent), stat.S_IFDIR):
            return None
        content = _read(path)
    except (OSError, RuntimeError):  # the latter: no home
        return None
    entry = None if content is None else _parse(content, key)
    if entry is None:
        _remove(path)
    return entry


def store(key: str, entry: Entry) -> None:
    """Keep an entry for the next process, if the disk lets us."""
    content = _pack(entry, key)
    if len(content) > LARGEST_ENTRY:
        return
    with contextlib.suppress(OSError, RuntimeError):  # full, read-only, no home
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_private(os.lstat(folder), stat.S_IFDIR):
            _write(folder / f"{key}{_SUFFIX}", content)
            _make_room(folder)


def _folder() -> Path:
    path: Path = settings.get("cache_folder")
    return path / "native"


def _is_private(status: os.stat_result, kind: int) -> bool:
    """Whether a folder or file is one of ours that nobody else can write to."""
    if stat.S_IFMT(status.st_mode) != kind:
        return False
    # Windows keeps a user's folder private by other means than these bits.
    return os.name != "posix" or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)


def _read(path: Path) -> bytes | None:
    """The whole file, or None if it is not one of ours; raises `OSError`."""
    with open(path, "rb", opener=_open_private) as file:
        status = os.fstat(file.fileno())
        if not _is_private(status, stat.S_IFREG) or status.st_size > LARGEST_ENTRY:
            return None
        content = file.read(LARGEST_ENTRY)
    # The last time of use, to the hour: most reads need not write.
    if time.time() - status.st_mtime > _HOUR:
        with contextlib.suppress(OSError):
            os.utime(path)
    return content


def _pack(entry: Entry, key: str) -> bytes:
    facts = json.dumps({"names": list(entry.names), "facts": dict(entry.facts)}).encode()
    payload = facts + entry.code
    sizes = (len(facts), len(entry.code))
    digest = sha256(payload).digest()
    return _HEADER.pack(_MAGIC, _VERSION, *sizes, bytes.fromhex(key), digest) + payload


def _parse(content: bytes, key: str) -> Entry | None:
    if len(content) < _HEADER.size:
        return None
    *head, n_facts, n_code, its_key, digest = _HEADER.unpack_from(content)
    payload = content[_HEADER.size :]
    if head != [_MAGIC, _VERSION] or its_key.hex() != key or n_facts + n_code != len(payload):
        return None
    if sha256(payload).digest() != digest:
        return None
    try:
        facts = json.loads(payload[:n_facts])
        return Entry(payload[n_facts:], facts["names"], facts["facts"])
    except (ValueError, TypeError, KeyError):
        return None


def _write(path: Path, content: bytes) -> None:
    """Write beside, then put in place: a reader finds all of it or nothing."""
    # No fsync: it takes 10 ms of a first compile of 100, and a file that a power cut left torn
    # is found by its digest and made again.
    unfinished = path.with_name(f"{os.urandom(12).hex()}{_UNFINISHED}")
    try:
        with open(unfinished, "xb", opener=_open_private) as file:
            file.write(content)
        os.replace(unfinished, path)
    except OSError:
        _remove(unfinished)
        raise


def _open_private(path: str, flags: int) -> int:
    # A link or a pipe in the place of a file is neither followed nor waited for.
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0), 0o600)


def _make_room(folder: Path) -> None:
    """Delete the least recently used entries of a full folder, and what crashed writers left."""
    entries = []
    with os.scandir(folder) as items:
        for item in items:
            with contextlib.suppress(FileNotFoundError):  # another process makes room too
                status = item.stat(follow_symlinks=False)
                if item.name.endswith(_SUFFIX):
                    entries.append((status.st_mtime, status.st_size, item.path))
                elif item.name.endswith(_UNFINISHED) and time.time() - status.st_mtime > _HOUR:
                    _remove(Path(item.path))
    total = sum(size for _, size, _ in entries)
    if total <= LARGEST_FOLDER:
        return
    for _, size, path in sorted(entries):
        _remove(Path(path))
        total -= size
        if total <= LARGEST_FOLDER * 3 // 4:
            return


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)
