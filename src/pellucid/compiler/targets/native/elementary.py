"""Elementary functions of float32 and float64 values, scalar or vector, within 4 ulp.

Each reduces its argument to a short interval, where a truncated series is enough, and is right at
infinities, NaN, signed zeros and denormals. Reductions follow Cody and Waite, "Software Manual for
the Elementary Functions" (1980). No fast-math: only products and sums are fused.
"""

from __future__ import annotations

import math

from pellucid.compiler.targets.native.arithmetic import (
    any_lane,
    as_bits,
    as_floats,
    bitcast,
    convert,
    copysign,
    fma,
    is_nan,
    like,
    maximum,
    minimum,
    polynomial,
    select,
    suffix,
    unary,
)
from pellucid.compiler.targets.native.emit import Value, bits_of, element_of, is_floating
from pellucid.graph.special import _FAR, _NEAR

_LN2 = math.log(2.0)


def _double(x: Value) -> bool:
    return bits_of(x.kind) == 64


def _split_ln2(x: Value) -> tuple[float, float]:
    """Ln 2 in two parts, the first with so few bits that its products with exponents are exact."""
    if _double(x):
        high = float.fromhex("0x1.62e42fee00000p-1")
        return high, 1.90821492927058770002e-10
    high = float.fromhex("0x1.62e400p-1")
    return high, _LN2 - high


def _power_of_two(n: Value, like_kind: str) -> Value:
    """2 to the power of an integer in the normal range, made from its bits."""
    mantissa, bias = (52, 1023) if bits_of(like_kind) == 64 else (23, 127)
    return bitcast((n + bias) << mantissa, like_kind)


def _integer(x: Value) -> Value:
    return convert(x, f"i{bits_of(x.kind)}")


def _reduced(x: Value) -> tuple[Value, Value]:
    """N and r with x = n ln 2 + r, |r| <= ln 2 / 2."""
    high, low = _split_ln2(x)
    n = unary("rint", x * (1.0 / _LN2))
    return n, fma(-n, low, fma(-n, high, x))


def _exp_series(x: Value, first: int) -> Value:
    """The sum of r^k / k! from k = `first`, divided by r^first."""
    last = 13 if _double(x) else 7
    return polynomial(x, [1.0 / math.factorial(k) for k in range(last, first - 1, -1)])


def exp(x: Value) -> Value:
    """E to the power x: 2^n times the series of r."""
    limit = (-746.0, 710.0) if _double(x) else (-104.0, 89.0)
    held = minimum(maximum(x, limit[0]), limit[1])
    n, r = _reduced(held)
    whole = _integer(n)
    half = whole >> 1
    # In two steps, since 2^n alone may overflow, or be denormal, where the result is not.
    value = _exp_series(r, 0) * _power_of_two(half, x.kind) * _power_of_two(whole - half, x.kind)
    return select(is_nan(x), x, value)


def expm1(x: Value) -> Value:
    """exp(x) - 1: 2^n (exp(r) - 1) + (2^n - 1), so that a small x keeps its digits."""
    limit = (-45.0, 710.0) if _double(x) else (-20.0, 89.0)
    held = minimum(maximum(x, limit[0]), limit[1])
    n, r = _reduced(held)
    p = fma(r * r, _exp_series(r, 2), r)
    # Half of 2^n, doubled last: 2^n itself may overflow before the result does.
    half = _power_of_two(_integer(n) - 1, x.kind)
    value = fma(half, p, half - 0.5) * 2.0
    tiny = 2.0**-27 if _double(x) else 2.0**-13
    value = select(unary("fabs", x) < tiny, fma(x * 0.5, x, x), value)
    return select(is_nan(x), x, value)


def _normal_parts(x: Value) -> tuple[Value, Value]:
    """E and m with x = 2^e m and m in [sqrt(1/2), sqrt(2)), for a positive x."""
    mantissa, smallest = (52, 2.0**-1022) if _double(x) else (23, 2.0**-126)
    denormal = x < smallest
    lifted = select(denormal, x * 2.0**mantissa, x)
    bits = as_bits(lifted)
    offset = as_bits(like(x, math.sqrt(0.5)))
    distance = bits - offset
    exponent = distance >> mantissa
    m = as_floats(bits - (exponent << mantissa))
    e = convert(exponent, "double" if _double(x) else "float")
    return select(denormal, e - float(mantissa), e), m


def _log_positive(x: Value) -> Value:
    """The logarithm of a positive finite x: e ln 2 + 2 artanh(f / (2 + f)), f = m - 1."""
    e, m = _normal_parts(x)
    high, low = _split_ln2(x)
    f = m - 1.0
    s = f / (f + 2.0)
    z = s * s
    last = 23 if _double(x) else 9
    series = polynomial(z, [2.0 / k for k in range(last, 1, -2)]) * z
    half_square = f * f * 0.5
    # f - (f²/2 - s (f²/2 + series)): the large part stays exact.
    tail = fma(s, half_square + series, e * low)
    return fma(e, high, f - (half_square - tail))


def log(x: Value) -> Value:
    """The natural logarithm: -inf at 0, NaN below."""
    return _log_edges(x, _log_positive(x))


def _log_edges(x: Value, value: Value) -> Value:
    value = select(x < math.inf, value, x)
    value = select(x < 0.0, math.nan, value)
    return select(x.equals(0.0), -math.inf, value)


def log1p(x: Value) -> Value:
    """log(1 + x): the logarithm of the rounded sum, and what rounding took away."""
    u = x + 1.0
    with x.code.exactly():
        lost = select(x < 1.0, x - (u - 1.0), 1.0 - (u - x))
    value = _log_positive(u) + lost / u
    value = select(u.equals(1.0), x, value)
    return _log_edges_at(u, x, value)


