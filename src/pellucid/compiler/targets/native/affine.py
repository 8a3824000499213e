"""How a kernel walks through memory: loops, and for each operand a step for each loop.

An element stands at the sum of stride times index over the loops; a stride of 0 repeats it. Sizes
and strides are integers or multiples of N, the number of samples, which arrives when the kernel is
called. A `Guard` is a position that may leave its axis, where zero is read (padding), or may fall
between elements (the gradient of a strided read).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pellucid.graph.dims import Dim, Shape, SymbolicDim
from pellucid.graph.primitives.contraction import AxisMap, Maps


@dataclass(frozen=True)
class Guard:
    """Reads zero unless (coefficients * indices + offset) / divisor is whole and in [0, size).

    With a divisor, the quotient times `stride` is added to the element's place; without one, the
    strides of the operand already say all.
    """

    coefficients: tuple[int, ...]
    offset: int
    size: int
    divisor: int = 1
    stride: int = 0


@dataclass(frozen=True)
class Operand:
    """What a contraction multiplies: a stride for each loop, a fixed offset, guarded positions."""

    strides: tuple[Dim, ...]
    offset: int = 0
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True)
class Access:
    """An array that is read or written element by element: its type, a stride for each loop."""

    dtype: str
    strides: tuple[Dim, ...]


def contiguous(shape: Shape) -> tuple[Dim, ...]:
    """The strides, in elements, of an array without gaps.

    >>> contiguous((4, 3, 2))
    (6, 2, 1)
    """
    strides: list[Dim] = []
    step: Dim = 1
    for dim in reversed(shape):
        strides.append(step)
        step = dim * step
    return tuple(reversed(strides))


def operand(maps: Maps, shape: Shape, sizes: Sequence[Dim], strides: Shape = ()) -> Operand:
    """An operand of the op `contraction`, by its maps and shape; without strides, contiguous."""
    steps: list[Dim] = [0] * len(sizes)
    guards, start = [], 0
    for axis_map, dim, stride in zip(maps, shape, strides or contiguous(shape), strict=True):
        if axis_map.pure:
            steps[axis_map.single] = stride
            continue
        if not isinstance(dim, int) or not isinstance(stride, int):
            raise TypeError("only axes of fixed size and stride are read with an offset or a step")
        inside = axis_map.divisor == 1 and _stays_inside(axis_map, dim, sizes)
        if axis_map.divisor == 1:
            start += stride * axis_map.offset
            for number, coefficient in axis_map.terms:
                steps[number] = stride * coefficient
        if not inside:
            guards.append(_guard(axis_map, dim, stride, len(sizes)))
    return Operand(tuple(steps), start, tuple(guards))


def _stays_inside(axis_map: AxisMap, dim: int, sizes: Sequence[Dim]) -> bool:
    ends = []
    for index, coefficient in axis_map.terms:
        size = sizes[index]
        if not isinstance(size, int):
            return False
        ends.append(coefficient * max(size - 1, 0))
    least = axis_map.offset + sum(min(end, 0) for end in ends)
    most = axis_map.offset + sum(max(end, 0) for end in ends)
    return least >= 0 and most < dim


def _guard(axis_map: AxisMap, dim: int, stride: int, loops: int) -> Guard:
    coefficients = [0] * loops
    for index, coefficient in axis_map.terms:
        coefficients[index] = coefficient
    divided = axis_map.divisor > 1
    return Guard(
        tuple(coefficients), axis_map.offset, dim, axis_map.divisor, stride if divided else 0
    )


@dataclass(frozen=True)
class Loop:
    """One loop of a kernel: its size and the stride of everything that moves with it.

    `steps` belong to the arrays of the kernel in order, `guards` to the guards of its operands.
    """

    size: Dim
    steps: tuple[Dim, ...]
    guards: tuple[int, ...] = ()
    reduced: bool = False


def weight(dim: Dim) -> int:
    """A number to sort sizes and strides by: N counts as many."""
    return dim.multiple << 20 if isinstance(dim, SymbolicDim) else dim


def times(x: Dim, y: Dim) -> Dim | None:
    """The product, unless N would come in twice."""
    if isinstance(x, SymbolicDim) and isinstance(y, SymbolicDim):
        return None
    return x * y


def merge(loops: Sequence[Loop]) -> list[Loop]:
    """The loops (outermost first) without those of one round, neighbours joined where they can.

    Two loops are one where every stride of the outer is the inner's stride times the inner's size.
    """
    merged: list[Loop] = []
    for loop in loops:
        if loop.size == 1:
            continue
        if merged and _fits(merged[-1], loop):
            size = times(merged[-1].size, loop.size)
            assert size is not None
            merged[-1] = replace(loop, size=size)
        else:
            merged.append(loop)
    return merged


def _fits(outer: Loop, inner: Loop) -> bool:
    if outer.reduced != inner.reduced or times(outer.size, inner.size) is None:
        return False
    if any(
        times(step, inner.size) != above
        for step, above in zip(inner.steps, outer.steps, strict=True)
    ):
        return False
    if not any(outer.guards) and not any(inner.guards):
        return True
    size = inner.size
    return isinstance(size, int) and all(
        step * size == above for step, above in zip(inner.guards, outer.guards, strict=True)
    )
