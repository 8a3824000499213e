"""Ranges of arguments and the messages about them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.nn.arguments import choice, number


@pytest.mark.parametrize("value", [0, 0.25, np.float32(0.25), np.asarray(0.5)])
def test_numbers_in_range(value: Any) -> None:
    assert number("f.x", value, 0, 1, below=True) == float(value)


@pytest.mark.parametrize(
    ("value", "limits", "expected"),
    [
        (1, {"low": 0, "high": 1, "below": True}, r"a number in \[0, 1\)"),
        (0, {"low": 0, "high": 1, "above": True}, r"a number in \(0, 1\]"),
        (0, {"low": 0, "above": True}, "a number > 0"),
        (-1, {"low": 0}, "a number >= 0"),
        (3, {"high": 2}, "a number <= 2"),
        (2, {"high": 2, "below": True}, "a number < 2"),
        (math.nan, {}, "a finite number"),
        (math.inf, {"low": 0}, "a number >= 0"),
        ("1", {}, "a finite number"),
        (True, {}, "a finite number"),
        (None, {}, "a finite number"),
        ([1, 2], {}, "a finite number"),
    ],
)
def test_numbers_out_of_range(value: Any, limits: dict[str, Any], expected: str) -> None:
    with pytest.raises(ArgumentError, match=f"^f.x: expected {expected}; received"):
        number("f.x", value, **limits)


def test_choice() -> None:
    assert choice("f.mode", None, ("a", None)) is None
    with pytest.raises(ArgumentError, match="f.mode: expected one of 'a', None; received 'b'"):
        choice("f.mode", "b", ("a", None))