def _log_edges_at(u: Value, x: Value, value: Value) -> Value:
    value = select(u < math.inf, value, u)
    value = select(x < -1.0, math.nan, value)
    value = select(u.equals(0.0), -math.inf, value)
    return select(is_nan(x), x, value)


def tanh(x: Value) -> Value:
    """-t / (t + 2) with t = exp(-2|x|) - 1, and x's sign."""
    t = expm1(unary("fabs", x) * -2.0)
    value = -t / (t + 2.0)
    return copysign(value, x)


def sigmoid(x: Value) -> Value:
    """1 / (1 + exp(-x)), taking exp of a non-positive number only."""
    e = exp(-unary("fabs", x))
    return select(x < 0.0, e, select(is_nan(x), x, 1.0)) / (e + 1.0)


def erf(x: Value) -> Value:
    """The error function, by the interpreter's rational functions (Cody 1969)."""
    y = minimum(unary("fabs", x), 6.0)
    small = minimum(y, 1.0)
    near = fma(x, _ratio(small * small, _NEAR), x)
    far = 1.0 - exp(-y * y) * _ratio(y, _FAR)
    return select(y < 1.0, near, copysign(far, x))


def _ratio(x: Value, parts: tuple[tuple[float, ...], tuple[float, ...]]) -> Value:
    return polynomial(x, parts[0]) / polynomial(x, parts[1])


def arctan(x: Value) -> Value:
    """The series of atan on [0, tan(π/8)], reached by 1/x and by (u - 1)/(u + 1)."""
    a = unary("fabs", x)
    large = a > 1.0
    u = select(large, like(x, 1.0) / a, a)
    middle = u > math.tan(math.pi / 8)
    v = select(middle, (u - 1.0) / (u + 1.0), u)
    z = v * v
    last = 49 if _double(x) else 21
    series = polynomial(z, [(-1.0) ** (k // 2) / k for k in range(last, 2, -2)]) * z
    part = fma(v, series, v)
    with x.code.exactly():
        low = select(middle, 3.061616997868383e-17, 0.0, x.kind)
        part = select(middle, part + low + math.pi / 4, part)
        turned = (math.pi / 2 - part) + 6.123233995736766e-17
    return copysign(select(large, turned, part), x)


def _by_library(name: str, *arguments: Value) -> Value:
    """A function of the C library, called lane by lane: right, and slow."""
    x = arguments[0]
    return x.code.call(x.kind, f"llvm.{name}.{suffix(x.kind)}", *arguments)


def sin(x: Value) -> Value:
    """The sine of x in radians."""
    return _trigonometric(x, 0)


def cos(x: Value) -> Value:
    """The cosine of x in radians."""
    return _trigonometric(x, 1)


def _trigonometric(x: Value, quarter: int) -> Value:
    """The series of sin and cos on [-π/4, π/4]; arguments beyond 2^20 go to the C library."""
    code = x.code
    limit = 2.0**20 if _double(x) else 2.0**11
    n = unary("rint", x * (2.0 / math.pi))
    parts = _HALF_PI_64 if _double(x) else _HALF_PI_32
    r = x
    for part in parts:
        r = fma(-n, part, r)
    quadrant = _integer(n) + quarter
    z = r * r
    last = 19 if _double(x) else 11
    sine = fma(
        r * z,
        polynomial(z, [(-1.0) ** (k // 2) / math.factorial(k) for k in range(last, 2, -2)]),
        r,
    )
    cosine = polynomial(
        z, [(-1.0) ** (k // 2) / math.factorial(k) for k in range(last + 1, -1, -2)]
    )
    value = select((quadrant & 1).equals(0), sine, cosine)
    value = select((quadrant & 2).equals(0), value, -value)
    # ~(|x| < limit) is also true for NaN, which the library hands on.
    slow = any_lane(~(unary("fabs", x) < limit))
    inside, after, before = code.label("far"), code.label("near"), code.block
    code.branch(slow, inside, after)
    code.start_block(inside)
    exact = _by_library("cos" if quarter else "sin", x)
    code.jump(after)
    code.start_block(after)
    return code.phi(x.kind, (exact.text, inside), (value.text, before))


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


def power(x: Value, y: Value) -> Value:
    """X to the power y, with all of C's special cases."""
    if is_floating(x.kind):
        return _by_library("pow", x, y)
    floats = convert(x, "double"), convert(y, "double")
    return convert(_by_library("pow", *floats), element_of(x.kind))


def _remainder(x: Value, y: Value) -> Value:
    """C's fmod, or the remainder of integers (0 for a zero divisor)."""
    if is_floating(x.kind):
        return x.code.op(x.kind, f"frem {x.kind} {x.text}, {y.text}")
    safe = _safe_divisor(y)
    value = x.code.op(x.kind, f"srem {x.kind} {x.text}, {safe.text}")
    return select(y.equals(0), 0, value)


def _safe_divisor(y: Value) -> Value:
    """A divisor with which no division traps: not 0, and not -1, which may overflow."""
    return select(y.equals(0) | y.equals(-1), 1, y)


def mod(x: Value, y: Value) -> Value:
    """X - y floor(x / y), with the sign of y, as NumPy."""
    r = _remainder(x, y)
    if is_floating(x.kind):
        adjusted = select((r < 0.0) ^ (y < 0.0), r + y, r)
        return select(r.equals(0.0), copysign(like(x, 0.0), y), adjusted)
    r = select(y.equals(-1), 0, r)
    wrong = r.differs(0) & ((r < 0) ^ (y < 0))
    return select(wrong, r + y, r)


def floor_divide(x: Value, y: Value) -> Value:
    """The largest whole number not above x / y, as NumPy (0 for integers divided by 0)."""
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
