"""Resuming gives, bit by bit, what an uninterrupted run gives; also after kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ModelFileError
from pellucid.train import BackupAndRestore
from pellucid.train.callbacks import CSVLogger, LambdaCallback
from pellucid.train.checkpoint import load_checkpoint, pack_state, unpack_state
from tests.train.data import blobs, same, small_net
from tests.train.resumed import outcome, run

_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = Path(__file__).with_name("resumed.py")


@pytest.fixture(scope="module")
def uninterrupted() -> dict[str, Any]:
    """What the run gives that nothing disturbs; it must have used what it is to test."""
    model, history = run(None, "epoch")
    rates = history.history["learning_rate"]
    assert len(history.epoch) >= 4 and rates[-1] < rates[0]
    return outcome(model, history)


# 8 batches an epoch.
@pytest.mark.parametrize("crash", [1, 7, 8, 9, 20, 31])
@pytest.mark.parametrize("save_freq", ["epoch", 1, 3, 8])
def test_resuming_after_a_crash_changes_no_bit(
    save_freq: Any, crash: int, uninterrupted: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match="crash"):
        run(tmp_path, save_freq, crash)
    assert outcome(*run(tmp_path, save_freq)) == uninterrupted


def test_several_crashes_change_no_bit(uninterrupted: dict[str, Any], tmp_path: Path) -> None:
    for crash in (5, 2, 9, 1, 13):
        with pytest.raises(RuntimeError, match="crash"):
            run(tmp_path, 2, crash)
    assert outcome(*run(tmp_path, 2)) == uninterrupted


def test_a_run_that_has_ended_stays_as_it_is(uninterrupted: dict[str, Any], tmp_path: Path) -> None:
    for _ in range(2):
        assert outcome(*run(tmp_path, "epoch")) == uninterrupted


@pytest.mark.slow
@pytest.mark.parametrize("save_freq", ["1", "epoch"])
def test_kill_9_changes_no_bit(
    save_freq: str, uninterrupted: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    random = np.random.default_rng(int(save_freq == "1"))
    kills = 0
    while not out.exists():
        process = subprocess.Popen(
            [sys.executable, str(_PROGRAM), str(tmp_path / "kept"), save_freq, str(out)],
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )
        assert process.stdout is not None
        process.stdout.readline()
        if kills < 8:
            time.sleep(0.05 + 0.35 * random.random())
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
        process.stdout.close()
    assert kills >= 3, "the run ended before it was killed"
    assert json.loads(out.read_text()) == uninterrupted


def test_a_damaged_checkpoint_falls_back_on_the_one_before(
    uninterrupted: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(RuntimeError, match="crash"):
        run(tmp_path, 3, 20)
    latest = tmp_path / "training.safetensors"
    latest.write_bytes(latest.read_bytes()[:-9])
    assert outcome(*run(tmp_path, 3)) == uninterrupted
    latest.unlink()
    assert outcome(*run(tmp_path, 3)) == uninterrupted


def test_a_damaged_checkpoint_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "training.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelFileError, match=r"training\.safetensors"):
        run(tmp_path, "epoch")


def _fit(model: Any, folder: Path, **arguments: Any) -> Any:
    x, y = blobs()
    given = {"batch_size": 10, "epochs": 2, "callbacks": [BackupAndRestore(folder)], **arguments}
    return model.fit(x, y, **given)


def test_the_folder_is_cleared_at_the_end_but_not_after_a_stop(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    _fit(small_net(), folder)
    assert not folder.exists()
    (folder / "deep").mkdir(parents=True)
    _fit(small_net(), folder)
    assert [each.name for each in folder.iterdir()] == ["deep"], "others' files stay"


def test_another_model_or_other_batches_are_refused(tmp_path: Path) -> None:
    kept = BackupAndRestore(tmp_path, delete_checkpoint=False)
    _fit(small_net(), tmp_path, callbacks=[kept])
    with pytest.raises(ModelFileError, match="variables of this model"):
        _fit(small_net(classes=5), tmp_path)
    with pytest.raises(ModelFileError, match="variables of this optimizer"):
        _fit(small_net(optimizer="adam"), tmp_path)
    stop = LambdaCallback(on_train_batch_end=_crash_at(3))
    kept = BackupAndRestore(tmp_path / "b", save_freq=1)
    with pytest.raises(RuntimeError):
        _fit(small_net(), tmp_path, callbacks=[kept, stop])
    with pytest.raises(ModelFileError, match="4 batches an epoch"):
        _fit(small_net(), tmp_path / "b", batch_size=20)


def _crash_at(last: int) -> Any:
    def hook(batch: int, logs: Any) -> None:
        if batch == last:
            raise RuntimeError("crash")

    return hook


def test_the_position_is_that_of_the_next_batch(tmp_path: Path) -> None:
    stop = LambdaCallback(on_train_batch_end=_crash_at(5))
    kept = BackupAndRestore(tmp_path, save_freq=2)
    with pytest.raises(RuntimeError):
        _fit(small_net(), tmp_path, callbacks=[kept, stop])
    found = load_checkpoint(kept.path)
    assert (found.epoch, found.step, found.data["rows"]) == (0, 4, 40)


def test_csv_rows_after_the_checkpoint_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    expected = small_net()
    start = expected.get_weights()
    _fit(expected, tmp_path, epochs=4, callbacks=[CSVLogger(tmp_path / "all.csv")], shuffle=False)
    for last in (2, None):
        model = small_net()
        model.set_weights(start)
        # The crash comes after the row of an epoch was written and before its checkpoint.
        stop = LambdaCallback(on_epoch_end=_crash_at(last) if last else None)
        callbacks = [CSVLogger(path), stop, BackupAndRestore(tmp_path / "kept")]
        if last:
            with pytest.raises(RuntimeError):
                _fit(model, tmp_path, epochs=4, callbacks=callbacks, shuffle=False)
            assert len(path.read_text().splitlines()) == 4
        else:
            _fit(model, tmp_path, epochs=4, callbacks=callbacks, shuffle=False)
    assert path.read_text() == (tmp_path / "all.csv").read_text()


def test_states_of_callbacks_survive_packing() -> None:
    state = {"a": [1, None, {"b": np.arange(3.0)}], 2: (np.float32(0.5), "x", float("inf"), True)}
    arrays: dict[str, Any] = {}
    packed = json.loads(json.dumps(pack_state(state, arrays)))
    found = unpack_state(packed, arrays)
    assert found[2] == [0.5, "x", float("inf"), True]
    assert found["a"][:2] == [1, None] and same([found["a"][2]["b"]], [np.arange(3.0)])
