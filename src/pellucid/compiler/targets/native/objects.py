"""Own loader of object files, so that a process whose machine code is cached needs no LLVM.

Importing llvmlite and setting up its linker costs more than all else that a cached program needs.
What LLVM emits for one module asks little of a loader: copy the sections, fill in the distances
between them, make the code executable. No memory is ever writable and executable at once.

Everywhere but on Linux for x86-64, and for whatever is unknown here, LLVM's linker does the work.
"""

from __future__ import annotations

import ctypes
import functools
import mmap
import os
import struct
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.compiler.targets.native import elf, machine
from pellucid.compiler.targets.native.elf import ObjectFile, Records, malformed, unsupported
from pellucid.compiler.targets.native.machine import Loaded

Bytes = NDArray[np.uint8]
PAGE = mmap.PAGESIZE


def load(code: bytes, names: Sequence[str]) -> Loaded:
    """Put the bytes of an object file into memory; `names` can be called.

    The bytes are trusted to be code of ours (whoever reads them from a disk checks that), but may
    be damaged in any way: `GraphError` is raised if they are no object file of this machine, or
    lack one of the functions.
    """
    if OWN_LOADER:
        try:
            return Loaded(Image(code, names), names)
        except (elf.UnsupportedError, OSError):
            pass  # a system may forbid executable memory to all but certain libraries
    return machine.load(code, names)


# A 32-bit process on a 64-bit kernel says x86_64 too.
OWN_LOADER = (
    sys.platform == "linux" and os.uname().machine == "x86_64" and struct.calcsize("P") == 8
)


class Memory:
    """Pages of this process: written first, then sealed; given back when nothing refers to them."""

    def __init__(self, size: int) -> None:
        # Private: what code writes to its data after a fork is its own.
        pages = -(-max(size, 1) // PAGE) * PAGE
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        self.map = mmap.mmap(-1, pages, flags=flags, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        self.bytes: Bytes = np.frombuffer(self.map, np.uint8)
        self.address = int(self.bytes.ctypes.data)

    def seal(self, begin: int, end: int, executable: bool) -> None:
        """Let whole pages be read, or executed, and written no more; raises `OSError`."""
        if end <= begin:
            return
        protection = mmap.PROT_READ | (mmap.PROT_EXEC if executable else 0)
        address = ctypes.c_void_p(self.address + begin)
        if _libc().mprotect(address, ctypes.c_size_t(end - begin), protection):
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))


class Image:
    """One object file in memory, its references filled in: `image[name]` is a function's address.

    Raises `GraphError` for a damaged file, before anything of it can run; `UnsupportedError` for
    references it does not know; `OSError` where the system gives no executable memory.
    """

    def __init__(self, code: bytes, names: Sequence[str]) -> None:
        file = ObjectFile(code)
        layout = Layout(file)
        self.memory = Memory(layout.size)
        for section, start in zip(file.sections, layout.starts, strict=True):
            if start >= 0 and section.content is not None:
                content = np.frombuffer(section.content, np.uint8)
                self.memory.bytes[start : start + section.size] = content
        addresses = _addresses(file, layout, self.memory.address)
        _write_indirections(layout, self.memory, addresses)
        for number, records in file.relocations:
            _relocate(file, layout, self.memory, addresses, number, records)
        self._functions = _entries(file, layout, addresses, names)
        self.memory.seal(0, layout.code_end, executable=True)
        self.memory.seal(layout.code_end, layout.constants_end, executable=False)

    def __getitem__(self, name: str) -> int:
        return self._functions[name]


_NONE, _ABSOLUTE, _RELATIVE, _CALL, _RELATIVE_WIDE = 0, 1, 2, 4, 24
_THROUGH_TABLE = (9, 41, 42)  # three that differ only in what a linker may make of them
_KNOWN = (_NONE, _ABSOLUTE, _RELATIVE, _CALL, _RELATIVE_WIDE, *_THROUGH_TABLE)
_WIDE = (_ABSOLUTE, _RELATIVE_WIDE)

_JUMP = np.frombuffer(b"\xff\x25\0\0\0\0", np.uint8)  # jmp to the address in the next 8 bytes
_JUMP_BYTES, _ADDRESS_BYTES = 16, 8
_FARTHEST = 1 << 31


class Layout:
    """Where everything goes: code, then what is only read, then data, each on pages of its own.

    `starts` has an offset a section, -1 for those without a place in memory. After the code stand
    `jumps` to functions of other libraries, which may be out of reach of a short call; after the
    constants a `table` of addresses that code reads. Both are keyed by symbol.
    """

    def __init__(self, file: ObjectFile) -> None:
        self.starts = [-1] * len(file.sections)
        self.used, tabled = _references(file)
        home = file.symbols["section"][self.used].tolist()
        external = [symbol for symbol, section in zip(self.used, home, strict=True) if not section]
        end = self._place(file, elf.EXECUTABLE, 0)
        self.jumps, end = _slots(external, end, _JUMP_BYTES)
        self.code_end = _aligned(end, PAGE)
        end = self._place(file, 0, self.code_end)
        self.table, end = _slots(tabled, end, _ADDRESS_BYTES)
        self.constants_end = _aligned(end, PAGE)
        self.size = self._place(file, elf.WRITABLE, self.constants_end)

    def _place(self, file: ObjectFile, purpose: int, position: int) -> int:
        """Give every section of one purpose its place; the end of the last of them."""
        for number, section in enumerate(file.sections):
            if section.allocated and section.flags & (elf.EXECUTABLE | elf.WRITABLE) == purpose:
                position = _aligned(position, section.alignment)
                self.starts[number] = position
                position += section.size
        if position > elf.LARGEST_IMAGE:
            malformed(f"at most {elf.LARGEST_IMAGE} bytes in memory", position)
        return position


