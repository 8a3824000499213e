"""Code kept on disk: whole or not at all, ours or not at all, and never in the way."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pellucid import settings
from pellucid.compiler.targets.native import cache
from pellucid.compiler.targets.native.cache import Entry, compiled, fetch, forget, store
from pellucid.compiler.targets.native.machine import host, object_code

KEY, OTHER = "5a" * 32, "c3" * 32
posix = pytest.mark.skipif(os.name != "posix", reason="files have no owners and bits there")


def adding(number: int) -> Entry:
    text = f"define i64 @run(i64 %x) {{ %y = add i64 %x, {number} ret i64 %y }}"
    return Entry(object_code(text, host()), ["run"], {"number": number})


ENTRY = adding(5)


def number_of(found: cache.Compiled) -> int:
    """What its code adds, which must be what it says it adds."""
    number: int = found.code.function("run", ctypes.c_int64, ctypes.c_int64)(0)
    assert found.facts == {"number": number}
    return number


def never() -> Entry:
    raise AssertionError("compiled again")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    forget()
    with settings.using(cache_folder=tmp_path):
        yield tmp_path / "native"
    forget()


def entry_path(folder: Path) -> Path:
    return folder / f"{KEY}.native"


def test_an_entry_comes_back_as_it_was(folder: Path) -> None:
    assert fetch(KEY) is None
    store(KEY, ENTRY)
    assert fetch(KEY) == ENTRY
    assert fetch(OTHER) is None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry_path(folder).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [f"{KEY}.native"]


def test_code_is_built_once(folder: Path) -> None:
    first = compiled(KEY, lambda: ENTRY)
    assert compiled(KEY, never) is first
    forget()
    again = compiled(KEY, never)
    assert again is not first
    assert number_of(again) == number_of(first) == 5


def test_without_a_key_nothing_is_kept(folder: Path) -> None:
    assert [number_of(compiled(None, lambda n=n: adding(n))) for n in (1, 2)] == [1, 2]
    assert not folder.exists()


def test_a_process_keeps_the_most_recent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT_IN_PROCESS", 2)
    monkeypatch.setattr(cache, "fetch", lambda key: None)
    names = [digit * 64 for digit in "123"]
    first, second = (compiled(name, lambda: ENTRY) for name in names[:2])
    assert compiled(names[0], never) is first
    compiled(names[2], lambda: ENTRY)
    assert compiled(names[0], never) is first
    assert compiled(names[1], lambda: ENTRY) is not second


def rewritten(change: Callable[[bytearray], object]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        change(content)
        path.write_bytes(content)

    return damage


def flip(place: int) -> Callable[[Path], None]:
    def change(content: bytearray) -> None:
        content[place] ^= 1

    return rewritten(change)


def make_link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def other_program(path: Path) -> None:
    store(OTHER, adding(6))
    os.replace(path.with_name(f"{OTHER}.native"), path)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "empty": rewritten(bytearray.clear),
    "half a header": rewritten(lambda content: content.__delitem__(slice(50, None))),
    "the last byte gone": rewritten(bytearray.pop),
    "a byte too many": rewritten(lambda content: content.append(0)),
    "zeros": rewritten(lambda content: content.__setitem__(slice(None), bytes(len(content)))),
    "the magic": flip(0),
    "the version": flip(8),
    "the size of the facts": flip(12),
    "the size of the code": flip(16),
    "the key": flip(30),
    "the digest": flip(60),
    "the facts": flip(95),
    "the code": flip(-1),
    "another program": other_program,
}
FOREIGN: dict[str, Callable[[Path], None]] = {
    "writable by the group": lambda path: path.chmod(0o660),
    "writable by all": lambda path: path.chmod(0o606),
    "a link": make_link,
    "a pipe": make_pipe,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_entry_is_deleted_and_made_again(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    store(KEY, ENTRY)
    damage(entry_path(folder))
    assert fetch(KEY) is None
    assert not entry_path(folder).exists()
    assert number_of(compiled(KEY, lambda: ENTRY)) == 5
    assert fetch(KEY) == ENTRY


@posix
@pytest.mark.parametrize("change", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_file_that_others_may_have_written_is_replaced(
    folder: Path, change: Callable[[Path], None]
) -> None:
    store(KEY, ENTRY)
    change(entry_path(folder))
    assert fetch(KEY) is None
    assert number_of(compiled(KEY, lambda: ENTRY)) == 5
    assert fetch(KEY) == ENTRY


def test_a_whole_entry_of_junk_is_made_again(folder: Path) -> None:
    store(KEY, Entry(ENTRY.code[: len(ENTRY.code) // 2], ["run"], {}))
    assert number_of(compiled(KEY, lambda: ENTRY)) == 5
    assert fetch(KEY) == ENTRY


def test_a_folder_in_the_place_of_an_entry_is_left_alone(folder: Path) -> None:
    entry_path(folder).mkdir(parents=True)
    folder.chmod(0o700)
    assert number_of(compiled(KEY, lambda: ENTRY)) == 5
    assert entry_path(folder).is_dir()
    assert len(list(folder.iterdir())) == 1


@posix
@pytest.mark.parametrize("mode", (0o777, 0o770, 0o702))
def test_a_folder_that_others_can_write_to_is_not_used(folder: Path, mode: int) -> None:
    store(KEY, ENTRY)
    folder.chmod(mode)
    assert fetch(KEY) is None
    store(OTHER, ENTRY)
    assert [path.name for path in folder.iterdir()] == [f"{KEY}.native"]
    assert number_of(compiled(KEY, lambda: ENTRY)) == 5


@posix
def test_what_belongs_to_somebody_else_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(KEY, ENTRY)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert fetch(KEY) is None
    store(OTHER, ENTRY)
    assert [path.name for path in folder.iterdir()] == [f"{KEY}.native"]


def test_no_place_for_a_folder(tmp_path: Path) -> None:
    forget()
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", Path(os.devnull)):
        with settings.using(cache_folder=place):
            assert number_of(compiled(None, lambda: ENTRY)) == 5
            store(KEY, ENTRY)
            assert fetch(KEY) is None


def test_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("PELLUCID_CACHE")
    monkeypatch.setattr(Path, "home", homeless)
    store(KEY, ENTRY)
    assert fetch(KEY) is None


_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from pellucid import settings
from pellucid.compiler.targets.native.cache import fetch, store
from tests.compiler.native.test_cache import ENTRY, KEY

with settings.using(cache_folder=Path(sys.argv[1])):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
    store(KEY, ENTRY)
    assert fetch(KEY) is None
    assert list(Path(sys.argv[1], "native").iterdir()) == []
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    store(KEY, ENTRY)
    assert fetch(KEY) == ENTRY
"""


