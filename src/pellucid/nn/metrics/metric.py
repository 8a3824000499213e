"""What a metric is: state that grows with the batches, and a result computed from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np

from pellucid.graph import Array, Tensor, Variable, as_tensor, evaluate, ops
from pellucid.nn.registry import Configurable, Registry, to_snake_case

Updates: TypeAlias = list[tuple[Variable, Tensor]]

METRICS: Registry[Any] = Registry("metric", snake_case=True)


class Metric(Configurable):
    """A figure over all batches seen since the last `reset_state`.

    A subclass adds its state with `add_variable` and writes `updates`, the state after one more
    batch, and `result`, both as expressions: training compiles them into its step. `update_state`
    computes the updates at once; calling the metric does that and returns the result.

    State, and so the result, is float64: float32 cannot count beyond 2^24 = 16.8 million samples
    (16777216 + 1 = 16777216). `dtype`, if given, is that of the result. `direction` says whether
    "up" or "down" is better, or None.

    >>> class Largest(Metric):
    ...     def __init__(self, name="largest", dtype=None):
    ...         super().__init__(name, dtype)
    ...         self.largest = self.add_variable("largest", initial=-np.inf)
    ...     def updates(self, y_true, y_pred, sample_weight=None):
    ...         return [(self.largest, ops.maximum(self.largest, ops.max(as_tensor(y_pred))))]
    ...     def result(self):
    ...         return self.cast(self.largest)
    >>> largest = Largest()
    >>> largest.update_state([0, 0], [0.5, 0.25])
    >>> float(largest([0], [2.0]))
    2.0
    """

    direction: ClassVar[str | None] = None

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        self.name = name or to_snake_case(type(self).__name__)
        self.dtype = dtype
        self._state: dict[Variable, Array] = {}

    def add_variable(self, name: str, shape: Sequence[int] = (), initial: float = 0.0) -> Variable:
        """A new piece of state, in float64."""
        value = np.full(tuple(shape), initial, np.float64)
        variable = Variable(value, f"{self.name}/{name}", trainable=False)
        self._state[variable] = value
        return variable

    @property
    def variables(self) -> list[Variable]:
        """The state, in the order it was added."""
        return list(self._state)

    def updates(self, *args: Any, **kwargs: Any) -> Updates:
        """(variable, its value after one more batch), written in terms of the values before."""
        raise NotImplementedError(f"{type(self).__name__}.updates")

    def result(self) -> Tensor:
        """The figure, as an expression of the state."""
        raise NotImplementedError(f"{type(self).__name__}.result")

    def cast(self, result: Tensor) -> Tensor:
        """The result in the dtype asked for, if any."""
        return result if self.dtype is None else as_tensor(result, self.dtype)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Count one more batch, given as `updates` takes it."""
        pairs = self.updates(*args, **kwargs)
        for (variable, _), value in zip(pairs, evaluate([new for _, new in pairs]), strict=True):
            variable.assign(value)

    def reset_state(self) -> None:
        """Forget all batches."""
        for variable, initial in self._state.items():
            variable.assign(initial)

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        self.update_state(*args, **kwargs)
        return as_tensor(self.result().numpy())


def ratio(a: Any, b: Any) -> Tensor:
    """The quotient a / b, and 0 where b is 0.

    >>> ratio(as_tensor([1.0, 1.0]), as_tensor([2.0, 0.0])).numpy().tolist()
    [0.5, 0.0]
    """
    b = as_tensor(b)
    return ops.where(b == 0, 0.0, a / ops.where(b == 0, 1.0, b))
