"""Adagrad and Adadelta: steps divided by the accumulated size of the gradient."""

from __future__ import annotations

from typing import Unpack

from pellucid.graph import Tensor, Variable, ops
from pellucid.train.optimizers.optimizer import Common, Optimizer, Tensors
from pellucid.train.optimizers.rate import Rate
from pellucid.train.optimizers.register import optimizers


@optimizers.register("adagrad")
class Adagrad(Optimizer):
    """Gradient descent with each element divided by the root of the sum of its squared gradients.

    v ← v + g², w ← w - learning_rate · g / sqrt(v + epsilon); v starts at
    `initial_accumulator_value`. Duchi, Hazan & Singer 2011. Epsilon is inside the root, as in
    Keras; PyTorch has it outside.

    >>> w = Variable(5.0, name="w")
    >>> Adagrad(0.1, initial_accumulator_value=0.0).apply([8.0], [w])
    >>> round(float(w), 3)
    4.9
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(learning_rate, **common)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon
        self._check("initial_accumulator_value", "epsilon")

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The sum of squares v."""
        return {"v": self.initial_accumulator_value}

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        v = slots["v"] + gradient * gradient
        step = scalars["learning_rate"] * gradient / ops.sqrt(v + self.epsilon)
        return value - step, {"v": v}


@optimizers.register("adadelta")
class Adadelta(Optimizer):
    """Steps whose size follows from past gradients and past steps, in the units of the parameter.

    v ← rho · v + (1 - rho) · g²; d = g · sqrt(u + epsilon) / sqrt(v + epsilon);
    u ← rho · u + (1 - rho) · d²; w ← w - learning_rate · d. Zeiler 2012, algorithm 1, whose
    learning rate is 1; Keras's default of 0.001 is much slower.

    >>> w = Variable(5.0, name="w")
    >>> Adadelta(1.0, rho=0.75, epsilon=1.0).apply([8.0], [w])
    >>> round(float(w), 3)
    3.06
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(learning_rate, **common)
        self.rho = rho
        self.epsilon = epsilon
        self._check("rho", high=1)
        self._check("epsilon")

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The mean squares of gradients, v, and of steps, u."""
        return {"v": 0.0, "u": 0.0}

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        v = self.rho * slots["v"] + (1 - self.rho) * gradient * gradient
        step = gradient * ops.sqrt(slots["u"] + self.epsilon) / ops.sqrt(v + self.epsilon)
        u = self.rho * slots["u"] + (1 - self.rho) * step * step
        return value - scalars["learning_rate"] * step, {"v": v, "u": u}
