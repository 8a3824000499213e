"""A loss that is not finite: training stops, says where, and leaves the weights as they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import NumericsError
from pellucid.graph import ops
from pellucid.nn.layers import Dense, Input, Lambda
from pellucid.train import Sequential, optimizers
from pellucid.train.callbacks import TerminateOnNaN
from tests.train.data import halves, same

_X, _Y = halves(rows=40)


def _logarithm() -> Sequential:
    """A network whose layer "log" takes the logarithm of a number that may be negative."""
    return Sequential(
        [
            Input((4,)),
            Dense(3, name="before"),
            Lambda(ops.log, name="log"),
            Lambda(lambda x: x * 2.0, name="after"),
            Dense(1, name="last"),
        ]
    )


def _line() -> Sequential:
    return Sequential([Input((4,)), Dense(1, name="line")])


def _spoiled(array: Any, row: int) -> Any:
    array = array.copy()
    array[row] = np.nan
    return array


# network, optimizer, x, y, what the message says
_CASES: dict[str, tuple[Any, Any, Any, Any, str]] = {
    "a layer": (_logarithm, optimizers.SGD(0.1), _X, _Y, "epoch 1, step 1.*Layer 'log' gives"),
    "data": (_line, optimizers.SGD(0.1), _spoiled(_X, 13), _Y, "step 2.*'x' are not.*row 3 of"),
    "targets": (_line, optimizers.SGD(0.1), _X, _spoiled(_Y, 25), "step 3.*'y' are not.*row 5"),
    "loss": (_line, optimizers.SGD(0.1), _X, _Y * 1e30, "step 1: .*received inf.*The loss gives"),
    "steps too long": (_line, optimizers.SGD(1e25), _X, _Y, "step 2"),
    "a weight": (_line, optimizers.SGD(1e38), _X * 10, _Y * 100, "weight 'line/kernel' is not"),
}


@pytest.mark.parametrize("case", _CASES)
def test_the_message_names_step_and_place(case: str) -> None:
    build, optimizer, x, y, expected = _CASES[case]
    model = build()
    model.compile(optimizer, "mse")
    with pytest.raises(NumericsError, match=expected) as raised:
        model.fit(x, y, batch_size=10, shuffle=False)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 1


def test_the_weights_are_those_before_the_step() -> None:
    model = _line()
    model.compile(optimizers.SGD(0.1, momentum=0.9), "mse")
    expected = _line()
    expected.compile(optimizers.SGD(0.1, momentum=0.9), "mse")
    expected.set_weights(model.get_weights())
    expected.fit(_X[:10], _Y[:10], batch_size=10, shuffle=False)
    with pytest.raises(NumericsError, match="step 2"):
        model.fit(_spoiled(_X, 13), _Y, batch_size=10, shuffle=False)
    assert same(model.get_weights(), expected.get_weights())
    assert same(model.optimizer.get_state().values(), expected.optimizer.get_state().values())


def test_single_batches_are_watched_too() -> None:
    model = _logarithm()
    model.compile("sgd", "mse")
    with pytest.raises(NumericsError, match="train_on_batch: .*Layer 'log'"):
        model.train_on_batch(_X, _Y)


def test_evaluation_reports_what_it_finds() -> None:
    model = _logarithm()
    model.compile("sgd", "mse")
    assert np.isnan(model.evaluate(_X, _Y))


def test_terminate_on_nan_ends_without_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    model = _logarithm()
    model.compile("sgd", "mse")
    history = model.fit(_X, _Y, batch_size=10, epochs=3, callbacks=[TerminateOnNaN()])
    assert history.epoch == [0]
    assert "Batch 0: the loss is nan" in capsys.readouterr().out
