"""Reduction of huge angles: as many digits of 2/π as the largest number has places.

M. Payne, R. Hanek, "Radian Reduction for Trigonometric Functions" (1983). An angle is m 2^e with a
whole m. Of 2/π, digits so high that their products with 2^e are whole turns do not matter; the 192
after them, times m, give the quadrant and its fraction to 2^-126, while no double comes closer to a
multiple of π/2 than 2^-62.
"""

from __future__ import annotations

import functools
import math

from pellucid.compiler.targets.native.arithmetic import (
    as_bits,
    convert,
    select,
    shift_right,
    truncate,
    widen_unsigned,
)
from pellucid.compiler.targets.native.emit import Value, bits_of

_WORDS = 20
_ZEROS = 64  # in front of the digits, for angles that need none to be left out


def far_rest(x: Value) -> tuple[Value, Value]:
    """An angle less a multiple of π/2, in [-π/4, π/4], and which multiple; |x| >= 2^11, finite."""
    code = x.code
    bits = as_bits(convert(x, "double"))
    m = (bits & (2**52 - 1)) | 2**52
    exponent = (shift_right(bits, 52) & 0x7FF) - 1075
    # The first digit whose product with 2^e is below a turn, of 4 quarters.
    first = exponent + (_ZEROS - 2)
    first = select(first < 0, 0, first)
    turns = _fraction_of_turn(m, first)
    quarter = shift_right(turns + 2**125, 126)
    rest = turns - (quarter << 126)
    high = convert(truncate(rest >> 64, "i64"), "double")
    low = truncate(rest, "i64")
    low_part = code.op("double", f"uitofp i64 {low.text} to double")
    r = (high * 2.0**-62 + low_part * 2.0**-126) * (math.pi / 2)
    n = truncate(quarter, "i64")
    negative = bits < 0
    r, n = select(negative, -r, r), select(negative, -n, n)
    if bits_of(x.kind) == 32:
        return convert(r, "float"), truncate(n, "i32")
    return r, n


def _fraction_of_turn(m: Value, first: Value) -> Value:
    """M times 2/π from its digit `first` on, in units of 2^-126 quarters, whole turns dropped."""
    code = m.code
    table = code.module.table("two_over_pi", "i64", _digits())
    place = code.at(table, shift_right(first, 6), "i64")
    words = [code.load(code.at(place, i, "i64"), "i64") for i in range(4)]
    shift = first & 63
    top, middle, bottom = (
        code.call("i64", "llvm.fshl.i64", a, b, shift)
        for a, b in zip(words, words[1:], strict=False)
    )
    wide = widen_unsigned(m, "i128")
    lowest = wide * widen_unsigned(bottom, "i128")
    lower = wide * widen_unsigned(middle, "i128") + shift_right(lowest, 64)
    upper = m * top + truncate(shift_right(lower, 64), "i64")
    return (widen_unsigned(upper, "i128") << 64) | widen_unsigned(truncate(lower, "i64"), "i128")


@functools.cache
def _digits() -> tuple[int, ...]:
    """The binary digits of 2/π in words, as signed numbers of 64 bits."""
    places = 64 * _WORDS + 64
    # Machin: π = 16 arctan(1/5) - 4 arctan(1/239).
    pi = 16 * _arctan_of_inverse(5, places) - 4 * _arctan_of_inverse(239, places)
    digits = ((2 << 2 * places) // pi) >> (places - 64 * _WORDS + _ZEROS)
    words = [(digits >> 64 * (_WORDS - 1 - i)) & (2**64 - 1) for i in range(_WORDS)]
    return tuple(word - 2**64 if word >= 2**63 else word for word in words)


def _arctan_of_inverse(n: int, places: int) -> int:
    """arctan(1/n) in units of 2^-places."""
    power = (1 << places) // n
    total, k = power, 1
    while power:
        power //= -n * n
        k += 2
        total += power // k
        if power == -1:
            break
    return total
