"""Dimensions: a plain integer, or a multiple of the one symbol N, the number of samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from pellucid.errors import ShapeError


@dataclass(frozen=True)
class SymbolicDim:
    """A multiple of N, the number of samples, known only when data arrive.

    Multiplying by an integer and adding another multiple stay symbolic; anything that would leave
    the multiples of N (``N + 1``, ``N * N``) raises `ShapeError`, so that one compiled program can
    serve every batch size.

    >>> N * 3, N + N, (6 * N) // 2
    (3N, 2N, 3N)
    """

    multiple: int

    def __repr__(self) -> str:
        return "N" if self.multiple == 1 else f"{self.multiple}N"

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, SymbolicDim):
            raise ShapeError(
                "dimension product",
                expected="at most one factor that depends on the number of samples N",
                received=f"{self} * {other}",
                hint="reduce or reshape one of the sample axes first",
            )
        return SymbolicDim(self.multiple * other) if other else 0

    __rmul__ = __mul__

    def __add__(self, other: Dim) -> SymbolicDim:
        if isinstance(other, SymbolicDim):
            return SymbolicDim(self.multiple + other.multiple)
        if other == 0:
            return self
        raise ShapeError(
            "dimension sum",
            expected="another multiple of the number of samples N",
            received=f"{self} + {other}",
            hint="join along another axis, or build the rows outside the graph",
        )

    __radd__ = __add__

    def __floordiv__(self, other: Dim) -> Dim:
        if isinstance(other, SymbolicDim):
            if self.multiple % other.multiple == 0:
                return self.multiple // other.multiple
        elif other and self.multiple % other == 0:
            return SymbolicDim(self.multiple // other)
        raise ShapeError(
            "dimension quotient",
            expected="a divisor that leaves a whole multiple of N",
            received=f"{self} / {other}",
            hint="choose sizes that divide evenly",
        )


Dim: TypeAlias = int | SymbolicDim
Shape: TypeAlias = tuple[Dim, ...]

N = SymbolicDim(1)


def as_dim(dim: Any) -> Dim:
    """A dimension from an integer, a `SymbolicDim`, or None (Keras's word for N)."""
    if dim is None:
        return N
    if isinstance(dim, SymbolicDim):
        return dim
    value = int(dim)
    if value < 0 or value != dim:
        raise ShapeError("shape", expected="whole dimensions >= 0", received=repr(dim))
    return value


def as_shape(shape: Any) -> Shape:
    """A shape from one dimension or a sequence of them; None stands for N."""
    if isinstance(shape, Iterable):
        return tuple(as_dim(dim) for dim in shape)
    return (as_dim(shape),)


def is_static(shape: Sequence[Dim]) -> bool:
    """Whether no dimension depends on N."""
    return not any(isinstance(dim, SymbolicDim) for dim in shape)


def size_of(shape: Sequence[Dim]) -> Dim:
    """The number of elements; at most one dimension may be symbolic.

    >>> size_of((N, 3, 2))
    6N
    """
    total: Dim = 1
    for dim in shape:
        total = dim * total
    return total


def broadcast_shapes(*shapes: Shape) -> Shape:
    """NumPy's broadcasting rule, with N equal only to N.

    >>> broadcast_shapes((N, 1, 3), (4, 1))
    (N, 4, 3)
    """
    if all(shape == shapes[0] for shape in shapes):
        return shapes[0] if shapes else ()
    rank = max(len(shape) for shape in shapes)
    result: list[Dim] = [1] * rank
    for shape in shapes:
        offset = rank - len(shape)
        for axis, dim in enumerate(shape, start=offset):
            if result[axis] == 1:
                result[axis] = dim
            elif dim not in (1, result[axis]):
                raise ShapeError(
                    "broadcast",
                    expected="equal dimensions, or 1",
                    received=" and ".join(format_shape(s) for s in shapes),
                    hint=f"they differ on axis {axis - rank}: {result[axis]} against {dim}",
                )
    return tuple(result)


def resolve(value: Any, n: int | None) -> Any:
    """`value` with every `SymbolicDim` inside (nested) tuples replaced by its size at N = n."""
    if isinstance(value, SymbolicDim):
        if n is None:
            raise ShapeError(
                "evaluation",
                expected="a value for every input, which fixes the number of samples N",
                received=f"an unknown dimension {value}",
                hint="feed the inputs this expression depends on",
            )
        return value.multiple * n
    if type(value) is tuple:
        return tuple(resolve(item, n) for item in value)
    return value


AXIS_LETTERS = {1: "F", 2: "TF", 3: "HWC", 4: "DHWC"}


def format_shape(shape: Sequence[Dim]) -> str:
    """A shape for people: axis letters where the first axis is the samples.

    >>> format_shape((N, 16)), format_shape((2, 3))
    ('(N, F=16)', '(2, 3)')
    """
    inner = [str(dim) for dim in shape]
    if shape and isinstance(shape[0], SymbolicDim):
        letters = AXIS_LETTERS.get(len(shape) - 1, "")
        inner[1:] = [f"{letter}={dim}" for letter, dim in zip(letters, inner[1:], strict=False)] + (
            inner[1 + len(letters) :]
        )
    return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
