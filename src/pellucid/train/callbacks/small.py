"""Three small callbacks: functions as hooks, a CSV file of the logs, an end at the first NaN."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.train.callbacks.base import Callback, Logs


class LambdaCallback(Callback):
    """A callback made of functions, each given under the name of its hook.

    >>> seen = []
    >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    >>> callback.on_epoch_end(3, {})
    >>> seen
    [3]
    """

    def __init__(self, **hooks: Callable[..., Any] | None) -> None:
        super().__init__()
        for name, function in hooks.items():
            if not name.startswith("on_") or not hasattr(Callback, name):
                known = ", ".join(each for each in vars(Callback) if each.startswith("on_"))
                raise ArgumentError(
                    "LambdaCallback", expected=f"hooks among {known}", received=name
                )
            if function is not None:
                setattr(self, name, function)


class TerminateOnNaN(Callback):
    """Ends training, without an error, at the first batch whose loss is NaN or infinite.

    Without this callback `fit` raises `NumericsError`, which names the batch and the layer.
    """

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            print(f"Batch {batch}: the loss is {loss}, ending training")
            self.model.stop_training = True


class CSVLogger(Callback):
    """Writes the logs of every epoch as a row of a CSV file.

    The columns are "epoch" and the names in the logs of the first epoch, sorted. `append` adds rows
    to a file that exists, without a second header. Training that is resumed from a checkpoint goes
    on behind the row of that checkpoint.

    >>> CSVLogger("log.csv").filename
    'log.csv'
    """

    def __init__(
        self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        super().__init__()
        self.filename = os.fspath(filename)
        self.separator = separator
        self.append = append
        self._columns: list[str] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Forget the columns of an earlier run."""
        self._columns = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write a row; the file is closed again, so that nothing is lost when training breaks."""
        values = logs or {}
        rows: list[list[Any]] = []
        begins = self._columns is None
        if self._columns is None:
            self._columns = self._header() if self.append else None
        if self._columns is None:
            self._columns = sorted(values)
            rows = [["epoch", *self._columns]]
        rows.append([epoch, *(values.get(name, "NA") for name in self._columns)])
        path = Path(self.filename)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if begins and not self.append else "a", newline="") as file:
            csv.writer(file, delimiter=self.separator, lineterminator="\n").writerows(rows)

    def _header(self) -> list[str] | None:
        path = Path(self.filename)
        if not path.is_file() or not path.stat().st_size:
            return None
        with path.open(newline="") as file:
            return next(csv.reader(file, delimiter=self.separator))[1:]

    def get_state(self) -> dict[str, Any]:
        """The columns, and the length of the file."""
        path = Path(self.filename)
        return {"columns": self._columns, "length": path.stat().st_size if path.is_file() else 0}

    def set_state(self, state: dict[str, Any]) -> None:
        """Cut off the rows that came after the checkpoint."""
        self._columns = state["columns"]
        path = Path(self.filename)
        if path.is_file() and path.stat().st_size > state["length"]:
            os.truncate(path, state["length"])
