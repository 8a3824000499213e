"""From what users hand in (arrays, lists, frames, dicts of them) to lists of checked arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import DataError
from pellucid.graph import Array, DType, Shape, as_dtype, format_shape, is_float
from pellucid.graph.dims import SymbolicDim

# Larger arrays of another type are converted batch by batch, to keep memory low; those that lie in
# a file even sooner, since they are there because memory is short.
_CONVERT_AT_ONCE = 2**28
_READ_AT_ONCE = 2**24


class Slot(NamedTuple):
    """What one input of a network takes: its name for messages and programs, shape and type."""

    name: str
    shape: Shape
    dtype: DType

    def __str__(self) -> str:
        return f"shape {format_shape(self.shape)}"


class Feed(NamedTuple):
    """Flat lists of arrays with one length: inputs, targets, weights of the samples.

    Targets may be missing (None) for outputs without a loss. All three lists are in the order in
    which programs take them; `form` is the interface of the model that they fit.
    """

    x: list[Array]
    y: list[Array | None]
    weights: list[Array | None]
    form: Any

    @property
    def columns(self) -> list[Array]:
        """The arrays that are there: inputs, targets, weights."""
        return [each for each in (*self.x, *self.y, *self.weights) if each is not None]

    @property
    def rows(self) -> int:
        """The number of samples."""
        return len(self.x[0])

    @property
    def signature(self) -> tuple[Any, ...]:
        """What must be the same for one program to serve: the form, and shapes but for N."""
        parts = [
            None if each is None else (each.shape[1:], each.dtype.str)
            for each in (*self.y, *self.weights)
        ]
        return (self.form.key, *parts)


def to_array(value: Any, where: str) -> Array:
    """A NumPy array of numbers with an axis of samples; raises `DataError`."""
    try:
        array = np.asarray(value)
        if array.dtype == object:
            array = array.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise DataError(where, expected="an array of numbers", received=_short(error)) from None
    if array.dtype.kind not in "biuf":
        raise DataError(
            where,
            expected="numbers",
            received=f"values of type {array.dtype}",
            hint="Encode text and dates as numbers first",
        )
    if array.ndim == 0:
        raise DataError(where, expected="an axis of samples", received=f"the number {array}")
    return array


def _short(error: Exception) -> str:
    return str(error).splitlines()[0]


def leaves(value: Any, names: Sequence[str] | None, where: str) -> list[Any]:
    """The parts of `value` in the order of `names`, found by name in a dict, else by position.

    One array is one part; so is a list of rows when only one part is wanted.
    """
    if isinstance(value, Mapping):
        return _by_name(value, names, where)
    if not isinstance(value, list | tuple) or _is_one_array(value):
        parts = [value]
    elif names is not None and len(names) == 1 and len(value) != 1:
        parts = [np.asarray([np.asarray(row) for row in value])]
    else:
        parts = list(value)
    if names is not None and len(parts) != len(names):
        raise DataError(
            where,
            expected=f"{len(names)} arrays ({', '.join(names)})",
            received=str(len(parts)),
        )
    return parts


def _by_name(value: Mapping[str, Any], names: Sequence[str] | None, where: str) -> list[Any]:
    wanted = sorted(value) if names is None else names
    missing = [name for name in wanted if name not in value]
    if missing:
        raise DataError(
            where,
            expected=f"the names {', '.join(wanted)}",
            received=", ".join(map(str, value)) or "none",
        )
    return [value[name] for name in wanted]


def _is_one_array(value: Sequence[Any]) -> bool:
    """Whether nested lists hold numbers all the way down, so that they are one array."""
    part: Any = value
    while isinstance(part, list | tuple):
        if not part:
            return True
        part = part[0]
    return isinstance(part, bool | int | float | str | np.generic)


def is_fit(part: Any, slot: Slot) -> bool:
    """Whether a value is already what the input takes: the case that must be fast."""
    return (
        isinstance(part, np.ndarray)
        and part.dtype == slot.dtype
        and part.ndim == len(slot.shape)
        and _fits(part.shape[1:], slot.shape[1:])
    )


def fit_input(array: Array, slot: Slot, where: str) -> Array:
    """The array in the shape its input takes; raises `DataError` when its features do not fit."""
    if array.ndim == len(slot.shape) - 1 and slot.shape[-1] == 1:
        array = array[..., np.newaxis]
    same_rank = array.ndim == len(slot.shape)
    if not same_rank or not _fits(array.shape[1:], slot.shape[1:]):
        hint = None
        if array.ndim == len(slot.shape) - 1 and _fits(array.shape, slot.shape[1:]):
            hint = "One sample alone still needs the axis of samples: x[np.newaxis]"
        raise DataError(where, expected=str(slot), received=f"shape {array.shape}", hint=hint)
    return convert(array, slot.dtype)


def _fits(shape: Sequence[int], dims: Sequence[Any]) -> bool:
    return len(shape) == len(dims) and all(
        isinstance(dim, SymbolicDim) or dim == size for size, dim in zip(shape, dims, strict=True)
    )


def fit_target(array: Array, output: Slot) -> Array:
    """The array in the shape and type in which a loss compares it with this output.

    (N,) and (N, 1) mean the same. Targets of the output's shape take its type; class numbers
    (fewer axes, or a last axis of 1) stay whole numbers.
    """
    if array.ndim == len(output.shape) - 1 and output.shape[-1] == 1:
        array = array[..., np.newaxis]
    elif array.ndim == len(output.shape) + 1 and array.shape[-1] == 1:
        array = array[..., 0]
    dense = _fits(array.shape[1:], output.shape[1:]) and is_float(output.dtype)
    return convert(array, output.dtype if dense else _narrow(array.dtype, output.dtype))


def _narrow(dtype: Any, other: DType) -> DType:
    """The type of an array among tensors: floats like the output, whole numbers as they are."""
    name = as_dtype(dtype)
    return other if is_float(name) and is_float(other) else name


def convert(array: Array, dtype: DType) -> Array:
    """The array with this type, unless it is so large that batches are better converted alone."""
    if array.dtype != dtype:
        most = _READ_AT_ONCE if _in_file(array) else _CONVERT_AT_ONCE
        if array.size * np.dtype(dtype).itemsize <= most:
            return array.astype(dtype)
    return array


def _in_file(array: Array) -> bool:
    """Whether the memory of an array is a file's."""
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if isinstance(owner, np.memmap):
            return True
        owner = owner.base
    return False


