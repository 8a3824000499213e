"""Optimizers: how a step changes parameters, given their gradients."""

from pellucid.train import schedules
from pellucid.train.optimizers.adagrad import Adadelta, Adagrad
from pellucid.train.optimizers.adam import Adam, AdamW
from pellucid.train.optimizers.adamax import Adamax
from pellucid.train.optimizers.ftrl import Ftrl
from pellucid.train.optimizers.lion import Lion
from pellucid.train.optimizers.nadam import Nadam
from pellucid.train.optimizers.optimizer import Optimizer
from pellucid.train.optimizers.register import deserialize, get, serialize
from pellucid.train.optimizers.rmsprop import RMSprop
from pellucid.train.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
