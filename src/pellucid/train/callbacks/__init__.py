"""Callbacks: what happens beside training."""

from pellucid.train.callbacks.backup import BackupAndRestore
from pellucid.train.callbacks.base import Callback
from pellucid.train.callbacks.early_stopping import EarlyStopping
from pellucid.train.callbacks.group import CallbackList
from pellucid.train.callbacks.history import History
from pellucid.train.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from pellucid.train.callbacks.model_checkpoint import ModelCheckpoint
from pellucid.train.callbacks.small import CSVLogger, LambdaCallback, TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
