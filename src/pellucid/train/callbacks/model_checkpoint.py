"""ModelCheckpoint: save the model, or its weights, during training."""

from __future__ import annotations

import os
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.train.callbacks.base import Logs
from pellucid.train.callbacks.monitor import MonitorCallback


class ModelCheckpoint(MonitorCallback):
    """Saves the model at the end of epochs (`save_freq="epoch"`) or every so many batches.

    `filepath` may hold ``{epoch}`` (from 1), ``{batch}`` and names of the logs with a format, as in
    ``"{epoch:02d}-{val_loss:.3f}.pellucid"``. `save_best_only` writes only when `monitor` improves
    (on `initial_value_threshold`, if given). `save_weights_only` calls `save_weights`
    (``.safetensors``) instead of `save` (``.pellucid``). Files are replaced whole or not at all.

    >>> ModelCheckpoint("best.pellucid", save_best_only=True).monitor
    'val_loss'
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, baseline=initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = check_frequency("ModelCheckpoint.save_freq", save_freq)
        self._epoch = 0
        self._unsaved = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Note which epoch it is."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save after every `save_freq` batches."""
        if isinstance(self.save_freq, int):
            self._unsaved += 1
            if self._unsaved >= self.save_freq:
                self._unsaved = 0
                self._save(self._epoch, batch, logs or {})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save after the epoch."""
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    def _save(self, epoch: int, batch: int | None, logs: Logs) -> None:
        if self.save_best_only and not self._is_best(logs):
            return
        path = self._path(epoch, batch, logs)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        if self.verbose:
            print(f"Epoch {epoch + 1}: saved to {path}")

    def _is_best(self, logs: Logs) -> bool:
        current = self.monitored(logs)
        if current is None:
            return True
        if not self.is_improvement(current, self.best):
            return False
        self.best = current
        return True

    def _path(self, epoch: int, batch: int | None, logs: Logs) -> str:
        values = {"epoch": epoch + 1, **logs}
        if batch is not None:
            values.setdefault("batch", batch + 1)
        try:
            return self.filepath.format(**values)
        except (KeyError, IndexError, ValueError) as error:
            raise ArgumentError(
                "ModelCheckpoint.filepath",
                expected=f"names among {', '.join(values)}",
                received=self.filepath,
                hint=f"The part that failed: {error}",
            ) from error

    def get_state(self) -> dict[str, Any]:
        """The best value so far, and the batches since the last file."""
        return {"best": self.best, "unsaved": self._unsaved}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on comparing with the best value of a checkpoint."""
        self.best, self._unsaved = state["best"], state["unsaved"]


def check_frequency(where: str, value: str | int) -> str | int:
    """`"epoch"` or a whole number of batches; raises `ArgumentError` for anything else."""
    if value == "epoch" or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise ArgumentError(where, expected="'epoch' or a number of batches", received=repr(value))
