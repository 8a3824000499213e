"""Rows known again by what they hold: in another order, another file, another format.

A fingerprint is 64 bits made of all cells of a row. A sketch keeps those of many rows in about
17 bits each, and answers whether a row was among them.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.table import Table, is_number

_MISSING = np.uint64(0x9E3779B97F4A7C15)
_MOST_KEPT = 1 << 17
_BITS = 32


def row_fingerprints(table: Table, columns: Iterable[str]) -> np.ndarray:
    """A number (N,) uint64 for each row, equal for rows that agree in all of `columns`.

    Columns count by their names, in any order. A number is the same as text that spells it, whole
    or in float32's precision, so that CSV and Parquet give the same; `true` and `false` are 1 and
    0; blanks around text do not count. Two different rows share a fingerprint once in 2^64.

    >>> first = Table({"age": [41, 58], "sex": ["f", "m"]})
    >>> other = Table({"sex": [" m", "f"], "age": ["58.0", "41"]})
    >>> a, b = (row_fingerprints(table, ("age", "sex")) for table in (first, other))
    >>> a.tolist() == b[::-1].tolist()
    True
    """
    total = np.zeros(len(table), dtype=np.uint64)
    for name in columns:
        total += _mixed(_cells(table, name) ^ _hashed(name))
    return _mixed(total)


@dataclass(frozen=True, eq=False)
class Sketch:
    """The fingerprints of `n` rows: 32 bits of each, or of an even part of them.

    `kept` are different values, rising, uint32; of more than 131,072 rows only those of one in
    `every` (a power of 2), chosen by other bits of the fingerprint. `repeated` rows of the `n` have
    a twin among them.
    """

    n: int
    every: int
    kept: np.ndarray
    repeated: int

    @classmethod
    def of(cls, fingerprints: np.ndarray) -> Sketch:
        """The sketch of fingerprints (N,) uint64."""
        n, every = len(fingerprints), 1
        while n > _MOST_KEPT * every:
            every *= 2
        _, counts = np.unique(fingerprints, return_counts=True)
        chosen = fingerprints[_chosen(fingerprints, every)]
        kept = np.unique(chosen.astype(np.uint32))
        return cls(n, every, kept, int(counts[counts > 1].sum()))

    def asked(self, fingerprints: np.ndarray) -> np.ndarray:
        """Which of the fingerprints (N,) the sketch can tell of: all, or one in `every`."""
        return _chosen(fingerprints, self.every)

    def __contains__(self, fingerprint: object) -> bool:
        return bool(self.holds(np.array([fingerprint], dtype=np.uint64))[0])

    def holds(self, fingerprints: np.ndarray) -> np.ndarray:
        """Which of the fingerprints (N,) were among the rows; False where it cannot tell.

        Right but for one in 2^32 / `n` others that are not and look as if they were.
        """
        short = fingerprints.astype(np.uint32)
        place = np.searchsorted(self.kept, short)
        found = np.zeros(len(short), dtype=bool)
        inside = place < len(self.kept)
        found[inside] = self.kept[place[inside]] == short[inside]
        return found & self.asked(fingerprints)

    def to_json(self) -> dict[str, Any]:
        """`n`, `every`, `repeated`, and the kept values: how many, and their low and high bits.

        The values rise, so the high bits are told by a bit a value and a bit a step, and only the
        low ones are written out: 2 + log2(2^32 / n) bits a value (Elias, Journal of the ACM 21
        (1974), 246-260; Fano, MIT Project MAC memorandum 61 (1971)), here as base64.
        """
        low_bits = _low_bits(len(self.kept))
        high = (self.kept >> np.uint32(low_bits)).astype(np.int64)
        steps = np.zeros(len(self.kept) + (1 << (_BITS - low_bits)), dtype=bool)
        steps[high + np.arange(len(high))] = True
        shifts = np.arange(low_bits, dtype=np.uint32)
        low = (self.kept[:, None] >> shifts & np.uint32(1)).astype(bool)
        return {
            "n": self.n,
            "every": self.every,
            "repeated": self.repeated,
            "kept": len(self.kept),
            "low": to_base64(low.ravel()),
            "high": to_base64(steps),
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Sketch:
        """The sketch that `to_json` described; `ValueError` if the parts do not fit."""
        n_kept, every = int(facts["kept"]), int(facts["every"])
        if not 0 <= n_kept <= 2 * _MOST_KEPT or every < 1 or every & (every - 1):
            raise ValueError("a sketch of impossible size")
        low_bits = _low_bits(n_kept)
        steps = from_base64(facts["high"], n_kept + (1 << (_BITS - low_bits)))
        low = from_base64(facts["low"], n_kept * low_bits).reshape(n_kept, low_bits)
        places = np.flatnonzero(steps)
        if len(places) != n_kept:
            raise ValueError("a sketch of another number of rows")
        high = (places - np.arange(n_kept)).astype(np.uint32) << np.uint32(low_bits)
        kept = high + low.astype(np.uint32) @ (np.uint32(1) << np.arange(low_bits, dtype=np.uint32))
        return cls(int(facts["n"]), every, kept.astype(np.uint32), int(facts["repeated"]))


def to_base64(bits: np.ndarray) -> str:
    """Bits (N,) bool as text, eight to a byte."""
    return base64.b64encode(np.packbits(bits).tobytes()).decode("ascii")


def from_base64(text: str, n: int) -> np.ndarray:
    """The `n` bits that `to_base64` wrote, (n,) bool; `ValueError` if they are not so many."""
    data = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
    if len(data) != (n + 7) // 8:
        raise ValueError(f"{len(data)} bytes instead of {(n + 7) // 8}")
    return np.unpackbits(data, count=n).astype(bool)


def _low_bits(n: int) -> int:
    """How many bits of each of `n` values are written out; never so few that `high` is long."""
    return int(np.clip(np.floor(np.log2((1 << _BITS) / max(n, 1))), 8, 24))


def _chosen(fingerprints: np.ndarray, every: int) -> np.ndarray:
    return (fingerprints >> np.uint64(_BITS)) % np.uint64(every) == 0


def _cells(table: Table, name: str) -> np.ndarray:
    values = table[name]
    if table.is_numeric(name):
        return _numbers(values)
    # Each different text once: a column of words has few, whatever its length.
    code: dict[Any, int] = {}
    place = np.array([code.setdefault(cell, len(code)) for cell in values.tolist()], np.int64)
    found = np.array([_text(cell) for cell in code], dtype=np.uint64)
    return found[place] if len(found) else np.zeros(0, dtype=np.uint64)


def _numbers(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32).astype(np.float64)
    whole = values == np.floor(values)
    # Adding 0 makes -0 the same as 0.
    bits = (np.where(whole, values, rounded) + 0.0).view(np.uint64)
    return np.where(np.isnan(values), _MISSING, _mixed(bits))


def _text(cell: str | None) -> np.uint64:
    if cell is None or not (text := cell.strip()):
        return _MISSING
    text = {"true": "1", "false": "0"}.get(text.lower(), text)
    return _numbers(np.array([float(text)]))[0] if is_number(text) else _hashed(text)


def _hashed(text: str) -> np.uint64:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _mixed(bits: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser (Steele, Lea & Flood, OOPSLA 2014): each bit moves half the others."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
