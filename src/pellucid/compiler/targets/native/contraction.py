"""What a contraction is, and the plan for one: out[m, n] = sum over k of a(m, k) * b(k, n).

Matrix products of all four transpositions, batched ones, convolutions and both their gradients are
instances (see `graph.primitives.contraction`). A plan gives each loop its place: one becomes the
vector, those that only `a` knows the rows of tiles, the summed ones the table and the innermost run
of a tile (see `tile`), all others an outer line. `panels` writes the code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from pellucid.compiler.targets.native.affine import (
    Access,
    Loop,
    Operand,
    contiguous,
    merge,
    operand,
    weight,
)
from pellucid.compiler.targets.native.emit import Value
from pellucid.compiler.targets.native.machine import ITEM_BYTES, Machine
from pellucid.compiler.targets.native.tile import Tile, most_rows, most_vectors
from pellucid.graph.dims import Dim, Shape
from pellucid.graph.primitives.contraction import Maps

# Of a sum and the vectors loaded beside it: what is stored in `out`, then in the other stores.
Epilogue: TypeAlias = Callable[[Value, Sequence[Value]], Sequence[Value]]


@dataclass(frozen=True)
class Contraction:
    """What to compute. `out` and the strides of every array have one entry for each loop.

    Summed loops have `reduced` set, and stride 0 in `out`, `loads` and `stores`. With `accumulate`
    the sum starts from what `out` holds. An epilogue gets the finished sum and one vector of each
    of `loads`; it returns one value for `out`, then one for each of `stores`.

    Where the plan cuts the sum into blocks, `out` holds unfinished sums between two blocks; then it
    must be of the sum's type, and none of the loads. With `rests`, `out` is for that alone: the
    finished sums go nowhere but into the epilogue.
    """

    dtype: str
    sizes: tuple[Dim, ...]
    reduced: tuple[bool, ...]
    a: Operand
    b: Operand
    out: tuple[Dim, ...]
    loads: tuple[Access, ...] = ()
    stores: tuple[Access, ...] = ()
    accumulate: bool = False
    rests: bool = False

    @property
    def accesses(self) -> tuple[Access, ...]:
        """The arrays indexed like the output: `out`, the loads, the stores."""
        return (Access(self.dtype, self.out), *self.loads, *self.stores)


def matrix_product(
    m: Dim, k: Dim, n: Dim, dtype: str = "float32", a_by_rows: bool = True, b_by_rows: bool = True
) -> Contraction:
    """The product of contiguous matrices, (m, k) by (k, n); one not by rows is stored transposed.

    >>> matrix_product(4, 3, 2).a.strides, matrix_product(4, 3, 2, a_by_rows=False).a.strides
    ((3, 0, 1), (1, 0, 4))
    """
    a = (k, 0, 1) if a_by_rows else (1, 0, m)
    b = (0, 1, n) if b_by_rows else (0, k, 1)
    return Contraction(dtype, (m, n, k), (False, False, True), Operand(a), Operand(b), (n, 1, 0))


def from_maps(
    dtype: str,
    sizes: Sequence[Dim],
    shapes: tuple[Shape, Shape],
    maps: tuple[Maps, Maps],
    out: Sequence[int],
    strides: tuple[Shape, Shape] = ((), ()),
) -> Contraction:
    """The op `contraction` of the graph: shapes, maps (and, unless contiguous, strides) of a and b.

    Its result is contiguous, one axis for each index of `out`. Indices that nobody reads are left
    behind by derivatives; they are not summed over.
    """
    read = {index for operand_maps in maps for axis in operand_maps for index in axis.reads()}
    used = [size if i in read or i in out else 1 for i, size in enumerate(sizes)]
    a = operand(maps[0], shapes[0], used, strides[0])
    b = operand(maps[1], shapes[1], used, strides[1])
    steps: list[Dim] = [0] * len(used)
    for index, step in zip(out, contiguous(tuple(sizes[i] for i in out)), strict=True):
        steps[index] = step
    reduced = tuple(i not in out for i in range(len(used)))
    return Contraction(dtype, tuple(used), reduced, a, b, tuple(steps))


# The arrays of a loop's steps, in this order: a, b, out, then loads and stores.
A, B, OUT = 0, 1, 2


@dataclass(frozen=True)
class Panel:
    """The columns that are done together: a tile's width, or what is left of it (-1: up to N)."""

    tile: Tile
    columns: int


@dataclass(frozen=True)
class Plan:
    """A contraction with every loop in its place, `a` being the operand of the rows."""

    contraction: Contraction
    swapped: bool
    column: Loop
    lines: tuple[Loop, ...]
    rows: tuple[Loop, ...]
    outer: tuple[Loop, ...]
    inner: Loop
    full: Panel | None
    last: Panel | None
    pack: str  # "" or what is contiguous in b: "columns", "rows", "neither"; "guarded"
    blocked: Loop  # the summed loop that is cut into blocks of
    block: int  # so many rounds at a time; 0: all
    group: int  # tiles whose rows of a are copied together; 0: a is read as it lies

    @property
    def tile(self) -> Tile:
        """The tile of a full panel, or of the only one."""
        panel = self.full or self.last
        assert panel is not None
        return panel.tile


