"""When hooks are called, with what, and how several callbacks behave as one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.train import BackupAndRestore
from pellucid.train.callbacks import Callback, CallbackList, History, LambdaCallback
from tests.train.data import blobs, small_net

_X, _Y = blobs(rows=20)
_HOOKS = [name for name in vars(Callback) if name.startswith("on_") and "on_batch" not in name]


def _recorder(seen: list[Any]) -> Callback:
    def hook(name: str) -> Any:
        return lambda *arguments: seen.append((name, *arguments))

    return LambdaCallback(**{name: hook(name) for name in _HOOKS})


def test_fit_calls_every_hook_in_order() -> None:
    seen: list[Any] = []
    model = small_net(metrics=["accuracy"])
    data = (_X[:8], _Y[:8])
    model.fit(_X, _Y, batch_size=10, epochs=1, validation_data=data, callbacks=[_recorder(seen)])
    assert [name for name, *_ in seen] == [
        "on_train_begin",
        "on_epoch_begin",
        *["on_train_batch_begin", "on_train_batch_end"] * 2,
        "on_test_begin",
        "on_test_batch_begin",
        "on_test_batch_end",
        "on_test_end",
        "on_epoch_end",
        "on_train_end",
    ]
    logs = {name: arguments[-1] for name, *arguments in seen}
    assert set(logs["on_train_batch_end"]) == {"loss", "accuracy"}
    assert set(logs["on_epoch_end"]) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert logs["on_train_end"] == logs["on_epoch_end"]
    # The last batch's logs are the means over the epoch so far: all of it.
    assert logs["on_train_batch_end"]["loss"] == logs["on_epoch_end"]["loss"]
    assert [arguments[0] for name, *arguments in seen if name == "on_train_batch_end"] == [0, 1]


def test_evaluate_and_predict_call_theirs() -> None:
    seen: list[Any] = []
    model = small_net()
    model.evaluate(_X, _Y, batch_size=10, callbacks=[_recorder(seen)])
    batches = ["on_test_batch_begin", "on_test_batch_end"] * 2
    assert [name for name, *_ in seen] == ["on_test_begin", *batches, "on_test_end"]
    seen.clear()
    model.predict(_X, batch_size=10, callbacks=_recorder(seen))
    batches = ["on_predict_batch_begin", "on_predict_batch_end"] * 2
    assert [name for name, *_ in seen] == ["on_predict_begin", *batches, "on_predict_end"]
    assert seen[2][2]["outputs"][0].shape == (10, 3)


class _Old(Callback):
    """Uses the older names of the batch hooks."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[float] = []

    def on_batch_end(self, batch: int, logs: Any = None) -> None:
        self.losses.append(logs["loss"])


def test_older_names_of_batch_hooks_are_called() -> None:
    callback = _Old()
    small_net().fit(_X, _Y, batch_size=10, callbacks=callback)
    assert len(callback.losses) == 2
    assert callback.params == {"epochs": 1, "steps": 2, "verbose": "auto"}


@pytest.mark.parametrize(("hook", "epochs"), [("on_train_batch_end", 1), ("on_epoch_end", 2)])
def test_stop_training_ends_it(hook: str, epochs: int) -> None:
    model = small_net()
    batches: list[int] = []

    def stop(number: int, logs: Any) -> None:
        model.stop_training = number == 1

    callbacks = [
        LambdaCallback(on_train_batch_end=lambda batch, logs: batches.append(batch)),
        LambdaCallback(**{hook: stop}),
    ]
    history = model.fit(_X, _Y, batch_size=5, epochs=9, callbacks=callbacks)
    assert len(history.epoch) == epochs
    assert len(batches) == (2 if hook == "on_train_batch_end" else 8)


def test_history_is_returned_and_kept() -> None:
    model = small_net()
    mine = History()
    history = model.fit(_X, _Y, epochs=3, callbacks=[mine])
    assert history is mine is model.history
    assert history.epoch == [0, 1, 2] and not history.interrupted
    assert "3 epochs: loss=" in repr(history)


def test_a_group_calls_in_order_with_the_state_of_each() -> None:
    class Count(Callback):
        number = 0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.number += 1

        def get_state(self) -> dict[str, Any]:
            return {"number": self.number, "array": np.arange(self.number)}

        def set_state(self, state: dict[str, Any]) -> None:
            self.number = state["number"]

    group = CallbackList([BackupAndRestore("backup"), Count()], add_history=True)
    assert isinstance(group.callbacks[-1], BackupAndRestore)
    group.on_epoch_begin(0)
    state = group.get_state()
    other = CallbackList([Count()], add_history=True)
    other.set_state(state)
    assert other.callbacks[0].number == 1
    assert not group.watches("on_test_end") and group.watches("on_epoch_begin")


@pytest.mark.parametrize("bad", [{"on_epoch": print}, {"epoch_end": print}])
def test_hooks_that_do_not_exist_are_refused(bad: Any) -> None:
    with pytest.raises(ArgumentError, match="hooks among"):
        LambdaCallback(**bad)
