"""Object files: what an ELF file for x86-64 says, read with every number checked.

Only relocatable files are read, of the kind LLVM emits for one module. Sections have no names here:
their flags say what they are for. Layout of the records: System V ABI, chapters 4 and 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import GraphError

Records = NDArray[Any]

# More than the largest step that compiles in reasonable time, and far from any overflow.
LARGEST_IMAGE = 1 << 28
LARGEST_ALIGNMENT = 4096

WRITABLE, ALLOCATED, EXECUTABLE, THREAD_LOCAL, COMPRESSED = 0x1, 0x2, 0x4, 0x400, 0x800

_PROGBITS, _SYMTAB, _STRTAB, _RELA, _NOBITS, _REL, _UNWIND = 1, 2, 3, 4, 8, 9, 0x70000001
_LARGEST_SECTION_COUNT = 4096

_FILE_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_IDENT = b"\x7fELF\x02\x01\x01"  # 64 bits, little-endian, version 1
_RELOCATABLE, _X86_64 = 1, 62

_SECTION_HEADER = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = np.dtype(
    [
        ("name", "<u4"),
        ("info", "u1"),
        ("other", "u1"),
        ("section", "<u2"),
        ("value", "<u8"),
        ("size", "<u8"),
    ]
)
_RELOCATION = np.dtype([("offset", "<u8"), ("kind", "<u4"), ("symbol", "<u4"), ("addend", "<i8")])


class UnsupportedError(GraphError):
    """A valid object file that needs what this loader does not do."""


class Section(NamedTuple):
    """A section: `content` is None where the file has no bytes for it and memory starts as zero."""

    kind: int
    flags: int
    size: int
    alignment: int
    link: int
    info: int
    content: memoryview | None

    @property
    def allocated(self) -> bool:
        """Whether it has a place in memory."""
        return bool(self.flags & ALLOCATED)


class ObjectFile:
    """The parts of an object file that matter for loading it.

    `relocations` pairs the number of a section with the records that change it: offset, kind,
    symbol and addend, all of which point inside (the offset so that four bytes fit). Raises
    `GraphError` where the file contradicts itself, `UnsupportedError` for what is well formed but
    needs a linker of more abilities.
    """

    def __init__(self, code: bytes) -> None:
        self.sections = [_section(code, header) for header in _section_headers(code)]
        kinds = [section.kind for section in self.sections]
        if kinds.count(_SYMTAB) != 1:
            malformed("one table of symbols", kinds.count(_SYMTAB))
        table = kinds.index(_SYMTAB)
        self.symbols = _records(self.sections[table], _SYMBOL)
        strings = self.sections[table].link
        if strings >= len(kinds) or kinds[strings] != _STRTAB:
            malformed("a table of strings for the symbols", f"section {strings}")
        self.strings = bytes(self.sections[strings].content or b"")
        self.relocations = list(_relocations(self.sections, table, len(self.symbols)))

    def name(self, symbol: int) -> str:
        """A symbol's name."""
        start = int(self.symbols["name"][symbol])
        end = self.strings.find(b"\0", start)
        if start >= len(self.strings) or end < 0:
            malformed("a symbol's name inside the table of strings", start)
        try:
            return self.strings[start:end].decode("utf-8")
        except UnicodeDecodeError:
            malformed("a symbol's name in UTF-8", self.strings[start:end])

    def functions(self) -> Iterator[tuple[str, int]]:
        """Name and symbol number of every function that others may call."""
        info, section = self.symbols["info"], self.symbols["section"]
        for symbol in np.flatnonzero((info >> 4 == 1) & (info & 15 == 2) & (section != 0)):
            yield self.name(int(symbol)), int(symbol)


def malformed(expected: str, received: object) -> NoReturn:
    """Refuse an object file."""
    raise GraphError("machine code", expected=expected, received=received)


def unsupported(expected: str, received: object) -> NoReturn:
    """Leave an object file to a linker that does more."""
    raise UnsupportedError("machine code", expected=expected, received=received)


class _Header(NamedTuple):
    """An entry of the table of sections."""

    name: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry: int


def _section_headers(code: bytes) -> Iterator[_Header]:
    if len(code) < _FILE_HEADER.size or not code.startswith(_IDENT):
        malformed("an ELF file for 64 bits", code[:16])
    _, kind, architecture, _, _, _, start, _, _, _, _, size, count, _ = _FILE_HEADER.unpack_from(
        code
    )
    if (kind, architecture) != (_RELOCATABLE, _X86_64):
        malformed("a relocatable file for x86-64", f"type {kind}, architecture {architecture}")
    if size != _SECTION_HEADER.size or not 0 < count <= _LARGEST_SECTION_COUNT:
        malformed("a table of sections", f"{count} entries of {size} bytes")
    if start + count * size > len(code):
        malformed("the table of sections inside the file", f"{count} entries at {start}")
    table = code[start : start + count * size]
    return map(_Header._make, _SECTION_HEADER.iter_unpack(table))


def _section(code: bytes, header: _Header) -> Section:
    kind, size = header.kind, header.size
    if header.flags & ALLOCATED:
        _check_loadable(header)
    content = None
    if kind != _NOBITS:
        if header.offset + size > len(code):
            malformed("a section inside the file", f"{size} bytes at {header.offset}")
        content = memoryview(code)[header.offset : header.offset + size]
    record = {_SYMTAB: _SYMBOL, _RELA: _RELOCATION}.get(kind)
    if record is not None and (header.entry != record.itemsize or size % header.entry):
        malformed(f"records of {record.itemsize} bytes", f"{size} bytes, {header.entry} a record")
    alignment = max(header.alignment, 1)
    return Section(kind, header.flags, size, alignment, header.link, header.info, content)


def _check_loadable(header: _Header) -> None:
    size, alignment = header.size, header.alignment
    if size > LARGEST_IMAGE or alignment & (alignment - 1):
        malformed("a section that fits", f"{size} bytes aligned to {alignment}")
    known = header.kind in (_PROGBITS, _NOBITS, _UNWIND)
    both = header.flags & WRITABLE and header.flags & EXECUTABLE
    if not known or both or header.flags & (THREAD_LOCAL | COMPRESSED):
        unsupported("plain code or data", f"type {header.kind}, flags {header.flags:#x}")
    if alignment > LARGEST_ALIGNMENT:
        unsupported(f"alignment to {LARGEST_ALIGNMENT} at most", alignment)


def _records(section: Section, dtype: np.dtype[Any]) -> Records:
    return np.frombuffer(section.content or b"", dtype)


def _relocations(
    sections: list[Section], table: int, n_symbols: int
) -> Iterator[tuple[int, Records]]:
    for section in sections:
        if section.kind not in (_RELA, _REL):
            continue
        if section.info >= len(sections):
            malformed("relocations of a section", section.info)
        changed = sections[section.info]
        if not changed.allocated:
            continue
        if section.kind == _REL or changed.content is None or section.link != table:
            malformed("relocations with addends, of bytes in the file", f"type {section.kind}")
        records = _records(section, _RELOCATION)
        outside = records["offset"] > max(changed.size - 4, 0)
        if len(records) and changed.size < 4 or np.any(outside | (records["symbol"] >= n_symbols)):
            malformed("relocations inside their section", f"section {section.info}")
        yield section.info, records
