"""Operations on values that Python has no sign for: choice, conversion, vectors, IEEE's details."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.compiler.targets.native.emit import (
    Code,
    Index,
    Operand,
    Value,
    bits_of,
    element_of,
    is_floating,
    lanes_of,
    literal,
    vector,
)

_INTRINSIC = {"float": "f32", "double": "f64"}


def suffix(kind: str) -> str:
    """How the names of intrinsics spell a type: "v16f32"."""
    element = _INTRINSIC.get(element_of(kind), element_of(kind))
    return f"v{lanes_of(kind)}{element}" if kind[0] == "<" else element


def like(value: Value, number: float | int | bool) -> Value:
    """A constant of the type of `value`."""
    return Value(value.code, value.kind, literal(value.kind, number))


def unary(name: str, x: Value) -> Value:
    """An intrinsic of one argument that gives its own type: "sqrt", "fabs", "rint", "ctlz" ..."""
    return x.code.call(x.kind, f"llvm.{name}.{suffix(x.kind)}", x)


def fma(x: Value, y: Operand, z: Operand) -> Value:
    """The sum x * y + z, rounded once where the machine has an instruction for it."""
    y, z = x.code.value(y, x.kind), x.code.value(z, x.kind)
    name = "fma" if x.code.machine.fma else "fmuladd"
    return x.code.call(x.kind, f"llvm.{name}.{suffix(x.kind)}", x, y, z)


def polynomial(x: Value, coefficients: Sequence[float]) -> Value:
    """Horner's rule; the coefficients start with that of the highest power."""
    result = like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result = fma(result, x, coefficient)
    return result


def select(mask: Value, yes: Operand, no: Operand, kind: str = "") -> Value:
    """`yes` in the lanes where the mask is set, else `no`."""
    code = mask.code
    kind = kind or next(v.kind for v in (yes, no) if isinstance(v, Value))
    first, second = code.text(yes, kind), code.text(no, kind)
    return code.op(kind, f"select {mask.kind} {mask.text}, {kind} {first}, {kind} {second}")


def is_nan(x: Value) -> Value:
    """A mask of the lanes that are not a number."""
    return x.differs(x)


def maximum(x: Value, y: Operand) -> Value:
    """The larger one, NaN if either is NaN, as NumPy has it."""
    return _extreme(x, y, "ogt", "sgt")


def minimum(x: Value, y: Operand) -> Value:
    """The smaller one, NaN if either is NaN, as NumPy has it."""
    return _extreme(x, y, "olt", "slt")


def _extreme(x: Value, y: Operand, floating: str, whole: str) -> Value:
    kind, code = x.kind, x.code
    if not is_floating(kind):
        return select(x._compare(floating, whole, y), x, y)
    # "y beats x, else x" is one instruction on x86, and hands on a NaN in x.
    other = code.value(y, kind)
    result = select(other._compare(floating, whole, x), other, x)
    return result if not isinstance(y, Value) else select(is_nan(other), other, result)


def bitcast(x: Value, kind: str) -> Value:
    """The same bits as another type."""
    return x if x.kind == kind else x.code.op(kind, f"bitcast {x.kind} {x.text} to {kind}")


def as_bits(x: Value) -> Value:
    """The bits of floating-point numbers as integers."""
    return bitcast(x, vector(f"i{bits_of(x.kind)}", lanes_of(x.kind)))


def as_floats(x: Value) -> Value:
    """Bits of integers as floating-point numbers."""
    return bitcast(x, vector("float" if bits_of(x.kind) == 32 else "double", lanes_of(x.kind)))


def shift_right(x: Value, places: Operand) -> Value:
    """The shift that brings in zeros."""
    return x.code.op(x.kind, f"lshr {x.kind} {x.text}, {x.code.text(places, x.kind)}")


def copysign(x: Value, sign: Operand) -> Value:
    """The magnitude of x with the sign of another value."""
    return x.code.call(x.kind, f"llvm.copysign.{suffix(x.kind)}", x, x.code.value(sign, x.kind))


def convert(x: Value, element: str) -> Value:
    """To another element type, as NumPy's `astype` (a number that does not fit: anything)."""
    source, code = element_of(x.kind), x.code
    kind = vector(element, lanes_of(x.kind))
    if source == element:
        return x
    if element == "i1":
        return x.differs(0)
    if source == "i1" and is_floating(element):
        return select(x, 1.0, 0.0, kind)
    if is_floating(source) and not is_floating(element):
        return code.op(kind, f"freeze {kind} {_cast(x, 'fptosi', kind).text}")
    return _cast(x, _conversion(source, element), kind)


def _conversion(source: str, element: str) -> str:
    if is_floating(element):
        widened = "fpext" if element == "double" else "fptrunc"
        return widened if is_floating(source) else "sitofp"
    if source == "i1":
        return "zext"
    return "sext" if bits_of(element) > bits_of(source) else "trunc"


