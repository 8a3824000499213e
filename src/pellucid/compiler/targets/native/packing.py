"""Copies a block of an operand to where the tile reads it best: step by step, without gaps.

A packed panel holds, for each summed index, one row of `width` elements (a whole number of
vectors); columns that do not exist are zero. The functions that do it are compiled once a program:
one for columns that are neighbours in memory, one for summed elements that are (a transposition).
"""

from __future__ import annotations

from pellucid.compiler.targets.native.arithmetic import quotient, select, shuffle, smaller
from pellucid.compiler.targets.native.contraction import A, B, Panel
from pellucid.compiler.targets.native.emit import (
    TYPES,
    Code,
    Index,
    Module,
    Parameter,
    Value,
    lanes_of,
    vector,
)
from pellucid.compiler.targets.native.memory import load_masked, load_strided, tail_mask
from pellucid.compiler.targets.native.table import Block, Line, Round, Table

_PARAMETERS = (
    Parameter("ptr", "source"),
    Parameter("i64", "row_step"),  # from one summed element to the next, in elements
    Parameter("i64", "column_step"),
    Parameter("i64", "rows"),
    Parameter("i64", "columns"),
    Parameter("ptr", "panel"),
)


def pack_function(module: Module, dtype: str, vectors: int, order: str) -> Code:
    """The function that packs rows of `vectors` vectors.

    `order` says what is contiguous in the source: "columns", "rows" (the summed index), or
    "neither". The panel must have room for one row of vectors' worth of rows more than it holds.
    """
    key = ("pack", dtype, vectors, order)
    write = {"columns": _copy, "rows": _transpose, "neither": _collect}[order]
    return module.shared(key, lambda: write(module, dtype, vectors))


def pack_panel(code: Code, table: Table, panel: Panel, line: Line, block: Block) -> None:
    """Copy one block of the panel of b that a line needs to the scratch."""
    plan, sizes, item = table.plan, table.sizes, TYPES[table.plan.contraction.dtype]
    vectors = panel.tile.vectors
    width = vectors * code.machine.lanes(plan.contraction.dtype)
    columns = code.index(line.columns)
    start, stop = table.run_of(block)
    with table.rounds(block) as here:
        target = code.at(code.arguments["scratch"], here.number * (stop - start) * width, item)
        if plan.pack == "guarded":
            _collect_guarded(code, table, line, here, (start, stop), target, width)
            return
        steps = [code.index(sizes(loop.steps[B])) for loop in (plan.inner, plan.column)]
        source = code.at(line.pointers[B], here.b + start * steps[0], item)
        name = pack_function(code.module, plan.contraction.dtype, vectors, plan.pack).name
        code.call("void", name, source, *steps, code.index(stop - start), columns, target)


def pack_rows(
    code: Code, table: Table, a: Value, block: Block, target: Value, first: Index, tiles: Index
) -> None:
    """Copy a block of the rows of a for some tiles: for each tile, step by step, its rows."""
    plan, sizes, element = table.plan, table.sizes, TYPES[table.plan.contraction.dtype]
    (rows,) = plan.rows
    height = plan.tile.rows
    start, stop = table.run_of(block)
    with table.rounds(block) as here:
        step = sizes(plan.inner.steps[A])
        source = code.at(a, here.a + start * step + first * height, element)
        goal = code.at(target, here.number * (stop - start) * height, element)
        left = sizes(rows.size) - first * height
        name = _row_function(code.module, plan.contraction.dtype, height).name
        words = (step, stop - start, left, tiles, table.tile_stride)
        code.call("void", name, source, goal, *map(code.index, words))


_ROW_PARAMETERS = (
    Parameter("ptr", "source"),
    Parameter("ptr", "target"),
    Parameter("i64", "step"),  # from one summed element to the next, in elements
    Parameter("i64", "steps"),
    Parameter("i64", "rows"),  # that are left; those of a tile beyond them become zero
    Parameter("i64", "tiles"),
    Parameter("i64", "stride"),  # from one tile to the next, in elements
)


def _row_function(module: Module, dtype: str, height: int) -> Code:
    """Summed elements outside, tiles inside: memory is read in the order in which it lies."""

    def write() -> Code:
        name = f"pack_{dtype}_rows_{height}"
        code = module.define(name, _ROW_PARAMETERS, visible=False)
        source, target, step, steps, rows, tiles, stride = code.arguments.values()
        element, kind = TYPES[dtype], vector(TYPES[dtype], 8)
        with code.loop(0, steps) as k:
            here = code.at(source, k.index * step, element)
            there = code.at(target, k.index * height, element)
            with code.loop(0, tiles, carry=[here, there, rows]) as tile:
                place, goal, left = tile.carried
                mask = tail_mask(code, smaller(left, height), 8)
                code.store(load_masked(code, place, kind, mask), goal)
                tile.carry(
                    [code.at(place, height, element), code.at(goal, stride, element), left - height]
                )
        code.ret()
        return code

    return module.shared(("pack rows", dtype, height), write)


