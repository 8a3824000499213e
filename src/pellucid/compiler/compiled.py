"""compile: from outputs and updates to something that runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.compiler.passes import run_passes, stages
from pellucid.compiler.program import Program, Update, make_program
from pellucid.compiler.targets.numpy_source import NumpyProgram
from pellucid.errors import ArgumentError
from pellucid.graph import Array, Tensor, Variable
from pellucid.graph.evaluate import bind_samples


class CompiledProgram:
    """A program that runs: called with one array an input, it gives one array an output.

    Updates are computed from the old values of all variables, then stored. N is read off the
    inputs, so any number of samples runs without compiling again.
    """

    def __init__(self, built: Program) -> None:
        self.built = built
        self.program = run_passes(built)
        self._run = NumpyProgram(self.program)

    @property
    def source(self) -> str:
        """The program as readable NumPy source."""
        return self._run.text

    @property
    def leaves(self) -> tuple[Tensor, ...]:
        """The variables (and large constants) whose arrays the printed function takes, in order."""
        return self._run.leaves

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
        bind_samples(dict(zip(inputs, values, strict=True)))
        if not self.program.updates:
            return [np.asarray(result) for result in _outputs(self._run(values))]
        outputs, new = self._run(values)
        for (variable, _), value in zip(self.program.updates, new, strict=True):
            _store(variable, value)
        return [np.asarray(result) for result in outputs]


def _outputs(result: Any) -> Sequence[Any]:
    """The outputs of a program without updates."""
    outputs: Sequence[Any] = result
    return outputs


def _store(variable: Variable, value: Any) -> None:
    """Keep a new value; a view is copied, since what it looks into may change or be large."""
    array = np.asarray(value, dtype=variable.dtype)
    variable.assign(array)


def compile(
    outputs: Sequence[Tensor] | Tensor,
    inputs: Sequence[Tensor] = (),
    updates: Iterable[Update] | Mapping[Variable, Tensor] = (),
    name: str = "program",
) -> CompiledProgram:
    """Turn expressions into a program that runs.

    `inputs` are the placeholders whose arrays a call gives, in order; `updates` pairs variables
    with their new values. Raises `GraphError` if an input is missing or an update does not fit.

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
    return CompiledProgram(make_program(results, inputs, pairs, name))
