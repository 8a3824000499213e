"""Arrays: what may become one, and a constant's array, comparable by value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ArgumentError, DTypeError, PellucidError, ShapeError
from pellucid.graph.dtypes import DType, as_dtype

Array = NDArray[Any]


def as_array(value: Any, dtype: Any = None, where: str = "tensor") -> Array:
    """A NumPy array of a type that tensors hold.

    Without `dtype`, Python's floats become float32 and a single Python int int32, while NumPy's
    arrays keep their type. Raises `DTypeError` for what is no number, `ShapeError` for rows of
    different lengths, `ArgumentError` for a number that an integer type cannot hold.
    """
    try:
        array = np.asarray(value)
    except PellucidError:  # of a Tensor that has no value
        raise
    except ValueError:
        raise ShapeError(
            where, expected="rows of equal length", received=value, hint="pad the shorter ones"
        ) from None
    if array.dtype.kind not in "fiub":
        raise DTypeError(where, expected="numbers", received=value, hint="encode the values first")
    target = _own_dtype(value, array) if dtype is None else as_dtype(dtype)
    if array.dtype == target:
        return array
    if array.dtype.kind in "fiu" and target in ("int32", "int64"):
        _check_fits(array, target, where)
    with np.errstate(all="ignore"):
        return array.astype(target)


def _own_dtype(value: Any, array: Array) -> DType:
    """The type of a value for which none is asked."""
    if hasattr(value, "dtype"):
        return as_dtype(array.dtype)
    if array.dtype == np.float64:
        return "float32"
    return "int32" if type(value) is int and -(2**31) <= value < 2**31 else as_dtype(array.dtype)


def _check_fits(array: Array, dtype: DType, where: str) -> None:
    """Raise `ArgumentError` for a number that the integer type cannot hold."""
    if array.dtype.itemsize < np.dtype(dtype).itemsize and array.dtype.kind != "f":
        return
    limits = np.iinfo(dtype)
    fits = (array >= limits.min) & (array <= limits.max)
    if not fits.all():
        raise ArgumentError(
            where,
            expected=f"numbers that {dtype} holds",
            received=array[~fits].ravel()[0],
            hint="use int64, or a floating-point type",
        )


class Literal:
    """A constant's array, read-only and comparable by value, so that equal constants merge."""

    __slots__ = ("_key", "array")

    def __init__(self, array: Array) -> None:
        self.array = np.array(array, order="C")
        self.array.flags.writeable = False
        self._key: tuple[object, ...] | None = None

    def key(self) -> tuple[object, ...]:
        """Type, shape and bytes; made once, when first compared."""
        if self._key is None:
            self._key = (self.array.dtype.str, self.array.shape, self.array.tobytes())
        return self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def __repr__(self) -> str:
        return f"Literal({self.array!r})"
