"""What `compile` takes: kinds of losses and metrics by shape, names in the logs, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import PellucidError
from pellucid.graph import ops
from pellucid.nn.layers import Dense, Input
from pellucid.nn.losses import MeanSquaredError
from pellucid.nn.metrics import AUC, F1Score
from pellucid.train import Model, optimizers
from tests.train.data import blobs, halves, small_net

_X, _CLASSES = blobs(rows=24)
_SIDE = halves(rows=24)[1]
_ONE_HOT = np.eye(3, dtype=np.float32)[_CLASSES]


def _heads() -> Model:
    x = Input((4,), name="x")
    return Model(x, [Dense(1, "sigmoid", name="side")(x), Dense(3, "softmax", name="kind")(x)])


def _distance(y_true: Any, y_pred: Any) -> Any:
    return ops.mean(abs(y_true - y_pred), axis=-1)


# arguments of compile -> names of the logs
_NAMES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "losses": (
        {"loss": ["mse", "categorical_crossentropy"]},
        ["loss", "side_loss", "kind_loss"],
    ),
    "one for both": ({"loss": "mse"}, ["loss", "side_loss", "kind_loss"]),
    "one output without a loss": ({"loss": {"kind": "mse"}}, ["loss"]),
    "metrics by name": (
        {"loss": {"kind": "mse"}, "metrics": {"side": ["acc"], "kind": "accuracy"}},
        ["loss", "side_acc", "kind_accuracy"],
    ),
    "metrics by place": (
        {"loss": "mse", "metrics": [None, ["accuracy", _distance]]},
        ["loss", "kind_accuracy", "kind__distance", "side_loss", "kind_loss"],
    ),
    "the same metric twice": (
        {"loss": {"side": "mse"}, "metrics": {"side": ["mae", "mae", AUC(name="mae")]}},
        ["loss", "side_mae", "side_mae_1", "side_mae_2"],
    ),
    "weighted beside plain": (
        {
            "loss": {"side": "mse"},
            "metrics": {"side": ["acc"]},
            "weighted_metrics": {"side": ["acc", "mae"]},
        },
        ["loss", "side_acc", "weighted_side_acc", "side_mae"],
    ),
}


@pytest.mark.parametrize("case", _NAMES)
def test_names_in_the_logs(case: str) -> None:
    compile, expected = _NAMES[case]
    model = _heads()
    model.compile("sgd", **compile)
    y = {"side": _SIDE, "kind": _ONE_HOT}
    history = model.fit(_X, y, validation_split=0.25)
    assert list(history.history) == [*expected, *(f"val_{name}" for name in expected)]
    assert model.metrics_names == expected
    found = model.evaluate(_X, y)
    assert (len(found) if len(expected) > 1 else 1) == len(expected)
    assert len(model.metrics) == len([name for name in expected if not name.endswith("loss")])


_KINDS = {
    "binary": (1, _SIDE, "BinaryAccuracy"),
    "binary, flat": (1, _SIDE[:, 0].astype(bool), "BinaryAccuracy"),
    "sparse": (3, _CLASSES, "SparseCategoricalAccuracy"),
    "sparse column": (3, _CLASSES[:, None], "SparseCategoricalAccuracy"),
    "one-hot": (3, _ONE_HOT, "CategoricalAccuracy"),
}


@pytest.mark.parametrize("case", _KINDS)
@pytest.mark.parametrize("name", ["accuracy", "acc"])
def test_accuracy_and_crossentropy_fit_the_shapes(case: str, name: str) -> None:
    classes, y, expected = _KINDS[case]
    model = small_net(classes=classes, loss="crossentropy", metrics=[name])
    if classes == 1:
        model = Model(model.inputs, Dense(1, "sigmoid")(model.layers[0].output))
        model.compile("sgd", "crossentropy", metrics=[name])
    history = model.fit(_X, y)
    assert type(model.metrics[0]).__name__ == expected
    assert list(history.history) == ["loss", name]


def test_a_metric_may_be_an_array() -> None:
    model = small_net(loss="categorical_crossentropy", metrics=[F1Score(average=None)])
    history = model.fit(_X, _ONE_HOT, epochs=2)
    assert np.shape(history.history["f1_score"]) == (2, 3)


def test_functions_and_objects_serve_as_losses() -> None:
    start = small_net().get_weights()
    found = []
    for loss in (_distance, "mae", MeanSquaredError(), MeanSquaredError, "mse"):
        model = small_net(loss=loss)
        model.set_weights(start)
        found.append(model.fit(_X, _ONE_HOT, shuffle=False).history["loss"][0])
    assert found[0] == pytest.approx(found[1]) and found[2] == found[3] == found[4]


def test_weights_of_losses_scale_what_is_trained_and_the_sum() -> None:
    model = _heads()
    model.compile(optimizers.SGD(0.0), "mse", loss_weights=[2.0, 0.5])
    logs = model.evaluate(_X, [_SIDE, _ONE_HOT], return_dict=True)
    expected = 2.0 * logs["side_loss"] + 0.5 * logs["kind_loss"]
    assert logs["loss"] == pytest.approx(expected, rel=1e-6)
    before = model.get_layer("side").get_weights()
    model.compile(optimizers.SGD(0.1), "mse", loss_weights={"side": 0.0, "kind": 1.0})
    model.fit(_X, [_SIDE, _ONE_HOT])
    assert all(
        (a == b).all() for a, b in zip(model.get_layer("side").get_weights(), before, strict=True)
    )


_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown loss": ({"loss": "msee"}, "loss: .*'msee'. Did you mean"),
    "unknown metric": ({"loss": "mse", "metrics": ["acuracy"]}, "metric: .*'acuracy'"),
    "unknown optimizer": ({"optimizer": "adamm", "loss": "mse"}, "optimizer: .*'adamm'"),
    "too many losses": ({"loss": ["mse"] * 3}, "loss: expected 2 entries; received 3"),
    "unknown output": ({"loss": {"sides": "mse"}}, r"names of outputs \(side, kind\).*sides"),
    "too many weights": ({"loss": "mse", "loss_weights": [1.0]}, "loss_weights.*2 entries"),
    "weights as text": ({"loss": "mse", "loss_weights": "much"}, "loss_weights"),
    "metrics for one of two": ({"loss": "mse", "metrics": ["mae"]}, "metrics.*2 entries"),
    "no loss": ({}, "compile: expected a loss"),
}


@pytest.mark.parametrize("case", _REFUSED)
def test_what_compile_cannot_mean_is_refused(case: str) -> None:
    arguments, expected = _REFUSED[case]
    model = _heads()
    with pytest.raises(PellucidError, match=expected) as raised:
        model.compile(**arguments)
        model.fit(_X, [_SIDE, _ONE_HOT])
    assert "\n" not in str(raised.value)


def test_targets_of_another_shape_are_refused() -> None:
    with pytest.raises(PellucidError, match="one shape"):
        small_net(loss="mse").fit(_X, _CLASSES)
    with pytest.raises(PellucidError, match="categorical_crossentropy"):
        small_net().fit(_X, _ONE_HOT)
