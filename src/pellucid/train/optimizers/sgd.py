"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from typing import Unpack

from pellucid.graph import Tensor, Variable
from pellucid.train.optimizers.optimizer import Common, Optimizer, Tensors
from pellucid.train.optimizers.rate import Rate
from pellucid.train.optimizers.register import optimizers


@optimizers.register("sgd")
class SGD(Optimizer):
    """Gradient descent: w ← w - learning_rate · g.

    With `momentum` in (0, 1] a velocity gathers past steps (Polyak 1964): m ← momentum · m -
    learning_rate · g, w ← w + m; with `nesterov` the step looks ahead (Sutskever et al. 2013):
    w ← w + momentum · m - learning_rate · g. The learning rate is inside the velocity, as in Keras;
    PyTorch has it outside, which differs once the rate changes.

    >>> w = Variable(5.0, name="w")
    >>> SGD(0.1).apply([8.0], [w])
    >>> round(float(w), 3)
    4.2
    """

    def __init__(
        self,
        learning_rate: Rate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(learning_rate, **common)
        self.momentum = momentum
        self.nesterov = nesterov
        self._check("momentum", high=1)

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The velocity m, if there is momentum."""
        return {"m": 0.0} if self.momentum else {}

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        step = scalars["learning_rate"] * gradient
        if not self.momentum:
            return value - step, {}
        m = self.momentum * slots["m"] - step
        return value + (self.momentum * m - step if self.nesterov else m), {"m": m}
