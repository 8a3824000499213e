"""Kernels that move elements: framing, joining, gathering, scattering, windows laid over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pellucid.compiler.kernels.ir import Kernel
from pellucid.compiler.kernels.views import Buffer, View, plus
from pellucid.compiler.targets.native.access import Frame, read, scaled, total, write
from pellucid.compiler.targets.native.arithmetic import convert, select
from pellucid.compiler.targets.native.emit import Index, Value
from pellucid.compiler.targets.native.maps import write_map
from pellucid.compiler.targets.native.memory import memory_type
from pellucid.compiler.targets.native.nests import alone, share
from pellucid.graph import Tensor, constant
from pellucid.graph.dims import Dim, Shape


def head_of(kernel: Kernel) -> Tensor:
    """The op a kernel is built around."""
    assert kernel.head is not None
    return kernel.head


def copy_kernel(source: View, target: View) -> Kernel:
    """A map that copies one view into another of the same shape."""
    x = Tensor("input", (), {}, source.shape, source.buffer.dtype)
    y = Tensor("cast", (x,), {"dtype": x.dtype}, x.shape, x.dtype)
    return Kernel(source.shape, None, [], [y], {x: source}, {}, {y: target})


def fill_kernel(target: View, value: float = 0) -> Kernel:
    """A map that fills a view with one number."""
    number = constant(value, target.buffer.dtype)
    y = Tensor("cast", (number,), {"dtype": number.dtype}, target.shape, number.dtype)
    spread = View(target.buffer, target.shape, (0,) * len(target.shape))
    return Kernel(target.shape, None, [], [y], {number: spread}, {}, {y: target})


def add_kernel(source: View, target: View) -> Kernel:
    """A map that adds one view to another of the same shape."""
    x = Tensor("input", (), {}, source.shape, source.buffer.dtype)
    old = Tensor("input", (), {}, source.shape, source.buffer.dtype)
    y = Tensor("add", (old, x), {}, x.shape, x.dtype)
    return Kernel(source.shape, None, [], [y], {x: source, old: target}, {}, {y: target})


def part(view: View, starts: Sequence[int], shape: Shape, steps: Sequence[int]) -> View:
    """A view of some elements of a view."""
    offset = view.offset
    for start, stride in zip(starts, view.strides, strict=True):
        offset = plus(offset, stride * start)
    strides = tuple(stride * step for stride, step in zip(view.strides, steps, strict=True))
    return View(view.buffer, shape, strides, offset)


def write_pad(frame: Frame, kernel: Kernel) -> None:
    """Zeros, and the elements laid into them."""
    head = head_of(kernel)
    target = kernel.stores[head]
    steps = [gap + 1 for gap in head.attrs["interior"]]
    inside = part(target, head.attrs["low"], head.inputs[0].shape, steps)
    write_map(frame, fill_kernel(target))
    frame.barrier()
    write_map(frame, copy_kernel(kernel.loads[head.inputs[0]], inside))


def write_concatenate(frame: Frame, kernel: Kernel) -> None:
    """Each part copied to its place."""
    head = head_of(kernel)
    target, axis = kernel.stores[head], head.attrs["axis"]
    start: Dim = 0
    for tensor in head.inputs:
        offset = target.offset
        if start != 0:
            step = target.strides[axis]
            moved = step * start if isinstance(start, int) else start * step
            offset = plus(offset, moved)
        place = View(target.buffer, tensor.shape, target.strides, offset)
        write_map(frame, copy_kernel(kernel.loads[tensor], place))
        start = tensor.shape[axis] + start


def write_overlap_add(frame: Frame, kernel: Kernel) -> None:
    """Zeros, and window after window added where it lies."""
    head = head_of(kernel)
    source, target = kernel.loads[head.inputs[0]], kernel.stores[head]
    axis, stride, gap = (head.attrs[key] for key in ("axis", "stride", "dilation"))
    write_map(frame, fill_kernel(target))
    size = source.shape[-1]
    assert isinstance(size, int)
    for k in range(size):
        frame.barrier()
        offset = plus(source.offset, source.strides[-1] * k)
        window = View(source.buffer, source.shape[:-1], source.strides[:-1], offset)
        starts = [k * gap if a == axis else 0 for a in range(len(target.shape))]
        steps = [stride if a == axis else 1 for a in range(len(target.shape))]
        write_map(frame, add_kernel(window, part(target, starts, window.shape, steps)))


def each(
    frame: Frame, shape: Sequence[Dim], body: Callable[[list[Index]], None], split: bool = True
) -> None:
    """Loops over all places of a shape, one after another; the first axis is shared by threads."""

    def inner(axis: int, indices: list[Index]) -> None:
        if axis == len(shape):
            body(indices)
            return
        bounds: tuple[Index, Index] = (0, frame.size(shape[axis]))
        if axis == 0 and split:
            bounds = share(frame, bounds[1], 1)
        with frame.code.loop(*bounds) as loop:
            inner(axis + 1, [*indices, loop.index])

    if shape and split:
        inner(0, [])
    else:
        alone(frame, lambda: inner(0, []))


def address(frame: Frame, view: View, indices: Sequence[Index], base: Value) -> Value:
    """The address of one element."""
    parts = [scaled(frame, i, s) for i, s in zip(indices, view.strides, strict=True) if s != 0]
    return frame.code.at(base, total(parts), memory_type(view.buffer.dtype))


def element(frame: Frame, view: View, indices: Sequence[Index], base: Value) -> Value:
    """One element."""
    return read(frame, view, address(frame, view, indices, base), 0, 1)


def put(frame: Frame, view: View, indices: Sequence[Index], base: Value, value: Value) -> None:
    """Store one element."""
    write(frame, view, address(frame, view, indices, base), 0, value)


def wrapped(frame: Frame, index: Value, size: Index) -> Value:
    """An index counted from the end if negative; out of range it is reported, and taken as 0."""
    code = frame.code
    place = convert(index, "i64")
    limit = code.index(size)
    place = select(place < 0, place + limit, place)
    wrong = (place < 0) | (place >= limit)
    with code.when(wrong):
        code.store(code.value(1, "i64"), frame.status)
    return select(wrong, 0, place)


def write_gather(frame: Frame, kernel: Kernel) -> None:
    """Slices copied from where the indices say."""
    head = head_of(kernel)
    x, indices = head.inputs
    axis = head.attrs["axis"]
    source, numbers, target = kernel.loads[x], kernel.loads[indices], kernel.stores[head]
    bases = [frame.base(view) for view in (source, numbers, target)]
    rank = indices.ndim
    outer = (*x.shape[:axis], *indices.shape)

    def at(place: list[Index]) -> None:
        before, which = place[:axis], place[axis:]
        chosen = wrapped(frame, element(frame, numbers, which, bases[1]), frame.size(x.shape[axis]))
        row = _slice(frame, source, [*before, chosen], bases[0])
        goal = _slice(frame, target, place, bases[2])
        _copy_row(frame, source, axis + 1, row, target, axis + rank, goal, add=False)

    each(frame, outer, at)


def write_scatter_add(frame: Frame, kernel: Kernel) -> None:
    """Zeros, and slices added where the indices say, in order."""
    head = head_of(kernel)
    indices, updates = head.inputs
    axis, rank = head.attrs["axis"], indices.ndim
    numbers, source, target = kernel.loads[indices], kernel.loads[updates], kernel.stores[head]
    write_map(frame, fill_kernel(target))
    frame.barrier()
    bases = [frame.base(view) for view in (numbers, source, target)]

    def at(place: list[Index]) -> None:
        before, which = place[:axis], place[axis:]
        size = frame.size(head.attrs["size"])
        chosen = wrapped(frame, element(frame, numbers, which, bases[0]), size)
        row = _slice(frame, source, place, bases[1])
        goal = _slice(frame, target, [*before, chosen], bases[2])
        _copy_row(frame, source, axis + rank, row, target, axis + 1, goal, add=True)

    each(frame, (*updates.shape[:axis], *indices.shape), at, split=axis > 0)


def _slice(frame: Frame, view: View, indices: Sequence[Index], base: Value) -> Value:
    """The address of the slice at leading indices."""
    strides = view.strides[: len(indices)]
    parts = [scaled(frame, i, s) for i, s in zip(indices, strides, strict=True) if s != 0]
    return frame.code.at(base, total(parts), memory_type(view.buffer.dtype))


def _copy_row(
    frame: Frame, source: View, source_axis: int, row: Value, target: View, target_axis: int,
    goal: Value, add: bool,
) -> None:  # fmt: skip
    """Copy (or add) the trailing axes of one slice to another."""
    shape = source.shape[source_axis:]
    here = Buffer("row", source.buffer.dtype, 0, "temporary")
    there = Buffer("goal", target.buffer.dtype, 0, "temporary")
    inner = replace(frame, pointers={here: row, there: goal}, thread=0, threads=1)
    from_view = View(here, shape, source.strides[source_axis:])
    to_view = View(there, shape, target.strides[target_axis:])
    write_map(inner, add_kernel(from_view, to_view) if add else copy_kernel(from_view, to_view))


def write_gather_along(frame: Frame, kernel: Kernel) -> None:
    """One element for each index."""
    head = head_of(kernel)
    x, indices = head.inputs
    axis = head.attrs["axis"]
    source, numbers, target = kernel.loads[x], kernel.loads[indices], kernel.stores[head]
    bases = [frame.base(view) for view in (source, numbers, target)]

    def at(place: list[Index]) -> None:
        size = frame.size(x.shape[axis])
        chosen = wrapped(frame, element(frame, numbers, place, bases[1]), size)
        there = [*place[:axis], chosen, *place[axis + 1 :]]
        put(frame, target, place, bases[2], element(frame, source, there, bases[0]))

    each(frame, indices.shape, at)


def write_scatter_add_along(frame: Frame, kernel: Kernel) -> None:
    """Zeros, and element after element added where its index says."""
    head = head_of(kernel)
    indices, updates = head.inputs
    axis = head.attrs["axis"]
    numbers, source, target = kernel.loads[indices], kernel.loads[updates], kernel.stores[head]
    write_map(frame, fill_kernel(target))
    frame.barrier()
    bases = [frame.base(view) for view in (numbers, source, target)]

    def at(place: list[Index]) -> None:
        size = frame.size(head.attrs["size"])
        chosen = wrapped(frame, element(frame, numbers, place, bases[0]), size)
        there = [*place[:axis], chosen, *place[axis + 1 :]]
        sofar = element(frame, target, there, bases[2])
        put(frame, target, there, bases[2], sofar + element(frame, source, place, bases[1]))

    each(frame, updates.shape, at, split=axis > 0)
