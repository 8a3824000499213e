"""The innermost part of every contraction: one tile of accumulators, held in vector registers.

A tile is a few rows of `a` against a few vectors of `b`. Where the rows are is a table of pointers,
so the same function serves matrices, convolutions and the gradients of both, padded or not (the
idea of Dukhan, "The indirect convolution algorithm", 2019); it is compiled once a program for each
shape of tile. An entry of the table is a run of the innermost summed index::

    row 0 of a, row 1 of a, ..., b, count
"""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.compiler.targets.native.arithmetic import fma, splat
from pellucid.compiler.targets.native.emit import (
    TYPES,
    Code,
    Loop,
    Module,
    Parameter,
    Value,
    vector,
)
from pellucid.compiler.targets.native.machine import ITEM_BYTES, Machine
from pellucid.compiler.targets.native.memory import load_masked, tail_mask

# Chains of dependent FMAs that keep the units busy (4 cycles of latency, 2 units), and how many
# sets of them a small tile may have.
_CHAINS, _MOST_SETS = 8, 4


@dataclass(frozen=True)
class Tile:
    """The shape of a tile: `rows` scalars of a by `vectors` vectors of b.

    `masked` says that the last vector may be partly outside; `paired` that a varies along the
    vectors as well, so that its rows are vectors and not one scalar for all lanes.
    """

    dtype: str
    rows: int
    vectors: int
    masked: bool = False
    paired: bool = False

    @property
    def name(self) -> str:
        """The name of its function."""
        marks = "m" * self.masked + "p" * self.paired
        return f"tile_{self.dtype}_{self.rows}x{self.vectors}{marks}"

    def entry_words(self) -> int:
        """The number of 8-byte words of an entry of the table."""
        return self.rows + 2


def most_rows(machine: Machine, vectors: int) -> int:
    """The rows that fit beside `vectors` vectors of b and one of a.

    More than 8 would need more pointers than there are general registers.
    """
    spare = 1 if machine.fma else 2
    return min(8, (machine.registers - vectors - spare) // vectors)


def most_vectors(machine: Machine) -> int:
    """The widest tile: 4 vectors where there are 32 registers, 2 where there are 16."""
    return 4 if machine.registers >= 32 else 2


def tile_function(module: Module, tile: Tile) -> Code:
    """The function of a tile: adds the products of all entries of a table to the tile in memory."""
    return module.shared(tile, lambda: _write(module, tile))


_PARAMETERS = (
    Parameter("ptr", "table"),
    Parameter("i64", "entries"),
    Parameter("i64", "a_step"),  # from one summed element to the next, in bytes
    Parameter("i64", "b_step"),
    Parameter("ptr", "sums"),
    Parameter("i64", "columns"),
)


def _write(module: Module, tile: Tile) -> Code:
    code = module.define(tile.name, _PARAMETERS, visible=False)
    table, entries, a_step, b_step, sums, columns = code.arguments.values()
    lanes = module.machine.lanes(tile.dtype)
    kind = vector(TYPES[tile.dtype], lanes)
    width = tile.vectors * lanes
    count = tile.rows * tile.vectors
    mask = None
    if tile.masked:
        mask = tail_mask(code, columns - (tile.vectors - 1) * lanes, lanes)
    reader = _Reader(code, tile, kind, lanes, mask)
    places = [
        code.at(sums, p * width + q * lanes, TYPES[tile.dtype])
        for p in range(tile.rows)
        for q in range(tile.vectors)
    ]
    initial = [code.load(place, kind) for place in places]
    with code.loop(0, entries, carry=initial) as loop:
        entry = code.at(table, loop.index * tile.entry_words(), "ptr")
        rows = [code.load(code.at(entry, p, "ptr"), "ptr") for p in range(tile.rows)]
        b = code.load(code.at(entry, tile.rows, "ptr"), "ptr")
        length = code.load(code.at(entry, tile.rows + 1, "i64"), "i64")
        loop.carry(_run(code, reader, loop, rows, b, length, (a_step, b_step), count))
    for place, value in zip(places, loop.results, strict=True):
        code.store(value, place)
    code.ret()
    return code


def _run(
    code: Code,
    reader: _Reader,
    outer: Loop,
    rows: list[Value],
    b: Value,
    length: Value,
    steps: tuple[Value, Value],
    count: int,
) -> list[Value]:
    """The sums after one entry. Small tiles take several steps at once, in separate chains."""
    chains = min(1 << (-(-_CHAINS // count) - 1).bit_length(), _MOST_SETS)  # a power of two
    zeros = [reader.zero() for _ in range((chains - 1) * count)]
    start = code.index(0)
    state = [start, b, *outer.carried, *zeros]
    done: Value | int = 0
    if chains > 1:
        whole = length & -chains
        with code.loop(0, whole, chains, carry=state) as loop:
            loop.carry(reader.steps(rows, loop.carried, steps, chains, count))
        state, done = loop.results, whole
        for chain in range(1, chains):
            for i in range(count):
                state[2 + i] = state[2 + i] + state[2 + chain * count + i]
        state = state[: 2 + count]
    with code.loop(done, length, carry=state) as loop:
        loop.carry(reader.steps(rows, loop.carried, steps, 1, count))
    return loop.results[2:]


class _Reader:
    """Reads what one step of the innermost sum needs, and adds its products."""

    def __init__(self, code: Code, tile: Tile, kind: str, lanes: int, mask: Value | None) -> None:
        self.code, self.tile, self.kind, self.lanes, self.mask = code, tile, kind, lanes, mask
        self.element = TYPES[tile.dtype]

    def zero(self) -> Value:
        return self.code.value(0.0, self.kind)

    def steps(
        self, rows: list[Value], state: list[Value], steps: tuple[Value, Value], n: int, count: int
    ) -> list[Value]:
        """N steps; state is the offset in a, the pointer in b, then the sums of n chains."""
        code = self.code
        offset, b = state[0], state[1]
        sums = list(state[2:])
        for chain in range(n):
            vectors = [self._vector(b, q) for q in range(self.tile.vectors)]
            for p, row in enumerate(rows):
                place = code.at(row, offset, "i8")
                scalar = None if self.tile.paired else code.load(place, self.element)
                left = splat(scalar, self.lanes) if scalar else None
                for q, right in enumerate(vectors):
                    i = chain * count + p * self.tile.vectors + q
                    sums[i] = fma(left or self._vector(place, q), right, sums[i])
            offset, b = offset + steps[0], code.at(b, steps[1], "i8")
        return [offset, b, *sums]

    def _vector(self, pointer: Value, q: int) -> Value:
        place = self.code.at(pointer, q * self.lanes, self.element)
        if self.mask and q == self.tile.vectors - 1:
            return load_masked(self.code, place, self.kind, self.mask)
        return self.code.load(place, self.kind)


def sums_bytes(machine: Machine, tile: Tile) -> int:
    """The size of the tile in memory."""
    return tile.rows * tile.vectors * machine.lanes(tile.dtype) * ITEM_BYTES[tile.dtype]
