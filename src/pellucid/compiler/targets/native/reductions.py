"""Reduction kernels: sums, products and extremes over any axes.

Where the last axis is reduced, lanes hold partial results of one element; where it is kept, each
lane is an element of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.views import View
from pellucid.compiler.targets.native import arithmetic
from pellucid.compiler.targets.native.access import Frame, total
from pellucid.compiler.targets.native.arithmetic import select
from pellucid.compiler.targets.native.combining import across, combine, identity
from pellucid.compiler.targets.native.emit import (
    TYPES,
    Index,
    Value,
    literal,
    vector,
)
from pellucid.compiler.targets.native.memory import tail_mask
from pellucid.compiler.targets.native.nests import (
    Axis,
    Nest,
    Spot,
    alone,
    in_vectors,
    merged_axes,
    moved,
    share,
    sized,
)
from pellucid.graph.dims import Dim, Shape

# A sum along N is split in runs of this many rows, added up apart: the error then grows with the
# number of runs and the length of one, not with their product.
_RUN = 256
# Sums that are kept side by side: a fused product takes four cycles, and two start in each.
_CHAINS = 4
# Rows that are taken at once where they share an operand: as many sums as fused products under way.
_ROWS = 8


@dataclass
class _Columns:
    """Lanes beside each other: the strides between them, and how many sums to keep side by side."""

    strides: list[Dim]
    lanes: int
    mask: Value | None
    chains: int


class _Reduction:
    """One reduction kernel being written."""

    def __init__(self, frame: Frame, kernel: Kernel) -> None:
        assert kernel.head is not None
        self.frame, self.kernel, self.head = frame, kernel, kernel.head
        self.code = frame.code
        source = self.head.inputs[0]
        space = source.shape
        self.axes = self.head.attrs["axes"]
        early = {n: v for n, v in kernel.stores.items() if n in set(kernel.prologue)}
        late = {n: v for n, v in kernel.stores.items() if n not in early}
        self.input = Nest(frame, space, kernel.loads, early)
        self.output = Nest(frame, kernel.space, kernel.late, late)
        self.kind = TYPES[self.head.dtype]
        self.source = source
        self.all_views = [*self.input.views, *(self._spread(v, space) for v in self.output.views)]

    def _spread(self, view: View, space: Shape) -> View:
        """A view of the output space as one of the input space, still along reduced axes."""
        kept = list(view.strides)
        if self.head.attrs["keepdims"]:
            strides: list[Dim] = [0 if a in self.axes else kept[a] for a in range(len(space))]
        else:
            rest = iter(kept)
            strides = [0 if a in self.axes else next(rest) for a in range(len(space))]
        return View(view.buffer, space, tuple(strides), view.offset)

    def write(self) -> None:
        space = self.source.shape
        groups = [1 if a in self.axes else 0 for a in range(len(space))]
        last = next(
            (g for g, d in zip(reversed(groups), reversed(space), strict=True) if d != 1), 0
        )
        kept, reduced = self._split(space, groups)
        if last == 1 or not kept:
            self._along_reduced(kept, reduced)
        else:
            self._along_kept(kept, reduced)

    def _split(self, space: Shape, groups: list[int]) -> tuple[list[Axis], list[Axis]]:
        both = merged_axes(space, self.all_views, [*groups])
        while len(both) < 2:
            both.append([])
        return both[0], both[1]

    def _cut(self, pointers: list[Value]) -> tuple[list[Value], list[Value]]:
        count = len(self.input.views)
        return pointers[:count], pointers[count:]

    def _part(self, axis: Axis, output: bool) -> Axis:
        count = len(self.input.views)
        return Axis(axis.size, axis.strides[count:] if output else axis.strides[:count])

    def _element(self, spot: Spot, known: dict[tuple[int, str], Value] | None = None) -> Value:
        """The reduced expression at a spot of the input space."""
        env = self.input.values(spot, known)
        sized(self.frame, self.kernel.prologue, env, spot.lanes)
        self.input.store(spot, env)
        return env[self.source]

    def _finish(self, spot: Spot, result: Value) -> None:
        env = self.output.values(spot)
        env[self.head] = result
        sized(self.frame, self.kernel.epilogue, env, spot.lanes)
        self.output.store(spot, env)

    def _along_reduced(self, kept: list[Axis], reduced: list[Axis]) -> None:
        """The last axis is summed over: lanes hold partial results of one output element."""
        lanes = self.input.lanes([*self.kernel.prologue, self.head, self.source])
        bases = [self.frame.base(view) for view in self.all_views]

        def one(pointers: list[Value]) -> None:
            own, out = self._cut(pointers)
            inner = [self._part(axis, output=False) for axis in reduced]
            result = self._accumulate(inner, own, lanes)
            self._finish(Spot(out, [0] * len(out), 1, None), across(self.head.op, result))

        if not kept:
            alone(self.frame, lambda: one(bases))
            return
        first, last = share(self.frame, self.frame.size(kept[0].size), 1)
        with self.code.loop(first, last) as loop:
            pointers = moved(self.frame, bases, kept[0], loop.index, self.all_views)
            self._visit(kept[1:], pointers, one)

    def _visit(
        self, axes: Sequence[Axis], pointers: list[Value], body: Callable[[list[Value]], None]
    ) -> None:
        if not axes:
            body(pointers)
            return
        with self.code.loop(0, self.frame.size(axes[0].size)) as loop:
            inner = moved(self.frame, pointers, axes[0], loop.index, self.all_views)
            self._visit(axes[1:], inner, body)

    def _start(self, lanes: int) -> Value:
        kind = vector(self.kind, lanes)
        return Value(self.code, kind, literal(kind, identity(self.head.op, kind)))

    def _accumulate(self, axes: list[Axis], pointers: list[Value], lanes: int) -> Value:
        """The vector of partial results over all reduced axes, the last one in vectors."""
        op, frame = self.head.op, self.frame
        if not axes:
            value = self._element(Spot(pointers, [0] * len(pointers), 1, None))
            return value
        if len(axes) > 1:
            with self.code.loop(0, frame.size(axes[0].size), carry=[self._start(lanes)]) as loop:
                inner = moved(frame, pointers, axes[0], loop.index, self.input.views)
                part = self._accumulate(axes[1:], inner, lanes)
                loop.carry([combine(op, loop.carried[0], part)])
            return loop.results[0]
        return self._row(axes[0], pointers, lanes)

    def _row(self, axis: Axis, pointers: list[Value], lanes: int) -> Value:
        op, frame, code = self.head.op, self.frame, self.code
        size = frame.size(axis.size)
        whole: Index = size // lanes * lanes if isinstance(size, int) else size & -lanes
        ways = 1 if isinstance(size, int) and size < 8 * lanes else 4
        accumulators = [self._start(lanes) for _ in range(ways)]
        stop: Index = whole
        if ways > 1:
            stop = whole // (lanes * ways) * (lanes * ways) if isinstance(whole, int) else (
                whole & -(lanes * ways))  # fmt: skip
            with code.loop(0, stop, lanes * ways, carry=accumulators) as loop:
                new = []
                for way in range(ways):
                    place = total([loop.index, way * lanes])
                    inner = moved(frame, pointers, axis, place, self.input.views)
                    value = self._element(Spot(inner, axis.strides, lanes, None))
                    new.append(combine(op, loop.carried[way], value))
                loop.carry(new)
            accumulators = loop.results
        joined = accumulators[0]
        for other in accumulators[1:]:
            joined = combine(op, joined, other)
        begin: Index = stop if ways > 1 else 0
        with code.loop(begin, whole, lanes, carry=[joined]) as loop:
            inner = moved(frame, pointers, axis, loop.index, self.input.views)
            value = self._element(Spot(inner, axis.strides, lanes, None))
            loop.carry([combine(op, loop.carried[0], value)])
        if isinstance(size, int) and isinstance(whole, int) and size == whole:
            return loop.results[0]
        return self._rest(axis, pointers, whole, size, lanes, loop.results[0])

    def _rest(
        self, axis: Axis, pointers: list[Value], whole: Index, size: Index, lanes: int, sofar: Value
    ) -> Value:
        """The elements after the last whole vector, joined under a mask."""
        code = self.code
        left = code.index(size) - whole
        with code.loop(0, arithmetic.minimum(left, 1), 1, carry=[sofar]) as loop:
            mask = tail_mask(code, left, lanes)
            inner = moved(self.frame, pointers, axis, whole, self.input.views)
            value = self._element(Spot(inner, axis.strides, lanes, mask))
            joined = combine(self.head.op, loop.carried[0], value)
            loop.carry([select(mask, joined, loop.carried[0])])
        return loop.results[0]

    def _along_kept(self, kept: list[Axis], reduced: list[Axis]) -> None:
        """The last axis is kept: each lane is an output element of its own."""
        lanes = self.input.lanes([*self.kernel.prologue, self.head, self.source])
        bases = [self.frame.base(view) for view in self.all_views]
        last, rows = kept[-1], kept[-2] if len(kept) > 1 else None
        both = Nest(self.frame, self.source.shape, {}, {})
        both.views = self.all_views
        block = self._block(rows) if rows else 1
        # A row's sum is the same whether it is in a block or not.
        chains = 1 if block > 1 else _CHAINS

        def across_rows(pointers: list[Value], bounds: tuple[Index, Index], height: int) -> None:
            at = self._columns_at(rows, height, reduced, last, lanes, chains)
            in_vectors(both, last, pointers, bounds, lanes, at)

        if rows is None:
            bounds = share(self.frame, self.frame.size(last.size), lanes)
            across_rows(bases, bounds, 1)
            return
        every = (0, self.frame.size(last.size))
        if len(kept) == 2:
            part = share(self.frame, self.frame.size(rows.size), block)
            self._by_rows(rows, bases, part, block, lambda p, h: across_rows(p, every, h))
            return
        first, end = share(self.frame, self.frame.size(kept[0].size), 1)
        whole = (0, self.frame.size(rows.size))
        with self.code.loop(first, end) as loop:
            pointers = moved(self.frame, bases, kept[0], loop.index, self.all_views)
            self._visit(
                kept[1:-2],
                pointers,
                lambda p: self._by_rows(
                    rows, p, whole, block, lambda q, h: across_rows(q, every, h)
                ),
            )

    def _block(self, rows: Axis) -> int:
        """How many rows to take at once: several, if they read something in common."""
        strides = rows.strides[: len(self.input.views)]
        in_common = any(s == 0 for s in strides) and any(s != 0 for s in strides)
        if self.head.op != "sum" or not in_common:
            return 1
        if not isinstance(rows.size, int):
            return _ROWS
        return next((n for n in range(_ROWS, 3, -1) if rows.size % n == 0), min(_ROWS, rows.size))

    def _by_rows(
        self, rows: Axis, pointers: list[Value], bounds: tuple[Index, Index], block: int,
        body: Callable[[list[Value], int], None],
    ) -> None:  # fmt: skip
        """A loop over rows, `block` at once as far as they go, then one by one."""
        code, frame = self.code, self.frame
        start, stop = bounds
        if block > 1:
            if isinstance(start, int) and isinstance(stop, int):
                whole: Index = start + (stop - start) // block * block
            else:
                whole = code.index(start) + (code.index(stop) - start) / block * block
            with code.loop(start, whole, block) as loop:
                body(moved(frame, pointers, rows, loop.index, self.all_views), block)
            start = whole
        if isinstance(start, int) and isinstance(stop, int) and start == stop:
            return
        with code.loop(start, stop) as loop:
            body(moved(frame, pointers, rows, loop.index, self.all_views), 1)

    def _columns_at(
        self, rows: Axis | None, height: int, reduced: list[Axis], last: Axis, lanes: int,
        chains: int,
    ) -> Callable[[Spot], None]:  # fmt: skip
        """What to do at a spot: `height` rows of lanes, each lane the reduction of its column."""
        count = len(self.input.views)
        inner = [self._part(axis, output=False) for axis in reduced]

        def at(spot: Spot) -> None:
            each = [spot.pointers]
            for row in range(1, height):
                assert rows is not None
                each.append(moved(self.frame, spot.pointers, rows, row, self.all_views))
            columns = _Columns(last.strides[:count], lanes, spot.mask, chains)
            results = self._column(inner, [self._cut(p)[0] for p in each], columns)
            for pointers, result in zip(each, results, strict=True):
                out = self._cut(pointers)[1]
                self._finish(Spot(out, last.strides[count:], lanes, spot.mask), result)

        return at

    def _elements(self, rows: list[list[Value]], columns: _Columns) -> list[Value]:
        """The reduced expression in every row; what the rows have in common is read once."""
        known: dict[tuple[int, str], Value] = {}
        return [
            self._element(Spot(pointers, columns.strides, columns.lanes, columns.mask), known)
            for pointers in rows
        ]

    def _column(
        self, axes: list[Axis], rows: list[list[Value]], columns: _Columns
    ) -> list[Value]:  # fmt: skip
        """For every row a vector of results, each the reduction of its own column."""
        if not axes:
            return self._elements(rows, columns)
        op, frame, code = self.head.op, self.frame, self.code
        size = frame.size(axes[0].size)
        long = not (isinstance(size, int) and size <= 2 * _RUN)
        if not (long and op == "sum"):
            return self._run(axes, rows, columns, (0, size))
        starts = [self._start(columns.lanes) for _ in rows]
        with code.loop(0, size, _RUN, carry=starts) as loop:
            end = arithmetic.minimum(code.index(loop.index) + _RUN, code.index(size))
            parts = self._run(axes, rows, columns, (loop.index, end))
            loop.carry([combine(op, a, b) for a, b in zip(loop.carried, parts, strict=True)])
        return loop.results

    def _run(
        self, axes: list[Axis], rows: list[list[Value]], columns: _Columns,
        bounds: tuple[Index, Index],
    ) -> list[Value]:  # fmt: skip
        op, code = self.head.op, self.code

        def one(index: Index, sofar: Sequence[Value]) -> list[Value]:
            inner = [moved(self.frame, p, axes[0], index, self.input.views) for p in rows]
            found = self._column(axes[1:], inner, columns)
            return [combine(op, a, b) for a, b in zip(sofar, found, strict=True)]

        start, stop = bounds
        states, begin = [self._start(columns.lanes) for _ in rows], start
        short = isinstance(start, int) and isinstance(stop, int) and stop - start < 2 * _CHAINS
        if len(axes) == 1 and not short and columns.chains > 1:
            # Several sums side by side: one alone waits for each product before the next.
            assert len(rows) == 1
            chains = [self._start(columns.lanes) for _ in range(_CHAINS)]
            whole = self._whole(start, stop)
            with code.loop(start, whole, _CHAINS, carry=chains) as loop:
                loop.carry(
                    [one(total([loop.index, i]), [c])[0] for i, c in enumerate(loop.carried)]
                )
            state, begin = loop.results[0], whole
            for other in loop.results[1:]:
                state = combine(op, state, other)
            states = [state]
        with code.loop(begin, stop, carry=states) as loop:
            loop.carry(one(loop.index, loop.carried))
        return loop.results

    def _whole(self, start: Index, stop: Index) -> Index:
        """The end of the last whole group of chains."""
        if isinstance(start, int) and isinstance(stop, int):
            return start + (stop - start) // _CHAINS * _CHAINS
        return self.code.index(start) + ((self.code.index(stop) - start) & -_CHAINS)


def write_reduction(frame: Frame, kernel: Kernel) -> None:
    """A kernel around a sum, product, maximum or minimum over axes."""
    _Reduction(frame, kernel).write()
