"""Schedules that fall by a formula in step / decay_steps, or by a table."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, ops
from pellucid.nn.arguments import number
from pellucid.train.schedules.schedule import LearningRateSchedule, schedules


@schedules.register()
class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate · decay_rate^(step / decay_steps).

    With `staircase` the exponent is rounded down, so the rate falls once every `decay_steps`.
    Raises `ArgumentError` unless decay_steps > 0.

    >>> schedule = ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)
    >>> float(schedule(0)), float(schedule(200))
    (0.1, 0.025)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        number(f"{name}.decay_steps", decay_steps, 0, above=True)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def rate(self, step: Tensor) -> Tensor:
        """The formula above."""
        periods = _periods(step, self.decay_steps, self.staircase)
        return self.initial_learning_rate * self.decay_rate**periods


@schedules.register()
class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate · step / decay_steps).

    With `staircase` the quotient step / decay_steps is rounded down. Raises `ArgumentError` unless
    decay_steps > 0.

    >>> float(InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)(10))
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        number(f"{name}.decay_steps", decay_steps, 0, above=True)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def rate(self, step: Tensor) -> Tensor:
        """The formula above."""
        periods = _periods(step, self.decay_steps, self.staircase)
        return self.initial_learning_rate / (1.0 + self.decay_rate * periods)


def _periods(step: Tensor, length: float, whole: bool) -> Tensor:
    periods = step / length
    return ops.floor(periods) if whole else periods


@schedules.register()
class PolynomialDecay(LearningRateSchedule):
    """(initial - end) · (1 - step / decay_steps)^power + end, and `end` after decay_steps.

    With `cycle`, decay_steps doubles, triples, … as soon as it is passed, so the rate rises again.
    Raises `ArgumentError` unless decay_steps > 0.

    >>> schedule = PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0)
    >>> float(schedule(50)), float(schedule(1000))
    (0.05, 0.0)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        number(f"{name}.decay_steps", decay_steps, 0, above=True)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def rate(self, step: Tensor) -> Tensor:
        """The formula above."""
        if self.cycle:
            cycles = ops.maximum(ops.ceil(step / self.decay_steps), 1.0)
            done = step / (self.decay_steps * cycles)
        else:
            done = ops.minimum(step, self.decay_steps) / self.decay_steps
        span = self.initial_learning_rate - self.end_learning_rate
        return span * (1.0 - done) ** self.power + self.end_learning_rate


@schedules.register()
class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and including boundaries[0], then values[1] up to boundaries[1], and so on.

    One value more than there are boundaries; the last holds for ever. Raises `ArgumentError` for
    other lengths, and for boundaries that do not rise.

    >>> schedule = PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.1])
    >>> schedule([100, 101, 201]).numpy().tolist()
    [1.0, 0.5, 0.1]
    """

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ArgumentError(
                name,
                expected="one value more than boundaries",
                received=f"{len(boundaries)} boundaries and {len(values)} values",
            )
        if list(boundaries) != sorted(set(boundaries)):
            raise ArgumentError(f"{name}.boundaries", expected="rising steps", received=boundaries)
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def rate(self, step: Tensor) -> Tensor:
        """The value of the piece that `step` lies in."""
        rate = ops.full_like(step, self.values[-1])
        for boundary, value in zip(self.boundaries[::-1], self.values[-2::-1], strict=True):
            rate = ops.where(step <= boundary, value, rate)
        return rate
