"""Writes the code of a contraction.

    for each block of the summed loop that is cut (so that a panel of b stays in the cache)
        for each line: a value of the outer loops, and a panel, the columns of one tile
            copy the panel of b, if that pays
            for each tile of rows: fill the table, run the tile, hand its rows to the epilogue

The unit of work is one tile of one line; threads take ranges of units. What is added to what does
not depend on who does it, so results are the same bits for every number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from pellucid.compiler.targets.native.arithmetic import (
    ceiling,
    larger,
    quotient,
    remainder,
    smaller,
)
from pellucid.compiler.targets.native.contraction import (
    OUT,
    A,
    B,
    Contraction,
    Epilogue,
    Panel,
    Plan,
    make_plan,
)
from pellucid.compiler.targets.native.emit import (
    TYPES,
    Index,
    Module,
    Parameter,
    Value,
    vector,
)
from pellucid.compiler.targets.native.kernel import Kernel, Sizes, Units, Walk, all_dims
from pellucid.compiler.targets.native.machine import ITEM_BYTES
from pellucid.compiler.targets.native.memory import (
    load_strided,
    memory_type,
    store_strided,
    tail_mask,
)
from pellucid.compiler.targets.native.packing import pack_panel, pack_rows
from pellucid.compiler.targets.native.table import Block, Line, Table


def contraction_kernel(
    module: Module,
    c: Contraction,
    epilogue: Epilogue | None = None,
    name: str = "contraction",
    pack: bool | None = None,
) -> Kernel:
    """Write a contraction into a module.

    The kernel's pointers are a, b, out, the loads, the stores. `epilogue(sum, loaded)` writes what
    is done with a vector of finished sums, and returns the vectors to store; without one, the sums
    themselves are stored. `pack` overrides the choice whether b is copied.
    """
    plan = make_plan(c, module.machine, pack)
    return _Writer(module, plan, epilogue or (lambda value, loaded: [value]), name).write()


class _Writer:
    def __init__(self, module: Module, plan: Plan, epilogue: Epilogue, name: str) -> None:
        self.plan, self.epilogue = plan, epilogue
        c = plan.contraction
        self.lanes = module.machine.lanes(c.dtype)
        self.element = TYPES[c.dtype]
        self.width = plan.tile.vectors * self.lanes
        self.height = plan.tile.rows
        self.dtypes = [c.dtype, c.dtype, *(access.dtype for access in c.accesses)]
        self.code = module.define(name, _parameters(c), visible=False)
        self.arrays = list(self.code.arguments.values())[: len(self.dtypes)]
        if plan.swapped:
            self.arrays[:2] = self.arrays[1::-1]
        loops = [plan.column, *plan.lines, *plan.rows, *plan.outer, plan.inner]
        self.sizes = Sizes(self.code, self.code.arguments["n"], all_dims(loops))
        self.rows = Walk(self.code, plan.rows, self.sizes)
        self.lines = Walk(self.code, plan.lines, self.sizes)
        self.sums = self.code.allocate(self.element, self.height * self.width)
        self.table = Table(self.code, plan, self.sizes, self.sums)
        self.uneven = [
            array for array in range(OUT, len(self.dtypes)) if not self.rows.is_even(array)
        ]
        self.offsets = self.code.allocate("i64", max(len(self.uneven), 1) * self.height)

    def write(self) -> Kernel:
        """The whole function."""
        code, plan = self.code, self.plan
        begin, end = code.arguments["begin"], code.arguments["end"]
        self.panels = ceiling(self.sizes(plan.column.size), self.width)
        self.tiles = larger(ceiling(self.rows.total, self.height), 1)
        self.groups = ceiling(self.tiles, plan.group) if plan.group else 1
        self.line_tiles = plan.group or self.tiles
        with self._blocks() as block:
            if self.panels == 1 and not plan.lines and self.groups == 1:
                self._line(0, block, begin, end, True)
            else:
                self._lines(block, begin, end)
        code.ret()
        groups = ((plan.column.size,), self.width), (tuple(x.size for x in plan.lines), 1)
        rows = tuple(x.size for x in plan.rows)
        tiles = (
            ((rows, self.height * plan.group), ((plan.group,), 1))
            if plan.group
            else (((rows, self.height)),)
        )
        units = Units((*tiles, *groups))
        return Kernel(code.name, len(self.arrays), units, *self._scratch())

    def _lines(self, block: Block, begin: Value, end: Value) -> None:
        """All lines of which some tiles are ours."""
        each = self.line_tiles
        first, last = quotient(begin, each), ceiling(end, each)
        with self.code.loop(first, last) as loop:
            start = larger(begin - loop.index * each, 0)
            stop = smaller(end - loop.index * each, each)
            self._line(loop.index, block, start, stop, self.code.index(loop.index).equals(first))

    def _scratch(self) -> tuple[int, int]:
        rows = self.table.tile_stride * self.plan.group * ITEM_BYTES[self.plan.contraction.dtype]
        if not self.plan.pack:
            return rows, 0
        fixed, a_sample = self.table.most_steps
        row = self.width * ITEM_BYTES[self.plan.contraction.dtype]
        return self._panel_room() + rows, a_sample * row

    def _panel_room(self) -> int:
        """Bytes of scratch for the panel of b, apart from what depends on N."""
        if not self.plan.pack:
            return 0
        # A transposition writes whole squares: up to one vector's worth of rows too many.
        steps = self.table.most_steps[0] + self.lanes
        return steps * self.width * ITEM_BYTES[self.plan.contraction.dtype]

    @contextmanager
    def _blocks(self) -> Iterator[Block]:
        plan, size = self.plan, self.sizes(self.plan.blocked.size)
        if not plan.block:
            yield Block(0, size, True, True)
            return
        # An empty sum still has one block, which writes zeros.
        with self.code.loop(0, larger(size, 1), plan.block) as loop:
            start = self.code.index(loop.index)
            stop = start + plan.block
            whole = self.code.index(size)
            yield Block(start, smaller(stop, whole), start.equals(0), stop >= whole)

    def _line(
        self, number: Index, block: Block, begin: Index, end: Index, fresh: Value | bool
    ) -> None:
        """One line: its tiles from `begin` to `end`; `fresh` if it is the first of ours."""
        code, plan = self.code, self.plan
        panel = remainder(number, self.panels)
        rest = quotient(number, self.panels)
        place = self.lines.at(quotient(rest, self.groups))
        column = panel * self.width
        offsets = [
            self.lines.offset(place, array) + column * self.sizes(plan.column.steps[array])
            for array in range(len(self.arrays))
        ]
        offsets[A] = offsets[A] + plan.contraction.a.offset
        offsets[B] = offsets[B] + plan.contraction.b.offset
        guards = (*plan.contraction.a.guards, *plan.contraction.b.guards)
        line = Line(
            tuple(
                code.at(array, offset, memory_type(dtype))
                for array, offset, dtype in zip(self.arrays, offsets, self.dtypes, strict=True)
            ),
            tuple(
                guard.offset + self.lines.positions(place, i) + column * plan.column.guards[i]
                for i, guard in enumerate(guards)
            ),
            self.sizes(plan.column.size) - column,
        )
        if plan.group:
            group = remainder(rest, self.groups) * plan.group
            self._copy_rows(line, block, group, panel, fresh)
            line = replace(line, first=group)
            begin, end = begin + group, smaller(end + group, self.tiles)
        self._choose_panel(panel, lambda which: self._panel(which, line, block, begin, end))

    def _copy_rows(
        self, line: Line, block: Block, first: Index, panel: Index, fresh: Value | bool
    ) -> None:
        """The copy of a group of rows of a, before its first panel or our first line."""
        code = self.code
        target = code.at(code.arguments["scratch"], self._panel_room(), "i8")
        tiles = smaller(self.tiles - first, self.plan.group)

        def copy() -> None:
            pack_rows(code, self.table, line.pointers[A], block, target, first, tiles)

        if isinstance(fresh, bool) or isinstance(panel, int):
            copy()
        else:
            with code.when(fresh | panel.equals(0)):
                copy()

    def _choose_panel(self, number: Index, write: Callable[[Panel], None]) -> None:
        full, last, size = self.plan.full, self.plan.last, self.plan.column.size
        if full and last and isinstance(size, int):
            is_full = self.code.index(number) < size // self.width
            self.code.either(is_full, lambda: write(full), lambda: write(last))
        else:
            only = full or last
            assert only is not None
            write(only)

    def _panel(self, panel: Panel, line: Line, block: Block, begin: Index, end: Index) -> None:
        """The tiles of one panel."""
        code = self.code
        b = line.pointers[B]
        if self.plan.pack:
            b = code.arguments["scratch"]
            pack_panel(code, self.table, panel, line, block)
        finish = _Finish(self, panel, line)
        with code.loop(begin, end, carry=self.rows.at(begin * self.height)) as loop:
            first = loop.index * self.height
            valid = smaller(self.rows.total - first, self.height)
            places = self._places(loop.carried, first)
            loop.carry(places.pop())
            finish.start(places, first, valid, block)
            rows = self._row_pointers(line, places, loop.index)
            positions = [
                [at + self.rows.positions(place, i) for i, at in enumerate(line.positions)]
                for place in places
            ]
            self.table.run(panel, line, block, rows, positions, b)
            finish.end(first, valid, block)

    def _row_pointers(
        self, line: Line, places: Sequence[Sequence[Value]], tile: Index
    ) -> list[Value]:
        """Where the rows of a tile start: in a, or in the copy of its group."""
        code = self.code
        if not self.plan.group:
            a = line.pointers[A]
            return [code.at(a, self.rows.offset(place, A), self.element) for place in places]
        copies = code.at(code.arguments["scratch"], self._panel_room(), "i8")
        start = code.at(copies, (tile - line.first) * self.table.tile_stride, self.element)
        return [code.at(start, row, self.element) for row in range(len(places))]

    def _places(self, place: Sequence[Value], first: Index) -> list[list[Value]]:
        """The place of each row of a tile, and of the next one; past the end, of the last row."""
        places = [list(place)]
        whole = isinstance(self.rows.total, int) and self.rows.total % self.height == 0
        for row in range(1, self.height + 1):
            step: Index = 1
            if not whole:
                exists = self.code.index(first + row) < self.code.index(self.rows.total)
                step = self.code.op("i64", f"zext i1 {exists.text} to i64")
            places.append(self.rows.next(places[-1], step))
        return places


class _Finish:
    """What happens to the sums of a tile before and after: zeros or what `out` holds; epilogue."""

    def __init__(self, writer: _Writer, panel: Panel, line: Line) -> None:
        self.writer, self.panel, self.line = writer, panel, line
        self.code, self.plan = writer.code, writer.plan
        lanes, vectors = writer.lanes, panel.tile.vectors
        self.kind = vector(writer.element, lanes)
        self.masks: list[Value | None] = [None] * vectors
        if panel.columns < 0:
            self.masks = [
                tail_mask(self.code, line.columns - q * lanes, lanes) for q in range(vectors)
            ]
        elif panel.columns % lanes:
            self.masks[-1] = tail_mask(self.code, panel.columns - (vectors - 1) * lanes, lanes)

    def start(
        self, places: Sequence[Sequence[Value]], first: Index, valid: Index, block: Block
    ) -> None:
        """Before: note where rows lie that are not evenly spaced; set the sums."""
        writer = self.writer
        for number, array in enumerate(writer.uneven):
            for row, place in enumerate(places):
                slot = self.code.at(writer.offsets, number * writer.height + row, "i64")
                self.code.store(self.code.index(writer.rows.offset(place, array)), slot)
        if self.plan.contraction.accumulate or block.first is False:
            self._resume(first, valid)
        elif block.first is True:
            self._clear()
        else:
            self.code.either(block.first, self._clear, lambda: self._resume(first, valid))

    def end(self, first: Index, valid: Index, block: Block) -> None:
        """After: the epilogue, or the sums as they are where more is to come."""

        def finish() -> None:
            self._each(first, valid, self._epilogue)

        def put_off() -> None:
            self._each(first, valid, lambda row, q, sums: self._put(OUT, row, q, self._sum(sums)))

        if isinstance(block.last, bool):
            finish()
        else:
            self.code.either(block.last, finish, put_off)

    def _clear(self) -> None:
        zero = self.code.value(0.0, self.kind)
        for number in range(self.writer.height * self.panel.tile.vectors):
            place = number * self.writer.lanes
            self.code.store(zero, self.code.at(self.writer.sums, place, self.writer.element))

    def _resume(self, first: Index, valid: Index) -> None:
        def copy(row: list[Value], q: int, sums: Value) -> None:
            self.code.store(self._get(OUT, row, q), sums)

        self._each(first, valid, copy)

    def _each(
        self, first: Index, valid: Index, write: Callable[[list[Value], int, Value], None]
    ) -> None:
        """Code for each vector of the tile: where its row lies in the arrays, and its sums."""
        code, writer = self.code, self.writer
        width = self.panel.tile.vectors * writer.lanes
        with code.loop(0, valid) as loop:
            row = self._row(first + loop.index, loop.index)
            for q in range(self.panel.tile.vectors):
                place = loop.index * width + q * writer.lanes
                write(row, q, code.at(writer.sums, place, writer.element))

    def _row(self, number: Index, within: Index) -> list[Value]:
        """The start of a row in each array (a and b: nothing of use)."""
        writer, code = self.writer, self.code
        pointers = list(self.line.pointers)
        for array in range(OUT, len(pointers)):
            if array in writer.uneven:
                slot = writer.uneven.index(array) * writer.height + within
                offset: Index = code.load(code.at(writer.offsets, slot, "i64"), "i64")
            else:
                loops = self.plan.rows
                offset = number * writer.sizes(loops[-1].steps[array]) if loops else 0
            pointers[array] = code.at(pointers[array], offset, memory_type(writer.dtypes[array]))
        return pointers

    def _sum(self, sums: Value) -> Value:
        return self.code.load(sums, self.kind)

    def _get(self, array: int, row: Sequence[Value], q: int) -> Value:
        writer = self.writer
        step = writer.sizes(self.plan.column.steps[array])
        dtype = writer.dtypes[array]
        place = self.code.at(row[array], step * (q * writer.lanes), memory_type(dtype))
        return load_strided(self.code, place, dtype, writer.lanes, step, self.masks[q])

    def _put(self, array: int, row: Sequence[Value], q: int, value: Value) -> None:
        writer = self.writer
        step = writer.sizes(self.plan.column.steps[array])
        dtype = writer.dtypes[array]
        place = self.code.at(row[array], step * (q * writer.lanes), memory_type(dtype))
        store_strided(self.code, value, place, dtype, step, self.masks[q])

    def _epilogue(self, row: list[Value], q: int, sums: Value) -> None:
        c = self.plan.contraction
        first_store = OUT + 1 + len(c.loads)
        loaded = [self._get(array, row, q) for array in range(OUT + 1, first_store)]
        values = self.writer.epilogue(self._sum(sums), loaded)
        targets = [OUT, *range(first_store, first_store + len(c.stores))]
        for array, value in zip(targets, values, strict=True):
            if array != OUT or not c.rests:
                self._put(array, row, q, value)


def _parameters(c: Contraction) -> list[Parameter]:
    arrays = ["a", "b", "out"]
    arrays += [f"load{i}" for i in range(len(c.loads))]
    arrays += [f"store{i}" for i in range(len(c.stores))]
    words = [Parameter("i64", word) for word in ("n", "begin", "end")]
    return [*(Parameter("ptr", array) for array in (*arrays, "scratch")), *words]
