"""Powers, with all of C's special cases."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from pellucid.compiler.targets.native.arithmetic import (
    as_bits,
    convert,
    fma,
    halves,
    is_nan,
    join,
    polynomial,
    select,
    unary,
)
from pellucid.compiler.targets.native.elementary import coefficients as c
from pellucid.compiler.targets.native.elementary.exponential import (
    exp,
    exp_rest,
    log,
    normal_parts,
    reduced,
)
from pellucid.compiler.targets.native.elementary.steps import is_double, scaled
from pellucid.compiler.targets.native.emit import Value, element_of, is_floating, lanes_of


def power(x: Value, y: Value) -> Value:
    """X to the power y."""
    if not is_floating(x.kind):
        floats = convert(x, "double"), convert(y, "double")
        return convert(power(*floats), element_of(x.kind))
    size = unary("fabs", x)
    value = _of_doubles(size, y) if is_double(x) else _of_floats(size, y)
    return _signed(x, y, value)


def _of_floats(x: Value, y: Value) -> Value:
    """exp(y log x) for x >= 0, in double precision, which leaves digits to spare."""

    def doubled(x: Value, y: Value) -> Value:
        return exp(convert(y, "double") * log(convert(x, "double")))

    wide = _in_halves(doubled, x, y) if lanes_of(x.kind) > 1 else doubled(x, y)
    return convert(wide, "float")


def _in_halves(function: Callable[[Value, Value], Value], x: Value, y: Value) -> Value:
    (x0, x1), (y0, y1) = halves(x), halves(y)
    return join(function(x0, y0), function(x1, y1))


class _Pair(NamedTuple):
    """A number in two parts, the second below the rounding of the first."""

    high: Value
    low: Value


def _sum(x: Value, y: Value) -> _Pair:
    """The exact sum of a larger and a smaller number (Dekker 1971)."""
    with x.code.exactly():
        high = x + y
        return _Pair(high, y - (high - x))


def _product(x: Value, y: Value) -> _Pair:
    """The exact product."""
    high = x * y
    if x.code.machine.fma:
        return _Pair(high, fma(x, y, -high))
    (a, b), (c, d) = _halved(x), _halved(y)
    with x.code.exactly():
        return _Pair(high, b * d - (((high - a * c) - b * c) - a * d))


def _halved(x: Value) -> _Pair:
    """A double in two parts of 26 digits each (Veltkamp 1968)."""
    with x.code.exactly():
        shifted = x * float(2**27 + 1)
        high = shifted - (shifted - x)
        return _Pair(high, x - high)


def _less_product(x: Value, y: Value, z: Value) -> Value:
    """Z - x y, where the product nearly is z, rounded once."""
    if x.code.machine.fma:
        return fma(-x, y, z)
    product = _product(x, y)
    with x.code.exactly():
        return (z - product.high) - product.low


def _of_doubles(x: Value, y: Value) -> Value:
    """exp(y log x) for x >= 0, the logarithm with some 65 digits of base 2.

    The power multiplies what the logarithm lacks by up to 745, so that ten digits more than a
    double has must be right (Muller et al., "Handbook of Floating-Point Arithmetic", section 10.3).
    """
    logarithm = _log_in_two_parts(x)
    exponent = _product(y, logarithm.high)
    rest = fma(y, logarithm.low, exponent.low)
    # Where the result is 0 or infinite, the second part may be anything.
    rest = select(unary("fabs", exponent.high) < 800.0, rest, 0.0)
    held = select(exponent.high < -746.0, -746.0, exponent.high)
    held = select(held > 710.0, 710.0, held)
    n, r = reduced(held)
    with x.code.exactly():
        value = scaled(exp_rest(r + rest) + 1.0, n)
    return select(is_nan(exponent.high), exponent.high, value)


def _log_in_two_parts(x: Value) -> _Pair:
    """Log x = e ln 2 + 2 s + s³ P(s²), s = f / (2 + f), f = m - 1."""
    e, m = normal_parts(x)
    with x.code.exactly():
        f = m - 1.0
        divisor = _sum(f * 0.0 + 2.0, f)
        s = f / divisor.high
        s_low = fma(-s, divisor.low, _less_product(s, divisor.high, f)) / divisor.high
        square = _product(s, s)
        square_low = fma(s * 2.0, s_low, square.low)
        # z (2/3 + z Q(z)): the first product decides, and is kept in two parts.
        q = square.high * polynomial(square.high, c.LOG_FAR_64)
        slope = _sum(f * 0.0 + _TWO_THIRDS, q)
        slope_low = slope.low + _TWO_THIRDS_LOW
        term = _product(square.high, slope.high)
        term_low = fma(square.high, slope_low, fma(square_low, slope.high, term.low))
        cube = _product(s, term.high)
        cube_low = fma(s, term_low, fma(s_low, term.high, cube.low))
        head = _sum(s * 2.0, cube.high)
        tail = head.low + fma(s_low, 2.0, cube_low)
        whole = _sum_of_any(e * _LN2_HIGH, head.high)
        low = whole.low + fma(e, _LN2_LOW, tail)
    high = select(x.equals(0.0), -math.inf, whole.high)
    high = select(x < math.inf, high, x)
    result = _sum(high, low)
    outside = x.equals(0.0) | ~(x < math.inf)
    return _Pair(select(outside, high, result.high), select(outside, 0.0, result.low))


def _sum_of_any(x: Value, y: Value) -> _Pair:
    """The exact sum of two numbers of any sizes (Knuth)."""
    with x.code.exactly():
        high = x + y
        part = high - x
        return _Pair(high, (x - (high - part)) + (y - part))


_TWO_THIRDS, _TWO_THIRDS_LOW = 2.0 / 3.0, 3.700743415417188e-17
_LN2_HIGH, _LN2_LOW = float.fromhex("0x1.62e42fee00000p-1"), 1.90821492927058770002e-10


def _signed(x: Value, y: Value, value: Value) -> Value:
    """The power of |x| made that of x: signs, and where C says 1 or NaN."""
    half = y * 0.5
    whole = unary("rint", y).equals(y)
    odd = whole & unary("rint", half).differs(half)
    size = unary("fabs", x)
    negative = as_bits(x) < 0  # also -0
    value = select(negative & odd, -value, value)
    finite_below = (x < 0.0) & (x > -math.inf) & (unary("fabs", y) < math.inf)
    value = select(finite_below & ~whole, math.nan, value)
    value = select(size.equals(1.0) & unary("fabs", y).equals(math.inf), 1.0, value)
    return select(y.equals(0.0) | x.equals(1.0), 1.0, value)
