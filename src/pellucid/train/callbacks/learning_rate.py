"""Callbacks that set the learning rate: by a function of the epoch, or when progress stalls."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.train.callbacks.base import Callback, Logs
from pellucid.train.callbacks.monitor import MonitorCallback


class LearningRateScheduler(Callback):
    """Sets the learning rate at the start of every epoch to `schedule(epoch, rate)`.

    `schedule` gets the number of the epoch, from 0, and the current rate; it may also take the
    epoch alone. The rate is added to the logs as "learning_rate".

    >>> callback = LearningRateScheduler(lambda epoch, rate: rate * 0.9 if epoch else rate)
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose
        required = [
            each
            for each in inspect.signature(schedule).parameters.values()
            if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD, each.VAR_POSITIONAL)
        ]
        self._takes_rate = len(required) > 1

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Set the rate of this epoch."""
        optimizer = self.model.optimizer
        arguments = (epoch, optimizer.learning_rate) if self._takes_rate else (epoch,)
        new = self.schedule(*arguments)
        if np.ndim(new):
            where = "LearningRateScheduler.schedule"
            raise ArgumentError(where, expected="a number returned", received=new)
        optimizer.learning_rate = float(new)
        if self.verbose:
            print(f"Epoch {epoch + 1}: learning rate {float(new):g}")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note the rate in the logs."""
        if logs is not None:
            logs["learning_rate"] = self.model.optimizer.learning_rate


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by `factor` after `patience` epochs without improvement.

    After a reduction, `cooldown` epochs pass before waiting is counted again; the rate never falls
    below `min_lr`. Adds "learning_rate" to the logs. Defaults as in Keras.

    >>> ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3).factor
    0.5
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if not 0.0 < factor < 1.0:
            where = "ReduceLROnPlateau.factor"
            raise ArgumentError(where, expected="a number in (0, 1)", received=factor)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self._reset()

    def _reset(self) -> None:
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget an earlier run."""
        self._reset()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Count epochs without improvement, and reduce the rate when patience is used up."""
        if logs is not None:
            logs["learning_rate"] = self.model.optimizer.learning_rate
        current = self.monitored(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        optimizer = self.model.optimizer
        old = optimizer.learning_rate
        if old <= self.min_lr:
            return
        optimizer.learning_rate = max(old * self.factor, self.min_lr)
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            print(f"Epoch {epoch + 1}: learning rate reduced to {optimizer.learning_rate:g}")

    def in_cooldown(self) -> bool:
        """Whether the last reduction is so recent that waiting is not counted."""
        return self.cooldown_counter > 0

    def get_state(self) -> dict[str, Any]:
        """The best value and the counters; the rate itself belongs to the optimizer."""
        names = ("best", "cooldown_counter", "wait")
        return {name: getattr(self, name) for name in names}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on counting where a checkpoint stood."""
        for name, value in state.items():
            setattr(self, name, value)
