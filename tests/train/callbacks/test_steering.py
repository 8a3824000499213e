"""Callbacks that watch one figure: when they stop, slow down or save."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.graph import Variable
from pellucid.train import load_model
from pellucid.train.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from pellucid.train.schedules import ExponentialDecay
from tests.train import peers
from tests.train.data import blobs, same, small_net

_X, _Y = blobs(rows=20)


class _Optimizer:
    learning_rate = 1.0


class _Model:
    """As much of a model as these callbacks use, whose weights are the number of the epoch."""

    def __init__(self) -> None:
        self.stop_training = False
        self.optimizer = _Optimizer()
        self.metrics: list[Any] = []
        self.epoch = -1
        self.saved: list[str] = []

    def get_weights(self) -> list[Any]:
        return [np.array(self.epoch)]

    def set_weights(self, weights: Any) -> None:
        self.epoch = int(weights[0])

    def save(self, path: str, overwrite: bool = True) -> None:
        self.saved.append(path)

    save_weights = save


def _run(callback: Any, values: Any, name: str = "val_loss", model: Any = None) -> Any:
    """Go through epochs with these values; the model, and the epochs that were run."""
    model = model or _Model()
    callback.set_model(model)
    callback.on_train_begin()
    logs: dict[str, Any] = {}
    for epoch, value in enumerate(values):
        model.epoch = epoch
        callback.on_epoch_begin(epoch, {})
        logs = {name: value}
        callback.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    epochs = model.epoch + 1
    callback.on_train_end(logs)
    return model, epochs


_DOWN = [5.0, 4.0, 3.9, 3.95, 4.2, 3.7, 3.8, 3.9, 4.0, 1.0]

# arguments of EarlyStopping, values, name; what Keras does is the expectation
_STOPS: dict[str, tuple[dict[str, Any], list[float], str]] = {
    "defaults": ({}, _DOWN, "val_loss"),
    "patience": ({"patience": 2}, _DOWN, "val_loss"),
    "more patience": ({"patience": 3}, _DOWN, "val_loss"),
    "min_delta": ({"patience": 2, "min_delta": 0.5}, _DOWN, "val_loss"),
    "best weights": ({"patience": 2, "restore_best_weights": True}, _DOWN, "val_loss"),
    "never stops": ({"patience": 99, "restore_best_weights": True}, _DOWN[:9], "val_loss"),
    "baseline": ({"patience": 3, "baseline": 3.8}, _DOWN, "val_loss"),
    "baseline missed": (
        {"patience": 3, "baseline": 0.1, "restore_best_weights": True},
        _DOWN,
        "val_loss",
    ),
    "start later": ({"patience": 1, "start_from_epoch": 4}, _DOWN, "val_loss"),
    "max": ({"patience": 2, "mode": "max", "monitor": "score"}, _DOWN, "score"),
    "NaN": ({"patience": 2}, [3.0, np.nan, np.nan, 1.0, 2.0], "val_loss"),
}


@pytest.mark.parametrize("case", _STOPS)
def test_early_stopping_is_that_of_keras(case: str) -> None:
    arguments, values, name = _STOPS[case]
    theirs, ours = peers.keras().callbacks.EarlyStopping(**arguments), EarlyStopping(**arguments)
    expected, found = _run(theirs, values, name), _run(ours, values, name)
    assert found[1] == expected[1]
    assert found[0].epoch == expected[0].epoch
    assert (ours.stopped_epoch, ours.best, ours.best_epoch) == (
        theirs.stopped_epoch,
        theirs.best,
        theirs.best_epoch,
    )


_PLATEAUS: dict[str, dict[str, Any]] = {
    "defaults": {"patience": 2},
    "factor": {"patience": 1, "factor": 0.5},
    "cooldown": {"patience": 1, "cooldown": 2},
    "min_lr": {"patience": 1, "min_lr": 0.05},
    "min_delta": {"patience": 2, "min_delta": 0.5},
    "max": {"patience": 1, "mode": "max"},
}


@pytest.mark.parametrize("case", _PLATEAUS)
def test_reducing_the_rate_is_as_in_keras(case: str) -> None:
    rates = []
    for owner in (peers.keras().callbacks.ReduceLROnPlateau, ReduceLROnPlateau):
        callback = owner(**_PLATEAUS[case])
        seen: list[float] = []
        original = callback.on_epoch_end

        def hook(epoch: int, logs: Any, call: Any = original, seen: Any = seen) -> None:
            call(epoch, logs)
            seen.append(logs["learning_rate"])

        callback.on_epoch_end = hook
        model, _ = _run(callback, _DOWN * 2)
        rates.append([*seen, float(model.optimizer.learning_rate)])
    np.testing.assert_allclose(rates[1], rates[0], rtol=1e-6)
    assert len(set(rates[1])) > 1


_DIRECTIONS = {
    "val_loss": -1,
    "loss": -1,
    "output_mse": -1,
    "val_mean_absolute_error": -1,
    "accuracy_loss": -1,
    "accuracy": 1,
    "val_auc": 1,
    "f1_score": 1,
    "false_positives": -1,
}


@pytest.mark.parametrize("name", _DIRECTIONS)
def test_names_tell_what_is_better(name: str) -> None:
    callback = EarlyStopping(monitor=name)
    callback.set_model(_Model())
    assert callback.is_improvement(2.0, 1.0) is (_DIRECTIONS[name] > 0)


def test_a_metric_object_tells_what_is_better() -> None:
    class Metric:
        name = "agreement"
        direction = "up"

    callback = EarlyStopping(monitor="val_agreement")
    callback.set_model(_Model())
    callback.model.metrics = [Metric()]
    assert callback.is_improvement(2.0, 1.0)
    other = EarlyStopping(monitor="val_something")
    other.set_model(_Model())
    with pytest.raises(ArgumentError, match="'min' or 'max'"):
        other.is_improvement(2.0, 1.0)


def test_a_figure_that_is_not_there_is_told_once() -> None:
    callback = EarlyStopping(monitor="val_auc")
    with pytest.warns(UserWarning, match="'val_auc', which is not among val_loss") as told:
        _run(callback, _DOWN)
    assert len(told) == 1


def test_the_best_weights_come_back_bit_by_bit() -> None:
    model = small_net()
    kept: dict[int, Any] = {}

    class Keep(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            kept[epoch] = self.model.get_weights()
            logs["figure"] = [5.0, 3.0, 4.0, 4.5, 4.4][epoch]

    stopping = EarlyStopping("figure", patience=3, mode="min", restore_best_weights=True)
    history = model.fit(_X, _Y, epochs=9, callbacks=[Keep(), stopping])
    assert len(history.epoch) == 5 and stopping.best_epoch == 1
    assert same(model.get_weights(), kept[1])


def test_the_schedule_sets_the_rate_of_each_epoch() -> None:
    model = small_net()
    history = model.fit(
        _X, _Y, epochs=4, callbacks=[LearningRateScheduler(lambda epoch, rate: rate / 2)]
    )
    np.testing.assert_allclose(
        history.history["learning_rate"], [0.005, 0.0025, 0.00125, 0.000625], rtol=1e-6
    )
    one = small_net()
    one.fit(_X, _Y, epochs=2, callbacks=[LearningRateScheduler(lambda epoch: 0.5 + epoch)])
    assert one.optimizer.learning_rate == 1.5


def test_a_rate_that_follows_a_schedule_cannot_be_set() -> None:
    from pellucid.train.optimizers import SGD

    model = small_net(optimizer=SGD(ExponentialDecay(0.1, 10, 0.9)))
    with pytest.raises(ArgumentError, match="schedule"):
        model.fit(_X, _Y, callbacks=[LearningRateScheduler(lambda epoch: 0.1)])


def test_checkpoints_are_named_after_epoch_and_logs(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "{epoch:02d}-{loss:.2f}.pellucid"
    model = small_net()
    history = model.fit(_X, _Y, epochs=3, callbacks=[ModelCheckpoint(path)])
    names = sorted(each.name for each in (tmp_path / "deep").iterdir())
    losses = history.history["loss"]
    assert names == [f"{i + 1:02d}-{loss:.2f}.pellucid" for i, loss in enumerate(losses)]
    last = load_model(tmp_path / "deep" / names[-1])
    assert same(last.get_weights(), model.get_weights())


def test_checkpoints_of_the_best_and_every_so_many_batches() -> None:
    best = ModelCheckpoint("{epoch}", save_best_only=True)
    model, _ = _run(best, _DOWN)
    assert model.saved == ["1", "2", "3", "6", "10"]
    threshold = ModelCheckpoint("{epoch}", save_best_only=True, initial_value_threshold=3.8)
    assert _run(threshold, _DOWN)[0].saved == ["6", "10"]
    batches = ModelCheckpoint("{epoch}-{batch}", save_freq=3, save_weights_only=True)
    batches.set_model(_Model())
    for epoch in range(2):
        batches.on_epoch_begin(epoch)
        for batch in range(4):
            batches.on_train_batch_end(batch, {"loss": 1.0})
    assert batches.model.saved == ["1-3", "2-2"]


def test_a_csv_file_of_the_logs(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    model = small_net(metrics=["accuracy"])
    history = model.fit(_X, _Y, epochs=3, validation_split=0.2, callbacks=[CSVLogger(path)])
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert list(rows[0]) == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert [float(row["loss"]) for row in rows] == history.history["loss"]
    model.fit(_X, _Y, epochs=5, initial_epoch=3, callbacks=[CSVLogger(path, append=True)])
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert rows[-1]["val_loss"] == "NA"
    model.fit(_X, _Y, epochs=1, callbacks=[CSVLogger(path, separator=";")])
    assert path.read_text().splitlines()[0] == "epoch;accuracy;loss"


_REFUSED: dict[str, Any] = {
    "mode": lambda: EarlyStopping(mode="down"),
    "patience": lambda: EarlyStopping(patience=-1),
    "factor": lambda: ReduceLROnPlateau(factor=1.0),
    "save_freq": lambda: ModelCheckpoint("a", save_freq="batch"),
    "save_freq 0": lambda: ModelCheckpoint("a", save_freq=0),
}


@pytest.mark.parametrize("case", _REFUSED)
def test_arguments_out_of_range_are_refused(case: str) -> None:
    with pytest.raises(ArgumentError, match=case.split()[0]):
        _REFUSED[case]()


def test_a_file_name_with_an_unknown_figure_is_refused() -> None:
    with pytest.raises(ArgumentError, match="names among epoch, loss"):
        small_net().fit(_X, _Y, callbacks=[ModelCheckpoint("{val_auc}.pellucid")])


def test_a_schedule_must_return_a_number() -> None:
    with pytest.raises(ArgumentError, match="a number returned"):
        small_net().fit(_X, _Y, callbacks=[LearningRateScheduler(lambda epoch: Variable([1.0]))])
