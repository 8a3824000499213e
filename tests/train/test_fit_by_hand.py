"""fit against loops written out in NumPy: every step, the mean loss, the order of samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.graph import Variable, ops
from pellucid.nn.layers import Dense, Dropout, Input, Layer
from pellucid.nn.seeds import next_key, set_random_seed
from pellucid.train import Model, Sequential, optimizers
from pellucid.train.batches import permutation
from tests.train.data import blobs, halves, same, small_net

_X, _Y = halves(rows=37)


def _line() -> Sequential:
    model = Sequential([Input((4,)), Dense(1, name="line")])
    model.compile(optimizers.SGD(0.05), loss="mse")
    return model


def _by_hand(w: Any, b: Any, x: Any, y: Any, orders: list[Any], batch: int) -> tuple[Any, ...]:
    losses = []
    for order in orders:
        total = 0.0
        for first in range(0, len(x), batch):
            rows = order[first : first + batch]
            error = x[rows] @ w + b - y[rows]
            total += float((error**2).sum())
            w = w - 0.05 * 2 * x[rows].T @ error / len(rows)
            b = b - 0.05 * 2 * error.sum(0) / len(rows)
        losses.append(total / len(x))
    return w, b, losses


@pytest.mark.parametrize("batch", [1, 8, 36, 37, None])
def test_descent_is_the_loop_one_would_write(batch: int | None) -> None:
    model = _line()
    w, b = (value.astype(np.float64) for value in model.get_weights())
    history = model.fit(_X, _Y, batch_size=batch, epochs=3, shuffle=False)
    w, b, losses = _by_hand(w, b, _X, _Y, [np.arange(37)] * 3, batch or 37)
    np.testing.assert_allclose(history.history["loss"], losses, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-5, atol=1e-6)


def test_shuffling_is_a_new_permutation_each_epoch() -> None:
    set_random_seed(3)
    model = _line()
    w, b = model.get_weights()
    # The key that the next fit will draw.
    set_random_seed(5)
    key = next_key()
    set_random_seed(5)
    model.fit(_X, _Y, batch_size=10, epochs=3)
    orders = [permutation(key, epoch, 37) for epoch in range(3)]
    expected, _, _ = _by_hand(w, b, _X, _Y, orders, 10)
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=1e-4, atol=1e-6)
    assert all(sorted(order) == list(range(37)) for order in orders)
    assert len({tuple(order) for order in orders}) == 3


def test_one_program_serves_every_batch_size() -> None:
    model = small_net()
    x, y = blobs()
    for size in (7, 16, 70, None):
        model.fit(x, y, batch_size=size)
    model.train_on_batch(x[:1], y[:1])
    assert len(model._setup._steps) == 1


def test_a_step_prints_as_a_short_program_that_gives_the_same_numbers() -> None:
    model = Sequential(
        [Input((9,)), Dense(16, "relu", name="hidden"), Dense(1, "sigmoid", name="output")]
    )
    model.compile(optimizers.SGD(0.1), "binary_crossentropy")
    text = model.source("train")
    assert len(text.splitlines()) <= 40
    assert "sigmoid(output_z) - y" in text
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    x, y = blobs(rows=20, features=9)[0], halves(rows=20)[1]
    before = [*model.get_weights(), np.float32(0.1), np.int64(0)]
    (loss,), new = namespace["train_step"](before, x, y)
    found = model.train_on_batch(x, y)
    assert abs(float(loss) - found) <= 1e-6
    for mine, other in zip(model.get_weights(), new, strict=False):
        np.testing.assert_allclose(mine, other, atol=1e-6)


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "SparseCategoricalCrossentropy"])
@pytest.mark.parametrize("which", ["train", "evaluate", "predict"])
def test_programs_can_be_printed_before_and_after_training(which: str, loss: str) -> None:
    model = small_net(metrics=["accuracy"], loss=loss)
    before = model.source(which)
    x, y = blobs()
    y = y if "Sparse" in loss else np.eye(3)[y]
    model.fit(x, y)
    model.evaluate(x, y)
    assert model.source(which) == before
    assert "hidden" in before


def test_what_is_frozen_stays() -> None:
    model = small_net()
    x, y = blobs()
    hidden = model.get_layer("hidden")
    model.fit(x, y)
    hidden.trainable = False
    before, other = hidden.get_weights(), model.get_layer("output").get_weights()
    model.fit(x, y)
    assert same(hidden.get_weights(), before)
    assert not same(model.get_layer("output").get_weights(), other)
    hidden.trainable = True
    model.fit(x, y)
    assert not same(hidden.get_weights(), before)


def test_validation_does_not_change_training() -> None:
    x, y = blobs()
    set_random_seed(0)
    start = small_net().get_weights()
    weights = []
    for validation in (None, (x, y)):
        model = small_net(metrics=["accuracy"])
        model.set_weights(start)
        history = model.fit(x, y, epochs=3, shuffle=False, validation_data=validation)
        weights.append(model.get_weights())
        if validation:
            # The loss of the next epoch's weights on the same data is what evaluate says.
            last = model.evaluate(x, y, return_dict=True)
            assert last["loss"] == history.history["val_loss"][-1]
            assert last["accuracy"] == history.history["val_accuracy"][-1]
    assert same(*weights)


def test_dropout_draws_anew_each_step_and_not_in_prediction() -> None:
    set_random_seed(1)
    model = Sequential([Input((4,)), Dense(6), Dropout(0.5, name="drop"), Dense(1)])
    model.compile(optimizers.SGD(0.0), "mse")
    losses = [model.train_on_batch(_X, _Y) for _ in range(4)]
    assert len(set(losses)) == 4
    assert same([model.predict(_X)], [model.predict(_X)])


def test_float64_is_kept_throughout() -> None:
    model = Sequential(
        [Input((4,), dtype="float64"), Dense(3, "tanh", dtype="float64"), Dense(1, dtype="float64")]
    )
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(_X, _Y, epochs=2)
    assert model.predict(_X).dtype == np.float64
    assert {weight.dtype for weight in model.get_weights()} == {np.dtype("float64")}


class _Doubled(Model):
    """A subclass with its own call: dicts in, dicts out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.first = Dense(3, "tanh", name="first")
        self.last = Dense(1, name="last")

    def call(self, inputs: Any, training: bool = False) -> Any:
        hidden = self.first(inputs["left"]) + self.first(inputs["right"])
        return {"sum": self.last(hidden), "hidden": hidden}


