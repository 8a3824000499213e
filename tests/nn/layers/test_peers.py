"""Agreement with Keras 3 and PyTorch after the weights were copied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.nn import recording
from tests.nn.layers.cases import CASES, Case, outputs_of, randomize

RANDOM = {
    "Dropout",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
}
KERAS_CASES = [case for case in CASES if case.in_keras]


@pytest.mark.parametrize("case", KERAS_CASES, ids=Case.id)
def test_keras(case: Case) -> None:
    keras = pytest.importorskip("keras")
    ours, theirs = case.make(), getattr(keras.layers, case.layer)(**case.arguments)
    inputs = case.inputs(rows=5)
    ours(inputs)
    theirs(inputs)
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert len(ours.trainable_weights) == len(theirs.trainable_weights)
    randomize(ours)
    theirs.set_weights(ours.get_weights())
    if case.layer == "Normalization" and theirs.weights:
        theirs.finalize_state()
    training = case.training and case.layer not in RANDOM
    how = {"training": True} if training else {}
    found, expected = outputs_of(ours, inputs, **how)[0], np.asarray(theirs(inputs, **how))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    assert ours.compute_output_shape(_shapes(inputs)) == tuple(
        theirs.compute_output_shape(_shapes(inputs))
    )


@pytest.mark.parametrize("case", KERAS_CASES, ids=Case.id)
def test_keras_names_and_defaults(case: Case) -> None:
    keras = pytest.importorskip("keras")
    ours = case.make(name="same").get_config()
    theirs = getattr(keras.layers, case.layer)(**case.arguments, name="same").get_config()
    # What Keras has and we do not: quantization, adapters, renormalization, many devices.
    for key in ("dtype", "lora_rank", "lora_alpha", "quantization_config", "weights"):
        theirs.pop(key, None)
    for key in ("renorm", "renorm_clipping", "renorm_momentum", "synchronized"):
        theirs.pop(key, None)
    ours.pop("dtype")
    if "data_format" in ours:  # ours are always "channels_last"
        theirs["data_format"] = None
    if theirs.get("activity_regularizer", 0) is None:
        theirs.pop("activity_regularizer")
    if case.layer.startswith("SpatialDropout"):
        theirs["trainable"] = True
        ours.pop("noise_shape")
    for key in ("zero_output_for_mask", "use_cudnn", "seed"):  # not in all configs of Keras
        ours.pop(key, None)
        theirs.pop(key, None)
    assert _plain(ours) == _plain(theirs)


def _plain(config: Any) -> Any:
    """A config without the differences of writing: modules, tuples, arrays of None."""
    if isinstance(config, dict) and "class_name" in config:
        return config["class_name"], _plain(_no_default_seed(config["config"]))
    if isinstance(config, dict):
        return {key: _plain(value) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [_plain(value) for value in config]
    return config


def _no_default_seed(config: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key != "seed"}


def _shapes(inputs: Any) -> Any:
    if isinstance(inputs, list):
        return [(None, *array.shape[1:]) for array in inputs]
    return (None, *inputs.shape[1:])


def test_batch_normalization_moves_its_averages_as_keras_does() -> None:
    keras = pytest.importorskip("keras")
    case = Case("BatchNormalization", {"momentum": 0.7}, (4, 3))
    ours, theirs = case.make(), keras.layers.BatchNormalization(momentum=0.7)
    ours(case.inputs())
    theirs(case.inputs())
    for seed in range(4):
        inputs = case.inputs(rows=6, seed=seed)
        theirs(inputs, training=True)
        with recording() as record:
            ours(inputs, training=True)
        for variable, value in record.updates:
            variable.assign(value.numpy())
    expected_weights = [np.asarray(weight.value) for weight in theirs.weights]
    for found, expected in zip(ours.get_weights(), expected_weights, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_normalization_adapts_as_keras_does() -> None:
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    data = (rng.standard_normal((50, 3, 2)) * [3.0, 0.01] + [100.0, -5.0]).astype(np.float32)
    for axis in (-1, (1, 2), None):
        ours = Case("Normalization", {"axis": axis}).make()
        theirs = keras.layers.Normalization(axis=axis)
        ours.adapt(data)  # type: ignore[attr-defined]
        theirs.adapt(data)
        np.testing.assert_allclose(
            outputs_of(ours, data)[0], np.asarray(theirs(data)), rtol=1e-4, atol=1e-4
        )


def _torch_cases() -> list[Any]:
    torch = pytest.importorskip("torch")
    nn = torch.nn
    return [
        (Case("Dense", {"units": 3}), nn.Linear(4, 3), {"weight": 0, "bias": 1}),
        (Case("PReLU", {"shared_axes": 1}), nn.PReLU(), {"weight": 0}),
        (Case("LeakyReLU"), nn.LeakyReLU(0.3), {}),
        (Case("ELU", {"alpha": 0.6}), nn.ELU(0.6), {}),
        (Case("Softmax"), nn.Softmax(-1), {}),
        (Case("Flatten", shape=(2, 3)), nn.Flatten(), {}),
        (
            Case("LayerNormalization", {"epsilon": 1e-5}),
            nn.LayerNorm(4),
            {"weight": 0, "bias": 1},
        ),
        (
            Case("RMSNormalization", {"epsilon": 1e-5}),
            nn.RMSNorm(4, eps=1e-5),
            {"weight": 0},
        ),
        (
            Case("BatchNormalization", {"epsilon": 1e-5}),
            nn.BatchNorm1d(4).eval(),
            {"weight": 0, "bias": 1, "running_mean": 2, "running_var": 3},
        ),
        (
            Case("BatchNormalization", {"epsilon": 1e-5}, training=True),
            nn.BatchNorm1d(4),
            {"weight": 0, "bias": 1},
        ),
        (
            Case("Embedding", {"input_dim": 5, "output_dim": 3}, (2,), categories=5),
            nn.Embedding(5, 3),
            {"weight": 0},
        ),
    ]


@pytest.mark.parametrize("number", range(11))
def test_torch(number: int) -> None:
    torch = pytest.importorskip("torch")
    case, theirs, weights = _torch_cases()[number]
    ours, inputs = case.make(), case.inputs(rows=5)
    ours(inputs)
    randomize(ours)
    state = theirs.state_dict()
    for name, place in weights.items():
        value = ours.get_weights()[place]
        state[name] = torch.from_numpy(value.T.copy() if case.layer == "Dense" else value)
    theirs.load_state_dict(state)
    expected = theirs(torch.from_numpy(inputs)).detach().numpy()
    found = outputs_of(ours, inputs, training=case.training)[0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_states_of_recurrent_layers_go_in_and_out_as_in_keras() -> None:
    keras = pytest.importorskip("keras")
    case = Case("LSTM", {"units": 3, "return_state": True, "return_sequences": True}, (4, 2))
    ours, theirs = case.make(), keras.layers.LSTM(**case.arguments)
    inputs = case.inputs(rows=5)
    states = [np.full((5, 3), 0.3, np.float32), np.full((5, 3), -0.2, np.float32)]
    ours(inputs)
    theirs(inputs)
    randomize(ours)
    theirs.set_weights(ours.get_weights())
    found = outputs_of(ours, inputs, initial_state=states)
    expected = theirs(inputs, initial_state=states)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, np.asarray(b), rtol=1e-5, atol=1e-6)
