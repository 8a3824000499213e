"""compile: from outputs and updates to something that runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from pellucid import settings
from pellucid.compiler.passes import run_passes, stages
from pellucid.compiler.program import Program, Update, make_program
from pellucid.compiler.targets.numpy_source import NumpyProgram
from pellucid.errors import ArgumentError
from pellucid.graph import Array, Tensor, Variable
from pellucid.graph.evaluate import bind_samples


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
        self.program = run_passes(built)
        self.target = target or default_target()

    @cached_property
    def _printed(self) -> NumpyProgram:
        return NumpyProgram(self.program)

    @cached_property
    def runner(self) -> Runner:
        """The program on its target."""
        if self.target == "numpy":
            return self._printed
        from pellucid.compiler.targets.native.choice import NativeRunner

        return NativeRunner(self.program)

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
        inputs = self.program.inputs
        if len(arrays) != len(inputs):
            raise ArgumentError(
                f"program {self.program.name!r}",
                expected=f"{len(inputs)} arrays ({', '.join(str(t.name) for t in inputs)})",
                received=str(len(arrays)),
            )
        values = [np.asarray(a, dtype=t.dtype) for a, t in zip(arrays, inputs, strict=True)]
        n = bind_samples(dict(zip(inputs, values, strict=True)))
        return [np.asarray(result) for result in self.runner(values, n)]

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
        inputs = self.program.inputs
        values = [np.asarray(a, dtype=t.dtype) for a, t in zip(arrays, inputs, strict=True)]
        bind_samples(dict(zip(inputs, values, strict=True)))
        total = len(values[0])
        steps = steps or -(-total // size)
        if getattr(self.runner, "drives", False):
            found: Array = self.runner.run_batches(  # type: ignore[attr-defined]
                values, order, size, first, last, steps
            )
            return found
        history = []
        for number in range(first, last):
            turn, place = divmod(number, steps)
            start, stop = place * size, min((place + 1) * size, total)
            rows: Any = slice(start, stop)
            if order is not None:
                rows = order[turn * total + start : turn * total + stop]
            part = [value[rows] for value in values]
            history.append([float(output) for output in self.runner(part, len(part[0]))])
        return np.array(history, np.float64).reshape(last - first, len(self.program.outputs))


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
