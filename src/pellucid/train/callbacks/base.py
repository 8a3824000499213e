"""Callback: what happens beside training, at the start and end of training, epochs and batches."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

Logs: TypeAlias = dict[str, Any]


class Callback:
    """Base of everything that watches or steers `fit`, `evaluate` and `predict`.

    Override the hooks you need. `self.model` is the model, `self.params` a dict with `epochs`,
    `steps` (batches an epoch, None if unknown) and `verbose`. `logs` holds the loss and the metrics
    so far: of the running epoch in the batch hooks, of the whole epoch (with ``val_`` names for
    validation) in `on_epoch_end`. Set ``self.model.stop_training = True`` to end training.

    A callback that counts or remembers anything returns it from `get_state` (numbers, text, arrays,
    lists and dicts of them) and takes it back in `set_state`; checkpoints then carry it.

    >>> class Stop(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.model.stop_training = logs["loss"] < 0.1
    """

    # Whether its hooks are called after those of all others.
    runs_last: ClassVar[bool] = False

    model: Any = None
    params: Logs

    def __init__(self) -> None:
        self.params = {}

    def set_model(self, model: Any) -> None:
        """Called once before anything else with the model."""
        self.model = model

    def set_params(self, params: Logs) -> None:
        """Called once before anything else with the parameters of the run."""
        self.params = params

    def get_state(self) -> dict[str, Any]:
        """What a checkpoint must hold for this callback to go on where it stopped."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take back what `get_state` returned; called after `on_train_begin` when resuming."""

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Called once at the start of `fit`."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Called once at the end of `fit`, with the logs of its last epoch."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Called at the start of an epoch; the first is 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Called at the end of an epoch, after validation."""

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Another name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Another name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before a batch of training."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after a batch of training."""
        self.on_batch_end(batch, logs)

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Called at the start of `evaluate`, and of validation inside `fit`."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Called at the end of `evaluate`, and of validation inside `fit`."""

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before a batch of evaluation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after a batch of evaluation."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Called at the start of `predict`."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Called at the end of `predict`."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before a batch of prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after a batch of prediction; `logs` is ``{"outputs": arrays}``."""
