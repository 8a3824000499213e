"""Model files: what is saved comes back, in another process too; what is damaged is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ModelFileError, PellucidError
from pellucid.graph import ops
from pellucid.nn.layers import (
    Add,
    BatchNormalization,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    Lambda,
    Layer,
    Normalization,
)
from pellucid.nn.losses import Huber
from pellucid.nn.metrics import AUC
from pellucid.train import Model, Sequential, load_model, optimizers, save_model
from pellucid.train.model_file import MODEL_FORMAT
from pellucid.train.tensor_file import read_tensor_file, write_tensor_file
from tests.train.data import blobs, halves, same, small_net

_ROOT = Path(__file__).resolve().parents[2]
_X, _Y = halves(rows=30)
_WHOLE = np.arange(60).reshape(30, 2) % 7


def _stack() -> Any:
    norm = Normalization(name="norm")
    norm.adapt(_X)
    layers = [Input((4,)), norm, Dense(5, "relu", kernel_regularizer="l2"), BatchNormalization()]
    return Sequential([*layers, Dropout(0.2), Dense(1, "sigmoid")]), _X


def _joined() -> Any:
    a, b = Input((4,), name="a"), Input((2,), dtype="int32", name="b")
    shared = Dense(3, "tanh", name="shared")
    words = Flatten()(Embedding(7, 2)(b))
    hidden = Add()([shared(a), shared(a * 2.0)])
    model = Model([a, b], {"one": Dense(1)(Concatenate()([hidden, words])), "two": hidden})
    return model, {"a": _X, "b": _WHOLE}


def _nested() -> Any:
    inner = Sequential([Input((4,)), Dense(3, "gelu")], name="inner")
    x = Input((4,))
    return Model(x, Dense(2, "softmax")(inner(x))), _X


def _late() -> Any:
    model = Sequential([Dense(3, "relu"), Dense(1)])
    model(_X)
    return model, _X


def _empty() -> Any:
    return Sequential([Input((4,)), Flatten()]), _X


class Doubled(Model):
    """A subclass with a call of its own, known to files under its name when loading."""

    def __init__(self, width: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = width
        self.first = Dense(width, "tanh", name="first")

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.first(inputs["left"]) + self.first(inputs["right"])


_MODELS: dict[str, Callable[[], Any]] = {
    "stack": _stack,
    "joined": _joined,
    "nested": _nested,
    "built late": _late,
    "no weights": _empty,
}


@pytest.mark.parametrize("case", _MODELS)
def test_what_is_saved_comes_back(case: str, tmp_path: Path) -> None:
    model, x = _MODELS[case]()
    path = tmp_path / "m.pellucid"
    model.save(path)
    loaded = load_model(path)
    assert type(loaded) is type(model) and loaded.name == model.name
    assert same(loaded.get_weights(), model.get_weights())
    expected, found = model.predict(x), loaded.predict(x)
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        expected, found = list(expected.values()), list(found.values())
    assert same(found, expected)
    assert [each.name for each in tmp_path.iterdir()] == ["m.pellucid"]


_TRAINING: dict[str, dict[str, Any]] = {
    "names": {"optimizer": "adam", "loss": "mse", "metrics": ["mae"]},
    "objects": {
        "optimizer": optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        "loss": Huber(delta=0.5),
        "metrics": [AUC(num_thresholds=50, name="area")],
    },
    "by output": {
        "optimizer": "rmsprop",
        "loss": {"kind": "binary_crossentropy"},
        "loss_weights": {"kind": 2.0},
        "weighted_metrics": {"kind": ["accuracy"]},
    },
}


def _kind() -> Sequential:
    return Sequential([Input((4,)), Dense(3), Dropout(0.5), Dense(1, "sigmoid", name="kind")])


@pytest.mark.parametrize("case", _TRAINING)
def test_training_goes_on_as_if_it_had_not_been_saved(case: str, tmp_path: Path) -> None:
    model = _kind()
    model.compile(**_TRAINING[case])
    model.fit(_X, _Y, epochs=2, batch_size=8)
    path = tmp_path / "m.pellucid"
    model.save(path)
    loaded = load_model(path)
    results = []
    for each in (model, loaded):
        history = each.fit(_X, _Y, epochs=2, batch_size=8, shuffle=False)
        results.append((history.history, each.get_weights(), each.evaluate(_X, _Y)))
    assert results[0][0] == results[1][0] and results[0][2] == results[1][2]
    assert same(results[0][1], results[1][1])


@pytest.mark.parametrize("saved", [True, False])
def test_training_settings_can_be_left_out(saved: bool, tmp_path: Path) -> None:
    model = small_net(loss=lambda y, p: ops.mean(abs(y - p)), optimizer="adam")
    path = tmp_path / "m.pellucid"
    with pytest.raises(ArgumentError, match="registered loss"):
        model.save(path)
    assert not path.exists()
    if saved:
        model = small_net(optimizer="adam")
    model.save(path, include_optimizer=saved)
    loaded = load_model(path, compile=False)
    assert not loaded.compiled and same(loaded.get_weights(), model.get_weights())


def test_a_subclass_comes_back_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "m.pellucid"
    model, x = Doubled(width=2, name="both"), {"left": _X, "right": -_X}
    from pellucid.nn.layer import LAYERS

    LAYERS.register()(Doubled)
    with pytest.raises(ArgumentError, match="seen data"):
        model.save(path)
    expected = model.predict(x)
    save_model(model, path)
    loaded = load_model(path)
    assert isinstance(loaded, Doubled) and loaded.width == 2
    assert same([loaded.predict(x)], [expected])


class _Scale(Layer):
    def __init__(self, factor: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor


def test_own_layers_come_through_custom_objects_only(tmp_path: Path) -> None:
    path = tmp_path / "m.pellucid"
    model = Sequential([Input((4,)), _Scale(3.0), Dense(1)])
    with pytest.raises(ArgumentError, match="registered layer"):
        model.save(path)
    _rewrite(_saved(path), _replace_name("Dense", "_Scale", {"factor": 2.0}))
    with pytest.raises(ModelFileError, match="'_Scale'"):
        load_model(path)
    loaded = load_model(path, custom_objects={"_Scale": _Scale})
    assert isinstance(loaded.layers[0], _Scale)
    with pytest.raises(ModelFileError, match="'_Scale'"):
        load_model(path)


def test_a_lambda_cannot_be_saved(tmp_path: Path) -> None:
    model = Sequential([Input((4,)), Lambda(lambda x: x * 2.0)])
    with pytest.raises(ArgumentError):
        model.save(tmp_path / "m.pellucid")
    assert list(tmp_path.iterdir()) == []


def test_another_process_loads_the_file(tmp_path: Path) -> None:
    model, x = _stack()
    path = tmp_path / "m.pellucid"
    model.save(path)
    np.save(tmp_path / "x.npy", x)
    program = (
        "import sys, numpy as np\n"
        "from pellucid.train import load_model\n"
        "print(load_model(sys.argv[1]).predict(np.load(sys.argv[2])).tobytes().hex())"
    )
    arguments = [sys.executable, "-c", program, str(path), str(tmp_path / "x.npy")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=_ROOT)
    assert done.stdout.strip() == model.predict(x).tobytes().hex()


# Weights alone


def test_weights_come_back_by_name_or_in_order(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    model = small_net()
    model.save_weights(path)
    other = small_net()
    assert not same(other.get_weights(), model.get_weights())
    other.load_weights(path)
    assert same(other.get_weights(), model.get_weights())
    unnamed = Sequential([Input((4,)), Dense(8), Dense(3)])
    unnamed.load_weights(path)
    assert same(unnamed.get_weights(), model.get_weights())
    model.save(tmp_path / "m.pellucid")
    third = small_net()
    third.load_weights(tmp_path / "m.pellucid")
    assert same(third.get_weights(), model.get_weights())


def test_weights_that_do_not_fit_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    small_net().save_weights(path)
    for model in (small_net(classes=4), Sequential([Input((4,)), Dense(8)])):
        before = model.get_weights()
        with pytest.raises(ModelFileError) as raised:
            model.load_weights(path)
        assert "\n" not in str(raised.value)
        assert same(model.get_weights(), before)


def test_targets_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.pellucid"
    model = small_net()
    with pytest.raises(ArgumentError, match="a folder"):
        model.save(tmp_path)
    model.save(path)
    before = path.read_bytes()
    with pytest.raises(ArgumentError, match="overwrite=True"):
        model.save(path, overwrite=False)
    assert path.read_bytes() == before
    with pytest.raises(ArgumentError, match="built"):
        Sequential([Dense(3)]).save_weights(tmp_path / "w.safetensors")


# Files that were tampered with


def _saved(path: Path) -> Path:
    small_net(metrics=["accuracy"]).save(path)
    return path


def _rewrite(path: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The file with another description, its check sum made right."""
    file = read_tensor_file(path, MODEL_FORMAT)
    document = json.loads(json.dumps(file.document))
    change(document)
    write_tensor_file(path, MODEL_FORMAT, document, file.arrays)
    return path


def _replace_name(old: str, new: str, config: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        layers = document["model"]["config"]["layers"]
        place = next(i for i, layer in enumerate(layers) if layer["class_name"] == old)
        layers.insert(place, {"class_name": new, "config": config})

    return change


def _dense(**config: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["model"]["config"]["layers"][1]["config"].update(config)

    return change


def _set(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return change


_TAMPERED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "unknown layer": _set("model", "class_name", value="os.system"),
    "no model": _set("model", "class_name", value="Dense"),
    "no config": lambda document: document.pop("model"),
    "config of another kind": _set("model", value=[1, 2]),
    "layers of another kind": _set("model", "config", "layers", value="abc"),
    "a layer too few": lambda document: document["model"]["config"]["layers"].pop(),
    "unknown argument": _dense(shell="rm"),
    "unknown activation": _dense(activation="eval"),
    "an activation from elsewhere": _dense(
        activation={"module": "os", "class_name": "function", "config": "system"}
    ),
    "more units": _dense(units=9),
    "units below 0": _dense(units=-3),
    "very many units": _dense(units=10**12),
    "units that would fill memory": _dense(units=400_000_000),
    "units that are text": _dense(units="8"),
    "units that are not a number": _dense(units=float("nan")),
    "unknown optimizer": _set("compile", "optimizer", "class_name", value="Popen"),
    "unknown loss": _set("compile", "loss", value="system"),
    "unknown metric": _set("compile", "metrics", value=["system"]),
    "deep nesting": lambda document: _set("model", "config", value=_deep(40))(document),
}


def _deep(levels: int) -> Any:
    config: Any = {"name": "a", "layers": []}
    for _ in range(levels):
        config = {"layers": [{"class_name": "Sequential", "config": config}]}
    return config


@pytest.mark.parametrize("case", _TAMPERED)
def test_tampered_files_are_refused_in_one_line_and_at_once(case: str, tmp_path: Path) -> None:
    path = _rewrite(_saved(tmp_path / "m.pellucid"), _TAMPERED[case])
    start = time.perf_counter()
    with pytest.raises(ModelFileError) as raised:
        load_model(path)
    assert time.perf_counter() - start < 2.0
    assert str(raised.value).startswith(str(path)) and "\n" not in str(raised.value)
    assert isinstance(raised.value, PellucidError) and raised.value.exit_code == 2


def test_files_of_another_kind_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "w.safetensors"
    small_net().save_weights(weights)
    with pytest.raises(ModelFileError, match="pellucid.weights"):
        load_model(weights)
    with pytest.raises(ModelFileError, match="none at this path"):
        load_model(tmp_path / "absent.pellucid")
    (tmp_path / "a.keras").write_bytes(b"PK\3\4" + bytes(200))
    with pytest.raises(ModelFileError, match="whole model file"):
        load_model(tmp_path / "a.keras")


def test_any_damaged_byte_is_refused_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "m.pellucid"
    model = small_net()
    model.save(path)
    data = path.read_bytes()
    expected = model.predict(blobs()[0])
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        damaged = bytearray(data)
        damaged[random.integers(len(data))] = random.integers(256)
        path.write_bytes(bytes(damaged))
        try:
            loaded = load_model(path)
        except ModelFileError as error:
            refused += damaged != data
            assert "\n" not in str(error)
        else:
            assert same([loaded.predict(blobs()[0])], [expected])
    assert refused > 200
