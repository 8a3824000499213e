"""The IDX format of MNIST: a magic number, the sizes, then the values, big-endian.

Byte 0 and 1 are zero, byte 2 names the type, byte 3 the number of axes; each axis follows as an
unsigned 32-bit integer. Source: LeCun, Cortes & Burges, http://yann.lecun.com/exdb/mnist/.
"""

from __future__ import annotations

import gzip
import math
import zlib
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np

from pellucid.errors import DataError

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP = b"\x1f\x8b"
_MOST_AXES = 8
# A damaged header may announce 10^30 bytes; a damaged gzip stream may deliver them.
_MOST_BYTES = 1 << 31


def read_idx(path: str | PathLike[str], *, max_bytes: int = _MOST_BYTES) -> np.ndarray:
    """The array in an IDX file, plain or gzipped (told by its content, not by its name).

    Shape and dtype are those of the file, the byte order the machine's. A file whose header
    announces more than `max_bytes` (default 2 GiB) of values is refused before they are read.

    Raises `DataError` if there is no such file, the magic number is wrong, the file ends early,
    goes on after the last value, or the gzip stream is damaged (its checksum is verified).

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "small.idx")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]))
    ...     read_idx(path)
    array([[1, 2, 3],
           [4, 5, 6]], dtype=uint8)
    """
    file_path = Path(path)
    try:
        with file_path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            if not packed:
                return _parse(raw, str(path), max_bytes)
            with gzip.open(raw) as unpacked:
                return _parse(unpacked, str(path), max_bytes)
    except FileNotFoundError:
        raise DataError(str(path), expected="an IDX file", received="no such file") from None
    except EOFError:
        raise _damaged(path, "a gzip stream that ends early") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, f"a damaged gzip stream ({error})") from None
    except OSError as error:
        raise DataError(str(path), expected="a readable IDX file", received=str(error)) from None


def _parse(file: BinaryIO | gzip.GzipFile, where: str, max_bytes: int) -> np.ndarray:
    magic = _read(file, 4, where)
    dtype = _TYPES.get(magic[2]) if magic[:2] == b"\0\0" else None
    if dtype is None or not 1 <= magic[3] <= _MOST_AXES:
        raise DataError(
            where,
            expected="an IDX file, which begins 00 00, a type from 08 to 0e, the number of axes",
            received=f"the first bytes {magic.hex(' ')}",
        )
    shape = tuple(map(int, np.frombuffer(_read(file, 4 * magic[3], where), ">u4")))
    n_bytes = math.prod(shape) * np.dtype(dtype).itemsize
    if n_bytes > max_bytes:
        raise DataError(
            where,
            expected=f"at most {max_bytes} bytes of values",
            received=f"a header that announces shape {shape}, {n_bytes} bytes",
            hint="The header is damaged, or max_bytes must be raised.",
        )
    values = np.frombuffer(_read(file, n_bytes, where, shape), dtype)
    # Reading past the values also makes gzip verify its checksum.
    if file.read(1):
        raise _damaged(where, f"more bytes than shape {shape} needs")
    return values.reshape(shape).astype(np.dtype(dtype).newbyteorder("="))


def _read(
    file: BinaryIO | gzip.GzipFile, n_bytes: int, where: str, shape: tuple[int, ...] = ()
) -> bytes:
    content = file.read(n_bytes)
    if len(content) < n_bytes:
        part = f"the values of shape {shape}" if shape else "the header"
        raise _damaged(where, f"an end in the middle of {part} ({len(content)} of {n_bytes} bytes)")
    return content


def _damaged(where: str | PathLike[str], received: str) -> DataError:
    return DataError(
        str(where),
        expected="a whole IDX file",
        received=received,
        hint="Delete the file and get it again.",
    )