def make_plan(c: Contraction, machine: Machine, pack: bool | None = None) -> Plan:
    """Choose the vector, the tile, the order and the blocks; `pack` overrides one choice."""
    swapped, c = _oriented(c)
    loops = _loops(c)
    column = _column(c, loops)
    free = [loop for loop in loops if not loop.reduced and loop is not column]
    rows = [loop for loop in free if not _moves(c, loop, B)]
    lines = [loop for loop in free if _moves(c, loop, B)]
    summed = [loop for loop in loops if loop.reduced]
    inner = _inner(c, summed)
    outer = [loop for loop in summed if loop is not inner]
    inner = inner or replace(_still(c), reduced=True)
    paired = _moves(c, column, A)
    order = _packing(c, column, inner, rows, machine, pack)
    full, last = _panels(c, column, rows, machine, paired, bool(order))
    panel = full or last
    assert panel is not None
    turned = not paired and _runs_across(c, rows, inner)
    blocked, block = _blocks(c, [*outer, inner], panel, turned)
    group = _group(c, rows, [*outer, inner], panel.tile.rows, blocked, block) if turned else 0
    return Plan(
        c,
        swapped,
        column,
        tuple(lines),
        tuple(rows),
        tuple(outer),
        inner,
        full,
        last,
        order,
        blocked,
        block,
        group,
    )


def _steps(c: Contraction, loop: int) -> tuple[Dim, ...]:
    return (c.a.strides[loop], c.b.strides[loop], *(x.strides[loop] for x in c.accesses))


def _coefficients(c: Contraction, loop: int) -> tuple[int, ...]:
    return tuple(guard.coefficients[loop] for guard in (*c.a.guards, *c.b.guards))


def _loops(c: Contraction) -> list[Loop]:
    """The loops that are left when neighbours are joined, large steps first."""
    loops = [
        Loop(size, _steps(c, i), _coefficients(c, i), c.reduced[i])
        for i, size in enumerate(c.sizes)
    ]
    free = [loop for loop in loops if not loop.reduced]
    summed = [loop for loop in loops if loop.reduced]
    free.sort(key=lambda loop: -weight(loop.steps[OUT]))
    summed.sort(key=lambda loop: (-weight(loop.steps[B]), -weight(loop.steps[A])))
    return [*merge(free), *merge(summed)]


def _still(c: Contraction) -> Loop:
    """A loop of one round that moves nothing."""
    return Loop(1, (0,) * (2 + len(c.accesses)), (0,) * (len(c.a.guards) + len(c.b.guards)))


def _moves(c: Contraction, loop: Loop, which: int) -> bool:
    """Whether an operand depends on a loop."""
    split = len(c.a.guards)
    guards = loop.guards[:split] if which == A else loop.guards[split:]
    return loop.steps[which] != 0 or any(guards)


def _oriented(c: Contraction) -> tuple[bool, Contraction]:
    """The contraction with its operands exchanged where the best column belongs to `a` alone."""
    loops = _loops(c)
    column = _column(c, loops)
    if _moves(c, column, B) or not _moves(c, column, A):
        return False, c
    return True, replace(c, a=c.b, b=c.a)


def _column(c: Contraction, loops: Sequence[Loop]) -> Loop:
    """The loop that becomes the vector: neighbours in `out`, best known to one operand alone.

    None that may leave an axis: one lane at work for each row is faster than asking every element.
    """

    def rank(loop: Loop) -> tuple[bool, ...]:
        alone = _moves(c, loop, A) != _moves(c, loop, B)
        beside = loop.steps[OUT] == 1
        return (beside and alone, beside and loop.steps[A] in (0, 1), alone)

    free = [loop for loop in loops if not loop.reduced and not any(loop.guards)]
    usable = [loop for loop in free if any(rank(loop))]
    return max(usable, key=rank) if usable else _still(c)


def _inner(c: Contraction, summed: Sequence[Loop]) -> Loop | None:
    """The run of an entry: the summed loop with the smallest steps in b that is not too short.

    Where rows may leave an axis, the run must be short of surprises: its size is known, it moves
    forward, and no position that is divided depends on it.
    """
    guards = c.a.guards

    def fits(loop: Loop) -> bool:
        if not guards:
            return True
        moved = loop.guards[: len(guards)]
        plain = all(g.divisor == 1 for g, step in zip(guards, moved, strict=True) if step)
        return isinstance(loop.size, int) and min(moved) >= 0 and plain

    usable = [loop for loop in summed if fits(loop)]
    long = [loop for loop in usable if weight(loop.size) >= 8]
    if long:
        return min(long, key=lambda loop: weight(loop.steps[B]))
    return max(usable, key=lambda loop: weight(loop.size), default=None)