def check_lengths(feed: Feed, where: str) -> None:
    """Raise `DataError` unless all arrays have the same number of samples, and at least one."""
    parts = {
        "x": [len(each) for each in feed.x],
        "y": [len(each) for each in feed.y if each is not None],
        "sample_weight": [len(each) for each in feed.weights if each is not None],
    }
    if len({length for lengths in parts.values() for length in lengths}) > 1:
        sizes = (f"{name}: {', '.join(map(str, sizes))}" for name, sizes in parts.items() if sizes)
        raise DataError(
            where, expected="the same number of samples everywhere", received="; ".join(sizes)
        )
    if feed.rows == 0:
        raise DataError(where, expected="at least one sample", received="none")


def class_weights(y: Array, weights: Mapping[int, float], where: str) -> Array:
    """The weight of each sample's class, 1 for classes that are not named.

    The class is the target itself, or the place of the largest element of a one-hot row.
    """
    if not isinstance(weights, Mapping):
        raise DataError(where, expected="a dict {class: weight}", received=repr(weights))
    classes = y.argmax(-1) if y.ndim > 1 and y.shape[-1] != 1 else y.reshape(len(y), -1)[:, 0]
    result = np.ones(len(y), np.float32)
    for each, weight in weights.items():
        result[np.round(classes) == int(each)] = weight
    return result
