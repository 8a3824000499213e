"""Ctrl-C: one ends training cleanly after the batch at hand, a second one raises."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from pellucid.train import BackupAndRestore
from pellucid.train.callbacks import Callback, EarlyStopping, LambdaCallback
from tests.train.data import blobs, same, small_net

_ROOT = Path(__file__).resolve().parents[2]
_X, _Y = blobs()


def _press(_: int = 0, __: Any = None) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def _fit(model: Any, callbacks: list[Callback], **arguments: Any) -> Any:
    given = {"batch_size": 10, "epochs": 5, "shuffle": False, **arguments}
    return model.fit(_X, _Y, callbacks=callbacks, **given)


def test_training_ends_after_the_batch_at_hand() -> None:
    batches: list[int] = []

    def press(batch: int, logs: Any) -> None:
        batches.append(batch)
        if len(batches) == 10:
            _press()

    model, expected = small_net(), small_net()
    expected.set_weights(model.get_weights())
    ended: list[Any] = []
    history = _fit(model, [LambdaCallback(on_train_batch_end=press, on_train_end=ended.append)])
    assert history.interrupted and len(batches) == 10 and len(ended) == 1
    assert history.epoch == [0], "the epoch that was cut short has no entry"
    # The weights are the current ones: seven batches of the first epoch, three of the second.
    _fit(expected, [], epochs=1)
    for first in range(0, 30, 10):
        expected.train_on_batch(_X[first : first + 10], _Y[first : first + 10])
    assert same(model.get_weights(), expected.get_weights())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not _fit(model, []).interrupted


def test_the_best_weights_are_kept_when_they_are_watched() -> None:
    kept: dict[int, Any] = {}

    class Watch(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            kept[epoch] = self.model.get_weights()
            logs["figure"] = [3.0, 1.0, 2.0, 2.5][epoch]
            if epoch == 3:
                _press()

    stopping = EarlyStopping("figure", patience=9, mode="min", restore_best_weights=True)
    model = small_net()
    history = _fit(model, [Watch(), stopping])
    assert history.interrupted and history.epoch == [0, 1, 2, 3]
    assert same(model.get_weights(), kept[1])


def test_ctrl_c_during_validation_leaves_the_epoch_out() -> None:
    press = LambdaCallback(on_test_batch_end=_press)
    history = _fit(small_net(), [press], validation_data=(_X, _Y))
    assert history.interrupted and history.epoch == []


def test_the_second_raises_and_the_handler_is_put_back() -> None:
    def twice(batch: int, logs: Any) -> None:
        _press()
        _press()

    with pytest.raises(KeyboardInterrupt):
        _fit(small_net(), [LambdaCallback(on_train_batch_end=twice)])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_handler_is_put_back_after_an_error() -> None:
    def crash(batch: int, logs: Any) -> None:
        raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        _fit(small_net(), [LambdaCallback(on_train_batch_end=crash)])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_the_program_stays_in_charge() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        history = _fit(small_net(), [LambdaCallback(on_epoch_end=_press)])
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(seen) == 5 and not history.interrupted


def test_training_in_another_thread_needs_no_handler() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(_fit(small_net(), [])))
    thread.start()
    thread.join()
    assert found[0].epoch == [0, 1, 2, 3, 4]


def test_what_was_interrupted_can_be_resumed(tmp_path: Path) -> None:
    expected = small_net()
    start = expected.get_weights()
    _fit(expected, [])
    model = small_net()
    model.set_weights(start)
    press = LambdaCallback(on_epoch_end=lambda epoch, logs: _press() if epoch == 1 else None)
    assert _fit(model, [BackupAndRestore(tmp_path / "kept"), press]).interrupted
    again = small_net()
    history = _fit(again, [BackupAndRestore(tmp_path / "kept")])
    assert history.epoch == [0, 1, 2, 3, 4]
    assert same(again.get_weights(), expected.get_weights())
    assert not (tmp_path / "kept").exists()


_PROGRAM = """
import time
from pellucid.train.callbacks import LambdaCallback
from tests.train.data import blobs, small_net
def slow(batch, logs):
    if batch == 0:
        print("training", flush=True)
    time.sleep(0.01)
callback = LambdaCallback(on_train_batch_end=slow)
history = small_net().fit(*blobs(), epochs=10**6, callbacks=[callback])
print("interrupted", history.interrupted, flush=True)
"""


@pytest.mark.slow
def test_a_process_that_gets_the_signal_ends_well() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "training\n"
    os.kill(process.pid, signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert out.splitlines()[-1] == "interrupted True"
