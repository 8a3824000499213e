"""What several callbacks share: one monitored quantity, and when it counts as better."""

from __future__ import annotations

import re
import warnings
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.train.callbacks.base import Callback, Logs

# Words in the names of quantities that should grow; losses and errors should shrink.
_GROWING = re.compile(
    "acc|auc|precision|recall|itivity|ificity|f1|fbeta|r2|iou|similar|true_|score"
)
_SHRINKING = re.compile("loss|error|mse|mae|mape|msle|entropy|divergence|hinge|poisson|false_|cosh")


class MonitorCallback(Callback):
    """Base of callbacks that compare one quantity between epochs.

    `mode` "min" wants it small, "max" large; "auto" takes the direction from the metric object, or
    else from the name ("val_loss" shrinks, "auc" grows), and raises `ArgumentError` when neither
    tells. A change counts as an improvement when it is larger than `min_delta`.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0.0,
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            where = f"{type(self).__name__}.mode"
            raise ArgumentError(where, expected="'auto', 'min' or 'max'", received=repr(mode))
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.best = baseline
        self._sign = 0  # +1 when more is better, -1 when less is; 0: not yet known
        self._warned = False

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Whether `value` is better than `reference` by more than `min_delta`."""
        if reference is None:
            return True
        self._sign = self._sign or self._direction()
        return self._sign * (value - reference) > self.min_delta

    def monitored(self, logs: Logs | None) -> float | None:
        """The quantity in the logs; None, with one warning, if it is not there."""
        value = (logs or {}).get(self.monitor)
        if value is None and not self._warned:
            self._warned = True
            known = ", ".join(logs or {})
            warnings.warn(
                f"{type(self).__name__} monitors {self.monitor!r}, which is not among {known}",
                stacklevel=2,
            )
        return None if value is None else float(value)

    def _direction(self) -> int:
        if self.mode != "auto":
            return 1 if self.mode == "max" else -1
        name = self.monitor.removeprefix("val_")
        told = {each.name: _told(each) for each in getattr(self.model, "metrics", [])}.get(name)
        if told:
            return 1 if told == "up" else -1
        # Losses first: "accuracy_loss" is one.
        for words, sign in ((_SHRINKING, -1), (_GROWING, 1)):
            if words.search(name.lower()):
                return sign
        raise ArgumentError(
            f"{type(self).__name__}.mode",
            expected="'min' or 'max', since the name does not tell",
            received=f"'auto' for {self.monitor!r}",
        )


def _told(metric: Any) -> str | None:
    direction: str | None = getattr(metric, "direction", None)
    return direction
