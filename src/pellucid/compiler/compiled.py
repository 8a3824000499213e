"""compile: from outputs and updates to something that runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from pellucid import settings
from pellucid.compiler.fallback import NotNativeError, building
from pellucid.compiler.kernels import KernelProgram, lower
from pellucid.compiler.memory_use import MemoryUse, native_use, numpy_use
from pellucid.compiler.passes import run_passes, stages
from pellucid.compiler.program import Program, Update, make_program
from pellucid.compiler.structure import structure
from pellucid.compiler.targets.numpy_source import NumpyProgram
from pellucid.errors import ArgumentError
from pellucid.graph import Array, Tensor, Variable
from pellucid.graph.evaluate import bind_samples

# Bytes of an array up to which it is converted, or put in order, as a whole at every call; of a
# larger one only the rows at hand, in pieces of so many bytes.
_SMALL = 1 << 20
_BLOCK = 1 << 25


class Runner(Protocol):
    """A program on a target: it computes the outputs, and gives variables their new values."""

    def __call__(self, arrays: Sequence[Array], n: int | None) -> list[Any]:
        """Run once on checked arrays."""
        ...


class CompiledProgram:
    """A program that runs: called with one array an input, it gives one array an output.

    Updates are computed from the old values of all variables, then stored. N is read off the
    inputs, so any number of samples runs without compiling again. It is made for its target when
    it is first called; `target` names it.
    """

    def __init__(self, built: Program, target: str | None = None) -> None:
        self.built = built
        self.target = target or default_target()
        # With checks every program is checked, and named, by itself.
        self._shares = self.target == "native" and not settings.get("checks")
        if not self._shares:
            _ = self.program

    @cached_property
    def program(self) -> Program:
        """The program after all passes."""
        return run_passes(self.built)

    @cached_property
    def _printed(self) -> NumpyProgram:
        return NumpyProgram(self.program)

    @cached_property
    def _lowered(self) -> tuple[Program, KernelProgram]:
        """What the runner is made of: shared with programs of the same structure, names and all."""
        with building():
            if self._shares:
                return structure(self.built).bind(self.built)
            return self.program, lower(self.program)

    @cached_property
    def runner(self) -> Runner:
        """The program on its target, or as NumPy source where there is no machine code for it."""
        if self.target == "numpy":
            return self._printed
        from pellucid.compiler.targets.native.choice import NativeRunner

        try:
            return NativeRunner(*self._lowered)
        except NotNativeError as error:
            return self._fall_back(error)

    def _fall_back(self, error: NotNativeError) -> Runner:
        self._reason = str(error)
        self.runner = self._printed
        return self._printed

    _reason: str | None = None

    @property
    def fallback(self) -> str | None:
        """Why a program of the native target runs as NumPy source after all; None if it does not.

        >>> from pellucid.graph import ops, placeholder
        >>> x = placeholder((None, 3), name="x")
        >>> compile([ops.exp(x)], [x], target="native").fallback
        >>> compile([x @ ops.transpose(x)], [x], target="native").fallback
        'dimension product: expected at most one factor ... received N * N. ...'
        """
        if self.target == "native" and self._native is not None:
            try:
                _ = self._native.latest
            except NotNativeError as error:
                self._fall_back(error)
        return self._reason

    @property
    def _native(self) -> Any:
        """The runner, if it is one of machine code."""
        return self.runner if hasattr(self.runner, "latest") else None

    def _machine_code(self) -> Any:
        reason = self.fallback
        if self._native is None:
            raise ArgumentError(
                f"program {self.built.name!r}",
                expected="a program of the native target",
                received="NumPy source" + (f", because of {reason}" if reason else ""),
                hint="compile it with target='native'; its NumPy source is in `source`",
            )
        return self._native.latest

    @property
    def kernels(self) -> str:
        """The listing of the loop nests that machine code is made of.

        Raises `GraphError` where there are none: see `fallback`.

        >>> from pellucid.graph import ops, placeholder
        >>> x = placeholder((None, 3), name="x")
        >>> print(compile([ops.sum(ops.exp(x))], [x]).kernels)
        kernels of program:
          0 reduction (): output_0 <- exp sum (x)
        """
        with building():
            return str(lower(self.program))

    @property
    def ir(self) -> str:
        """The machine code in LLVM's language; raises `ArgumentError` on the NumPy target.

        >>> from pellucid.graph import ops, placeholder
        >>> x = placeholder((None, 3), name="x")
        >>> "define void @step(" in compile([ops.exp(x)], [x], target="native").ir
        True
        """
        return str(self._machine_code().text)

    @property
    def assembly(self) -> str:
        """The machine code as assembly for this processor; raises `ArgumentError` as `ir` does.

        >>> from pellucid.graph import ops, placeholder
        >>> x = placeholder((None, 3), name="x")
        >>> "step" in compile([ops.exp(x)], [x], target="native").assembly
        True
        """
        from pellucid.compiler.targets.native.machine import assembly, host

        return assembly(self._machine_code().text, host())

    def memory(self, n: int | None = 1) -> MemoryUse:
        """The bytes that a call with N = n samples takes, by purpose; `print` shows them.

        On the NumPy target every intermediate value keeps its memory until the call returns.

        >>> from pellucid.graph import ops, placeholder
        >>> x = placeholder((None, 256), name="x")
        >>> h = ops.cumsum(ops.cumsum(ops.cumsum(x, axis=1), axis=1), axis=1)
        >>> use = compile([ops.sum(h)], [x], target="native").memory(8)
        >>> use.inputs, use.temporaries, use.unshared
        (8192, 16384, 24576)
        """
        if self.target == "numpy" or self.fallback is not None:
            return numpy_use(self.program, n)
        made = self._native.made(n)
        return native_use(made.kernels, n, made.threads * made.scratch(n))

    @property
    def source(self) -> str:
        """The program as readable NumPy source."""
        return self._printed.text

    @property
    def leaves(self) -> tuple[Tensor, ...]:
        """The variables (and large constants) whose arrays the printed function takes, in order."""
        return self._printed.leaves

    @property
    def stages(self) -> dict[str, str]:
        """The listing of the program as built and after every pass."""
        return {f"{i} {name}": str(program) for i, (name, program) in enumerate(stages(self.built))}

    def __call__(self, *arrays: Any) -> list[Array]:
        inputs = self.built.inputs
        if len(arrays) != len(inputs):
            raise ArgumentError(
                f"program {self.built.name!r}",
                expected=f"{len(inputs)} arrays ({', '.join(str(t.name) for t in inputs)})",
                received=str(len(arrays)),
            )
        values = [np.asarray(a, dtype=t.dtype) for a, t in zip(arrays, inputs, strict=True)]
        n = bind_samples(dict(zip(inputs, values, strict=True)))
        try:
            results = self.runner(values, n)
        except NotNativeError as error:
            results = self._fall_back(error)(values, n)
        return [np.asarray(result) for result in results]

    def run_batches(
        self,
        arrays: Sequence[Array],
        order: Array | None,
        size: int,
        first: int,
        last: int,
        steps: int | None = None,
    ) -> Array:
        """Run on batches `first` up to `last` of `size` rows each; the outputs, one line a batch.

        `arrays` hold all rows, `order` their numbers in turn (None: as they lie); the last batch
        of a pass may be smaller. `steps` are the batches of one pass (by default all that there
        are): batch number `steps` begins a second pass, whose order stands after the first one's.
        The outputs must be single numbers. On the native target this is one call into machine code.
        """
        arrays = [np.asarray(array) for array in arrays]
        bind_samples(dict(zip(self.built.inputs, arrays, strict=True)))
        total = len(arrays[0])
        steps = steps or -(-total // size)
        if first == last or self._fit(arrays):
            return self._run_all(arrays, order, size, first, last, steps)
        # Only the rows at hand are converted: the whole may be a file that memory cannot hold.
        dtypes = [slot.dtype for slot in self.built.inputs]
        row_bytes = [
            array[:1].size * np.dtype(dtype).itemsize
            for array, dtype in zip(arrays, dtypes, strict=True)
        ]
        together = max(1, _BLOCK // max(sum(row_bytes) * size, 1))
        history = []
        while first < last:
            turn, place = divmod(first, steps)
            count = min(together, last - first, steps - place)
            start, stop = place * size, min((place + count) * size, total)
            rows: Any = slice(start, stop)
            if order is not None:
                rows = order[turn * total + start : turn * total + stop]
            part = [
                np.asarray(array[rows], dtype=dtype)
                for array, dtype in zip(arrays, dtypes, strict=True)
            ]
            history.append(self._run_all(part, None, size, 0, count, count))
            first += count
        return np.concatenate(history)

    def _fit(self, arrays: Sequence[Array]) -> bool:
        """Whether the code reads these arrays as they are, or they are small."""
        return all(
            array.nbytes <= _SMALL or (array.dtype == slot.dtype and array.flags.c_contiguous)
            for array, slot in zip(arrays, self.built.inputs, strict=True)
        )

    def _run_all(
        self, arrays: Sequence[Array], order: Array | None, size: int, first: int, last: int,
        steps: int,
    ) -> Array:  # fmt: skip
        inputs = self.built.inputs
        values = [np.asarray(a, dtype=t.dtype) for a, t in zip(arrays, inputs, strict=True)]
        if getattr(self.runner, "drives", False):
            try:
                found: Array = self.runner.run_batches(  # type: ignore[attr-defined]
                    values, order, size, first, last, steps
                )
                return found
            except NotNativeError as error:
                self._fall_back(error)
        history = []
        total = len(values[0])
        for number in range(first, last):
            turn, place = divmod(number, steps)
            start, stop = place * size, min((place + 1) * size, total)
            rows: Any = slice(start, stop)
            if order is not None:
                rows = order[turn * total + start : turn * total + stop]
            part = [value[rows] for value in values]
            history.append([float(output) for output in self.runner(part, len(part[0]))])
        return np.array(history, np.float64).reshape(last - first, len(self.built.outputs))


def default_target() -> str:
    """The target of the settings; NumPy source where llvmlite is not installed."""
    target: str = settings.get("target")
    return target if target == "numpy" or find_spec("llvmlite") else "numpy"


def compile(
    outputs: Sequence[Tensor] | Tensor,
    inputs: Sequence[Tensor] = (),
    updates: Iterable[Update] | Mapping[Variable, Tensor] = (),
    name: str = "program",
    target: str | None = None,
) -> CompiledProgram:
    """Turn expressions into a program that runs.

    `inputs` are the placeholders whose arrays a call gives, in order; `updates` pairs variables
    with their new values; `target` is "native" or "numpy", by default that of the settings. Raises
    `GraphError` if an input is missing or an update does not fit.

    >>> from pellucid.graph import Variable, placeholder
    >>> x, w = placeholder((None,), name="x"), Variable(2.0, name="w")
    >>> double = compile([x * w], [x], [(w, w + 1)], name="double")
    >>> double([1.0, 2.0])[0].tolist(), float(w)
    ([2.0, 4.0], 3.0)
    >>> print(double.source)
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def double(variables, x):
        w, = variables
        multiply = x * w  # (N,)
        w = w + 1
        return (multiply,), (w,)
    <BLANKLINE>
    """
    results = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    pairs = updates.items() if isinstance(updates, Mapping) else updates
    return CompiledProgram(make_program(results, inputs, pairs, name), target)
