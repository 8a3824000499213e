"""Adam and AdamW: momentum divided by the running size of the gradient."""

from __future__ import annotations

from typing import Unpack

from pellucid.graph import Tensor, Variable, label, ops
from pellucid.train.optimizers.optimizer import Common, Optimizer, Tensors, Undecayed
from pellucid.train.optimizers.rate import Rate
from pellucid.train.optimizers.register import optimizers


@optimizers.register("adam")
class Adam(Optimizer):
    """Momentum, divided element by element by the recent root mean square of the gradient.

    m ← m + (g - m) (1 - beta_1); v ← v + (g² - v) (1 - beta_2);
    alpha = learning_rate · sqrt(1 - beta_2^t) / (1 - beta_1^t); w ← w - alpha · m / (sqrt(v) +
    epsilon). Kingma & Ba 2015, in the form at the end of their section 2, where epsilon is added
    before the bias of v is corrected ("epsilon hat"), as in Keras. PyTorch adds it afterwards: for
    a first gradient of 1e-8 the step is 3.1e-5 here and 5e-4 there. With `amsgrad` v is replaced by
    its largest value so far (Reddi, Kale & Kumar 2018).

    >>> w = Variable(5.0, name="w")
    >>> Adam(0.1).apply([8.0], [w])
    >>> round(float(w), 3)
    4.9
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(learning_rate, **common)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self._check("beta_1", "beta_2", high=1, below=True)
        self._check("epsilon")

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The means m of the gradient and v of its square; with amsgrad, the largest v."""
        return dict.fromkeys(["m", "v", *["v_max"] * self.amsgrad], 0.0)

    def scalars(self, learning_rate: Tensor, step: Tensor, shared: Tensors) -> dict[str, Tensor]:
        """The rate with both corrections of bias."""
        m_bias = label(1 - self.beta_1**step, "m_bias")
        v_bias = label(1 - self.beta_2**step, "v_bias")
        return {"alpha": learning_rate * ops.sqrt(v_bias) / m_bias}

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        m = slots["m"] + (gradient - slots["m"]) * (1 - self.beta_1)
        v = slots["v"] + (gradient * gradient - slots["v"]) * (1 - self.beta_2)
        new = {"m": m, "v": v}
        if self.amsgrad:
            v = new["v_max"] = ops.maximum(slots["v_max"], v)
        return value - scalars["alpha"] * m / (ops.sqrt(v) + self.epsilon), new


@optimizers.register("adamw")
class AdamW(Adam):
    """Adam with decay of the parameters apart from their gradient.

    w ← w - w · weight_decay · learning_rate, then Adam's step. Loshchilov & Hutter 2019, algorithm
    2. The default decay is Keras's; PyTorch's is 0.01.

    >>> w = Variable(5.0, name="w")
    >>> AdamW(0.1, weight_decay=0.2).apply([8.0], [w])
    >>> round(float(w), 3)
    4.8
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **common: Unpack[Undecayed],
    ) -> None:
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **common
        )
        self._check("weight_decay")
