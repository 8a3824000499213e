"""Remainders and floored quotients, as NumPy has them."""

from __future__ import annotations

import math

from pellucid.compiler.targets.native.arithmetic import copysign, fma, like, select, unary
from pellucid.compiler.targets.native.elementary.steps import by_library, is_double, rarely
from pellucid.compiler.targets.native.emit import Value, is_floating


def mod(x: Value, y: Value) -> Value:
    """X - y floor(x / y), with the sign of y (0 for integers divided by 0)."""
    r = _remainder(x, y)
    if is_floating(x.kind):
        adjusted = select((r < 0.0) ^ (y < 0.0), r + y, r)
        return select(r.equals(0.0), copysign(like(x, 0.0), y), adjusted)
    r = select(y.equals(-1), 0, r)
    wrong = r.differs(0) & ((r < 0) ^ (y < 0))
    return select(wrong, r + y, r)


def floor_divide(x: Value, y: Value) -> Value:
    """The largest whole number not above x / y (0 for integers divided by 0)."""
    if is_floating(x.kind):
        return _floor_divide_floats(x, y)
    safe = _safe_divisor(y)
    quotient = x.code.op(x.kind, f"sdiv {x.kind} {x.text}, {safe.text}")
    rest = x - quotient * safe
    lowered = select(rest.differs(0) & ((rest < 0) ^ (safe < 0)), quotient - 1, quotient)
    result = select(y.equals(-1), -x, lowered)
    return select(y.equals(0), 0, result)


def _floor_divide_floats(x: Value, y: Value) -> Value:
    r = _remainder(x, y)
    quotient = (x - r) / y
    opposite = r.differs(0.0) & ((r < 0.0) ^ (y < 0.0))
    quotient = select(opposite, quotient - 1.0, quotient)
    lower = unary("floor", quotient)
    lower = select((quotient - lower) > 0.5, lower + 1.0, lower)
    lower = select(quotient.equals(0.0), copysign(like(x, 0.0), x / y), lower)
    return select(y.equals(0.0), x / y, lower)


def _remainder(x: Value, y: Value) -> Value:
    """C's fmod, or the remainder of integers (0 for a zero divisor)."""
    if not is_floating(x.kind):
        value = x.code.op(x.kind, f"srem {x.kind} {x.text}, {_safe_divisor(y).text}")
        return select(y.equals(0), 0, value)
    if not x.code.machine.fma:
        return by_library("fmod", x, y)
    # A quotient that fits the mantissa is known to within 1, and x - q y is then exact.
    q = unary("trunc", x / y)
    limit = 2.0**52 if is_double(x) else 2.0**23
    r = fma(-q, y, x)
    over = r.differs(0.0) & ((r < 0.0) ^ (x < 0.0))  # q was rounded up
    r = copysign(select(over, r + copysign(y, x), r), x)
    hard = ~((unary("fabs", q) < limit) & (unary("fabs", y) < math.inf))
    return rarely(hard, r, "fmod", x, y)


def _safe_divisor(y: Value) -> Value:
    """A divisor with which no division traps: not 0, and not -1, which may overflow."""
    return select(y.equals(0) | y.equals(-1), 1, y)
