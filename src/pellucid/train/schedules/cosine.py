"""Schedules along half a cosine (Loshchilov & Hutter 2017, SGDR, eq. 5)."""

from __future__ import annotations

import math

from pellucid.graph import Tensor, ops
from pellucid.nn.arguments import number
from pellucid.train.schedules.schedule import LearningRateSchedule, schedules


@schedules.register()
class CosineDecay(LearningRateSchedule):
    """initial · ((1 - alpha) · (1 + cos(π · step / decay_steps)) / 2 + alpha), level afterwards.

    `alpha` is the fraction of the initial rate that remains. With a `warmup_target` the rate first
    rises in a straight line from initial_learning_rate to it over `warmup_steps`, and falls from
    there. Raises `ArgumentError` unless decay_steps > 0 and warmup_steps >= 0.

    >>> schedule = CosineDecay(0.0, 100, warmup_target=0.1, warmup_steps=10)
    >>> [round(float(schedule(step)), 4) for step in (0, 5, 10, 60, 110)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        number(f"{name}.decay_steps", decay_steps, 0, above=True)
        number(f"{name}.warmup_steps", warmup_steps, 0)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def rate(self, step: Tensor) -> Tensor:
        """The formula above."""
        start = self.initial_learning_rate
        if self.warmup_target is None:
            return start * self._fall(step)
        falling = self.warmup_target * self._fall(step - self.warmup_steps)
        if not self.warmup_steps:
            return falling
        rising = start + (self.warmup_target - start) * step / self.warmup_steps
        return ops.where(step < self.warmup_steps, rising, falling)

    def _fall(self, step: Tensor) -> Tensor:
        done = ops.minimum(step, self.decay_steps) / self.decay_steps
        return (1.0 - self.alpha) * _half_cosine(done) + self.alpha


@schedules.register()
class CosineDecayRestarts(LearningRateSchedule):
    """Cosine decay that starts anew at the end of each period.

    The first period has `first_decay_steps`; each next one is `t_mul` times as long and starts
    from `m_mul` times the rate. `alpha` is the fraction of initial_learning_rate that remains at
    the end of a period. Raises `ArgumentError` unless first_decay_steps > 0 and t_mul >= 1.

    >>> schedule = CosineDecayRestarts(0.1, 10, t_mul=2.0, m_mul=0.5)
    >>> [round(float(schedule(step)), 4) for step in (0, 5, 10, 20, 30)]
    [0.1, 0.05, 0.05, 0.025, 0.025]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        number(f"{name}.first_decay_steps", first_decay_steps, 0, above=True)
        number(f"{name}.t_mul", t_mul, 1)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def rate(self, step: Tensor) -> Tensor:
        """The formula above."""
        period, done = self._place(step / self.first_decay_steps)
        peak = self.m_mul**period
        fall = (1.0 - self.alpha) * peak * _half_cosine(done) + self.alpha
        return self.initial_learning_rate * fall

    def _place(self, time: Tensor) -> tuple[Tensor, Tensor]:
        """The number of the period and the part of it that is done; time in first periods."""
        if self.t_mul == 1.0:
            period = ops.floor(time)
            return period, time - period
        ratio = self.t_mul
        # Period p starts at (ratio^p - 1) / (ratio - 1). The logarithm is rounded, which at a
        # restart would put the step at the end of the period before: the small term decides.
        period = ops.floor(ops.log(1.0 + time * (ratio - 1.0)) / math.log(ratio) + 1e-9)
        length = ratio**period
        start = (length - 1.0) / (ratio - 1.0)
        return period, ops.maximum(time - start, 0.0) / length


def _half_cosine(done: Tensor) -> Tensor:
    """From 1 to 0 as `done` goes from 0 to 1."""
    return 0.5 * (1.0 + ops.cos(math.pi * done))
