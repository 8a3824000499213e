"""Adamax: Adam with the largest gradient in place of the mean square."""

from __future__ import annotations

from typing import Unpack

from pellucid.graph import Tensor, Variable, ops
from pellucid.train.optimizers.optimizer import Common, Optimizer, Tensors
from pellucid.train.optimizers.rate import Rate
from pellucid.train.optimizers.register import optimizers


@optimizers.register("adamax")
class Adamax(Optimizer):
    """Momentum, divided element by element by the largest recent magnitude of the gradient.

    m ← m + (g - m) (1 - beta_1); u ← max(beta_2 · u, |g|);
    w ← w - learning_rate / (1 - beta_1^t) · m / (u + epsilon). Kingma & Ba 2015, algorithm 2, plus
    epsilon.

    >>> w = Variable(5.0, name="w")
    >>> Adamax(0.1).apply([8.0], [w])
    >>> round(float(w), 3)
    4.9
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self._check("beta_1", "beta_2", high=1, below=True)
        self._check("epsilon")

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The mean m of the gradient and its largest magnitude u."""
        return {"m": 0.0, "u": 0.0}

    def scalars(self, learning_rate: Tensor, step: Tensor, shared: Tensors) -> dict[str, Tensor]:
        """The rate with its correction of bias."""
        return {"alpha": learning_rate / (1 - self.beta_1**step)}

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        m = slots["m"] + (gradient - slots["m"]) * (1 - self.beta_1)
        u = ops.maximum(self.beta_2 * slots["u"], abs(gradient))
        return value - scalars["alpha"] * m / (u + self.epsilon), {"m": m, "u": u}
