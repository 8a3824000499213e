"""Sorting: the stable rising order along an axis, NaN last, by merging longer and longer runs.

Numbers become whole numbers in the same order first. Those of 32 bits share a word with their
positions, so that no two are equal; wider ones stand beside them. A merge takes the smaller of two
heads without a branch, which random data would mislead half of the time.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.targets.native.access import Frame
from pellucid.compiler.targets.native.arithmetic import (
    as_bits,
    convert,
    is_nan,
    minimum,
    select,
    shift_right,
    splat,
    widen_unsigned,
)
from pellucid.compiler.targets.native.combining import across
from pellucid.compiler.targets.native.emit import (
    Code,
    Index,
    Value,
    bits_of,
    is_floating,
    vector,
)
from pellucid.compiler.targets.native.movers import each, element, head_of, put
from pellucid.graph.dims import SymbolicDim

_WORD = 8
_POSITION = 32  # bits of a position beside a narrow key
_BLOCK = 32  # records that are put in order by counting
_SPARE = _BLOCK


def write_argsort(frame: Frame, kernel: Kernel) -> None:
    """The positions of the elements along an axis in rising order; equal ones stay in order."""
    head = head_of(kernel)
    x, axis = head.inputs[0], head.attrs["axis"]
    source, target = kernel.loads[x], kernel.stores[head]
    bases = [frame.base(source), frame.base(target)]
    code, size = frame.code, frame.size(x.shape[axis])
    words = 2 if x.dtype in ("int64", "float64") else 1
    _ask(frame, x.shape[axis], words)
    half = code.at(frame.scratch, (code.index(size) + _SPARE) * words, "i64")

    def at(place: list[Index]) -> None:
        def along(index: Index) -> list[Index]:
            return [*place[:axis], index, *place[axis:]]

        with code.loop(0, size) as loop:
            key = _key(element(frame, source, along(loop.index), bases[0]))
            record = _record(key, code.index(loop.index), words)
            _Run(code, words).write(frame.scratch, loop.index, record)
        runs = _sort_blocks if words == 1 else _single
        width, here, there = runs(code, code.index(size), frame.scratch, half)
        ordered = _merge_all(_Run(code, words), code.index(size), width, here, there)
        with code.loop(0, size) as loop:
            record = _Run(code, words).read(ordered, loop.index)
            position = record[1] if words == 2 else record[0] & (2**_POSITION - 1)
            put(frame, target, along(loop.index), bases[1], position)

    each(frame, x.shape[:axis] + x.shape[axis + 1 :], at)


def _ask(frame: Frame, size: SymbolicDim | int, words: int) -> None:
    """Two halves of records, each with spare ones: merges see them, blocks are filled with them."""
    each_one = 2 * words * _WORD
    if isinstance(size, int):
        frame.ask_scratch((size + _SPARE) * each_one, 0)
    else:
        frame.ask_scratch(_SPARE * each_one, size.multiple * each_one)


def _key(value: Value) -> Value:
    """A whole number of 64 bits that orders as the value does: -0 as 0, NaN after all."""
    if value.kind == "i1":
        return widen_unsigned(value, "i64")
    if not is_floating(value.kind):
        return convert(value, "i64")
    bits = as_bits(value + 0.0)
    sign = bits_of(value.kind) - 1
    # Of negative numbers all other bits are turned round: the larger they are, the smaller.
    ordered = bits ^ shift_right(bits >> sign, 1)
    return convert(select(is_nan(value), 2**sign - 1, ordered), "i64")


def _record(key: Value, position: Value, words: int) -> list[Value]:
    return [key, position] if words == 2 else [(key << _POSITION) | position]


@dataclass(frozen=True)
class _Run:
    """Records, one after the other, that begin with their keys."""

    code: Code
    words: int

    def read(self, pointer: Value, index: Index) -> list[Value]:
        first = self.code.at(pointer, self.code.index(index) * self.words, "i64")
        return [self.code.load(self.code.at(first, w, "i64"), "i64") for w in range(self.words)]

    def write(self, pointer: Value, index: Index, record: list[Value]) -> None:
        first = self.code.at(pointer, self.code.index(index) * self.words, "i64")
        for word, value in enumerate(record):
            self.code.store(value, self.code.at(first, word, "i64"))


Runs = tuple[int, Value, Value]
"""The length of runs, where they are, and where there is room for them."""


def _single(code: Code, size: Value, here: Value, there: Value) -> Runs:
    """Runs of a single record: all that a list is, to begin with."""
    return 1, here, there


def _sort_blocks(code: Code, size: Value, here: Value, there: Value) -> Runs:
    """Runs of a block: a record's place in it is how many others are smaller.

    That compares each with all, but in vectors: 32 records take a sixth of the time of five merges.
    """
    with code.loop(0, _BLOCK) as loop:  # the last block is filled up with what is largest
        code.store(code.index(2**63 - 1), code.at(here, size + loop.index, "i64"))
    lanes = code.machine.lanes("int64")
    with code.loop(0, (size + (_BLOCK - 1)) / _BLOCK) as block:
        start = block.index * _BLOCK
        source, target = code.at(here, start, "i64"), code.at(there, start, "i64")
        others = [
            code.load(code.at(source, first, "i64"), vector("i64", lanes), align=_WORD)
            for first in range(0, _BLOCK, lanes)
        ]
        with code.loop(0, minimum(size - start, _BLOCK)) as loop:
            mine = code.load(code.at(source, loop.index, "i64"), "i64")
            smaller = [widen_unsigned(other < splat(mine, lanes), "i64") for other in others]
            place = across("sum", functools.reduce(operator.add, smaller))
            code.store(mine, code.at(target, place, "i64"))
    return _BLOCK, there, here


def _merge_all(run: _Run, size: Value, width: int, here: Value, there: Value) -> Value:
    """Merge runs to longer ones, to and fro; where the records are in the end."""
    code = run.code
    rounds = _doublings(code, size, width)
    with code.loop(0, rounds, carry=[code.index(width), here, there]) as level:
        length, source, target = level.carried
        pairs = (size + (length * 2 - 1)) / (length * 2)
        with code.loop(0, pairs) as pair:
            start = pair.index * length * 2
            middle, stop = minimum(start + length, size), minimum(start + length * 2, size)
            _merge(run, source, target, (start, middle, stop))
        level.carry([length * 2, target, source])
    return level.results[1]


def _doublings(code: Code, size: Value, width: int) -> Value:
    """How often a width, a power of 2, must be doubled to reach `size`."""
    name = "llvm.ctlz.i64"
    code.module.declare(name, f"declare i64 @{name}(i64, i1 immarg)")
    last = select(size < 1, 0, size - 1)
    last = shift_right(last, width.bit_length() - 1)
    return 64 - code.op("i64", f"call i64 @{name}(i64 {last.text}, i1 false)")


def _merge(run: _Run, source: Value, target: Value, bounds: tuple[Value, Value, Value]) -> None:
    start, middle, stop = bounds
    with run.code.loop(start, stop, carry=[start, middle]) as loop:
        left, right = loop.carried
        # One of the two may be past its run, and then is not taken.
        a, b = run.read(source, left), run.read(source, right)
        take = (right < stop) & ((left >= middle) | (b[0] < a[0]))
        run.write(target, loop.index, [select(take, y, x) for x, y in zip(a, b, strict=True)])
        one = widen_unsigned(take, "i64")
        loop.carry([left + 1 - one, right + one])
