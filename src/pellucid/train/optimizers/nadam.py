"""Nadam: Adam that looks ahead."""

from __future__ import annotations

from typing import Unpack

from pellucid.graph import Tensor, Variable, ops
from pellucid.train.optimizers.optimizer import Common, Optimizer, Tensors
from pellucid.train.optimizers.rate import Rate
from pellucid.train.optimizers.register import optimizers

# By how much the momentum's schedule nears beta_1 with each step (Dozat 2016, section 3).
_MOMENTUM_DECAY = 0.96


@optimizers.register("nadam")
class Nadam(Optimizer):
    """Adam with Nesterov's momentum, on a momentum that grows with the steps.

    With u_t = beta_1 (1 - 0.96^t / 2) and U_t the product of u_1 … u_t, and m and v as in Adam:
    m̂ = u_(t+1) m / (1 - U_(t+1)) + (1 - u_t) g / (1 - U_t); v̂ = v / (1 - beta_2^t);
    w ← w - learning_rate · m̂ / (sqrt(v̂) + epsilon). Dozat 2016.

    >>> w = Variable(5.0, name="w")
    >>> Nadam(0.1).apply([8.0], [w])
    >>> round(float(w), 3)
    4.894
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
        """The means m of the gradient and v of its square."""
        return {"m": 0.0, "v": 0.0}

    def init_shared(self) -> dict[str, float]:
        """The product U of all momenta so far."""
        return {"u_product": 1.0}

    def scalars(self, learning_rate: Tensor, step: Tensor, shared: Tensors) -> dict[str, Tensor]:
        """The rates of m and of g with their corrections of bias, that of v, and the product U."""
        now = self.beta_1 * (1 - 0.5 * _MOMENTUM_DECAY**step)
        next_ = self.beta_1 * (1 - 0.5 * _MOMENTUM_DECAY ** (step + 1))
        product = shared["u_product"] * now
        return {
            "m_rate": learning_rate * next_ / (1 - product * next_),
            "g_rate": learning_rate * (1 - now) / (1 - product),
            "v_bias": 1 - self.beta_2**step,
            "u_product": product,
        }

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        m = slots["m"] + (gradient - slots["m"]) * (1 - self.beta_1)
        v = slots["v"] + (gradient * gradient - slots["v"]) * (1 - self.beta_2)
        step = scalars["m_rate"] * m + scalars["g_rate"] * gradient
        size = ops.sqrt(v / scalars["v_bias"]) + self.epsilon
        return value - step / size, {"m": m, "v": v}
