"""Sine, cosine and the arc tangent."""

from __future__ import annotations

import math
import struct

from pellucid.compiler.targets.native.arithmetic import (
    convert,
    copysign,
    fma,
    polynomial,
    select,
    unary,
)
from pellucid.compiler.targets.native.elementary import coefficients as c
from pellucid.compiler.targets.native.elementary.far import far_rest
from pellucid.compiler.targets.native.elementary.steps import is_double, lane_by_lane, rarely
from pellucid.compiler.targets.native.emit import Value, bits_of


def sin(x: Value) -> Value:
    """The sine of x in radians."""
    return select(x.equals(0.0), x, _circular(x, 0))  # -0 has lost its sign on the way


def cos(x: Value) -> Value:
    """The cosine of x in radians."""
    return _circular(x, 1)


def _circular(x: Value, quarter: int) -> Value:
    """Polynomials for sin and cos on [-π/4, π/4], to which x is reduced by multiples of π/2."""
    limit = 2.0**20 if is_double(x) else 2.0**11
    n = unary("rint", x * (2.0 / math.pi))
    r = x
    for part in _HALF_PI_64 if is_double(x) else _HALF_PI_32:
        r = fma(-n, part, r)
    value = _of_rest(r, convert(n, f"i{bits_of(x.kind)}") + quarter)

    def exact(x: Value) -> Value:
        r, quadrant = lane_by_lane(far_rest, x)
        value = _of_rest(r, quadrant + quarter)
        return select(unary("fabs", x) < math.inf, value, math.nan)

    # ~(|x| < limit) is also true for NaN.
    far = ~(unary("fabs", x) < limit)
    return rarely(far, value, "far_cos" if quarter else "far_sin", exact, x)


def _of_rest(r: Value, quadrant: Value) -> Value:
    """The sine of r and so many quarters of a turn."""
    double = is_double(r)
    z = r * r
    sine = fma(r * z, polynomial(z, c.SIN_64 if double else c.SIN_32), r)
    rest = polynomial(z, c.COS_64 if double else c.COS_32)
    cosine = fma(z * z, rest, fma(z, -0.5, 1.0))
    value = select((quadrant & 1).equals(0), sine, cosine)
    return select((quadrant & 2).equals(0), value, -value)


# π/2 in parts whose products with n are exact (Cody and Waite).
_HALF_PI_64 = (
    float.fromhex("0x1.921fb54400000p+0"),
    float.fromhex("0x1.0b4611a600000p-34"),
    float.fromhex("0x1.3198a2e037073p-69"),
)
_HALF_PI_32 = (
    float.fromhex("0x1.92p+0"),
    float.fromhex("0x1.fb4p-12"),
    float.fromhex("0x1.444p-24"),
    float.fromhex("0x1.68c234c4c6628p-39"),
)


def arctan(x: Value) -> Value:
    """A polynomial on [0, tan(π/8)]; beyond, π/4 + arctan((a - 1)/(a + 1)) or π/2 - arctan(1/a)."""
    a = unary("fabs", x)
    middle, large = a > math.tan(math.pi / 8), a > math.tan(3 * math.pi / 8)
    top = select(large, -1.0, select(middle, a - 1.0, a), x.kind)
    bottom = select(large, a, select(middle, a + 1.0, 1.0))
    v = top / bottom
    z = v * v
    rest = polynomial(z, c.ATAN_64 if is_double(x) else c.ATAN_32)
    start = select(large, math.pi / 2, select(middle, math.pi / 4, 0.0, x.kind), x.kind)
    lost = select(large, _below(x, 2), select(middle, _below(x, 4), 0.0, x.kind), x.kind)
    return copysign(start + (fma(v * z, rest, v) + lost), x)


def _below(x: Value, part: int) -> float:
    """What rounding takes from π / part."""
    if is_double(x):
        return 6.123233995736766e-17 * 2 / part
    nearest: float = struct.unpack("<f", struct.pack("<f", math.pi / part))[0]
    return math.pi / part - nearest
