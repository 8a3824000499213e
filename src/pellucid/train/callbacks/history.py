"""History: the loss and the metrics of every epoch, and whether training was interrupted."""

from __future__ import annotations

from typing import Any

from pellucid.train.callbacks.base import Callback, Logs


class History(Callback):
    """What `fit` returns: `history` maps each name to its values, one an epoch; `epoch` counts.

    `interrupted` is True when Ctrl-C ended training before its time. An epoch that was cut short
    has no entry.
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.history: dict[str, list[Any]] = {}
        self.interrupted = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start with no epochs."""
        self.epoch = []
        self.history = {}
        self.interrupted = False

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Append the values of this epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def get_state(self) -> dict[str, Any]:
        """The epochs and values so far."""
        return {"epoch": list(self.epoch), "history": {k: list(v) for k, v in self.history.items()}}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from the epochs and values of a checkpoint."""
        self.epoch = list(state["epoch"])
        self.history = {name: list(values) for name, values in state["history"].items()}

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={values[-1]:.4g}" for name, values in self.history.items())
        return f"<History of {len(self.epoch)} epochs{': ' if last else ''}{last}>"
