"""The ways to run an expression: each must give what the interpreter gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.graph import Tensor, evaluate
from pellucid.graph.arrays import Array

Run = Callable[[Tensor, Sequence[Tensor], Sequence[Array]], Array]


def _interpreter(output: Tensor, inputs: Sequence[Tensor], arrays: Sequence[Array]) -> Array:
    value: Array = evaluate(output, dict(zip(inputs, arrays, strict=True)))
    return value


TARGETS: dict[str, Run] = {"interpreter": _interpreter}
