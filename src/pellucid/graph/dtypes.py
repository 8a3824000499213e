"""Data types: five names, how Python and NumPy values map to them, and how two types meet."""

from __future__ import annotations

from typing import Any, Literal, cast

import numpy as np

from pellucid.errors import DTypeError

DType = Literal["float32", "float64", "int32", "int64", "bool"]

# Ordered: the promotion of two types is the later one (int64 with float32 is float32, as in Keras).
DTYPES: tuple[DType, ...] = ("bool", "int32", "int64", "float32", "float64")
_RANK = {name: rank for rank, name in enumerate(DTYPES)}

# Asking a NumPy type for its name takes a microsecond.
_OF_NUMPY: dict[np.dtype[Any], DType] = {np.dtype(name): name for name in DTYPES}

_NARROWED: dict[str, DType] = {
    "float16": "float32",
    "int8": "int32",
    "int16": "int32",
    "uint8": "int32",
    "uint16": "int32",
    "uint32": "int64",
    "uint64": "int64",
}


def as_dtype(dtype: Any) -> DType:
    """The name of a data type given as a name, a NumPy dtype or a Python type.

    Raises `DTypeError` for a type that tensors do not hold.

    >>> as_dtype(float), as_dtype(np.int8), as_dtype("bool")
    ('float32', 'int32', 'bool')
    """
    if isinstance(dtype, str) and dtype in _RANK:
        return dtype
    if isinstance(dtype, np.dtype) and dtype in _OF_NUMPY:
        return _OF_NUMPY[dtype]
    if dtype is float:
        return "float32"
    if dtype is int:
        return "int32"
    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = str(dtype)
    name = _NARROWED.get(name, name)
    if name not in _RANK:
        raise DTypeError(
            "dtype",
            expected=f"one of {', '.join(DTYPES)}",
            received=str(dtype),
            hint="convert the data to numbers first",
        )
    return cast(DType, name)


def promote(*dtypes: DType) -> DType:
    """The type in which values of several types meet.

    >>> promote("int64", "float32"), promote("bool", "int32")
    ('float32', 'int32')
    """
    return max(dtypes, key=_RANK.__getitem__)


def is_float(dtype: DType) -> bool:
    """Whether values of this type have gradients."""
    return dtype in ("float32", "float64")


def scalar_dtype(value: bool | int | float, other: DType) -> DType:
    """The type a Python scalar takes beside a tensor of type `other` (it never widens a tensor).

    >>> scalar_dtype(2, "float32"), scalar_dtype(0.5, "int64"), scalar_dtype(1, "bool")
    ('float32', 'float32', 'int32')
    """
    if isinstance(value, bool):
        return other
    if isinstance(value, int):
        return "int32" if other == "bool" else other
    return other if is_float(other) else "float32"
