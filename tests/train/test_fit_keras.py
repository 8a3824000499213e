"""fit, evaluate and predict against Keras: the same weights at the start, no shuffling.

The same steps in the same order must give the same losses, metrics and weights, whatever the
arguments.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid.nn.layers
import pellucid.train
from tests.train import peers
from tests.train.data import blobs, halves

# Keras's own arrays do not yet take the argument that NumPy 2 gives them.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

_TOLERANCE = 1e-4
_X, _CLASSES = blobs()
_, _SIDE = halves()
_VALUES = (_X @ np.arange(0.1, 0.9, 0.1).reshape(4, 2)).astype(np.float32)
_WEIGHTS = np.random.default_rng(1).uniform(0.2, 3.0, len(_X)).astype(np.float32)
_ONE_HOT = np.eye(3, dtype=np.float32)[_CLASSES]


class _Ours:
    layers = pellucid.nn.layers
    Model = pellucid.train.Model
    Sequential = pellucid.train.Sequential
    optimizers = pellucid.train.optimizers


def _classifier(k: Any, activation: str = "softmax", **dense: Any) -> Any:
    return k.Sequential(
        [k.layers.Input((4,)), k.layers.Dense(8, "tanh", **dense), k.layers.Dense(3, activation)]
    )


def _binary(k: Any) -> Any:
    return k.Sequential(
        [k.layers.Input((4,)), k.layers.Dense(6, "relu"), k.layers.Dense(1, "sigmoid")]
    )


def _regression(k: Any) -> Any:
    return k.Sequential([k.layers.Input((4,)), k.layers.Dense(5, "tanh"), k.layers.Dense(2)])


def _two_heads(k: Any) -> Any:
    x = k.layers.Input((4,), name="measured")
    hidden = k.layers.Dense(6, "tanh")(x)
    side = k.layers.Dense(1, "sigmoid", name="side")(hidden)
    kind = k.layers.Dense(3, "softmax", name="kind")(hidden)
    return k.Model(x, [side, kind])


def _two_inputs(k: Any) -> Any:
    a, b = k.layers.Input((3,), name="a"), k.layers.Input((1,), name="b")
    joined = k.layers.Concatenate()([a, k.layers.Dense(4, "tanh")(b)])
    return k.Model([a, b], k.layers.Dense(1)(joined))


def _normed(k: Any) -> Any:
    return k.Sequential(
        [
            k.layers.Input((4,)),
            k.layers.Dense(6),
            k.layers.BatchNormalization(),
            k.layers.Dense(3, "softmax"),
        ]
    )


_SPARSE = "sparse_categorical_crossentropy"
_INPUTS = {"a": _X[:, :3], "b": _X[:, 3:]}

# network, arguments of compile, x, y, arguments of fit
_CASES: dict[str, tuple[Any, dict[str, Any], Any, Any, dict[str, Any]]] = {
    "mini-batches": (_classifier, {"loss": _SPARSE}, _X, _CLASSES, {"batch_size": 16}),
    "full batch": (_classifier, {"loss": _SPARSE}, _X, _CLASSES, {"batch_size": 70}),
    "more than full": (_classifier, {"loss": _SPARSE}, _X, _CLASSES, {"batch_size": 1000}),
    "one sample": (_classifier, {"loss": _SPARSE}, _X[:9], _CLASSES[:9], {"batch_size": 1}),
    "last batch of one": (_classifier, {"loss": _SPARSE}, _X, _CLASSES, {"batch_size": 23}),
    "one-hot": (_classifier, {"loss": "categorical_crossentropy"}, _X, _ONE_HOT, {}),
    "named crossentropy": (_classifier, {"loss": "crossentropy"}, _X, _ONE_HOT, {}),
    "binary, flat targets": (
        _binary,
        {"loss": "binary_crossentropy", "metrics": ["accuracy"]},
        _X,
        _SIDE[:, 0].astype(int),
        {},
    ),
    "regression": (_regression, {"loss": "mse", "metrics": ["mae"]}, _X, _VALUES, {}),
    "adam": (_regression, {"loss": "mae", "optimizer": "adam"}, _X, _VALUES, {}),
    "default optimizer": (_regression, {"loss": "mse", "optimizer": None}, _X, _VALUES, {}),
    "metrics": (
        _classifier,
        {"loss": _SPARSE, "metrics": ["accuracy", "sparse_top_k_categorical_accuracy"]},
        _X,
        _CLASSES,
        {"batch_size": 16},
    ),
    "sample weights": (
        _classifier,
        {"loss": _SPARSE, "metrics": ["acc"], "weighted_metrics": ["acc"]},
        _X,
        _CLASSES,
        {"sample_weight": _WEIGHTS, "batch_size": 16},
    ),
    "class weights": (
        _classifier,
        {"loss": _SPARSE, "weighted_metrics": ["accuracy"]},
        _X,
        _CLASSES,
        {"class_weight": {0: 0.5, 2: 3.0}},
    ),
    "class weights of one-hot": (
        _classifier,
        {"loss": "categorical_crossentropy"},
        _X,
        _ONE_HOT,
        {"class_weight": {0: 0.5, 2: 3.0}},
    ),
    "validation data": (
        _classifier,
        {"loss": _SPARSE, "metrics": ["accuracy"]},
        _X[:50],
        _CLASSES[:50],
        {"validation_data": (_X[50:], _CLASSES[50:]), "validation_batch_size": 7},
    ),
    "weighted validation": (
        _classifier,
        {"loss": _SPARSE, "weighted_metrics": ["accuracy"]},
        _X[:50],
        _CLASSES[:50],
        {"validation_data": (_X[50:], _CLASSES[50:], _WEIGHTS[50:])},
    ),
    "validation split": (
        _classifier,
        {"loss": _SPARSE, "metrics": ["accuracy"]},
        _X,
        _CLASSES,
        {"validation_split": 0.3, "sample_weight": _WEIGHTS},
    ),
    "validation now and then": (
        _classifier,
        {"loss": _SPARSE},
        _X,
        _CLASSES,
        {"validation_split": 0.3, "validation_freq": 2},
    ),
    "initial epoch": (_classifier, {"loss": _SPARSE}, _X, _CLASSES, {"initial_epoch": 2}),
    "two outputs": (
        _two_heads,
        {
            "loss": ["binary_crossentropy", _SPARSE],
            "loss_weights": [0.3, 2.0],
            "metrics": [["accuracy"], ["accuracy"]],
        },
        _X,
        [_SIDE, _CLASSES],
        {"batch_size": 16},
    ),
    "two outputs by name": (
        _two_heads,
        {
            "loss": {"kind": _SPARSE, "side": "mse"},
            "loss_weights": {"kind": 0.5, "side": 1.5},
            "metrics": {"kind": ["accuracy"]},
        },
        _X,
        {"kind": _CLASSES, "side": _SIDE},
        {"validation_split": 0.2},
    ),
    "two inputs": (_two_inputs, {"loss": "mse"}, [_X[:, :3], _X[:, 3:]], _SIDE, {}),
    "two inputs by name": (_two_inputs, {"loss": "mse"}, _INPUTS, _SIDE, {}),
    "regularizers": (
        lambda k: _classifier(k, kernel_regularizer="l2", activity_regularizer="l1"),
        {"loss": _SPARSE},
        _X,
        _CLASSES,
        {"batch_size": 16, "validation_split": 0.2},
    ),
    "constraint": (
        lambda k: _classifier(k, kernel_constraint="unit_norm"),
        {"loss": _SPARSE},
        _X,
        _CLASSES,
        {},
    ),
    "batch normalization": (
        _normed,
        {"loss": _SPARSE},
        _X,
        _CLASSES,
        {"batch_size": 16, "validation_split": 0.2},
    ),
}


def _train(k: Any, case: str, weights: Any) -> tuple[Any, Any]:
    build, compile, x, y, fit = _CASES[case]
    model = build(k)
    if weights is not None:
        model.set_weights(weights)
    optimizer = compile.get("optimizer", k.optimizers.SGD(0.1, momentum=0.9))
    arguments = {**compile, "optimizer": optimizer} if optimizer else {"loss": compile["loss"]}
    model.compile(**arguments)
    start = model.get_weights()
    history = model.fit(x, y, epochs=4, shuffle=False, verbose=0, **fit)
    return model, (start, history)


@pytest.mark.parametrize("case", _CASES)
def test_training_is_that_of_keras(case: str) -> None:
    theirs, (start, expected) = _train(peers.keras(), case, None)
    ours, (_, history) = _train(_Ours, case, start)
    assert set(history.history) == set(expected.history)
    assert history.epoch == expected.epoch
    for name, values in expected.history.items():
        np.testing.assert_allclose(history.history[name], values, atol=_TOLERANCE, err_msg=name)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=_TOLERANCE)


@pytest.mark.parametrize("case", ["metrics", "two outputs", "regularizers", "batch normalization"])
def test_evaluation_and_prediction_are_those_of_keras(case: str) -> None:
    theirs, (start, _) = _train(peers.keras(), case, None)
    ours, _ = _train(_Ours, case, start)
    x, y = _CASES[case][2:4]
    expected = theirs.evaluate(x, y, batch_size=16, verbose=0, return_dict=True)
    found = ours.evaluate(x, y, batch_size=16, return_dict=True)
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=_TOLERANCE, err_msg=name)
    a, b = theirs.predict(x, verbose=0), ours.predict(x)
    for mine, other in zip(*([p] if isinstance(p, np.ndarray) else p for p in (b, a)), strict=True):
        np.testing.assert_allclose(mine, other, atol=_TOLERANCE)


def test_single_batches_are_those_of_keras() -> None:
    k = peers.keras()
    theirs = _classifier(k)
    ours = _classifier(_Ours)
    ours.set_weights(theirs.get_weights())
    for model, other in ((theirs, k), (ours, _Ours)):
        model.compile(other.optimizers.SGD(0.1), _SPARSE, metrics=["accuracy"])
    for _ in range(3):
        expected = theirs.train_on_batch(_X, _CLASSES)
        np.testing.assert_allclose(ours.train_on_batch(_X, _CLASSES), expected, atol=_TOLERANCE)
    expected = theirs.test_on_batch(_X, _CLASSES, sample_weight=_WEIGHTS)
    found = ours.test_on_batch(_X, _CLASSES, sample_weight=_WEIGHTS)
    np.testing.assert_allclose(found, expected, atol=_TOLERANCE)
    expected = theirs.predict_on_batch(_X)
    np.testing.assert_allclose(ours.predict_on_batch(_X), expected, atol=_TOLERANCE)


def test_generators_are_those_of_keras() -> None:
    k = peers.keras()

    def stream() -> Any:
        while True:
            for first in range(0, 70, 16):
                yield _X[first : first + 16], _CLASSES[first : first + 16]

    theirs, ours = _classifier(k), _classifier(_Ours)
    ours.set_weights(theirs.get_weights())
    found = []
    for model in (theirs, ours):
        model.compile("sgd", _SPARSE)
        history = model.fit(stream(), epochs=3, steps_per_epoch=7, shuffle=False, verbose=0)
        found.append(history.history["loss"])
    np.testing.assert_allclose(found[1], found[0], atol=_TOLERANCE)
