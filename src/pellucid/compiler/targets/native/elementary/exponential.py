"""Exponentials, logarithms, and what is made from them.

Arguments are reduced to a short interval as in Cody and Waite, "Software Manual for the Elementary
Functions" (1980); there a polynomial of least maximum error takes over (tools/minimax.py).
"""

from __future__ import annotations

import math

from pellucid.compiler.targets.native.arithmetic import (
    as_bits,
    as_floats,
    convert,
    copysign,
    fma,
    is_nan,
    like,
    maximum,
    minimum,
    polynomial,
    select,
    unary,
)
from pellucid.compiler.targets.native.elementary import coefficients as c
from pellucid.compiler.targets.native.elementary.steps import (
    is_double,
    power_of_two,
    scaled,
)
from pellucid.compiler.targets.native.emit import Value, bits_of
from pellucid.graph.special import _FAR, _NEAR

_LN2 = math.log(2.0)


def _split_ln2(x: Value) -> tuple[float, float]:
    """Ln 2 in two parts, the first with so few bits that its products with exponents are exact."""
    if is_double(x):
        return float.fromhex("0x1.62e42fee00000p-1"), 1.90821492927058770002e-10
    high = float.fromhex("0x1.62e400p-1")
    return high, _LN2 - high


def reduced(x: Value) -> tuple[Value, Value]:
    """N and r with x = n ln 2 + r, |r| <= ln 2 / 2; n is whole."""
    high, low = _split_ln2(x)
    n = unary("rint", x * (1.0 / _LN2))
    return n, fma(-n, low, fma(-n, high, x))


def exp_rest(r: Value) -> Value:
    """exp(r) - 1 for |r| <= ln 2 / 2."""
    return fma(r * r, polynomial(r, c.EXP_64 if is_double(r) else c.EXP_32), r)


def exp(x: Value) -> Value:
    """E to the power x."""
    low, high = (-746.0, 710.0) if is_double(x) else (-104.0, 89.0)
    return exp_within(minimum(maximum(x, low), high))


def exp_within(x: Value) -> Value:
    """E to the power x, for an x beyond which nothing but 0 and infinity would follow; or NaN."""
    n, r = reduced(x)
    return scaled(exp_rest(r) + 1.0, n)


def expm1(x: Value) -> Value:
    """exp(x) - 1: 2^n (exp(r) - 1) + (2^n - 1), so that a small x keeps its digits."""
    low, high = (-45.0, 710.0) if is_double(x) else (-20.0, 89.0)
    n, r = reduced(minimum(maximum(x, low), high))
    p = exp_rest(r)
    # Half of 2^n, doubled last: 2^n itself may overflow before the result does.
    half = power_of_two(convert(n, f"i{bits_of(x.kind)}") - 1, x.kind)
    value = fma(half, p, half - 0.5) * 2.0
    # Halves of the smallest numbers would lose their last bit.
    return copysign(select(n.equals(0.0), p, value), x)


def normal_parts(x: Value) -> tuple[Value, Value]:
    """E and m with x = 2^e m and m in [sqrt(1/2), sqrt(2)), for a positive x."""
    mantissa, smallest = (52, 2.0**-1022) if is_double(x) else (23, 2.0**-126)
    denormal = x < smallest
    bits = as_bits(select(denormal, x * 2.0**mantissa, x))
    exponent = (bits - as_bits(like(x, math.sqrt(0.5)))) >> mantissa
    m = as_floats(bits - (exponent << mantissa))
    e = convert(exponent, "double" if is_double(x) else "float")
    return select(denormal, e - float(mantissa), e), m


def log_positive(x: Value) -> Value:
    """The logarithm of a positive finite x: e ln 2 + 2 artanh(f / (2 + f)), f = m - 1."""
    e, m = normal_parts(x)
    high, low = _split_ln2(x)
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    series = polynomial(z, c.LOG_64 if is_double(x) else c.LOG_32) * z
    half_square = f * f * 0.5
    # f - (f²/2 - s (f²/2 + series)): the large part stays exact.
    tail = fma(s, half_square + series, e * low)
    return fma(e, high, f - (half_square - tail))


def log(x: Value) -> Value:
    """The natural logarithm: -inf at 0, NaN below."""
    value = select(x < math.inf, log_positive(x), x)
    value = select(x < 0.0, math.nan, value)
    return select(x.equals(0.0), -math.inf, value)


def log1p(x: Value) -> Value:
    """log(1 + x): the logarithm of the rounded sum, and what rounding took away."""
    u = x + 1.0
    with x.code.exactly():
        lost = select(x < 1.0, x - (u - 1.0), 1.0 - (u - x))
    value = log_positive(u) + lost / u
    value = select(u.equals(1.0), x, value)
    value = select(u < math.inf, value, u)
    value = select(x < -1.0, math.nan, value)
    value = select(u.equals(0.0), -math.inf, value)
    return select(is_nan(x), x, value)


def tanh(x: Value) -> Value:
    """The hyperbolic tangent: from exp(-2|x|) - 1, in float32 a polynomial near 0."""
    size = unary("fabs", x)
    if is_double(x):
        t = expm1(size * -2.0)
        return copysign(t / (t + 2.0), x)
    z = x * x
    near = fma(size * z, polynomial(z, c.TANH_32), size)
    far = 1.0 - 2.0 / (exp_within(minimum(size, 20.0) * 2.0) + 1.0)
    return copysign(select(size < 0.55, near, far), x)


def sigmoid(x: Value) -> Value:
    """1 / (1 + exp(-x)), taking exp of a non-positive number only."""
    e = exp(-unary("fabs", x))
    return select(x < 0.0, e, 1.0) / (e + 1.0)


def erf(x: Value) -> Value:
    """The error function: x + x P(x²) near 0, 1 - erfc(|x|) beyond."""
    return _erf_of_doubles(x) if is_double(x) else _erf_of_floats(x)


def _erf_of_floats(x: Value) -> Value:
    y = minimum(unary("fabs", x), 4.0)
    near = fma(x, polynomial(x * x, c.ERF_NEAR_32), x)
    far = 1.0 - exp_within(polynomial(y, c.ERF_FAR_32))
    return select(y < 1.0, near, copysign(far, x))


def _erf_of_doubles(x: Value) -> Value:
    """The interpreter's rational functions (Cody 1969)."""
    y = minimum(unary("fabs", x), 6.0)
    small = minimum(y, 1.0)
    near = fma(x, _ratio(small * small, _NEAR), x)
    far = 1.0 - exp_within(-y * y) * _ratio(y, _FAR)
    return select(y < 1.0, near, copysign(far, x))


def _ratio(x: Value, parts: tuple[tuple[float, ...], tuple[float, ...]]) -> Value:
    return polynomial(x, parts[0]) / polynomial(x, parts[1])
