"""A layer's constructor arguments, kept when it is made and written as plain data."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor
from pellucid.nn import activations, constraints, initializers, regularizers

# Which registry knows an argument's value, by the last word of the argument's name.
_KINDS: dict[str, Any] = {
    "activation": activations,
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}


def bound_arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of a method call by name, defaults included, without `self`."""
    signature = inspect.signature(function)
    try:
        bound = signature.bind(None, *args, **kwargs)
    except TypeError:
        return {}  # the call itself is about to say what is wrong
    bound.apply_defaults()
    found: dict[str, Any] = {}
    for name, parameter in list(signature.parameters.items())[1:]:
        if parameter.kind is parameter.VAR_KEYWORD:
            found.update(bound.arguments[name])
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            found[name] = bound.arguments[name]
    return found


def own_arguments(cls: type, base: type) -> tuple[str, ...]:
    """The arguments that the constructors of a class take, up to its base class.

    Where a constructor passes further keywords on, those of the class above it count too.
    """
    classes = cls.__mro__[: cls.__mro__.index(base)]
    return _own_arguments(
        tuple(vars(each)["__init__"] for each in classes if "__init__" in vars(each))
    )


@cache
def _own_arguments(constructors: tuple[Callable[..., Any], ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for constructor in constructors:
        parameters = list(inspect.signature(constructor).parameters.values())[1:]
        named = (p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL))
        found.update(dict.fromkeys(p.name for p in named))
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return tuple(found)


def encoded(name: str, value: Any, where: str) -> Any:
    """The value of the argument `name` as text, numbers, lists and dicts.

    Raises `ArgumentError` for a value that a file cannot hold, such as a Python function.
    """
    kind = name.rpartition("_")[2]
    if kind in _KINDS and callable(value):
        return _KINDS[kind].serialize(value)
    return plain(value, where)


def plain(value: Any, where: str) -> Any:
    """A value made of text, numbers, lists and dicts; arrays become nested lists."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, np.ndarray | np.generic | Tensor):
        return np.asarray(value).tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(part, where) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, where) for part in value]
    raise ArgumentError(
        where,
        expected="a value that a file can hold: text, numbers, lists, dicts",
        received=repr(value),
        hint="Write a Layer subclass with a get_config() of its own, and register it",
    )
