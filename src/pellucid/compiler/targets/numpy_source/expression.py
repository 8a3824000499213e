"""Pieces of source text, with what is needed to join them: precedence, and dtype weakness."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from pellucid.graph.arrays import Array
from pellucid.graph.dims import Dim, SymbolicDim

ATOM, POWER, UNARY, PRODUCT, SUM, COMPARE, CHOICE = 100, 90, 80, 70, 60, 40, 20


class Expression(NamedTuple):
    """Source text; `rank` is the precedence of its outermost operator.

    A `weak` expression is made of Python numbers alone: beside an array it takes the array's dtype,
    but a NumPy function of it would give float64.
    """

    text: str
    rank: int = ATOM
    weak: bool = False
    depth: int = 0

    def within(self, rank: int) -> str:
        """The text, in parentheses where it binds less tightly than `rank`."""
        return self.text if self.rank >= rank else f"({self.text})"


def dim_text(dim: Dim) -> Expression:
    """A dimension in the program's words: a number, N, or a multiple of N."""
    if isinstance(dim, SymbolicDim):
        if dim.multiple == 1:
            return Expression("N", weak=True)
        return Expression(f"{dim.multiple} * N", PRODUCT, weak=True)
    return Expression(str(dim), weak=True)


def shape_text(shape: tuple[Dim, ...]) -> str:
    """A shape as a tuple in the program's words."""
    inner = ", ".join(dim_text(dim).text for dim in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def number_text(value: Array, dtype: str) -> Expression:
    """A scalar constant: the shortest decimal that reads back as the same number."""
    item = value.item()
    if dtype == "bool":
        return Expression(f"np.bool_({item})")
    if isinstance(item, float) and not math.isfinite(item):
        name = "np.nan" if math.isnan(item) else "np.inf"
        return Expression(f"-{name}", UNARY, True) if item < 0 else Expression(name, weak=True)
    text = str(np.float32(item)) if dtype == "float32" else repr(item)
    if text.endswith(".0"):
        text = text[:-2] if abs(item) < 1e6 else text
    return Expression(text, UNARY if text.startswith("-") else ATOM, weak=True)
