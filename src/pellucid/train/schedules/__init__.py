"""Learning rates that change with the number of steps."""

from pellucid.train.schedules.cosine import CosineDecay, CosineDecayRestarts
from pellucid.train.schedules.decay import (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from pellucid.train.schedules.schedule import LearningRateSchedule, schedules

get = schedules.get
serialize = schedules.serialize
deserialize = schedules.deserialize

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "get",
    "serialize",
]