def widen_unsigned(x: Value, element: str) -> Value:
    """Integers to wider ones, brought in with zeros."""
    return _cast(x, "zext", vector(element, lanes_of(x.kind)))


def truncate(x: Value, element: str) -> Value:
    """Integers to narrower ones: their low bits."""
    return _cast(x, "trunc", vector(element, lanes_of(x.kind)))


def _cast(x: Value, operation: str, kind: str) -> Value:
    return x.code.op(kind, f"{operation} {x.kind} {x.text} to {kind}")


# Vectors


def splat(x: Value, lanes: int) -> Value:
    """A scalar in every lane."""
    if lanes == 1:
        return x
    kind = vector(x.kind, lanes)
    first = x.code.op(kind, f"insertelement {kind} poison, {x.kind} {x.text}, i64 0")
    return shuffle(first, [0] * lanes)


def shuffle(x: Value, lanes: Sequence[int], y: Value | None = None) -> Value:
    """The lanes of x (and y, counted on) in a new order; -1 stands for any value."""
    code = x.code
    picks = ", ".join("i32 poison" if lane < 0 else f"i32 {lane}" for lane in lanes)
    mask = f"<{len(lanes)} x i32> <{picks}>"
    other = y.text if y else "poison"
    kind = vector(element_of(x.kind), len(lanes))
    if len(lanes) == 1:
        return extract(x, lanes[0])
    return code.op(kind, f"shufflevector {x.kind} {x.text}, {x.kind} {other}, {mask}")


def extract(x: Value, lane: int) -> Value:
    """One lane as a scalar."""
    if lanes_of(x.kind) == 1:
        return x
    return x.code.op(element_of(x.kind), f"extractelement {x.kind} {x.text}, i64 {lane}")


def insert(x: Value, scalar: Value, lane: int) -> Value:
    """A vector with another scalar in one lane."""
    if lanes_of(x.kind) == 1:
        return scalar
    return x.code.op(
        x.kind, f"insertelement {x.kind} {x.text}, {scalar.kind} {scalar.text}, i64 {lane}"
    )


def counting(code: Code, element: str, lanes: int) -> Value:
    """The vector 0, 1, 2, ... of integers."""
    if lanes == 1:
        return code.value(0, element)
    listed = ", ".join(f"{element} {lane}" for lane in range(lanes))
    return Value(code, vector(element, lanes), f"<{listed}>")


def halves(x: Value) -> tuple[Value, Value]:
    """The lower and the upper half of a vector."""
    lanes = lanes_of(x.kind)
    return shuffle(x, range(lanes // 2)), shuffle(x, range(lanes // 2, lanes))


def join(low: Value, high: Value) -> Value:
    """Two vectors (or scalars) one after the other."""
    lanes = lanes_of(low.kind)
    if lanes == 1:
        both = Value(low.code, vector(low.kind, 2), "poison")
        return insert(insert(both, low, 0), high, 1)
    return shuffle(low, range(2 * lanes), high)


def any_lane(mask: Value) -> Value:
    """One bit: whether the mask is set in any lane."""
    if lanes_of(mask.kind) == 1:
        return mask
    return mask.code.call("i1", f"llvm.vector.reduce.or.{suffix(mask.kind)}", mask)


# Sizes and indices, never negative; what is known is worked out here


def quotient(x: Index, y: Index) -> Index:
    """The whole part of x / y."""
    if isinstance(x, int) and isinstance(y, int):
        return x // y
    if isinstance(y, int) and y == 1:
        return x
    return _whole("udiv", x, y)


def remainder(x: Index, y: Index) -> Index:
    """What remains of x after division by y."""
    if isinstance(x, int) and isinstance(y, int):
        return x % y
    if isinstance(y, int) and y == 1:
        return 0
    return _whole("urem", x, y)


def ceiling(x: Index, y: Index) -> Index:
    """How many times y it takes to cover x."""
    return quotient(x + (y - 1), y)


def smaller(x: Index, y: Index) -> Index:
    """The smaller of two indices."""
    if isinstance(x, int) and isinstance(y, int):
        return min(x, y)
    return _choose("slt", x, y)


def larger(x: Index, y: Index) -> Index:
    """The larger of two indices."""
    if isinstance(x, int) and isinstance(y, int):
        return max(x, y)
    return _choose("sgt", x, y)


def _choose(test: str, x: Index, y: Index) -> Index:
    code = _code(x, y)
    x, y = code.index(x), code.index(y)
    return select(x._compare(test, test, y), x, y)


def _whole(operation: str, x: Index, y: Index) -> Value:
    code = _code(x, y)
    return code.op("i64", f"{operation} i64 {code.text(x, 'i64')}, {code.text(y, 'i64')}")


def _code(*values: Index) -> Code:
    return next(value.code for value in values if isinstance(value, Value))
