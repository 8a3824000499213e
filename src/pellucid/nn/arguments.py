"""Checks of arguments: one function states the range, tests it and writes the message."""

from __future__ import annotations

import math
from typing import Any

from pellucid.errors import ArgumentError


def number(
    where: str,
    value: Any,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    above: bool = False,
    below: bool = False,
) -> float:
    """`value` as a float if it is a finite number in [low, high], else `ArgumentError`.

    `above` leaves out `low` itself, `below` leaves out `high`. Anything with `__float__` counts,
    text and booleans do not.

    >>> number("Dropout.rate", 0.5, 0, 1, below=True)
    0.5
    >>> number("Dropout.rate", 1.5, 0, 1, below=True)
    Traceback (most recent call last):
    ...
    pellucid.errors.ArgumentError: Dropout.rate: expected a number in [0, 1); received 1.5
    """
    try:
        result = math.nan if isinstance(value, str | bytes | bool) else float(value)
    except (TypeError, ValueError):
        result = math.nan
    large_enough = result > low if above else result >= low
    small_enough = result < high if below else result <= high
    if not (math.isfinite(result) and large_enough and small_enough):
        raise ArgumentError(where, expected=_range(low, high, above, below), received=repr(value))
    return result


def _range(low: float, high: float, above: bool, below: bool) -> str:
    if math.isinf(low) and math.isinf(high):
        return "a finite number"
    if math.isinf(high):
        return f"a number {'>' if above else '>='} {low:g}"
    if math.isinf(low):
        return f"a number {'<' if below else '<='} {high:g}"
    return f"a number in {'(' if above else '['}{low:g}, {high:g}{')' if below else ']'}"


def choice(where: str, value: Any, allowed: tuple[Any, ...]) -> Any:
    """`value` if it is one of `allowed`, else `ArgumentError`.

    >>> choice("padding", "same", ("valid", "same"))
    'same'
    """
    if value not in allowed:
        names = ", ".join(repr(each) for each in allowed)
        raise ArgumentError(where, expected=f"one of {names}", received=repr(value))
    return value
