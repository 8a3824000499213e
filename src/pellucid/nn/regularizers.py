"""Penalties on weights or activations: functions of a Tensor that give a scalar, added to the loss.

Keras's convention: sums, not means, and L2 is factor · Σ w² without the half, so its gradient is
2 · factor · w. Every factor is a number >= 0, else `ArgumentError`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph import Tensor, as_tensor, constant, format_shape, ops
from pellucid.nn.arguments import choice, number
from pellucid.nn.registry import Configurable, Registry

REGULARIZERS: Registry[Callable[[Tensor], Tensor]] = Registry("regularizer", snake_case=True)

_EPSILON = 1e-7


class Regularizer(Configurable):
    """The base of regularizers: a subclass writes `__call__(x)`, the penalty as a scalar.

    Any function of a Tensor serves as well.
    """

    def __call__(self, x: Any) -> Tensor:
        """The penalty for this tensor."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it penalizes")


@REGULARIZERS.register("l1_l2")
class L1L2(Regularizer):
    """l1 · Σ|x| + l2 · Σx².

    >>> float(L1L2(l1=1.0, l2=10.0)([1.0, -2.0]))
    53.0
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = number("L1L2.l1", 0.0 if l1 is None else l1, 0)
        self.l2 = number("L1L2.l2", 0.0 if l2 is None else l2, 0)

    def __call__(self, x: Any) -> Tensor:
        """The penalty; parts whose factor is 0 are left out of the graph."""
        x = as_tensor(x)
        if not self.l2:
            return L1(self.l1)(x) if self.l1 else constant(0.0, x.dtype)
        return L1(self.l1)(x) + L2(self.l2)(x) if self.l1 else L2(self.l2)(x)


@REGULARIZERS.register()
class L1(Regularizer):
    """l1 · Σ|x|: drives weights to exactly 0; its slope at 0 is taken as 0."""

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = number("L1.l1", 0.01 if l1 is None else l1, 0)

    def __call__(self, x: Any) -> Tensor:
        """The penalty for this tensor."""
        return self.l1 * ops.sum(ops.absolute(x))


@REGULARIZERS.register()
class L2(Regularizer):
    """l2 · Σx²: keeps weights small.

    >>> float(L2(0.5)([1.0, 3.0]))
    5.0
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = number("L2.l2", 0.01 if l2 is None else l2, 0)

    def __call__(self, x: Any) -> Tensor:
        """The penalty for this tensor."""
        return self.l2 * ops.sum(ops.square(x))


@REGULARIZERS.register()
class OrthogonalRegularizer(Regularizer):
    """factor · the mean |cosine| between different rows (or columns) of a matrix.

    Raises `ShapeError` for a tensor that is no matrix or has a single row (column): there is no
    pair to compare.

    >>> round(float(OrthogonalRegularizer(1.0)([[1.0, 0.0], [1.0, 1.0]])), 4)
    0.7071
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = number("OrthogonalRegularizer.factor", factor, 0)
        self.mode = choice("OrthogonalRegularizer.mode", mode, ("rows", "columns"))

    def __call__(self, x: Any) -> Tensor:
        """The penalty for this matrix."""
        x = as_tensor(x)
        count = x.shape[0 if self.mode == "rows" else -1] if x.ndim == 2 else 0
        if not isinstance(count, int) or count < 2:
            raise ShapeError(
                "OrthogonalRegularizer",
                expected=f"a matrix of two or more {self.mode}",
                received=format_shape(x.shape),
            )
        x = x if self.mode == "rows" else x.T
        norm_squared = ops.sum(x * x, axis=1, keepdims=True)
        x = x / ops.sqrt(ops.maximum(norm_squared, _EPSILON**2))
        cosines = ops.absolute(x @ x.T) * (1.0 - ops.eye(count, dtype=x.dtype))
        return (self.factor / (count * (count - 1))) * ops.sum(cosines)


get = REGULARIZERS.get
serialize = REGULARIZERS.serialize
deserialize = REGULARIZERS.deserialize

# Keras's short names.
l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer
