"""RMSprop: steps divided by a running size of the gradient."""

from __future__ import annotations

from typing import Unpack

from pellucid.graph import Tensor, Variable, ops
from pellucid.train.optimizers.optimizer import Common, Optimizer, Tensors
from pellucid.train.optimizers.rate import Rate
from pellucid.train.optimizers.register import optimizers


@optimizers.register("rmsprop")
class RMSprop(Optimizer):
    """Gradient descent with each element divided by the recent root mean square of its gradient.

    v ← rho · v + (1 - rho) · g², w ← w - learning_rate · g / sqrt(v + epsilon). With `centered`,
    the mean of the gradient is subtracted: sqrt(v - mean² + epsilon). With `momentum`, the
    increments gather: m ← momentum · m + increment, w ← w - m. Epsilon is inside the root, as in
    Keras; PyTorch has it outside. Tieleman & Hinton 2012 (lecture 6.5); centered: Graves 2013,
    eq. 38-42.

    >>> w = Variable(5.0, name="w")
    >>> RMSprop(0.1, rho=0.75).apply([8.0], [w])
    >>> round(float(w), 3)
    4.8
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(learning_rate, **common)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered
        self._check("rho", "momentum", high=1)
        self._check("epsilon")

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The mean square v; the mean, if centered; the velocity m, if there is momentum."""
        names = ["v", *["mean"] * self.centered, *["m"] * bool(self.momentum)]
        return dict.fromkeys(names, 0.0)

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        v = self.rho * slots["v"] + (1 - self.rho) * gradient * gradient
        new, variance = {"v": v}, v
        if self.centered:
            mean = self.rho * slots["mean"] + (1 - self.rho) * gradient
            # Rounding takes the difference below -epsilon where the gradient hardly varies (from
            # about 1 on, after 150 equal ones): the root would be NaN.
            new["mean"], variance = mean, ops.maximum(v - mean * mean, 0.0)
        step = scalars["learning_rate"] * gradient / ops.sqrt(variance + self.epsilon)
        if self.momentum:
            step = new["m"] = self.momentum * slots["m"] + step
        return value - step, new
