"""Kernels that walk along an axis: positions of extremes, running sums, counting, chance."""

from __future__ import annotations

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.views import View
from pellucid.compiler.targets.native import arithmetic
from pellucid.compiler.targets.native.access import Frame, write
from pellucid.compiler.targets.native.arithmetic import (
    convert,
    counting,
    is_nan,
    select,
    shift_right,
    splat,
    truncate,
)
from pellucid.compiler.targets.native.emit import TYPES, Code, Index, Value, is_floating, lanes_of
from pellucid.compiler.targets.native.memory import memory_type
from pellucid.compiler.targets.native.movers import each, element, head_of, put
from pellucid.compiler.targets.native.nests import share
from pellucid.graph.dims import Shape, size_of


def _others(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]


def _with(place: list[Index], axis: int, index: Index) -> list[Index]:
    return [*place[:axis], index, *place[axis:]]


def write_arg_extreme(frame: Frame, kernel: Kernel) -> None:
    """The first position of the largest (or smallest) element along an axis; NaN beats all."""
    head = head_of(kernel)
    x, axis = head.inputs[0], head.attrs["axis"]
    source, target = kernel.loads[x], kernel.stores[head]
    bases = [frame.base(source), frame.base(target)]
    code, largest = frame.code, head.op == "argmax"

    def at(place: list[Index]) -> None:
        first = element(frame, source, _with(place, axis, 0), bases[0])
        carry = [first, code.index(0)]
        with code.loop(1, frame.size(x.shape[axis]), carry=carry) as loop:
            best, where = loop.carried
            value = element(frame, source, _with(place, axis, loop.index), bases[0])
            better = _beats(value, best, largest)
            loop.carry([select(better, value, best),
                        select(better, code.index(loop.index), where)])  # fmt: skip
        put(frame, target, place, bases[1], loop.results[1])

    each(frame, _others(x.shape, axis), at)


def _beats(value: Value, best: Value, largest: bool) -> Value:
    if value.kind == "i1":
        return value & ~best if largest else ~value & best
    better = value > best if largest else value < best
    if not is_floating(value.kind):
        return better
    return better | (is_nan(value) & ~is_nan(best))


def write_cumsum(frame: Frame, kernel: Kernel) -> None:
    """The running sum along an axis."""
    head = head_of(kernel)
    x, axis = head.inputs[0], head.attrs["axis"]
    source, target = kernel.loads[x], kernel.stores[head]
    bases = [frame.base(source), frame.base(target)]
    code = frame.code

    def at(place: list[Index]) -> None:
        zero = code.value(0, TYPES[x.dtype])
        with code.loop(0, frame.size(x.shape[axis]), carry=[zero]) as loop:
            here = _with(place, axis, loop.index)
            value = loop.carried[0] + element(frame, source, here, bases[0])
            put(frame, target, here, bases[1], value)
            loop.carry([value])

    each(frame, _others(x.shape, axis), at)


def write_iota(frame: Frame, kernel: Kernel) -> None:
    """0, 1, 2, …"""
    head = head_of(kernel)
    target = kernel.stores[head]
    base = frame.base(target)

    def at(place: list[Index]) -> None:
        number = convert(frame.code.index(place[0]), TYPES[head.dtype])
        put(frame, target, place, base, number)

    each(frame, head.shape, at)


_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_LOW = 0xFFFFFFFF


def _philox(code: Code, counter: list[Value], key: list[Value]) -> list[Value]:
    """Ten rounds of Philox 4x32 on 32-bit words held in 64-bit lanes (see graph's `random`)."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    lanes = lanes_of(c0.kind)
    for _ in range(10):
        p0, p1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0 = shift_right(p1, 32) ^ c1 ^ splat(k0, lanes)
        c2 = shift_right(p0, 32) ^ c3 ^ splat(k1, lanes)
        c1, c3 = p1 & _LOW, p0 & _LOW
        k0, k1 = (k0 + _KEY_STEPS[0]) & _LOW, (k1 + _KEY_STEPS[1]) & _LOW
    return [c0, c1, c2, c3]


def write_random_uniform(frame: Frame, kernel: Kernel) -> None:
    """Uniform numbers, the same bits as the interpreter's: element i is word i of the stream."""
    head = head_of(kernel)
    seed, target = kernel.loads[head.inputs[0]], kernel.stores[head]
    code, wide = frame.code, head.dtype == "float64"
    base = frame.base(seed)
    key_pair, draw = (element(frame, seed, [i], base) for i in (0, 1))
    key = [key_pair & _LOW, shift_right(key_pair, 32)]
    lanes = code.machine.lanes("int64")
    per_block = 2 if wide else 4
    count = frame.size(size_of(head.shape))
    blocks = (count + (per_block - 1)) // per_block if isinstance(count, int) else (
        count + (per_block - 1)) / per_block  # fmt: skip
    flat = View(target.buffer, (1,), (per_block,), target.offset)
    pointer = frame.base(flat)
    start, stop = share(frame, blocks, lanes)
    with code.loop(start, stop, lanes) as loop:
        block = splat(code.index(loop.index), lanes) + counting(code, "i64", lanes)
        counter = [block & _LOW, shift_right(block, 32),
                   splat(draw & _LOW, lanes), splat(shift_right(draw, 32), lanes)]  # fmt: skip
        words = _philox(code, counter, key)
        for place, value in enumerate(_uniforms(words, wide, lanes)):
            index = block * per_block + place
            mask = index < splat(code.index(count), lanes)
            goal = code.at(pointer, code.index(loop.index) * per_block + place,
                           memory_type(head.dtype))  # fmt: skip
            write(frame, flat, goal, per_block, value, mask)


def _uniforms(words: list[Value], wide: bool, lanes: int) -> list[Value]:
    if not wide:
        return [
            arithmetic.convert(truncate(shift_right(word, 8), "i32"), "float") * 2.0**-24
            for word in words
        ]
    pairs = ((words[0], words[1]), (words[2], words[3]))
    return [
        convert((shift_right(a, 5) << 26) | shift_right(b, 6), "double") * 2.0**-53
        for a, b in pairs
    ]