def _packing(
    c: Contraction,
    column: Loop,
    inner: Loop,
    rows: Sequence[Loop],
    machine: Machine,
    wish: bool | None,
) -> str:
    """In what order b is copied into panels, or "" where it is read as it lies."""
    if c.b.guards:
        return "guarded"
    step = column.steps[B]
    if step != 1 and column.size != 1:
        beside = inner.steps[B] == 1 and weight(inner.size) >= _SQUARES
        return "rows" if beside else "neither"
    width = most_vectors(machine) * machine.vector_bytes
    apart = weight(inner.steps[B]) * ITEM_BYTES[c.dtype] > width
    reused = 1
    for loop in rows:
        reused *= weight(loop.size)
    worthwhile = apart and reused >= _REUSE
    return "columns" if (worthwhile if wish is None else wish) else ""


_SQUARES = 64  # summed elements from which on transposing squares pays for its longer code
_REUSE = 48  # rows from which on a copy of b pays, measured
_PANEL_BYTES = 256 * 1024  # of b in one block: half of the smallest second-level caches in use


def _panels(
    c: Contraction, column: Loop, rows: Sequence[Loop], machine: Machine, paired: bool, packed: bool
) -> tuple[Panel | None, Panel | None]:
    """The full panels and the last one; one of them may not exist."""
    lanes = machine.lanes(c.dtype)
    widest = most_vectors(machine)
    size = column.size
    if not isinstance(size, int):
        vectors = 2
        tile = Tile(c.dtype, _height(rows, machine, vectors), vectors, paired, paired)
        return Panel(tile, -1), None
    size = max(size, 1)
    vectors = min(-(-size // lanes), widest)
    height = _height(rows, machine, vectors)
    width = vectors * lanes
    rest = size % width
    full = Panel(Tile(c.dtype, height, vectors, False, paired), width) if size >= width else None
    if not rest:
        return full, None
    partial = bool(rest % lanes) and (paired or not packed)
    last = Tile(c.dtype, height, -(-rest // lanes), partial, paired)
    return full, Panel(last, rest)


def _height(rows: Sequence[Loop], machine: Machine, vectors: int) -> int:
    """The height of a tile: full, or what few rows need. Of few heights, so that tiles are shared.

    Guesses in cycles: a step of the sum takes half a cycle an FMA, but no less than it takes to
    bring b from the second-level cache; before and after come about 4 cycles for each vector.
    """
    total = 1
    for loop in rows:
        total *= max(weight(loop.size), 1)

    def cost(height: int) -> float:
        step = max(height * vectors / 2, 2.2 * vectors)
        return -(-total // height) * (64 * step + 4 * height * vectors)

    most = most_rows(machine, vectors)
    return min((height for height in (1, 2, 4, most) if height <= most), key=cost)


def _runs_across(c: Contraction, rows: Sequence[Loop], inner: Loop) -> bool:
    """Whether a is read across its rows of memory, so many that caches and page tables thrash."""
    if len(rows) != 1 or rows[0].steps[A] != 1 or c.a.guards or not isinstance(rows[0].size, int):
        return False
    step = weight(inner.steps[A]) * ITEM_BYTES[c.dtype]
    bytes_at_once = step * min(weight(inner.size), 512)
    return rows[0].size >= 64 and step >= 1024 and bytes_at_once >= _ACROSS_BYTES


_ACROSS_BYTES = 400 * 1024  # measured: below, copies of a do not pay
_GROUP_BYTES = 1024 * 1024  # of a in one group of tiles


def _group(
    c: Contraction, rows: Sequence[Loop], summed: Sequence[Loop], height: int, cut: Loop, block: int
) -> int:
    """How many tiles a group has: as many as fit, and about equally many in each."""
    steps = 1
    for loop in summed:
        steps *= block if block and loop is cut else weight(loop.size)
    tiles = -(-weight(rows[0].size) // height)
    most = max(_GROUP_BYTES // (steps * height * ITEM_BYTES[c.dtype]), 16)
    return -(-tiles // -(-tiles // most))


def _blocks(c: Contraction, summed: Sequence[Loop], panel: Panel, turned: bool) -> tuple[Loop, int]:
    """Which summed loop is cut into blocks, and how many rounds a block has (0: not cut)."""
    lanes = 64 // ITEM_BYTES[c.dtype]
    bytes_of_b = _PANEL_BYTES // 2 if turned else _PANEL_BYTES
    most = max(bytes_of_b // (panel.tile.vectors * lanes * ITEM_BYTES[c.dtype]), 1)
    cut = next((loop for loop in summed if not isinstance(loop.size, int)), summed[0])
    others = 1
    for loop in summed:
        others *= 1 if loop is cut else max(weight(loop.size), 1)
    if others * weight(cut.size) <= 2 * most:
        return cut, 0
    return cut, max(most // others, 1)
