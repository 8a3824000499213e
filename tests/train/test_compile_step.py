"""compile_step: loops that `fit` does not cover, as compiled steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Variable, gradient, ops
from pellucid.nn.layers import BatchNormalization, Dense, Dropout, Input
from pellucid.train import Sequential, compile_step, optimizers
from tests.train.data import halves, same

_X, _Y = halves(rows=24)


def _net(*extra: Any) -> Sequential:
    return Sequential([Input((4,)), Dense(6, "tanh"), *extra, Dense(1)])


def _own_step(model: Any, optimizer: Any) -> Any:
    @compile_step
    def step(x: Any, y: Any) -> Any:
        error = model(x, training=True) - y
        loss = ops.mean(error * error)
        weights = model.trainable_weights
        return loss, optimizer.updates(gradient(loss, weights), weights)

    return step


@pytest.mark.parametrize("extra", [(), (BatchNormalization(name="norm"),)])
def test_a_step_of_ones_own_is_that_of_fit(extra: Any) -> None:
    model = _net(*extra)
    start = model.get_weights()
    model.compile(optimizers.Adam(0.01), "mse")
    losses = [model.train_on_batch(_X, _Y) for _ in range(5)]
    weights = model.get_weights()
    model.set_weights(start)
    step = _own_step(model, optimizers.Adam(0.01))
    np.testing.assert_allclose([float(step(_X, _Y)) for _ in range(5)], losses, rtol=1e-6)
    for mine, other in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-6)


def test_states_of_layers_are_updated_too() -> None:
    model = _net(Dropout(0.5))
    step = _own_step(model, optimizers.SGD(0.0))
    assert len({float(step(_X, _Y)) for _ in range(4)}) == 4


def test_one_program_for_each_form_of_the_arguments() -> None:
    calls: list[Any] = []

    @compile_step
    def total(x: Any, scale: float = 1.0, double: bool = False) -> Any:
        calls.append((x, scale, double))
        result = ops.sum(x) * scale
        return result * 2 if double else result

    assert float(total(np.ones((3, 2), np.float32))) == 6.0
    assert float(total(np.ones((5, 2)), 2.0)) == 20.0
    assert float(total(np.ones((7, 2), np.float32), scale=3.0)) == 42.0
    assert len(calls) == 2, "float64 is another form; other numbers and other N are not"
    assert float(total(np.ones((3, 2), np.float32), double=True)) == 12.0
    assert float(total(np.ones(4, np.int32))) == 4.0
    assert len(calls) == 4
    assert "def total" in total.source and total.__name__ == "total"


def test_two_optimizers_in_one_step_see_the_old_values() -> None:
    a, b = Variable(1.0, name="a"), Variable(2.0, name="b")
    one, two = optimizers.SGD(0.1), optimizers.SGD(0.5)

    @compile_step
    def step() -> Any:
        """Two players of a game: one makes a·b small, the other makes it large."""
        value = a * b
        up = one.updates([gradient(value, a)], [a])
        down = two.updates([gradient(-value, b)], [b])
        return {"value": value, "sum": a + b}, [*up, *down]

    found = step()
    assert float(found["value"]) == 2.0 and float(found["sum"]) == 3.0
    np.testing.assert_allclose([float(a), float(b)], [1.0 - 0.1 * 2.0, 2.0 + 0.5 * 1.0], rtol=1e-6)
    assert step.__doc__ is not None and step.__doc__.startswith("Two players")


def test_arguments_and_outputs_may_be_nested() -> None:
    @compile_step
    def swap(parts: Any, rest: Any) -> Any:
        return {"sum": parts["b"] + rest[0], "pair": (parts["a"], rest[1])}

    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    found = swap({"a": x, "b": 2 * x}, [x, [1.0, 2.0, 3.0]])
    assert same([found["sum"], found["pair"][0]], [3 * x, x])
    assert found["pair"][1].tolist() == [1.0, 2.0, 3.0]


def test_mistakes_are_named() -> None:
    @compile_step
    def nothing(x: Any) -> Any:
        ops.sum(x)

    with pytest.raises(ArgumentError, match="nothing: .*received None"):
        nothing(_X)
    with pytest.raises(ArgumentError, match="a call before its source"):
        _ = nothing.source

    @compile_step
    def add(x: Any, y: Any) -> Any:
        return x + y

    with pytest.raises(ShapeError, match="same number of samples"):
        add(_X, _X[:3])
    with pytest.raises(TypeError):
        add(_X)
