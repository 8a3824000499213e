"""Which encoding a text file is in: marked, valid as UTF-8, or the likeliest of the older ones."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from pellucid.errors import ArgumentError, DataError

_CHUNK = 1 << 20
_MOST_EVIDENCE = 1 << 18
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_HIGH = re.compile(rb"[\x80-\xff]+")
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Characters of everyday text as pairs of bytes: punctuation, then the level of common characters.
_COMMON_PAIRS = {
    "gb18030": re.compile(rb"[\xa1-\xa3][\xa1-\xfe]|[\xb0-\xd7][\xa1-\xfe]"),
    "cp950": re.compile(rb"[\xa1-\xa3][\x40-\x7e\xa1-\xfe]|[\xa4-\xc6][\x40-\x7e\xa1-\xfe]"),
}
_ANY_PAIR = {
    "gb18030": re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x81-\xfe][0-9][\x81-\xfe][0-9]"),
    "cp950": re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]"),
}
# Letters of phonetics, but those of Vietnamese; as bytes they are Chinese: ȱʧ is 缺失 (missing).
_RARE = re.compile(r"[\u0180-\u019f\u01a2-\u01ae\u01b1-\u02af]{2,}")
_USUAL = re.compile(r"[^\x00-\x7f\u0180-\u019f\u01a2-\u01ae\u01b1-\u02af]")
_RUN = {name: re.compile(b"(?:" + pair.pattern + b")+") for name, pair in _ANY_PAIR.items()}
# Below this share of common characters, pairs of bytes are chance and the text is western.
_LEAST_COMMON = 0.7
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_C1 = re.compile(rb"[\x80-\x9f]")


class _Evidence(NamedTuple):
    bad_at: int | None  # the first byte that is not UTF-8
    lines: bytes  # lines with bytes above 127; none if they are UTF-8 for sure


def decode_start(start: bytes, name: str) -> str:
    """The first characters of a text file, roughly; `DataError` if they are not text."""
    encoding = _marked(start) or "latin-1"
    text = start.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    check_is_text(text, name)
    return text


def check_is_text(text: str, name: str) -> None:
    """Raise `DataError` if a text holds characters that only binary data has."""
    if "\0" in text or len(_CONTROL.findall(text)) > 8 + len(text) // 20:
        raise binary(name)


def binary(name: str) -> DataError:
    """The refusal of binary data."""
    hint = "Save the table as CSV UTF-8."
    return DataError(name, expected="a table", received="binary data", hint=hint)


def encoding_of(path: Path, name: str, chosen: str | None = None) -> str:
    """The encoding of a text file: as marked, else UTF-8, GB18030, Big5, Windows-1252 or Latin-1.

    `chosen` decides instead; `ArgumentError` if Python does not know it. Text that is nearly all
    UTF-8 is taken for damaged UTF-8 and refused with the line, not read as something else.
    """
    if chosen is not None:
        try:
            return codecs.lookup(chosen).name
        except LookupError:
            raise ArgumentError(
                "encoding", expected="the name of a text encoding", received=repr(chosen)
            ) from None
    with path.open("rb") as file:
        marked = _marked(file.read(1 << 16))
    if marked and marked != "utf-8":
        return marked
    evidence = _gather(path)
    if evidence.bad_at is None:
        return "gb18030" if not marked and _are_common(evidence.lines) else "utf-8"
    if marked or _is_nearly_utf8(evidence.lines):
        raise _undecodable(path, name, evidence.bad_at)
    return _likeliest(evidence.lines, name)


def _marked(start: bytes) -> str | None:
    for bom, encoding in _BOMS.items():
        if start.startswith(bom):
            return encoding
    # Without a mark, text in UTF-16 shows by zeros in every other place.
    even, odd = start[0:2000:2], start[1:2000:2]
    if len(odd) >= 2 and odd.count(0) > 0.4 * len(odd) and not even.count(0):
        return "utf-16-le"
    if len(even) >= 2 and even.count(0) > 0.4 * len(even) and not odd.count(0):
        return "utf-16-be"
    return None


def _gather(path: Path) -> _Evidence:
    """Where UTF-8 breaks, and lines with high bytes, if it breaks or says nothing but oddities."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, pending = 0, b""
    is_odd, is_usual = False, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                bad_at = offset - len(pending) + error.start
                return _Evidence(bad_at, _high_lines(path))
            if not (is_usual or text.isascii()):
                is_odd = is_odd or _RARE.search(text) is not None
                is_usual = _USUAL.search(text) is not None
            if not chunk:
                return _Evidence(None, _high_lines(path) if is_odd and not is_usual else b"")
            offset += len(chunk)
            pending = decoder.getstate()[0]


def _high_lines(path: Path) -> bytes:
    lines, size = [], 0
    with path.open("rb") as file:
        while (line := file.readline(_CHUNK)) and size < _MOST_EVIDENCE:
            if not line.isascii():
                lines.append(line)
                size += len(line)
    return b"".join(lines)


def _is_nearly_utf8(lines: bytes) -> bool:
    runs = _HIGH.findall(lines)
    n_whole = sum(not _UTF8.sub(b"", run) and not _is_rare(run) for run in runs)
    return n_whole >= len(runs) / 2


def _is_rare(run: bytes) -> bool:
    return _RARE.fullmatch(run.decode("utf-8", "replace")) is not None


def _are_common(lines: bytes) -> bool:
    """Whether all is everyday Chinese in GB18030."""
    pairs = [pair for run in _RUN["gb18030"].findall(lines) for pair in _pairs(run, "gb18030")]
    return bool(pairs) and all(_COMMON_PAIRS["gb18030"].fullmatch(pair) for pair in pairs)


def _likeliest(lines: bytes, name: str) -> str:
    def share_common(encoding: str) -> float:
        pairs = [pair for run in _RUN[encoding].findall(lines) for pair in _pairs(run, encoding)]
        common = sum(bool(_COMMON_PAIRS[encoding].fullmatch(pair)) for pair in pairs)
        return common / max(1, len(pairs))

    best = max(_COMMON_PAIRS, key=share_common)
    if share_common(best) >= _LEAST_COMMON and _decodes(lines, best):
        return best
    encoding = "cp1252" if _decodes(lines, "cp1252") else "latin-1"
    n_control = len(_C1.findall(lines)) if encoding == "latin-1" else 0
    if n_control > 1 + len(lines) // 1000:
        raise binary(name)
    check_is_text(lines.decode(encoding), name)
    return encoding


def _pairs(run: bytes, encoding: str) -> list[bytes]:
    """The characters of a run; none of a lone one of Big5 that may be °C, µg or Är in the west."""
    if encoding == "cp950" and len(run) == 2 and run[1] < 0x80:
        return []
    return _ANY_PAIR[encoding].findall(run)


def _decodes(lines: bytes, encoding: str) -> bool:
    try:
        lines.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _undecodable(path: Path, name: str, bad_at: int) -> DataError:
    number, offset = 1, 0
    with path.open("rb") as file:
        while offset < bad_at:
            chunk = file.read(min(_CHUNK, bad_at - offset))
            offset += len(chunk)
            number += chunk.count(b"\n")
        byte = file.read(1)
    return DataError(
        f"{name}, line {number}",
        expected="text in UTF-8",
        received=f"the byte {byte.hex()}",
        hint="Save the table as CSV UTF-8.",
    )
