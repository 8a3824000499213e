"""BackupAndRestore: training that goes on where a killed process stopped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from pellucid.errors import ArgumentError, ModelFileError
from pellucid.train.callbacks.base import Callback, Logs
from pellucid.train.callbacks.model_checkpoint import check_frequency
from pellucid.train.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from pellucid.train.files import remove_unfinished

_NAME = "training.safetensors"
_PREVIOUS = "training.previous.safetensors"


class BackupAndRestore(Callback):
    """Keeps the whole state of training in `backup_dir`; `fit` goes on from what it finds there.

    The weights after resuming are, bit by bit, those of a run without interruption: the state holds
    weights, optimizer, random states, the order of samples, metrics and what callbacks remember.
    A process killed at any moment, also while writing, leaves a whole file.

    save_freq: "epoch", or a number of batches.
    double_checkpoint: keep the state before the latest, too, and use it if the latest is damaged.
    delete_checkpoint: delete the files when training reached its end (not after Ctrl-C), so that
        the next `fit` starts anew.

    >>> BackupAndRestore("backup", save_freq=100).save_freq
    100
    """

    runs_last: ClassVar[bool] = True

    def __init__(
        self,
        backup_dir: str | os.PathLike[str],
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not os.fspath(backup_dir):
            raise ArgumentError("BackupAndRestore.backup_dir", expected="a folder", received="''")
        self.backup_dir = Path(backup_dir)
        self.save_freq = check_frequency("BackupAndRestore.save_freq", save_freq)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._unsaved = 0

    @property
    def path(self) -> Path:
        """The file of the latest state."""
        return self.backup_dir / _NAME

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Find the state of an earlier process, if there is one."""
        self._unsaved = 0
        remove_unfinished(self.path)
        self.model._loop.resume = self._load()

    def _load(self) -> Checkpoint | None:
        previous = self.backup_dir / _PREVIOUS
        found = [path for path in (self.path, previous) if path.is_file()]
        for path in found:
            try:
                return load_checkpoint(path)
            except ModelFileError:
                if path is found[-1]:
                    raise
        return None

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save after every `save_freq` batches; at the end of an epoch, after its validation."""
        if isinstance(self.save_freq, int):
            self._unsaved += 1
            last = batch + 1 == self.model._loop.source.steps
            if self._unsaved >= self.save_freq and not last:
                self._save()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save after the epoch."""
        if self.save_freq == "epoch" or self._unsaved >= int(self.save_freq):
            self._save()

    def _save(self) -> None:
        self._unsaved = 0
        if self.double_checkpoint and self.path.is_file():
            os.replace(self.path, self.backup_dir / _PREVIOUS)
        save_checkpoint(self.model._loop, self.path)

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Delete the files of training that came to its end."""
        if self.delete_checkpoint and not self.model.history.interrupted:
            for name in (_NAME, _PREVIOUS):
                (self.backup_dir / name).unlink(missing_ok=True)
            if self.backup_dir.is_dir() and not any(self.backup_dir.iterdir()):
                self.backup_dir.rmdir()
