"""Steps that elementary functions share: scaling by powers of two, and what is rarely needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.compiler.targets.native.arithmetic import (
    any_lane,
    bitcast,
    convert,
    select,
    suffix,
)
from pellucid.compiler.targets.native.emit import (
    Code,
    Parameter,
    Value,
    bits_of,
    element_of,
    lanes_of,
    vector,
)

Exact = Callable[..., Value]


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


def rarely(needed: Value, value: Value, name: str, exact: Exact, *arguments: Value) -> Value:
    """`value`, but where any lane needs it, what `exact` makes of the arguments in that lane.

    What is exact is slow. It stands in a function of its own, written once a module, so that it
    neither bloats the code nor takes its registers.
    """
    code = value.code
    inside, after, before = code.label("rare"), code.label("usual"), code.block
    code.branch(any_lane(needed), inside, after)
    code.start_block(inside)
    found = select(needed, apart(name, exact, *arguments), value)
    code.jump(after)
    code.start_block(after)
    return code.phi(value.kind, (found.text, inside), (value.text, before))


def apart(name: str, exact: Exact, *arguments: Value) -> Value:
    """What `exact` makes of the arguments, by a call of a function of that name."""
    module, kind = arguments[0].code.module, arguments[0].kind

    def write() -> Code:
        parameters = [Parameter(kind, f"x{i}") for i in range(len(arguments))]
        inner = module.define(f"{name}_{suffix(kind)}", parameters, kind, visible=False)
        inner.ret(exact(*inner.arguments.values()))
        return inner

    function = module.shared(("apart", name, kind), write)
    return arguments[0].code.call(kind, function.name, *arguments)


def lane_by_lane(function: Callable[..., Sequence[Value]], *arguments: Value) -> list[Value]:
    """What a function of scalars gives, for one lane after the other, as vectors again."""
    lanes, code = lanes_of(arguments[0].kind), arguments[0].code
    if lanes == 1:
        return list(function(*arguments))
    given = [code.allocate(element_of(each.kind), lanes) for each in arguments]
    for place, value in zip(given, arguments, strict=True):
        code.store(value, place)
    with code.loop(0, lanes) as loop:
        kinds = [element_of(each.kind) for each in arguments]
        here = [code.at(p, loop.index, kind) for p, kind in zip(given, kinds, strict=True)]
        found = function(*(code.load(p, kind) for p, kind in zip(here, kinds, strict=True)))
        results = [code.allocate(each.kind, lanes) for each in found]
        for place, value in zip(results, found, strict=True):
            code.store(value, code.at(place, loop.index, value.kind))
    return [
        code.load(place, vector(value.kind, lanes))
        for place, value in zip(results, found, strict=True)
    ]
