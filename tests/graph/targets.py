"""The ways to run an expression: each must give what the interpreter gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.compiler import compile
from pellucid.graph import Array, Tensor, evaluate

Run = Callable[[Tensor, Sequence[Tensor], Sequence[Array]], Array]


def _interpreter(output: Tensor, inputs: Sequence[Tensor], arrays: Sequence[Array]) -> Array:
    value: Array = evaluate(output, dict(zip(inputs, arrays, strict=True)))
    return value


def _numpy_source(output: Tensor, inputs: Sequence[Tensor], arrays: Sequence[Array]) -> Array:
    return compile([output], inputs, target="numpy")(*arrays)[0]


def _native(output: Tensor, inputs: Sequence[Tensor], arrays: Sequence[Array]) -> Array:
    return compile([output], inputs, target="native")(*arrays)[0]


TARGETS: dict[str, Run] = {
    "interpreter": _interpreter,
    "numpy_source": _numpy_source,
    "native": _native,
}
