"""Reading and writing vectors: with gaps, partly, or one element for all lanes."""

from __future__ import annotations

from pellucid.compiler.targets.native.arithmetic import (
    convert,
    counting,
    splat,
    suffix,
    widen_unsigned,
)
from pellucid.compiler.targets.native.emit import (
    TYPES,
    Code,
    Index,
    Value,
    bits_of,
    element_of,
    lanes_of,
    vector,
)


def memory_type(dtype: str) -> str:
    """The type of an element in memory: a bool is a byte."""
    return "i8" if dtype == "bool" else TYPES[dtype]


def tail_mask(code: Code, count: Index, lanes: int) -> Value:
    """A mask of the first `count` lanes (none if it is negative, all if it is large)."""
    if isinstance(count, int):
        bits = ", ".join(f"i1 {int(lane < count)}" for lane in range(lanes))
        return Value(code, vector("i1", lanes), f"<{bits}>" if lanes > 1 else bits[3:])
    if lanes == 1:
        return count > 0
    return counting(code, "i64", lanes) < splat(count, lanes)


def load_masked(code: Code, pointer: Value, kind: str, mask: Value) -> Value:
    """A vector of which only the lanes in the mask are read; the others are zero."""
    if lanes_of(kind) == 1:
        return _load_one(code, pointer, kind, mask)
    name = f"llvm.masked.load.{suffix(kind)}.p0"
    align = code.value(max(bits_of(kind) // 8, 1), "i32")
    code.module.declare(name, f"declare {kind} @{name}(ptr, i32 immarg, {mask.kind}, {kind})")
    zero = Value(code, kind, "zeroinitializer")
    return _call(code, kind, name, pointer, align, mask, zero)


def _call(code: Code, kind: str, name: str, *arguments: Value) -> Value:
    listed = ", ".join(f"{a.kind} {a.text}" for a in arguments)
    return code.op(kind, f"call {kind} @{name}({listed})")


def _load_one(code: Code, pointer: Value, kind: str, mask: Value) -> Value:
    inside, after, before = code.label("then"), code.label("after"), code.block
    code.branch(mask, inside, after)
    code.start_block(inside)
    value = code.load(pointer, kind)
    code.jump(after)
    code.start_block(after)
    return code.phi(kind, (value.text, inside), (code.text(0, kind), before))


def store_masked(code: Code, value: Value, pointer: Value, mask: Value) -> None:
    """Write only the lanes in the mask."""
    if lanes_of(value.kind) == 1:
        with code.when(mask):
            code.store(value, pointer)
        return
    name = f"llvm.masked.store.{suffix(value.kind)}.p0"
    code.module.declare(name, f"declare void @{name}({value.kind}, ptr, i32 immarg, {mask.kind})")
    align = max(bits_of(value.kind) // 8, 1)
    code.do(
        f"call void @{name}({value.kind} {value.text}, ptr {pointer.text}, "
        f"i32 {align}, {mask.kind} {mask.text})"
    )


def load_strided(
    code: Code, pointer: Value, dtype: str, lanes: int, step: Index, mask: Value | None = None
) -> Value:
    """A vector of elements `step` apart (0: one element for all lanes); a bool becomes a mask."""
    element = memory_type(dtype)
    kind = vector(element, lanes)
    if isinstance(step, int) and step == 0:
        value = splat(code.load(pointer, element), lanes)
    elif isinstance(step, int) and step == 1 or lanes == 1:
        value = load_masked(code, pointer, kind, mask) if mask else code.load(pointer, kind)
    else:
        value = _gather(code, pointer, kind, step, mask)
    return convert(value, "i1") if dtype == "bool" else value


def _gather(code: Code, pointer: Value, kind: str, step: Index, mask: Value | None) -> Value:
    lanes, element = lanes_of(kind), element_of(kind)
    places = _places(code, pointer, lanes, element, step)
    mask = mask or code.value(True, vector("i1", lanes))
    name = f"llvm.masked.gather.{suffix(kind)}.v{lanes}p0"
    code.module.declare(
        name, f"declare {kind} @{name}(<{lanes} x ptr>, i32 immarg, {mask.kind}, {kind})"
    )
    align = code.value(max(bits_of(kind) // 8, 1), "i32")
    return _call(code, kind, name, places, align, mask, Value(code, kind, "zeroinitializer"))


def _places(code: Code, pointer: Value, lanes: int, element: str, step: Index) -> Value:
    kind = f"<{lanes} x i64>"
    steps = counting(code, "i64", lanes) * splat(code.index(step), lanes)
    return code.op(
        f"<{lanes} x ptr>", f"getelementptr {element}, ptr {pointer.text}, {kind} {steps.text}"
    )


def store_strided(
    code: Code, value: Value, pointer: Value, dtype: str, step: Index, mask: Value | None = None
) -> None:
    """Write a vector to elements `step` apart; a mask is written as bools."""
    lanes = lanes_of(value.kind)
    if dtype == "bool":
        value = widen_unsigned(value, "i8")
    if isinstance(step, int) and step == 1 or lanes == 1:
        if mask:
            store_masked(code, value, pointer, mask)
        else:
            code.store(value, pointer)
        return
    places = _places(code, pointer, lanes, element_of(value.kind), step)
    mask = mask or code.value(True, vector("i1", lanes))
    name = f"llvm.masked.scatter.{suffix(value.kind)}.v{lanes}p0"
    code.module.declare(
        name, f"declare void @{name}({value.kind}, {places.kind}, i32 immarg, {mask.kind})"
    )
    align = max(bits_of(value.kind) // 8, 1)
    code.do(
        f"call void @{name}({value.kind} {value.text}, {places.kind} {places.text}, "
        f"i32 {align}, {mask.kind} {mask.text})"
    )
