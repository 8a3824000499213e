"""What all learning-rate schedules share."""

from __future__ import annotations

from typing import Any

from pellucid.graph import Tensor, as_tensor
from pellucid.nn.registry import Configurable, Registry


class LearningRateSchedule(Configurable):
    """A learning rate that is a function of the number of steps taken so far.

    Called with a step (an int, an array of them or a Tensor; 0 before the first update) it gives a
    float32 Tensor of the same shape. A subclass writes `rate`.

    >>> class Halving(LearningRateSchedule):
    ...     def rate(self, step):
    ...         return 0.1 * 0.5**step
    >>> float(Halving()(3))
    0.0125
    """

    def __call__(self, step: Any) -> Tensor:
        # float64 inside: float32 does not tell steps beyond 2^24 apart, and rounds the ratio whose
        # floor says which cycle a step is in.
        return as_tensor(self.rate(as_tensor(step, "float64")), "float32")

    def rate(self, step: Tensor) -> Tensor:
        """The learning rate at `step`, a float64 tensor of any shape, as a tensor of its shape."""
        raise NotImplementedError(f"{type(self).__name__}.rate")


schedules: Registry[LearningRateSchedule] = Registry("learning-rate schedule")
