"""Fills the table of a tile: where the rows of a and the panel of b are, run by run.

A row outside its axis points at zeros. Where the innermost run leaves an axis at its ends, the
steps at which some row is outside become runs of one step, and the rest one run for all rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from pellucid.compiler.targets.native.arithmetic import (
    ceiling,
    larger,
    quotient,
    select,
    smaller,
)
from pellucid.compiler.targets.native.contraction import A, B, Panel, Plan
from pellucid.compiler.targets.native.emit import TYPES, Code, Index, Value
from pellucid.compiler.targets.native.kernel import Sizes, Walk
from pellucid.compiler.targets.native.machine import ITEM_BYTES
from pellucid.compiler.targets.native.tile import tile_function
from pellucid.graph.dims import Dim

_CAPACITY = 128  # entries; 8 kB on the stack for a tile of 6 rows


@dataclass(frozen=True)
class Line:
    """Where a line stands: pointers of the arrays, positions of the guards, columns left."""

    pointers: tuple[Value, ...]
    positions: tuple[Index, ...]
    columns: Index
    first: Index = 0  # the first tile of the group whose rows of a are copied


class Block(NamedTuple):
    """The rounds of the summed loop that is cut, and whether they are the first and the last."""

    start: Index
    stop: Index
    first: Value | bool
    last: Value | bool


class Round(NamedTuple):
    """One value of the outer summed loops: how far a, b and the guards have moved, its number."""

    a: Index
    b: Index
    positions: tuple[Index, ...]
    number: Index


class Table:
    """The table of one kernel, and the calls of the tile with it."""

    def __init__(self, code: Code, plan: Plan, sizes: Sizes, sums: Value) -> None:
        self.code, self.plan, self.sizes, self.sums = code, plan, sizes, sums
        self.outer = Walk(code, plan.outer, sizes)
        guards = plan.contraction.a.guards
        self.guards = guards
        self._inside = [i for i in range(len(guards)) if plan.inner.guards[i]]
        self._divided = any(guard.divisor > 1 for guard in guards)
        entries = self._most_entries()
        self._direct = not self._inside and not self._divided and 0 < entries <= _CAPACITY
        self._capacity = entries if self._direct else _CAPACITY
        self._words = plan.tile.rows + 2
        self.memory = code.allocate("i64", self._capacity * self._words)
        self._counter = None if self._direct else code.allocate("i64", 1)
        if self._counter:
            code.store(code.index(0), self._counter)

    def _rounds(self) -> list[int]:
        """The most rounds of each outer loop in one block; 0 for N."""
        plan = self.plan
        return [
            (plan.block if loop is plan.blocked else 0) or _fixed(loop.size) for loop in plan.outer
        ]

    def _most_entries(self) -> int:
        total = 1
        for rounds in self._rounds():
            total *= rounds
        return total

    @property
    def most_steps(self) -> tuple[int, int]:
        """The most summed elements of a block: a number, and so many more for each sample."""
        plan = self.plan
        total: Dim = 1
        for loop in (*plan.outer, plan.inner):
            total = total * (plan.block if plan.block and loop is plan.blocked else loop.size)
        return (total, 0) if isinstance(total, int) else (0, total.multiple)

    @property
    def tile_stride(self) -> int:
        """From the copied rows of a of one tile to the next, in elements; a vector may overhang."""
        return self.most_steps[0] * self.plan.tile.rows + 16

    def run_of(self, block: Block) -> tuple[Index, Index]:
        """Where the innermost run starts and stops."""
        if self.plan.inner is self.plan.blocked:
            return block.start, block.stop
        return 0, self.sizes(self.plan.inner.size)

    @contextmanager
    def rounds(self, block: Block) -> Iterator[Round]:
        """Loops over the outer summed loops of a block; the code inside is that of one round."""
        plan = self.plan
        indices: list[Index] = []
        number: Index = 0
        with ExitStack() as loops:
            for loop in plan.outer:
                cut = loop is plan.blocked
                start, stop = (block.start, block.stop) if cut else (0, self.sizes(loop.size))
                index = loops.enter_context(self.code.loop(start, stop)).index
                indices.append(index)
                number = number * (stop - start) + (index - start)
            guards = range(len(plan.inner.guards))
            yield Round(
                self.outer.offset(indices, A),
                self.outer.offset(indices, B),
                tuple(self.outer.positions(indices, guard) for guard in guards),
                number,
            )

    def run(
        self,
        panel: Panel,
        line: Line,
        block: Block,
        rows: Sequence[Value],
        positions: Sequence[Sequence[Index]],
        b: Value,
    ) -> None:
        """Add a block of the sum to the tile: `rows` point at the rows of a, `b` at the panel."""
        caller = _Caller(self, panel, line)
        start, stop = self.run_of(block)
        with self.rounds(block) as here:
            if self._inside:
                self._guarded(caller, here, start, stop, rows, positions, b)
            else:
                if self.plan.group:
                    here = here._replace(a=self._in_copy(here, start, stop))
                everything = range(len(self.guards))
                pointers, valid = self._pointers(rows, positions, here, start, everything)
                target = caller.b_at(b, here, start, start, stop - start)
                self._enter(caller, pointers, target, stop - start, here.number, valid)
        if self._direct:
            caller.call(self._entries(block))
        else:
            self._flush(caller)

    def _in_copy(self, here: Round, start: Index, stop: Index) -> Index:
        """How far a round is in the copied rows of a (less what `start` adds)."""
        height = self.plan.tile.rows
        return here.number * (stop - start) * height - start * self.sizes(self.plan.inner.steps[A])

    def _entries(self, block: Block) -> Index:
        total: Index = 1
        for loop in self.plan.outer:
            cut = loop is self.plan.blocked
            total = total * (block.stop - block.start if cut else self.sizes(loop.size))
        return total

    def _guarded(
        self,
        caller: _Caller,
        here: Round,
        start: Index,
        stop: Index,
        rows: Sequence[Value],
        positions: Sequence[Sequence[Index]],
        b: Value,
    ) -> None:
        """A run that may leave its axis: the steps before and after, and the run for all rows."""
        low, high = self._common(here, start, stop, positions)
        everything = range(len(self.guards))
        for first, last in ((start, low), (high, stop)):
            with self.code.loop(first, last) as loop:
                pointers, valid = self._pointers(rows, positions, here, loop.index, everything)
                target = caller.b_at(b, here, loop.index, start, stop - start)
                self._enter(caller, pointers, target, 1, 0, valid)
        others = [guard for guard in everything if guard not in self._inside]
        pointers, valid = self._pointers(rows, positions, here, low, others)
        target = caller.b_at(b, here, low, start, stop - start)
        self._enter(caller, pointers, target, high - low, 0, valid)

    def _common(
        self, here: Round, start: Index, stop: Index, positions: Sequence[Sequence[Index]]
    ) -> tuple[Index, Index]:
        """The part of the run in which no row leaves an axis that the run moves along."""
        low, high = start, stop
        for guard in self._inside:
            step, size = self.plan.inner.guards[guard], self.guards[guard].size
            least = most = positions[0][guard] + here.positions[guard]
            for row in positions[1:]:
                position = row[guard] + here.positions[guard]
                least, most = smaller(least, position), larger(most, position)
            low = larger(low, ceiling(larger(0 - least, 0), step))
            high = smaller(high, ceiling(larger(size - most, 0), step))
        low = smaller(low, stop)
        return low, larger(high, low)

    def _pointers(
        self,
        rows: Sequence[Value],
        positions: Sequence[Sequence[Index]],
        here: Round,
        step: Index,
        guards: Sequence[int],
    ) -> tuple[list[Value], Value | None]:
        """Where each row is at a step of the run, and whether any is inside (None: all are)."""
        code, inner = self.code, self.plan.inner
        element = TYPES[self.plan.contraction.dtype]
        offset = here.a + step * self.sizes(inner.steps[A])
        pointers, any_valid = [], None
        for row, position in zip(rows, positions, strict=True):
            place: Index = offset
            valid: Value | None = None
            for number in guards:
                guard = self.guards[number]
                moved = position[number] + here.positions[number] + step * inner.guards[number]
                whole = code.index(quotient(code.index(moved), guard.divisor))
                inside = whole.below(guard.size)
                if guard.divisor > 1:
                    inside = inside & (whole * guard.divisor).equals(moved)
                    place = place + whole * guard.stride
                valid = inside if valid is None else valid & inside
            pointer = code.at(row, place, element)
            if valid is not None:
                pointer = select(valid, pointer, self._zeros())
                any_valid = valid if any_valid is None else any_valid | valid
            pointers.append(pointer)
        return pointers, any_valid

    def _zeros(self) -> Value:
        """An address from which one run of a row reads zeros."""
        plan = self.plan
        reach = max(_fixed(plan.inner.size), 1) * max(_fixed(plan.inner.steps[A]), 1)
        width = plan.tile.vectors * self.code.machine.vector_bytes
        size = reach * ITEM_BYTES[plan.contraction.dtype] + width
        name = f"zeros{size}"
        declaration = f"@{name} = private constant [{size} x i8] zeroinitializer, align 64"
        self.code.module.declare(name, declaration)
        return Value(self.code, "ptr", f"@{name}")

    def _enter(
        self,
        caller: _Caller,
        pointers: Sequence[Value],
        b: Value,
        count: Index,
        number: Index,
        valid: Value | None,
    ) -> None:
        """One entry. Where strides leave gaps, an entry of nothing but zeros is left out."""
        if self._direct:
            self._write(pointers, b, count, number)
        elif self._divided and valid is not None:
            with self.code.when(valid):
                self._append(caller, pointers, b, count)
        else:
            self._append(caller, pointers, b, count)

    def _write(self, pointers: Sequence[Value], b: Value, count: Index, number: Index) -> None:
        code = self.code
        entry = code.at(self.memory, number * self._words, "i64")
        for word, value in enumerate((*pointers, b, code.index(count))):
            code.store(value, code.at(entry, word, "i64"))

    def _append(self, caller: _Caller, pointers: Sequence[Value], b: Value, count: Index) -> None:
        code = self.code
        assert self._counter is not None
        number = code.load(self._counter, "i64")
        self._write(pointers, b, count, number)
        code.store(number + 1, self._counter)
        with code.when((number + 1).equals(self._capacity)):
            self._flush(caller)

    def _flush(self, caller: _Caller) -> None:
        assert self._counter is not None
        caller.call(self.code.load(self._counter, "i64"))
        self.code.store(self.code.index(0), self._counter)


class _Caller:
    """Calls the tile of one panel, and knows how b moves in it."""

    def __init__(self, table: Table, panel: Panel, line: Line) -> None:
        self.table, self.panel, self.line = table, panel, line
        self.code, self.plan = table.code, table.plan
        self.item = ITEM_BYTES[self.plan.contraction.dtype]
        self.width = panel.tile.vectors * self.code.machine.lanes(self.plan.contraction.dtype)

    def b_at(self, b: Value, here: Round, step: Index, start: Index, run: Index) -> Value:
        """The address of a step of a round in the panel."""
        if self.plan.pack:
            place = (here.number * run + (step - start)) * self.width
        else:
            place = here.b + step * self.table.sizes(self.plan.inner.steps[B])
        return self.code.at(b, place, TYPES[self.plan.contraction.dtype])

    def call(self, entries: Index) -> None:
        code, inner = self.code, self.plan.inner
        sizes = self.table.sizes
        a_step = self.plan.tile.rows if self.plan.group else sizes(inner.steps[A])
        b_step = self.width if self.plan.pack else sizes(inner.steps[B])
        code.call(
            "void",
            tile_function(code.module, self.panel.tile).name,
            self.table.memory,
            code.index(entries),
            code.index(a_step * self.item),
            code.index(b_step * self.item),
            self.table.sums,
            code.index(self.line.columns),
        )


def _fixed(dim: object) -> int:
    return dim if isinstance(dim, int) else 0
