"""Lion: the sign of the momentum."""

from __future__ import annotations

from typing import Unpack

from pellucid.graph import Tensor, Variable, ops
from pellucid.train.optimizers.optimizer import Common, Optimizer, Tensors
from pellucid.train.optimizers.rate import Rate
from pellucid.train.optimizers.register import optimizers


@optimizers.register("lion")
class Lion(Optimizer):
    """Steps of one size in every element, in the direction of the momentum's sign.

    w ← w - learning_rate · sign(beta_1 · m + (1 - beta_1) · g); m ← beta_2 · m + (1 - beta_2) · g.
    Where that sum is 0 the parameter stays. Chen et al. 2023, algorithm 2; it wants a learning rate
    3 to 10 times smaller, and a weight decay as many times larger, than Adam.

    >>> w = Variable(5.0, name="w")
    >>> Lion(0.1).apply([8.0], [w])
    >>> round(float(w), 3)
    4.9
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self._check("beta_1", high=1, above=True)
        self._check("beta_2", high=1)

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The momentum m."""
        return {"m": 0.0}

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        direction = ops.sign(self.beta_1 * slots["m"] + (1 - self.beta_1) * gradient)
        m = self.beta_2 * slots["m"] + (1 - self.beta_2) * gradient
        return value - scalars["learning_rate"] * direction, {"m": m}
