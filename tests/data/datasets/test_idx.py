"""IDX files: every type, and every way in which a file can be damaged."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.datasets import read_idx
from pellucid.errors import DataError

_CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(values: np.ndarray) -> bytes:
    code = _CODES[values.dtype.str[1:]]
    header = bytes([0, 0, code, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.astype(values.dtype.newbyteorder(">")).tobytes()


SMALL = idx_bytes(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("dtype", _CODES)
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4), (0, 28, 28), (1, 1, 1, 1, 7)])
def test_what_was_written_is_read(tmp_path: Path, dtype: str, shape, packed: bool) -> None:
    values = (np.arange(np.prod(shape)).reshape(shape) * 37 - 5).astype(dtype)
    content = idx_bytes(values)
    path = tmp_path / "values"
    path.write_bytes(gzip.compress(content) if packed else content)
    read = read_idx(path)
    assert read.dtype == values.dtype and read.dtype.isnative
    assert read.flags.writeable
    np.testing.assert_array_equal(read, values)


DAMAGED = {
    "empty": (b"", "the middle of the header"),
    "three bytes": (SMALL[:3], "the middle of the header"),
    "no sizes": (SMALL[:9], "the middle of the header"),
    "no values": (SMALL[:16], "the middle of the values of shape (2, 3, 4) (0 of 24 bytes)"),
    "one value short": (SMALL[:-1], "(23 of 24 bytes)"),
    "one value more": (SMALL + b"\0", "more bytes than shape (2, 3, 4) needs"),
    "text": (b"label,pixel\n1,2\n", "the first bytes 6c 61 62 65"),
    "unknown type": (b"\0\0\x07" + SMALL[3:], "the first bytes 00 00 07 03"),
    "no axes": (b"\0\0\x08\0" + SMALL[4:], "the first bytes 00 00 08 00"),
    "too many axes": (b"\0\0\x08\xff" + SMALL[4:], "the first bytes 00 00 08 ff"),
    "huge": (
        b"\0\0\x08\x03" + b"\xff" * 12,
        "announces shape (4294967295, 4294967295, 4294967295)",
    ),
    "gzip cut": (gzip.compress(SMALL)[:-12], "gzip stream that ends early"),
    "gzip header only": (b"\x1f\x8b\x08\0", "gzip stream that ends early"),
    "gzip of nothing": (gzip.compress(b""), "the middle of the header"),
    "gzip bad checksum": (gzip.compress(SMALL)[:-8] + bytes(8), "damaged gzip stream"),
    "gzip bad block": (gzip.compress(SMALL)[:10] + b"\xff" * 40, "damaged gzip stream"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_told(tmp_path: Path, name: str) -> None:
    content, told = DAMAGED[name]
    path = tmp_path / "damaged"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_idx(path)
    assert str(caught.value).startswith(f"{path}: expected ")
    assert told in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(SMALL + bytes(50_000_000)))
    with pytest.raises(DataError, match="more bytes than"):
        read_idx(path)
    with pytest.raises(DataError, match="at most 23 bytes of values"):
        read_idx(path, max_bytes=23)


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_idx(tmp_path / "absent")
    with pytest.raises(DataError, match="a readable IDX file"):
        read_idx(tmp_path)


@given(st.binary(max_size=64), st.booleans())
def test_any_bytes_are_read_or_refused(tmp_path_factory, content: bytes, announce: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(b"\0\0\x08\x01" + content if announce else content)
    try:
        values = read_idx(path)
    except DataError:
        return
    assert idx_bytes(values) == path.read_bytes()
