"""Reduction kernels: sums, products and extremes over any axes.

Where the last axis is reduced, lanes hold partial results of one element; where it is kept, each
lane is an element of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.views import View
from pellucid.compiler.targets.native import arithmetic
from pellucid.compiler.targets.native.access import Frame, total
from pellucid.compiler.targets.native.arithmetic import extract, select, shuffle
from pellucid.compiler.targets.native.emit import (
    TYPES,
    Index,
    Value,
    element_of,
    is_floating,
    lanes_of,
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


def _identity(op: str, kind: str) -> float | int | bool:
    element = element_of(kind)
    if op in ("sum", "prod"):
        return 0 if op == "sum" else 1
    if element == "i1":
        return bool(op == "min")
    if is_floating(kind):
        return float("-inf") if op == "max" else float("inf")
    largest = 2**63 - 1 if element == "i64" else 2**31 - 1
    return -largest - 1 if op == "max" else largest


def combine(op: str, a: Value, b: Value) -> Value:
    """Two partial results joined."""
    if op == "sum":
        return a + b
    if op == "prod":
        return a * b
    if element_of(a.kind) == "i1":
        return a | b if op == "max" else a & b
    return arithmetic.maximum(a, b) if op == "max" else arithmetic.minimum(a, b)


def across(op: str, value: Value) -> Value:
    """The lanes of a vector joined into one scalar, halving."""
    lanes = lanes_of(value.kind)
    while lanes > 1:
        low = shuffle(value, list(range(lanes // 2)))
        high = shuffle(value, list(range(lanes // 2, lanes)))
        value = combine(op, low, high)
        lanes //= 2
    return extract(value, 0)


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

    def _element(self, spot: Spot) -> Value:
        """The reduced expression at a spot of the input space."""
        env = self.input.values(spot)
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
        return Value(self.code, kind, literal(kind, _identity(self.head.op, kind)))

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
        last = kept[-1]
        both = Nest(self.frame, self.source.shape, {}, {})
        both.views = self.all_views

        def at(spot: Spot) -> None:
            own, out = self._cut(spot.pointers)
            count = len(self.input.views)
            inner = [self._part(axis, output=False) for axis in reduced]
            result = self._column(inner, own, last.strides[:count], lanes, spot.mask)
            self._finish(Spot(out, last.strides[count:], lanes, spot.mask), result)

        if len(kept) == 1:
            bounds = share(self.frame, self.frame.size(last.size), lanes)
            in_vectors(both, last, bases, bounds, lanes, at)
            return
        first, end = share(self.frame, self.frame.size(kept[0].size), 1)
        with self.code.loop(first, end) as loop:
            pointers = moved(self.frame, bases, kept[0], loop.index, self.all_views)
            self._visit(
                kept[1:-1],
                pointers,
                lambda p: in_vectors(both, last, p, (0, self.frame.size(last.size)), lanes, at),
            )

    def _column(
        self, axes: list[Axis], pointers: list[Value], strides: list[Dim], lanes: int,
        mask: Value | None,
    ) -> Value:  # fmt: skip
        """A vector of results, each the reduction of its own column."""
        if not axes:
            return self._element(Spot(pointers, strides, lanes, mask))
        op, frame, code = self.head.op, self.frame, self.code
        size = frame.size(axes[0].size)
        long = not (isinstance(size, int) and size <= 2 * _RUN)
        if not (long and op == "sum"):
            return self._run(axes, pointers, strides, lanes, mask, (0, size))
        with code.loop(0, size, _RUN, carry=[self._start(lanes)]) as loop:
            end = arithmetic.minimum(code.index(loop.index) + _RUN, code.index(size))
            part = self._run(axes, pointers, strides, lanes, mask, (loop.index, end))
            loop.carry([combine(op, loop.carried[0], part)])
        return loop.results[0]

    def _run(
        self, axes: list[Axis], pointers: list[Value], strides: list[Dim], lanes: int,
        mask: Value | None, bounds: tuple[Index, Index],
    ) -> Value:  # fmt: skip
        op, code = self.head.op, self.code

        def one(index: Index, sofar: Value) -> Value:
            inner = moved(self.frame, pointers, axes[0], index, self.input.views)
            return combine(op, sofar, self._column(axes[1:], inner, strides, lanes, mask))

        start, stop = bounds
        state, begin = self._start(lanes), start
        short = isinstance(start, int) and isinstance(stop, int) and stop - start < 2 * _CHAINS
        if len(axes) == 1 and not short:
            # Several sums side by side: one alone waits for each product before the next.
            chains = [self._start(lanes) for _ in range(_CHAINS)]
            whole = self._whole(start, stop)
            with code.loop(start, whole, _CHAINS, carry=chains) as loop:
                loop.carry([one(total([loop.index, i]), c) for i, c in enumerate(loop.carried)])
            state, begin = loop.results[0], whole
            for other in loop.results[1:]:
                state = combine(op, state, other)
        with code.loop(begin, stop, carry=[state]) as loop:
            loop.carry([one(loop.index, loop.carried[0])])
        return loop.results[0]

    def _whole(self, start: Index, stop: Index) -> Index:
        """The end of the last whole group of chains."""
        if isinstance(start, int) and isinstance(stop, int):
            return start + (stop - start) // _CHAINS * _CHAINS
        return self.code.index(start) + ((self.code.index(stop) - start) & -_CHAINS)


def write_reduction(frame: Frame, kernel: Kernel) -> None:
    """A kernel around a sum, product, maximum or minimum over axes."""
    _Reduction(frame, kernel).write()
