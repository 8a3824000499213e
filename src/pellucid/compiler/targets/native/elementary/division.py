"""Remainders and floored quotients, as NumPy has them."""

from __future__ import annotations

import math

from pellucid.compiler.targets.native.arithmetic import (
    as_bits,
    convert,
    copysign,
    fma,
    like,
    select,
    shift_right,
    unary,
)
from pellucid.compiler.targets.native.elementary.steps import (
    apart,
    is_double,
    lane_by_lane,
    power_of_two,
    rarely,
)
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
        return apart("long_division", _divided_at_length, x, y)
    # A quotient that fits the mantissa is known to within 1, and x - q y is then exact.
    q = unary("trunc", x / y)
    limit = 2.0**52 if is_double(x) else 2.0**23
    r = fma(-q, y, x)
    over = r.differs(0.0) & ((r < 0.0) ^ (x < 0.0))  # q was rounded up
    r = copysign(select(over, r + copysign(y, x), r), x)
    hard = ~((unary("fabs", q) < limit) & (unary("fabs", y) < math.inf))
    return rarely(hard, r, "long_division", _divided_at_length, x, y)


def _divided_at_length(x: Value, y: Value) -> Value:
    (r,) = lane_by_lane(_long_division, x, y)
    usual = (unary("fabs", x) < math.inf) & y.differs(0.0)
    r = select(unary("fabs", y) < math.inf, r, x)
    return select(usual & y.equals(y), r, math.nan)


def _long_division(x: Value, y: Value) -> tuple[Value]:
    """The remainder of finite numbers as at school: whole mantissas, eleven digits at a time."""
    code = x.code
    wide, divisor = (unary("fabs", convert(each, "double")) for each in (x, y))
    (m, e), (d, last) = _parts(wide), _parts(divisor)
    d = select(d.equals(0), 1, d)
    # Of a dividend that is smaller nothing is taken away; it is chosen in the end.
    left = select(e > last, e - last, 0)
    first = code.op("i64", f"urem i64 {m.text}, {d.text}")
    with code.loop(0, (left + (_DIGITS - 1)) / _DIGITS, carry=[first, left]) as loop:
        rest, left = loop.carried
        digits = select(left < _DIGITS, left, _DIGITS)
        shifted = rest << digits
        loop.carry([code.op("i64", f"urem i64 {shifted.text}, {d.text}"), left - digits])
    half = (last - 1075) >> 1
    scale = last - 1075 - half
    r = convert(loop.results[0], "double")
    r = r * power_of_two(half, "double") * power_of_two(scale, "double")
    r = select(wide < divisor, wide, r)
    return (copysign(convert(r, x.kind), x),)


# A mantissa of 53 digits has room for so many more in a word.
_DIGITS = 11


def _parts(x: Value) -> tuple[Value, Value]:
    """M and e with x = m 2^(e - 1075), for a finite x >= 0; both whole."""
    bits = as_bits(x)
    exponent = shift_right(bits, 52)
    denormal = exponent.equals(0)
    m = bits & (2**52 - 1)
    return select(denormal, m, m | 2**52), select(denormal, 1, exponent)


def _safe_divisor(y: Value) -> Value:
    """A divisor with which no division traps: not 0, and not -1, which may overflow."""
    return select(y.equals(0) | y.equals(-1), 1, y)
