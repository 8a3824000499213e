"""How many threads a program gets: one where it is small, all that are allowed where it pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import settings
from pellucid.compiler.fallback import building
from pellucid.compiler.kernels import KernelProgram
from pellucid.compiler.program import Program
from pellucid.compiler.targets.native.bound import BoundProgram
from pellucid.compiler.targets.native.driver import batches_can_be_driven
from pellucid.compiler.targets.native.runner import NativeProgram
from pellucid.graph import Array
from pellucid.graph.dims import Dim, SymbolicDim, size_of

# Multiplications, or elements, in one run of a program above which threads pay: about 20 µs of
# work for one thread; a barrier between two kernels costs some tenths of a microsecond.
_WORTH_SHARING = 2_000_000


class NativeRunner:
    """A program on machine code, made for one thread or for several when a call first needs it."""

    def __init__(self, program: Program, kernels: KernelProgram | None = None) -> None:
        self.program = program
        self._kernels = kernels
        self._fixed, self._a_sample = work(program)
        self._made: dict[int, NativeProgram] = {}
        self.drives = batches_can_be_driven(program)

    def made(self, n: int | None) -> NativeProgram:
        """The machine code for calls with so many samples."""
        heavy = self._fixed + (n or 0) * self._a_sample > _WORTH_SHARING
        threads: int = settings.get("threads") if heavy else 1
        return self._made.get(threads) or self._make(threads)

    def _make(self, threads: int) -> NativeProgram:
        with building():
            self._made[threads] = NativeProgram(self.program, threads, self._kernels)
        return self._made[threads]

    @property
    def latest(self) -> NativeProgram:
        """The machine code made last; that for one sample, if there is none yet."""
        made = list(self._made.values())
        return made[-1] if made else self.made(1)

    def bound(self, rows: int) -> BoundProgram:
        """The program on arrays of its own, for calls with so many samples, in one thread."""
        return BoundProgram(self._made.get(1) or self._make(1), rows)

    def __call__(self, arrays: Sequence[Array], n: int | None) -> list[Any]:
        return self.made(n)(arrays, n)

    def run_batches(
        self,
        arrays: Sequence[Array],
        order: Array | None,
        size: int,
        first: int,
        last: int,
        steps: int,
    ) -> Array:
        """Run on many batches of rows in one call; the outputs, one line a batch."""
        return self.made(size).run_batches(arrays, order, size, first, last, steps)


def work(program: Program) -> tuple[int, int]:
    """Operations of a program: those of any N, and those for every sample."""
    fixed = a_sample = 0
    for node in program.nodes:
        count: Dim = _count(node.shape)
        if node.op == "contraction":
            for index, size in enumerate(node.attrs["sizes"]):
                if index not in node.attrs["out"]:
                    count = (
                        size * count if isinstance(count, int) or isinstance(size, int) else count
                    )
        if node.op == "scan":
            steps = node.attrs["length"]
            count = sum(_plain(_count(inner.shape)) for inner in node.attrs["body"].order)
            count = steps * count
        if isinstance(count, SymbolicDim):
            a_sample += count.multiple
        else:
            fixed += count
    return fixed, a_sample


def _count(shape: Sequence[Dim]) -> Dim:
    symbolic = [dim for dim in shape if isinstance(dim, SymbolicDim)]
    return size_of(shape) if len(symbolic) < 2 else 0


def _plain(count: Dim) -> int:
    return count.multiple * 32 if isinstance(count, SymbolicDim) else count
