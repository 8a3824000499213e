"""Every optimizer, and every argument away from its default at least once."""

from __future__ import annotations

from typing import Any, NamedTuple

from pellucid.train import optimizers, schedules


class Case(NamedTuple):
    """A class and its arguments; `torch`: the class and arguments of PyTorch that mean the same."""

    name: str
    arguments: dict[str, Any]
    torch: tuple[str, dict[str, Any]] | None = None

    def build(self, **more: Any) -> optimizers.Optimizer:
        """The optimizer."""
        built: optimizers.Optimizer = getattr(optimizers, self.name)(**self.arguments, **more)
        return built


# A power of two, so that the rate is the same number in float32 and in float64.
RATE = 2.0**-6
_EMA = {"use_ema": True, "ema_momentum": 0.9}

CASES = [
    Case("SGD", {"learning_rate": RATE}, ("SGD", {})),
    Case("SGD", {"learning_rate": RATE, "momentum": 0.9}, ("SGD", {"momentum": 0.9})),
    Case(
        "SGD",
        {"learning_rate": RATE, "momentum": 0.9, "nesterov": True},
        ("SGD", {"momentum": 0.9, "nesterov": True}),
    ),
    Case("SGD", {"learning_rate": RATE, "weight_decay": 0.1}),
    Case("RMSprop", {"learning_rate": RATE}),
    Case("RMSprop", {"learning_rate": RATE, "epsilon": 0.0}, ("RMSprop", {"alpha": 0.9})),
    Case("RMSprop", {"learning_rate": RATE, "rho": 0.7, "momentum": 0.5, "epsilon": 1e-3}),
    Case("RMSprop", {"learning_rate": RATE, "centered": True, "momentum": 0.5}),
    Case("RMSprop", {"learning_rate": RATE, "weight_decay": 0.1}),
    Case("Adagrad", {"learning_rate": RATE}),
    Case(
        "Adagrad",
        {"learning_rate": RATE, "initial_accumulator_value": 0.5, "epsilon": 0.0},
        ("Adagrad", {"initial_accumulator_value": 0.5}),
    ),
    Case("Adagrad", {"learning_rate": RATE, "weight_decay": 0.1}),
    Case("Adadelta", {"learning_rate": 1.0}, ("Adadelta", {"rho": 0.95, "eps": 1e-7})),
    Case("Adadelta", {"learning_rate": 1.0, "rho": 0.8, "epsilon": 1e-4, "weight_decay": 0.01}),
    Case("Adam", {"learning_rate": RATE}),
    Case("Adam", {"learning_rate": RATE, "epsilon": 0.0}, ("Adam", {})),
    Case("Adam", {"learning_rate": RATE, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    Case("Adam", {"learning_rate": RATE, "amsgrad": True}),
    Case(
        "Adam",
        {"learning_rate": RATE, "amsgrad": True, "beta_2": 0.9, "epsilon": 0.0},
        ("Adam", {"amsgrad": True, "betas": (0.9, 0.9)}),
    ),
    Case("AdamW", {"learning_rate": RATE}),
    Case(
        "AdamW",
        {"learning_rate": RATE, "weight_decay": 0.1, "epsilon": 0.0},
        ("AdamW", {"weight_decay": 0.1}),
    ),
    Case("Nadam", {"learning_rate": RATE}),
    Case(
        "Nadam",
        {"learning_rate": RATE, "epsilon": 0.0},
        ("NAdam", {"momentum_decay": 1.0}),
    ),
    Case("Nadam", {"learning_rate": RATE, "beta_1": 0.8, "beta_2": 0.95, "weight_decay": 0.1}),
    Case("Adamax", {"learning_rate": RATE}),
    Case("Adamax", {"learning_rate": RATE, "epsilon": 0.0}, ("Adamax", {})),
    Case("Adamax", {"learning_rate": RATE, "beta_1": 0.8, "beta_2": 0.95, "weight_decay": 0.1}),
    Case("Lion", {"learning_rate": RATE}),
    Case("Lion", {"learning_rate": RATE, "beta_1": 0.8, "beta_2": 0.9, "weight_decay": 0.1}),
    Case("Ftrl", {"learning_rate": RATE}),
    Case(
        "Ftrl",
        {
            "learning_rate": RATE,
            "learning_rate_power": -0.7,
            "initial_accumulator_value": 0.3,
            "l1_regularization_strength": 0.05,
            "l2_regularization_strength": 0.02,
            "l2_shrinkage_regularization_strength": 0.01,
            "beta": 0.1,
            "weight_decay": 0.1,
        },
    ),
    Case("SGD", {"learning_rate": RATE, "clipvalue": 0.5}),
    Case("SGD", {"learning_rate": RATE, "clipnorm": 0.5}),
    Case("SGD", {"learning_rate": RATE, "global_clipnorm": 0.5}),
    Case("Adam", {"learning_rate": RATE, "clipnorm": 2.0, "weight_decay": 0.1}),
    Case("Adam", {"learning_rate": RATE, **_EMA}),
    Case("SGD", {"learning_rate": RATE, **_EMA, "ema_overwrite_frequency": 3}),
    Case("Adam", {"learning_rate": schedules.ExponentialDecay(0.05, 4, 0.7)}),
    Case(
        "Nadam",
        {"learning_rate": schedules.CosineDecay(0.0, 10, warmup_target=0.05, warmup_steps=3)},
    ),
]
