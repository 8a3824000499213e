"""Target numpy_source: a readable NumPy program, which is also what runs."""

from __future__ import annotations

import linecache
import weakref
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import numpy as np

from pellucid.compiler.program import Program
from pellucid.compiler.targets.numpy_source.printer import print_program
from pellucid.compiler.targets.numpy_source.rules import SOURCE_RULES
from pellucid.errors import ArgumentError
from pellucid.graph import Array, Variable

_number = count(1)


class NumpyProgram:
    """A printed program, loaded: calling it computes the outputs and the new values."""

    def __init__(self, program: Program) -> None:
        printed = print_program(program)
        self.text = printed.text
        self.leaves = printed.variables
        self._updated = [variable for variable, _ in program.updates]
        self._function = _load(printed.text, printed.function, self)

    def __call__(self, arrays: Sequence[Array], n: int | None) -> list[Any]:
        values = [
            leaf.value if isinstance(leaf, Variable) else leaf.attrs["value"].array
            for leaf in self.leaves
        ]
        try:
            with np.errstate(all="ignore"):
                leading = (values,) if values else ()
                result: tuple[Any, Any] = self._function(*leading, *arrays)
        except IndexError as error:
            raise ArgumentError(
                "gather", expected="indices within the axis", received=str(error)
            ) from None
        if not self._updated:
            return list(result)
        outputs, new = result
        for variable, value in zip(self._updated, new, strict=True):
            # Copied: a view is gone with what it looks into.
            variable.assign(np.asarray(value, dtype=variable.dtype))
        return list(outputs)


def _load(text: str, function: str, owner: object) -> Callable[..., Any]:
    """The function of a program's text, whose lines tracebacks and debuggers can show."""
    filename = f"<pellucid {function} {next(_number)}>"
    namespace: dict[str, Any] = {"__name__": f"pellucid_{function}"}
    exec(compile(text, filename, "exec"), namespace)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    weakref.finalize(owner, linecache.cache.pop, filename, None)
    loaded: Callable[..., Any] = namespace[function]
    return loaded


__all__ = ["SOURCE_RULES", "NumpyProgram", "print_program"]
