"""Nested lists, tuples and dicts of tensors: their leaves, and the same shape with other leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor


def flatten(structure: Any) -> list[Any]:
    """The leaves from left to right; dicts in the order of their sorted keys, as in Keras and JAX.

    >>> flatten({"b": [1, 2], "a": 3})
    [3, 1, 2]
    """
    if isinstance(structure, Tensor):  # by far the most frequent
        return [structure]
    if isinstance(structure, Mapping):
        return [leaf for key in sorted(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, list | tuple):
        return [leaf for part in structure for leaf in flatten(part)]
    return [structure]


def map_leaves(function: Callable[[Any], Any], structure: Any) -> Any:
    """A structure of the same form, each leaf replaced by `function(leaf)`.

    >>> map_leaves(abs, {"b": [-1, 2], "a": -3})
    {'b': [1, 2], 'a': 3}
    """
    return pack(structure, [function(leaf) for leaf in flatten(structure)])


def pack(structure: Any, leaves: list[Any]) -> Any:
    """`leaves`, in the order of `flatten`, in the form of `structure`."""
    found = _packed(structure, iter(leaves))
    count = len(flatten(structure))
    if count != len(leaves):
        raise ArgumentError("pack", expected=f"{count} leaves", received=str(len(leaves)))
    return found


def _packed(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, Mapping):
        parts = {key: _packed(structure[key], leaves) for key in sorted(structure)}
        return {key: parts[key] for key in structure}
    if isinstance(structure, list | tuple):
        items = [_packed(part, leaves) for part in structure]
        if hasattr(structure, "_fields"):
            return type(structure)(*items)
        return items if isinstance(structure, list) else tuple(items)
    return next(leaves, None)


def is_array(value: Any) -> bool:
    """Whether a value is a tensor, or something that NumPy holds."""
    return isinstance(value, Tensor | np.ndarray | np.generic)


def is_data(value: Any) -> bool:
    """Whether a value is one array: a tensor, an array, a number, or nested lists of numbers.

    >>> is_data([[1.0, 2.0]]), is_data([np.ones(3), np.ones(3)])
    (True, False)
    """
    if is_array(value) or isinstance(value, bool | int | float):
        return True
    if hasattr(value, "__array__"):
        return True
    return (
        isinstance(value, list | tuple) and bool(value) and all(_is_number_list(v) for v in value)
    )


def _is_number_list(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_number_list(item) for item in value)
    return isinstance(value, bool | int | float)