def test_subclassed_models_take_and_give_dicts() -> None:
    x = {"left": _X, "right": _X[::-1].copy()}
    model = _Doubled()
    model.compile("sgd", loss={"sum": "mse"}, metrics={"sum": ["mae"]})
    history = model.fit(x, {"sum": _Y}, epochs=5, shuffle=False)
    assert list(history.history) == ["loss", "sum_mae"]
    assert history.history["loss"][-1] < history.history["loss"][0]
    found = model.predict(x)
    assert found["sum"].shape == (37, 1) and found["hidden"].shape == (37, 3)


class _WithLoss(Layer):
    def call(self, inputs: Any) -> Any:
        self.add_loss(ops.mean(inputs * inputs))
        return inputs


def test_losses_of_layers_are_enough() -> None:
    model = Sequential([Input((4,)), Dense(2, name="d"), _WithLoss()])
    model.compile(optimizers.SGD(0.1))
    start = model.evaluate(_X)
    history = model.fit(_X, epochs=20)
    assert history.history["loss"][-1] < 0.5 * start


class _Own(Model):
    def __init__(self) -> None:
        super().__init__()
        self.w = Variable(5.0, name="w")

    def call(self, inputs: Any) -> Any:
        return inputs * self.w

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        return ops.sum(0.5 * (y_pred - y) ** 2)


def test_a_loss_of_ones_own() -> None:
    model = _Own()
    model.compile(optimizers.SGD(0.1), loss="mse")
    assert model.train_on_batch([[2.0]], [[6.0]]) == 8.0
    assert round(float(model.w), 3) == 4.2
