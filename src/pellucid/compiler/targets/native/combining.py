"""Partial results of reductions: what they start from, and how two of them become one."""

from __future__ import annotations

from pellucid.compiler.targets.native import arithmetic
from pellucid.compiler.targets.native.arithmetic import extract, shuffle
from pellucid.compiler.targets.native.emit import Value, element_of, is_floating, lanes_of


def identity(op: str, kind: str) -> float | int | bool:
    """What changes nothing when it is joined."""
    element = element_of(kind)
    if op in ("sum", "prod"):
        return 0 if op == "sum" else 1
    if element == "i1":
        return bool(op == "min")
    if is_floating(kind):
        return float("-inf") if op == "max" else float("inf")
    largest = 2**63 - 1 if element == "i64" else 2**31 - 1
    return -largest - 1 if op == "max" else largest


def combine(op: str, a: Value, b: Value) -> Value:
    """Two partial results joined."""
    if op == "sum":
        return a + b
    if op == "prod":
        return a * b
    if element_of(a.kind) == "i1":
        return a | b if op == "max" else a & b
    return arithmetic.maximum(a, b) if op == "max" else arithmetic.minimum(a, b)


def across(op: str, value: Value) -> Value:
    """The lanes of a vector joined into one scalar, halving."""
    lanes = lanes_of(value.kind)
    while lanes > 1:
        low = shuffle(value, list(range(lanes // 2)))
        high = shuffle(value, list(range(lanes // 2, lanes)))
        value = combine(op, low, high)
        lanes //= 2
    return extract(value, 0)
