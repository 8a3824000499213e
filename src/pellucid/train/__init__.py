"""Training: optimizers, schedules, callbacks, the loop, models and their files."""

from pellucid.train import callbacks, optimizers, schedules
from pellucid.train.callbacks.backup import BackupAndRestore
from pellucid.train.compile_step import CompiledStep, compile_step
from pellucid.train.model import Model, Sequential
from pellucid.train.model_file import load_model, save_model

__all__ = [
    "BackupAndRestore",
    "CompiledStep",
    "Model",
    "Sequential",
    "callbacks",
    "compile_step",
    "load_model",
    "optimizers",
    "save_model",
    "schedules",
]