def _references(file: ObjectFile) -> tuple[list[int], list[int]]:
    """The symbols that relocations use, and those of them that are reached through the table."""
    used: set[int] = set()
    tabled: set[int] = set()
    for _, records in file.relocations:
        for kind in set(records["kind"].tolist()):
            if kind not in _KNOWN:
                unsupported(f"relocations {_KNOWN}", kind)
            if kind != _NONE:
                symbols = records["symbol"][records["kind"] == kind].tolist()
                (tabled if kind in _THROUGH_TABLE else used).update(symbols)
    return sorted(used | tabled), sorted(tabled)


def _slots(symbols: list[int], position: int, size: int) -> tuple[dict[int, int], int]:
    start = _aligned(position, size)
    slots = {symbol: start + size * order for order, symbol in enumerate(symbols)}
    return slots, start + size * len(slots)


def _aligned(position: int, alignment: int) -> int:
    return -(-position // alignment) * alignment


_NO_ADDRESS = -1
_THREAD_LOCAL, _CHOSEN_AT_RUN_TIME = 6, 10  # kinds of symbols whose value is no plain address


def _addresses(file: ObjectFile, layout: Layout, base: int) -> Records:
    """The address of every symbol; of those without one, only the unused are let pass."""
    section = file.symbols["section"].astype(np.int64)
    starts = np.array([*layout.starts, -1])
    sizes = np.array([*(section.size for section in file.sections), 0], np.uint64)
    home = np.minimum(section, len(file.sections))
    inside = (starts[home] >= 0) & (file.symbols["value"] <= sizes[home])
    kind = file.symbols["info"] & 15
    plain = (kind != _THREAD_LOCAL) & (kind != _CHOSEN_AT_RUN_TIME)
    places = base + starts[home] + file.symbols["value"].astype(np.int64)
    addresses = np.where(inside & plain, places, _NO_ADDRESS)
    for symbol in layout.jumps:
        addresses[symbol] = _find(file.name(symbol))
    used = np.array(layout.used, np.int64)
    missing = used[addresses[used] == _NO_ADDRESS]
    if missing.size:
        unsupported("a symbol with an address", file.name(int(missing[0])))
    return addresses


def _find(name: str) -> int:
    """The address of a function of this process or of the mathematical library."""
    for library in (_libc(), _libm()):
        try:
            function = library[name]
        except (AttributeError, ValueError):
            continue
        return ctypes.cast(function, ctypes.c_void_p).value or _NO_ADDRESS
    malformed("functions of the system only", name)


def _write_indirections(layout: Layout, memory: Memory, addresses: Records) -> None:
    for symbol, place in layout.jumps.items():
        memory.bytes[place : place + len(_JUMP)] = _JUMP
        _write(memory, np.array([place + len(_JUMP)]), addresses[[symbol]], 8)
    for symbol, place in layout.table.items():
        _write(memory, np.array([place]), addresses[[symbol]], 8)


def _write(memory: Memory, places: Records, values: Records, width: int) -> None:
    """Numbers of `width` bytes, at places of any alignment."""
    column = values.astype(f"<i{width}").view(np.uint8).reshape(-1, width)
    memory.bytes[places[:, None] + np.arange(width)] = column


def _relocate(
    file: ObjectFile,
    layout: Layout,
    memory: Memory,
    addresses: Records,
    number: int,
    records: Records,
) -> None:
    """Fill in the references of one section."""
    start, size = layout.starts[number], file.sections[number].size
    for kind in set(records["kind"].tolist()) - {_NONE}:
        chosen = records[records["kind"] == kind]
        offsets, addends = chosen["offset"].astype(np.int64), chosen["addend"]
        width = 8 if kind in _WIDE else 4
        if offsets.max() + width > size:
            malformed("relocations inside their section", f"section {number}")
        if addends.min() < -_FARTHEST or addends.max() > _FARTHEST:
            malformed("references near their symbol", f"section {number}")
        values = _targets(layout, memory, addresses, kind, chosen["symbol"]) + addends
        if kind != _ABSOLUTE:
            values -= memory.address + start + offsets
        if width == 4 and (values.min() < -_FARTHEST or values.max() >= _FARTHEST):
            unsupported("references within 2 GB", f"section {number}")
        _write(memory, start + offsets, values, width)


def _targets(
    layout: Layout, memory: Memory, addresses: Records, kind: int, symbols: Records
) -> Records:
    """What each reference leads to: the symbol, a jump to it, or the entry with its address."""
    if kind in _THROUGH_TABLE:
        slots = layout.table
    elif kind == _CALL:
        slots = layout.jumps
    else:
        return addresses[symbols]
    found = [
        memory.address + slots[symbol] if symbol in slots else addresses[symbol]
        for symbol in symbols.tolist()
    ]
    return np.array(found, np.int64)


def _entries(
    file: ObjectFile, layout: Layout, addresses: Records, names: Sequence[str]
) -> dict[str, int]:
    """The addresses of the functions asked for."""
    wanted = set(names)
    found = {}
    for name, symbol in file.functions():
        section = int(file.symbols["section"][symbol])
        known = addresses[symbol] != _NO_ADDRESS and section < len(file.sections)
        if name in wanted and known and file.sections[section].flags & elf.EXECUTABLE:
            found[name] = int(addresses[symbol])
    if missing := wanted - found.keys():
        malformed(f"functions {sorted(wanted)}", f"none for {sorted(missing)}")
    return found


@functools.cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


@functools.cache
def _libm() -> Any:
    """Where `sinf` and its kin are if Python itself is not linked with them."""
    try:
        return ctypes.CDLL("libm.so.6")
    except OSError:
        return _libc()