@posix
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _ON_A_FULL_DISK, str(tmp_path)], check=True)


def test_an_entry_too_large_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LARGEST_ENTRY", 500)
    store(KEY, ENTRY)
    assert not folder.exists()


def age(path: Path, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


def test_the_least_recently_used_goes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"{number:064x}" for number in range(8)]
    for hours, key in enumerate(reversed(keys)):
        store(key, ENTRY)
        age(folder / f"{key}.native", 2 + hours)
    size = (folder / f"{keys[0]}.native").stat().st_size
    monkeypatch.setattr(cache, "LARGEST_FOLDER", 8 * size)
    assert fetch(keys[0]) is not None  # the oldest is now the most recently used
    (folder / "notes.txt").write_bytes(bytes(100 * size))
    store(KEY, ENTRY)
    kept = {path.stem for path in folder.glob("*.native")}
    assert kept == {KEY, keys[0], *keys[4:]}
    assert (folder / "notes.txt").exists()


def test_what_crashed_writers_left_is_cleared(folder: Path) -> None:
    store(KEY, ENTRY)
    old, new = folder / "1.unfinished", folder / "2.unfinished"
    for path in (old, new):
        path.write_bytes(b"half")
    age(old, 2)
    store(OTHER, ENTRY)
    assert not old.exists()
    assert new.exists()


_HAMMER = """
import random, sys
from pathlib import Path
from pellucid import settings
from pellucid.compiler.targets.native import cache
from pellucid.compiler.targets.native.cache import Entry, fetch, store

folder, own = Path(sys.argv[1]), int(sys.argv[2])
choice = random.Random(own)
cache.LARGEST_FOLDER = 40_000
keys = [f"{number:064x}" for number in range(4)]
hits = 0
with settings.using(cache_folder=folder):
    for turn in range(300):
        key = choice.choice(keys)
        entry = fetch(key)
        if entry is not None:
            hits += 1
            size, byte = entry.facts["size"], entry.facts["byte"]
            assert entry.code == bytes([byte]) * size, (key, len(entry.code), entry.facts)
        if turn % 3 == 0:
            size = choice.randrange(1, 30_000)
            store(key, Entry(bytes([own]) * size, ["run"], {"size": size, "byte": own}))
        if turn % 40 == 0:
            path = folder / "native" / f"{key}.native"
            if path.exists():
                path.write_bytes(b"PELLUCID" + bytes(choice.randrange(200)))
print(hits)
"""


def test_many_writers_at_once(tmp_path: Path) -> None:
    """Six processes write, damage and clear the same entries: whatever is read is whole."""
    (tmp_path / "native").mkdir(mode=0o700)
    command = [sys.executable, "-c", _HAMMER, str(tmp_path)]
    running = [
        subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for n in range(6)
    ]
    for process in running:
        with contextlib.closing(process.stdout), contextlib.closing(process.stderr):  # type: ignore[type-var]
            out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
        assert int(out) > 20
    assert not list((tmp_path / "native").glob("*.unfinished"))


def test_threads_may_ask_at_once(folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    names = [f"{number:064x}" for number in range(6)] * 8
    with ThreadPoolExecutor(8) as pool:
        asked = pool.map(lambda name: compiled(name, lambda: adding(int(name, 16))), names)
        assert [number_of(found) for found in asked] == [int(name, 16) for name in names]
