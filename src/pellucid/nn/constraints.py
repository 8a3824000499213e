"""What weights must fulfil after every update: functions from a Tensor to the nearest allowed one.

`axis` is the axis (or axes) over which a norm is taken: 0, the default, is the inputs of a Dense
kernel (F_in, F_out), so every unit has a norm of its own; for a convolution kernel
(H, W, C_in, C_out) give [0, 1, 2]. Norms are divided by with 1e-7 added, as in Keras.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pellucid.graph import Tensor, as_tensor, ops
from pellucid.nn.arguments import number
from pellucid.nn.registry import Configurable, Registry

CONSTRAINTS: Registry[Callable[[Tensor], Tensor]] = Registry("constraint", snake_case=True)

_EPSILON = 1e-7

Axis = int | Sequence[int]


class Constraint(Configurable):
    """The base of constraints: a subclass writes `__call__(w)`, which gives the new weight.

    Any function of a Tensor serves as well.
    """

    def __call__(self, w: Any) -> Tensor:
        """The weight, moved to where the constraint holds."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it allows")


def _norm(w: Tensor, axis: Axis) -> Tensor:
    return ops.sqrt(ops.sum(w * w, axis=axis, keepdims=True))


@CONSTRAINTS.register()
class MaxNorm(Constraint):
    """Norms of at most `max_value`; larger ones are scaled down (Srivastava et al. 2014).

    >>> print(MaxNorm(1.0)([[3.0], [4.0]]))
    [[0.6]
     [0.8]]
    """

    def __init__(self, max_value: float = 2, axis: Axis = 0) -> None:
        self.max_value = number("MaxNorm.max_value", max_value, 0)
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The weight with norms in [0, max_value]."""
        weight = as_tensor(w)
        norm = _norm(weight, self.axis)
        return weight * (ops.minimum(norm, self.max_value) / (norm + _EPSILON))


@CONSTRAINTS.register()
class NonNeg(Constraint):
    """No weight below 0; negative ones become 0."""

    def __call__(self, w: Any) -> Tensor:
        """The weight with its negative elements replaced by 0."""
        return ops.maximum(w, 0)


@CONSTRAINTS.register()
class UnitNorm(Constraint):
    """Norms of 1."""

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The weight divided by its norms."""
        weight = as_tensor(w)
        return weight / (_norm(weight, self.axis) + _EPSILON)


@CONSTRAINTS.register()
class MinMaxNorm(Constraint):
    """Norms within [min_value, max_value], approached by the share `rate` of the way per update.

    With the default rate of 1 the constraint holds after every update.
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: Axis = 0,
    ) -> None:
        self.min_value = number("MinMaxNorm.min_value", min_value, 0)
        self.max_value = number("MinMaxNorm.max_value", max_value, self.min_value)
        self.rate = number("MinMaxNorm.rate", rate, 0, 1)
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The weight, its norms moved towards the range."""
        weight = as_tensor(w)
        norm = _norm(weight, self.axis)
        wanted = ops.clip(norm, self.min_value, self.max_value)
        if self.rate != 1:
            wanted = self.rate * wanted + (1 - self.rate) * norm
        return weight * (wanted / (norm + _EPSILON))


get = CONSTRAINTS.get
serialize = CONSTRAINTS.serialize
deserialize = CONSTRAINTS.deserialize

# Keras's short names.
max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm
