"""Loop nests over views: axes, places in them, and loops over these.

Axes that lie together in every tensor of a kernel are merged into one; the last one left is walked
in vectors, its end under a mask, the others one by one. Numbers that do not change along the last
axis are read before its loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pellucid.compiler.kernels.views import View
from pellucid.compiler.targets.native import arithmetic
from pellucid.compiler.targets.native.access import Frame, read, scaled, write
from pellucid.compiler.targets.native.arithmetic import splat
from pellucid.compiler.targets.native.emit import TYPES, Index, Value
from pellucid.compiler.targets.native.lowering import constant_value, lower_nodes
from pellucid.compiler.targets.native.memory import memory_type, tail_mask
from pellucid.graph import Tensor
from pellucid.graph.dims import Dim, Shape


@dataclass
class Axis:
    """An axis of a nest: its length, and the stride of each tensor along it."""

    size: Dim
    strides: list[Dim]


def merged_axes(shape: Shape, views: Sequence[View], groups: Sequence[int]) -> list[list[Axis]]:
    """The axes of each group, outermost first, merged where all tensors allow it.

    `groups` gives the group of every axis of `shape`; axes of different groups stay apart.
    """
    found: list[list[Axis]] = [[] for _ in range(max(groups, default=0) + 1)]
    before = -1
    for place, dim in enumerate(shape):
        if dim == 1:
            continue
        axis = Axis(dim, [view.strides[place] for view in views])
        mine = found[groups[place]]
        together = mine and before == groups[place]
        if together and _joins(mine[-1], axis):
            mine[-1] = Axis(axis.size * mine[-1].size, axis.strides)
        else:
            mine.append(axis)
        before = groups[place]
    return found


def _joins(outer: Axis, inner: Axis) -> bool:
    if not isinstance(outer.size, int) and not isinstance(inner.size, int):
        return False
    for a, b in zip(outer.strides, inner.strides, strict=True):
        if not isinstance(b, int) and not isinstance(inner.size, int):
            return False
        if a != b * inner.size:
            return False
    return True


@dataclass
class Spot:
    """A place in a nest: the addresses of all tensors, and how many lanes start there."""

    pointers: list[Value]
    strides: list[Dim]
    lanes: int
    mask: Value | None


class Nest:
    """The tensors that a kernel reads and writes in one space, and code to visit that space."""

    def __init__(self, frame: Frame, shape: Shape, loads: dict[Tensor, View],
                 stores: dict[Tensor, View]) -> None:  # fmt: skip
        self.frame = frame
        self.shape = shape
        self.constants = {t for t in loads if constant_value(frame.code, t, 1) is not None}
        self.read = {t: view for t, view in loads.items() if t not in self.constants}
        self.written = stores
        self.views = [*self.read.values(), *stores.values()]

    def bases(self) -> list[Value]:
        """The addresses of the first elements."""
        return [self.frame.base(view) for view in self.views]

    def values(
        self, spot: Spot, known: dict[tuple[int, str], Value] | None = None
    ) -> dict[Tensor, Value]:
        """What is read at a spot; what is in `known` by tensor and address is not read again."""
        code = self.frame.code
        env: dict[Tensor, Value] = {}
        for tensor in self.constants:
            value = constant_value(code, tensor, spot.lanes)
            if value is not None:
                env[tensor] = value
        known = {} if known is None else known
        for place, (tensor, view) in enumerate(self.read.items()):
            pointer = spot.pointers[place]
            key = place, pointer.text
            if key not in known:
                stride = spot.strides[place]
                known[key] = read(self.frame, view, pointer, stride, spot.lanes, spot.mask)
            env[tensor] = known[key]
        return env

    def store(self, spot: Spot, env: dict[Tensor, Value]) -> None:
        """Write all results at a spot."""
        first = len(self.read)
        for place, (node, view) in enumerate(self.written.items(), start=first):
            write(self.frame, view, spot.pointers[place], spot.strides[place], env[node], spot.mask)

    def lanes(self, nodes: Sequence[Tensor]) -> int:
        """Lanes for the widest element among the nodes and what they read."""
        machine = self.frame.code.machine
        dtypes = {t.dtype for t in (*nodes, *self.read) if t.dtype != "bool"}
        return min((machine.lanes(dtype) for dtype in dtypes), default=machine.lanes("float32"))


def moved(frame: Frame, pointers: Sequence[Value], axis: Axis, index: Index,
          views: Sequence[View]) -> list[Value]:  # fmt: skip
    """The addresses after `index` steps along an axis."""
    return [
        frame.code.at(pointer, scaled(frame, index, stride), memory_type(view.buffer.dtype))
        if stride != 0
        else pointer
        for pointer, stride, view in zip(pointers, axis.strides, views, strict=True)
    ]


def visit(
    nest: Nest, axes: Sequence[Axis], pointers: list[Value], body: Callable[[list[Value]], None]
) -> None:
    """Loops over axes, one index at a time."""
    if not axes:
        body(pointers)
        return
    code = nest.frame.code
    with code.loop(0, nest.frame.size(axes[0].size)) as loop:
        inner = moved(nest.frame, pointers, axes[0], loop.index, nest.views)
        visit(nest, axes[1:], inner, body)


def share(frame: Frame, size: Index, grain: int) -> tuple[Index, Index]:
    """The part of 0 … size that is this thread's, cut at multiples of `grain`."""
    if frame.threads == 1:
        return 0, size
    code = frame.code
    pieces = (code.index(size) + (grain - 1)) / grain
    thread = code.value(frame.thread, "i64")
    start = pieces * thread / frame.threads * grain
    end = pieces * (thread + 1) / frame.threads * grain
    whole = code.index(size)
    return arithmetic.minimum(start, whole), arithmetic.minimum(end, whole)


def in_vectors(
    nest: Nest, axis: Axis, pointers: list[Value], bounds: tuple[Index, Index], lanes: int,
    body: Callable[[Spot], None],
) -> None:  # fmt: skip
    """A loop along an axis in vectors of `lanes`, the rest under a mask."""
    frame, code = nest.frame, nest.frame.code
    start, stop = bounds
    if isinstance(start, int) and isinstance(stop, int) and start == 0 and stop == lanes:
        body(Spot(pointers, axis.strides, lanes, None))
        return
    if isinstance(start, int) and isinstance(stop, int):
        whole: Index = start + (stop - start) // lanes * lanes
    else:
        whole = code.index(start) + ((code.index(stop) - start) & -lanes)
    has_whole = not (isinstance(whole, int) and isinstance(start, int) and whole == start)
    if has_whole:
        with code.loop(start, whole, lanes) as loop:
            inner = moved(frame, pointers, axis, loop.index, nest.views)
            body(Spot(inner, axis.strides, lanes, None))
    if isinstance(whole, int) and isinstance(stop, int) and whole == stop:
        return
    left: Index = stop - whole if isinstance(stop, int) and isinstance(whole, int) else (
        code.index(stop) - whole)  # fmt: skip

    def rest() -> None:
        mask = tail_mask(code, left, lanes)
        inner = moved(frame, pointers, axis, whole, nest.views)
        body(Spot(inner, axis.strides, lanes, mask))

    if isinstance(left, int):
        rest()
        return
    with code.when(left > 0):
        rest()


def sized(frame: Frame, nodes: Sequence[Tensor], env: dict[Tensor, Value], lanes: int) -> None:
    """Compute nodes, sizes of dimensions among them."""
    code = frame.code
    for node in nodes:
        if node.op == "dim_size":
            count = code.index(frame.size(node.attrs["size"]))
            env[node] = splat(arithmetic.convert(count, TYPES[node.dtype]), lanes)
        else:
            lower_nodes([node], env)


def alone(frame: Frame, body: Callable[[], None]) -> None:
    """Work for one thread only."""
    if frame.threads == 1:
        body()
        return
    with frame.code.when(frame.code.value(frame.thread, "i64").equals(0)):
        body()
