"""The learning rate of an optimizer: a variable that can be set, or a function of the step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, Variable, as_tensor, label
from pellucid.nn.arguments import number
from pellucid.train import schedules

Rate: TypeAlias = float | Callable[[Tensor], Tensor]


class LearningRate:
    """A number, kept as a float32 variable, or a function from the count of updates to a rate.

    `where` names its owner in messages. Raises `ArgumentError` unless a number is >= 0.

    >>> rate = LearningRate("SGD", 0.1)
    >>> rate.set(0.05)
    >>> rate.get(Variable(0))
    0.05
    """

    def __init__(self, where: str, rate: Rate) -> None:
        self.where = f"{where}.learning_rate"
        self.schedule: Callable[[Tensor], Tensor] | None = None
        self.variable: Variable | None = None
        if callable(rate):
            self.schedule = rate
        else:
            number(self.where, rate, 0)
            self.variable = Variable(np.float32(rate), name="learning_rate", trainable=False)

    def at(self, iterations: Tensor) -> Tensor:
        """The rate of the next update as a float32 expression."""
        if self.schedule is None:
            return as_tensor(self.variable)
        return label(as_tensor(self.schedule(iterations), "float32"), "learning_rate")

    def get(self, iterations: Tensor) -> float:
        """The rate of the next update."""
        # By way of text: the shortest decimal for this float32, 0.001 and not 0.0010000000474.
        return float(str(np.float32(self.at(iterations).numpy())))

    def set(self, rate: float) -> None:
        """Replace the number; a rate that follows a schedule cannot be set."""
        if self.variable is None or callable(rate):
            raise ArgumentError(
                self.where,
                expected="a number, in place of a number",
                received=rate if callable(rate) else f"{rate}, in place of a schedule",
                hint="Compile the model again with a new optimizer",
            )
        number(self.where, rate, 0)
        self.variable.assign(rate)

    @property
    def config(self) -> Any:
        """What the constructor of the optimizer takes again: a number or a schedule's config."""
        if self.schedule is None:
            return self.get(as_tensor(0))
        return schedules.serialize(self.schedule)
