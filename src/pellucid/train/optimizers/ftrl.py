"""Ftrl: follow the regularized leader, for sparse weights."""

from __future__ import annotations

from math import inf
from typing import Unpack

from pellucid.graph import Tensor, Variable, ops
from pellucid.train.optimizers.optimizer import Common, Optimizer, Tensors
from pellucid.train.optimizers.rate import Rate
from pellucid.train.optimizers.register import optimizers


@optimizers.register("ftrl")
class Ftrl(Optimizer):
    """Parameters found anew at each step from all gradients so far, exactly 0 where l1 wins.

    With p = -learning_rate_power and g' = g + 2 · l2_shrinkage · w:
    v' = v + g²; z ← z + g' - (v'^p - v^p) / learning_rate · w;
    w ← (clip(z, -l1, l1) - z) / (v'^p / learning_rate + 2 · l2 + beta / learning_rate); v ← v'.
    v starts at `initial_accumulator_value`. McMahan et al. 2013, algorithm 1.

    >>> w = Variable([5.0, 5.0], name="w")
    >>> Ftrl(0.1, l1_regularization_strength=1.0).apply([[8.0, 0.0]], [w])
    >>> w.value.round(3).tolist()
    [4.69, 0.0]
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **common: Unpack[Common],
    ) -> None:
        super().__init__(learning_rate, **common)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        self._check("learning_rate_power", low=-inf, high=0)
        self._check(
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
            "beta",
        )

    def init_one(self, variable: Variable) -> dict[str, float]:
        """The sum v of squared gradients and the linear term z."""
        return {"v": self.initial_accumulator_value, "z": 0.0}

    def update_one(
        self, gradient: Tensor, value: Tensor, slots: Tensors, scalars: Tensors
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The formulas above."""
        rate, power = scalars["learning_rate"], -self.learning_rate_power
        v = slots["v"] + gradient * gradient
        root, old_root = v**power, slots["v"] ** power
        shrunk = gradient + 2 * self.l2_shrinkage_regularization_strength * value
        z = slots["z"] + shrunk - (root - old_root) / rate * value
        curvature = (root + self.beta) / rate + 2 * self.l2_regularization_strength
        l1 = self.l1_regularization_strength
        return (ops.clip(z, -l1, l1) - z) / curvature, {"v": v, "z": z}