def _collect_guarded(
    code: Code,
    table: Table,
    line: Line,
    here: Round,
    run: tuple[Index, Index],
    target: Value,
    width: int,
) -> None:
    """Element by element, zero where a position is outside: slow, and right for any operand."""
    plan, sizes, element = table.plan, table.sizes, TYPES[table.plan.contraction.dtype]
    first = len(plan.contraction.a.guards)
    with code.loop(*run) as row, code.loop(0, width) as column:
        k, j = row.index, code.index(column.index)
        place = here.b + k * sizes(plan.inner.steps[B]) + j * sizes(plan.column.steps[B])
        valid = j < code.index(line.columns)
        for i, guard in enumerate(plan.contraction.b.guards, start=first):
            moved = line.positions[i] + here.positions[i]
            moved = moved + k * plan.inner.guards[i] + j * plan.column.guards[i]
            whole = code.index(quotient(code.index(moved), guard.divisor))
            valid = valid & whole.below(guard.size)
            if guard.divisor > 1:
                valid = valid & (whole * guard.divisor).equals(moved)
                place = place + whole * guard.stride
        source = code.at(line.pointers[B], place, element)
        value = load_masked(code, source, element, valid)
        code.store(value, code.at(target, (k - run[0]) * width + j, element))


def _start(module: Module, dtype: str, vectors: int, order: str) -> Code:
    return module.define(f"pack_{dtype}_{vectors}_{order}", _PARAMETERS, visible=False)


def _copy(module: Module, dtype: str, vectors: int) -> Code:
    code = _start(module, dtype, vectors, "columns")
    source, row_step, _, rows, columns, panel = code.arguments.values()
    lanes, element = module.machine.lanes(dtype), TYPES[dtype]
    kind = vector(element, lanes)
    masks = [tail_mask(code, columns - q * lanes, lanes) for q in range(vectors)]
    with code.loop(0, rows, carry=[source, panel]) as loop:
        place, target = loop.carried
        for q, mask in enumerate(masks):
            value = load_masked(code, code.at(place, q * lanes, element), kind, mask)
            code.store(value, code.at(target, q * lanes, element))
        loop.carry([code.at(place, row_step, element), code.at(target, vectors * lanes, element)])
    code.ret()
    return code


def _collect(module: Module, dtype: str, vectors: int) -> Code:
    code = _start(module, dtype, vectors, "neither")
    source, row_step, column_step, rows, columns, panel = code.arguments.values()
    lanes, element = module.machine.lanes(dtype), TYPES[dtype]
    with code.loop(0, rows) as row:
        base = code.at(source, row.index * row_step, element)
        target = code.at(panel, row.index * (vectors * lanes), element)
        for q in range(vectors):
            mask = tail_mask(code, columns - q * lanes, lanes)
            place = code.at(base, column_step * (q * lanes), element)
            code.store(
                load_strided(code, place, dtype, lanes, column_step, mask),
                code.at(target, q * lanes, element),
            )
    code.ret()
    return code


def _transpose(module: Module, dtype: str, vectors: int) -> Code:
    code = _start(module, dtype, vectors, "rows")
    source, _, column_step, rows, columns, panel = code.arguments.values()
    lanes, element = module.machine.lanes(dtype), TYPES[dtype]
    kind, width = vector(element, lanes), vectors * lanes
    with code.loop(0, vectors * lanes, lanes) as block:
        first = code.at(source, block.index * column_step, element)
        with code.loop(0, rows, lanes) as row:
            mask = tail_mask(code, rows - row.index, lanes)
            here = code.at(first, row.index, element)
            values = []
            for lane in range(lanes):
                # A column that does not exist is read as the first one, of no lane.
                exists = block.index + lane < columns
                step = select(exists, column_step * lane, 0)
                inside = mask & _everywhere(exists, lanes)
                values.append(load_masked(code, code.at(here, step, element), kind, inside))
            target = code.at(panel, row.index * width + block.index, element)
            for lane, value in enumerate(transposed(values)):
                code.store(value, code.at(target, lane * width, element))
    code.ret()
    return code


def _everywhere(bit: Value, lanes: int) -> Value:
    code = bit.code
    if lanes == 1:
        return bit
    kind = vector("i1", lanes)
    first = code.op(kind, f"insertelement {kind} poison, i1 {bit.text}, i64 0")
    return shuffle(first, [0] * lanes)


def transposed(rows: list[Value]) -> list[Value]:
    """The columns of a square of vectors: halves of pairs are exchanged, at every distance."""
    lanes = lanes_of(rows[0].kind)
    distance = 1
    while distance < lanes:
        low = [i + (lanes - distance if i & distance else 0) for i in range(lanes)]
        high = [i + (lanes if i & distance else distance) for i in range(lanes)]
        result = list(rows)
        for i in range(lanes):
            if not i & distance:
                x, y = rows[i], rows[i + distance]
                result[i] = shuffle(x, low, y)
                result[i + distance] = shuffle(x, high, y)
        rows, distance = result, distance * 2
    return rows
