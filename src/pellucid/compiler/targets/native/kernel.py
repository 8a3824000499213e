"""What all kernels have in common: a function over a range of units of work, and sizes in N."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.compiler.targets.native.affine import Loop, times
from pellucid.compiler.targets.native.arithmetic import ceiling, quotient, remainder, select
from pellucid.compiler.targets.native.emit import Code, Index, Value
from pellucid.graph.dims import Dim, resolve


@dataclass(frozen=True)
class Units:
    """The number of units of a kernel: a product of groups of loops, each group cut into pieces.

    >>> Units((((10, 10), 6), ((3,), 1))).count(0)
    51
    """

    groups: tuple[tuple[tuple[Dim, ...], int], ...]

    def count(self, n: int) -> int:
        """The number of units for n samples."""
        total = 1
        for dims, piece in self.groups:
            length = 1
            for dim in dims:
                length *= resolve(dim, n)
            total *= -(-length // piece)
        return total

    def emit(self, sizes: Sizes) -> Index:
        """The same, computed by the code."""
        total: Index = 1
        for dims, piece in self.groups:
            length: Index = 1
            for dim in dims:
                length = length * sizes(dim)
            total = total * ceiling(length, piece)
        return total


class Sizes:
    """Sizes and strides as the code sees them: known integers, or multiples of the value of N.

    They are computed where the object is made, so that is at the start of a function.
    """

    def __init__(self, code: Code, n: Value, dims: Sequence[Dim] = ()) -> None:
        self._n = n
        self._known: dict[int, Value] = {}
        for dim in dims:
            self(dim)

    def __call__(self, dim: Dim) -> Index:
        if isinstance(dim, int):
            return dim
        multiple = dim.multiple
        if multiple not in self._known:
            self._known[multiple] = self._n * multiple
        return self._known[multiple]


@dataclass(frozen=True)
class Kernel:
    """A compiled kernel's place in its module: `name(pointers..., scratch, n, begin, end)`.

    It does the units from `begin` up to `end` of `units`. Threads may do different ranges at the
    same time, each with a scratch of its own (aligned to 64 bytes, contents free): `scratch` bytes,
    and `scratch_a_sample` more for every sample.
    """

    name: str
    pointers: int
    units: Units
    scratch: int = 0
    scratch_a_sample: int = 0

    def scratch_bytes(self, n: int) -> int:
        """The size of a thread's scratch for n samples."""
        return self.scratch + n * self.scratch_a_sample

    def call(
        self,
        code: Code,
        pointers: Sequence[Value],
        scratch: Value,
        n: Value,
        begin: Index,
        end: Index,
    ) -> None:
        """Write a call of the kernel."""
        assert len(pointers) == self.pointers, f"{self.name}: {len(pointers)} pointers"
        code.call("void", self.name, *pointers, scratch, n, code.index(begin), code.index(end))


def all_dims(loops: Sequence[Loop]) -> list[Dim]:
    """Every size and step of some loops."""
    return [dim for loop in loops for dim in (loop.size, *loop.steps)]


class Walk:
    """The place in a nest of loops: one index a loop, outermost first.

    `at` finds the place of a position counted over all rounds, `next` the one after a place.
    """

    def __init__(self, code: Code, loops: Sequence[Loop], sizes: Sizes) -> None:
        self.code = code
        self.loops = tuple(loops)
        self.sizes = sizes
        self.total: Index = 1
        for loop in self.loops:
            self.total = self.total * sizes(loop.size)

    def at(self, position: Index) -> list[Value]:
        """The indices at a position (below `total`, which is not zero)."""
        indices: list[Value] = []
        for loop in reversed(self.loops[1:]):
            size = self.sizes(loop.size)
            indices.append(self.code.index(remainder(position, size)))
            position = quotient(position, size)
        if self.loops:
            indices.append(self.code.index(position))
        return indices[::-1]

    def next(self, indices: Sequence[Value], step: Index = 1) -> list[Value]:
        """The indices one position on (with a step of 0: the same)."""
        result: list[Value] = []
        carry: Index = step
        for position in reversed(range(len(self.loops))):
            index = indices[position] + carry
            if position:
                wraps = index.equals(self.code.index(self.sizes(self.loops[position].size)))
                result.append(select(wraps, 0, index))
                carry = select(wraps, 1, 0, "i64")
            else:
                result.append(index)
        return result[::-1]

    def offset(self, indices: Sequence[Index], array: int) -> Index:
        """How far an array has moved at a place, in elements."""
        total: Index = 0
        for loop, index in zip(self.loops, indices, strict=True):
            step = loop.steps[array]
            if step != 0:
                total = total + index * self.sizes(step)
        return total

    def positions(self, indices: Sequence[Index], guard: int) -> Index:
        """How far a guarded position has moved at a place."""
        total: Index = 0
        for loop, index in zip(self.loops, indices, strict=True):
            if loop.guards[guard]:
                total = total + index * loop.guards[guard]
        return total

    def is_even(self, array: int) -> bool:
        """Whether an array moves by the same step from every position to the next."""
        return all(
            times(inner.steps[array], inner.size) == outer.steps[array]
            for outer, inner in zip(self.loops, self.loops[1:], strict=False)
        )
