"""State by name: what a checkpoint of an optimizer holds, and how it is put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Array, Variable, format_shape


def read_state(variables: Iterable[Variable]) -> dict[str, Array]:
    """A copy of each variable's value under its name, in the same order."""
    return {variable.name or "": variable.value.copy() for variable in variables}


def write_state(where: str, variables: Iterable[Variable], state: Mapping[str, Any]) -> None:
    """Assign to each variable the value kept under its name.

    Raises `ArgumentError` if names are missing or unknown, `ShapeError` for a value of another
    shape; either way no variable has changed.
    """
    named = {variable.name or "": variable for variable in variables}
    missing = [name for name in named if name not in state]
    unknown = [name for name in state if name not in named]
    if missing or unknown:
        raise ArgumentError(
            where,
            expected=f"the entries {', '.join(missing or named)}",
            received=f"{', '.join(unknown) or 'none of these'}",
            hint="It must come from the same kind of optimizer of the same model, once built",
        )
    for name, variable in named.items():
        check_shape(f"{where}, {name}", np.shape(state[name]), variable)
    for name, variable in named.items():
        variable.assign(state[name])


def check_shape(where: str, shape: Sequence[Any], variable: Variable) -> None:
    """Raise `ShapeError` unless `shape` is that of the variable."""
    if tuple(shape) != variable.shape:
        raise ShapeError(
            where,
            expected=f"shape {format_shape(variable.shape)}",
            received=f"shape {format_shape(shape)}",
        )


def unique_paths(variables: Iterable[Variable]) -> list[str]:
    """The names of the variables; a later one of the same name gets a number.

    >>> unique_paths([Variable(0.0, name="w"), Variable(0.0, name="w")])
    ['w', 'w_1']
    """
    taken: dict[str, None] = {}
    for variable in variables:
        path = name = variable.name or "variable"
        number = 0
        while path in taken:
            number += 1
            path = f"{name}_{number}"
        taken[path] = None
    return list(taken)


def layer_of(variable: Variable) -> str:
    """The path of the layer that a parameter belongs to."""
    return variable.origin.layer or (variable.name or "").rpartition("/")[0]
