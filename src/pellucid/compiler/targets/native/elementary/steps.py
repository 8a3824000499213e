"""Steps that elementary functions share: scaling by powers of two, and what is rarely needed."""

from __future__ import annotations

from collections.abc import Callable

from pellucid.compiler.targets.native.arithmetic import (
    any_lane,
    bitcast,
    convert,
    suffix,
)
from pellucid.compiler.targets.native.emit import (
    Code,
    Parameter,
    Value,
    bits_of,
    lanes_of,
)


def is_double(x: Value) -> bool:
    """Whether a value is of float64."""
    return bits_of(x.kind) == 64


def _is_whole_512(x: Value) -> bool:
    full = lanes_of(x.kind) * bits_of(x.kind) == 512
    return full and x.code.machine.family == "avx512"


def _avx512(name: str, *arguments: Value, rounding: bool = False) -> Value:
    """An instruction of AVX-512 that LLVM has no general name for, unmasked."""
    x = arguments[0]
    spelled = f"llvm.x86.avx512.{name}.{'pd' if is_double(x) else 'ps'}.512"
    mask = Value(x.code, f"i{lanes_of(x.kind)}", "-1")
    last = [Value(x.code, "i32", "4")] if rounding else []  # 4: rounding as it is set
    return x.code.call(x.kind, spelled, *arguments, Value(x.code, x.kind, "poison"), mask, *last)


def scaled(x: Value, n: Value) -> Value:
    """The product of x and 2 to the power n, a whole number of the same type, rounded once.

    |n| may exceed the exponents there are, by as much again.
    """
    if _is_whole_512(x):
        return _avx512("mask.scalef", x, n, rounding=True)
    whole = convert(n, f"i{bits_of(x.kind)}")
    half = whole >> 1
    # In two steps, since 2^n alone may overflow, or be denormal, where the result is not.
    return x * power_of_two(half, x.kind) * power_of_two(whole - half, x.kind)


def power_of_two(n: Value, kind: str) -> Value:
    """2 to the power of an integer in the normal range, made from its bits."""
    mantissa, bias = (52, 1023) if bits_of(kind) == 64 else (23, 127)
    return bitcast((n + bias) << mantissa, kind)


def rarely(needed: Value, value: Value, name: str, *arguments: Value) -> Value:
    """`value`, but where any lane needs it, what C's function `name` gives, in every lane.

    C's functions are called lane by lane: right, and slow. The calls stand in a function of their
    own, written once a module, so that they neither bloat the code nor take its registers.
    """
    code = value.code
    inside, after, before = code.label("rare"), code.label("usual"), code.block
    code.branch(any_lane(needed), inside, after)
    code.start_block(inside)
    exact = by_library(name, *arguments)
    code.jump(after)
    code.start_block(after)
    return code.phi(value.kind, (exact.text, inside), (value.text, before))


def by_library(name: str, *arguments: Value) -> Value:
    """C's function `name` of every lane."""
    module, kind = arguments[0].code.module, arguments[0].kind

    def write() -> Code:
        parameters = [Parameter(kind, f"x{i}") for i in range(len(arguments))]
        spelled = f"{name}_{suffix(kind)}"
        inner = module.define(spelled, parameters, kind, visible=False)
        given = list(inner.arguments.values())
        inner.ret(_LIBRARY.get(name, _intrinsic)(name, given))
        return inner

    function = module.shared(("library", name, kind), write)
    return arguments[0].code.call(kind, function.name, *arguments)


def _intrinsic(name: str, given: list[Value]) -> Value:
    kind = given[0].kind
    return given[0].code.call(kind, f"llvm.{name}.{suffix(kind)}", *given)


def _remainder(name: str, given: list[Value]) -> Value:
    x, y = given
    return x.code.op(x.kind, f"frem {x.kind} {x.text}, {y.text}")


_LIBRARY: dict[str, Callable[[str, list[Value]], Value]] = {"fmod": _remainder}
