"""Values worked out by hand, identities, and arguments that are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, PellucidError, ShapeError
from pellucid.graph import evaluate, placeholder
from pellucid.nn import layers as k
from pellucid.nn.layer import Layer

ROW = np.array([[1.0, -2.0, 3.0]])
RNG = np.random.default_rng(0)

BY_HAND = [
    (k.Activation("sigmoid"), [[0.0]], [[0.5]]),
    (k.ReLU(max_value=2.5, negative_slope=0.5, threshold=1.0), ROW, [[0.0, -1.5, 2.5]]),
    (k.LeakyReLU(), ROW, [[1.0, -0.6, 3.0]]),
    (k.ELU(2.0), [[-1.0, 1.0]], [[2.0 * np.expm1(-1.0), 1.0]]),
    (k.PReLU(alpha_initializer="ones"), ROW, ROW),
    (k.Softmax(), np.log([[1.0, 2.0, 5.0]]), [[0.125, 0.25, 0.625]]),
    (k.Softmax(), [[1e4, -1e4, 1e4]], [[0.5, 0.0, 0.5]]),
    (k.Flatten(), np.arange(6.0).reshape(1, 2, 3), [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]),
    (k.Reshape((3, 1)), ROW, [[[1.0], [-2.0], [3.0]]]),
    (k.Permute((2, 1)), [[[1.0, 2.0], [3.0, 4.0]]], [[[1.0, 3.0], [2.0, 4.0]]]),
    (k.RepeatVector(2), ROW, [[[1.0, -2.0, 3.0], [1.0, -2.0, 3.0]]]),
    (k.Rescaling(1 / 255, -0.5), [[0.0, 255.0]], [[-0.5, 0.5]]),
    (k.Normalization(mean=1.0, variance=4.0, axis=None), ROW, [[0.0, -1.5, 1.0]]),
    (k.Normalization(mean=1.0, variance=4.0, axis=None, invert=True), ROW, [[3.0, -3.0, 7.0]]),
    (k.BatchNormalization(epsilon=0.0), ROW, ROW),
    (k.LayerNormalization(epsilon=0.0), [[1.0, 3.0]], [[-1.0, 1.0]]),
    (k.RMSNormalization(epsilon=0.0), [[3.0, 4.0, 0.0, 0.0]], [[1.2, 1.6, 0.0, 0.0]]),
    (k.UnitNormalization(), [[3.0, 4.0]], [[0.6, 0.8]]),
    (k.UnitNormalization(), [[0.0, 0.0]], [[0.0, 0.0]]),
    (k.Add(), [ROW, ROW, ROW], 3 * ROW),
    (k.Subtract(), [ROW, 2 * ROW], -ROW),
    (k.Multiply(), [ROW, ROW], [[1.0, 4.0, 9.0]]),
    (k.Average(), [ROW, 3 * ROW], 2 * ROW),
    (k.Maximum(), [ROW, -ROW], np.abs(ROW)),
    (k.Minimum(), [ROW, -ROW], -np.abs(ROW)),
    (k.Concatenate(axis=0), [ROW, ROW], [*ROW, *ROW]),
    (k.Dot(axes=1), [ROW, ROW], [[14.0]]),
    (k.Dot(axes=1, normalize=True), [ROW, -2 * ROW], [[-1.0]]),
    (k.Conv1D(1, 2, kernel_initializer="ones"), [[[1.0], [2.0], [4.0]]], [[[3.0], [6.0]]]),
    (k.MaxPooling1D(), [[[1.0], [5.0], [2.0]]], [[[5.0]]]),
    (k.AveragePooling1D(padding="same"), [[[1.0], [5.0], [2.0]]], [[[3.0], [2.0]]]),
    (k.GlobalAveragePooling1D(), [[[1.0], [5.0], [3.0]]], [[3.0]]),
    (
        k.SimpleRNN(1, "linear", kernel_initializer="ones", recurrent_initializer="ones"),
        [[[1.0], [2.0], [4.0]]],
        [[7.0]],
    ),
]


@pytest.mark.parametrize(("layer", "inputs", "expected"), BY_HAND, ids=lambda v: str(v)[:40])
def test_by_hand(layer: Layer, inputs: Any, expected: Any) -> None:
    np.testing.assert_allclose(layer(inputs).numpy(), expected, rtol=1e-6, atol=1e-6)


def test_dense_by_hand() -> None:
    layer = k.Dense(2, "relu")
    layer(ROW)
    layer.set_weights([np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 1.0]]), np.array([0.5, -4.0])])
    # 1 - 4 + 0.5 = -2.5 becomes 0; -2 + 3 - 4 = -3 becomes 0; for 2x: -6 + 0.5 and 2 - 4.
    assert layer(np.vstack([ROW, -ROW])).numpy().tolist() == [[0.0, 0.0], [3.5, 0.0]]


def test_batch_normalization_by_hand() -> None:
    layer = k.BatchNormalization(epsilon=0.0, momentum=0.9)
    found = layer(np.array([[1.0, 10.0], [3.0, 30.0]]), training=True).numpy()
    assert found.tolist() == [[-1.0, -1.0], [1.0, 1.0]]


def test_embedding_takes_rows() -> None:
    layer = k.Embedding(3, 2)
    layer([[0]])
    layer.set_weights([np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])])
    assert layer([[2, 0]]).numpy().tolist() == [[[5.0, 6.0], [1.0, 2.0]]]
    assert layer([[1.0]]).numpy().tolist() == [[[3.0, 4.0]]]
    with pytest.raises(ArgumentError, match="indices below 3; received 3"):
        layer([[3]]).numpy()


def test_embedding_is_a_dense_layer_of_one_hot_rows() -> None:
    dense, embedding = k.Dense(4, use_bias=False), k.Embedding(5, 4)
    numbers = np.array([0, 4, 2, 2])
    dense(np.eye(5))
    embedding(numbers)
    embedding.set_weights(dense.get_weights())
    np.testing.assert_allclose(
        dense(np.eye(5)[numbers]).numpy(), embedding(numbers).numpy(), rtol=1e-6
    )


def test_dense_joins_axes_as_a_flat_product() -> None:
    layer, images = k.Dense(3), RNG.standard_normal((2, 4, 5, 6)).astype(np.float32)
    flat = layer(images).numpy()
    np.testing.assert_allclose(
        flat, layer(images.reshape(-1, 6)).numpy().reshape(2, 4, 5, 3), rtol=1e-5
    )


def test_convolution_of_the_whole_is_dense() -> None:
    images = RNG.standard_normal((3, 4, 5, 2)).astype(np.float32)
    conv, dense = k.Conv2D(6, (4, 5)), k.Dense(6)
    conv(images)
    dense(images.reshape(3, -1))
    dense.set_weights([conv.kernel.value.reshape(-1, 6), conv.bias.value])
    np.testing.assert_allclose(
        conv(images).numpy().reshape(3, 6), dense(images.reshape(3, -1)).numpy(), rtol=1e-4
    )


def test_normalizing_there_and_back() -> None:
    data = RNG.standard_normal((50, 3)) * [1.0, 100.0, 0.0] + [5.0, -3.0, 7.0]
    there, back = k.Normalization(dtype="float64"), k.Normalization(invert=True, dtype="float64")
    there.adapt(data)
    back.adapt(data)
    scaled = there(data)
    np.testing.assert_allclose(np.asarray(scaled).mean(0), 0.0, atol=1e-12)
    np.testing.assert_allclose(np.asarray(scaled).std(0), [1.0, 1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(back(scaled).numpy(), data, rtol=1e-12)


def test_adapting_in_batches_is_adapting_at_once() -> None:
    data = RNG.standard_normal((103, 2, 3)) * 1e3 + 1e6
    whole, parts = k.Normalization(dtype="float64"), k.Normalization(dtype="float64")
    whole.adapt(data)
    parts.adapt(data[start : start + 10] for start in range(0, 103, 10))
    for a, b in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)
    whole.adapt(np.zeros((2, 2, 3)))
    assert whole.adapt_mean.value.tolist() == [0.0, 0.0, 0.0]


def test_data_that_cannot_be_adapted_to() -> None:
    with pytest.raises(ArgumentError, match="without mean and variance of its own"):
        k.Normalization(mean=0.0, variance=1.0, axis=None).adapt(ROW)
    with pytest.raises(ArgumentError, match="at least one sample; received none"):
        k.Normalization().adapt(np.zeros((0, 3)))
    layer = k.Normalization()
    layer.adapt(ROW)
    with pytest.raises(ShapeError, match=r"received shape \(2, 4\)"):
        layer.adapt(np.zeros((2, 4)))
    with pytest.raises(ArgumentError, match="mean and variance of one shape, or neither"):
        k.Normalization(mean=1.0)


def test_alpha_dropout_keeps_mean_and_variance() -> None:
    values = k.AlphaDropout(0.3, seed=1)(RNG.standard_normal((500, 400)), training=True).numpy()
    assert abs(values.mean()) < 0.02 and abs(values.std() - 1.0) < 0.02


def test_noise_has_the_strength_asked_for() -> None:
    zeros, ones = np.zeros((500, 400)), np.ones((500, 400))
    noise = k.GaussianNoise(0.3, seed=1)(zeros, training=True).numpy()
    assert abs(noise.mean()) < 0.003 and abs(noise.std() - 0.3) < 0.003
    factors = k.GaussianDropout(0.2, seed=1)(ones, training=True).numpy()
    assert abs(factors.mean() - 1.0) < 0.005 and abs(factors.std() - 0.5) < 0.005


def test_spatial_dropout_drops_whole_channels() -> None:
    values = k.SpatialDropout2D(0.5, seed=1)(np.ones((4, 5, 6, 30)), training=True).numpy()
    assert (values == values[:, :1, :1]).all()
    assert set(np.unique(values).tolist()) == {0.0, 2.0}


def test_causal_convolutions_do_not_look_ahead() -> None:
    layer = k.Conv1D(2, 3, padding="causal", dilation_rate=2)
    data = RNG.standard_normal((1, 9, 2)).astype(np.float32)
    before = layer(data).numpy()
    data[:, 5:] = 99.0
    np.testing.assert_array_equal(layer(data).numpy()[:, :5], before[:, :5])


def test_a_recurrent_layer_is_a_loop() -> None:
    layer = k.GRU(3, return_sequences=True, return_state=True)
    data = RNG.standard_normal((2, 6, 4)).astype(np.float32)
    whole, _ = layer(data)
    first, state = layer(data[:, :2])
    second, _ = layer(data[:, 2:], initial_state=state)
    found = np.concatenate([first.numpy(), second.numpy()], 1)
    np.testing.assert_allclose(found, whole.numpy(), rtol=1e-5, atol=1e-6)


def test_recurrent_dropout_is_the_same_at_every_step() -> None:
    layer = k.SimpleRNN(
        200, "linear", kernel_initializer="zeros", recurrent_initializer="identity", use_bias=False,
        recurrent_dropout=0.5, return_sequences=True, seed=1,
    )  # fmt: skip
    ones = np.ones((1, 200), np.float32)
    steps = layer(np.zeros((1, 3, 2)), initial_state=ones, training=True).numpy()[0]
    kept = steps[0] > 0
    assert 70 < kept.sum() < 130
    np.testing.assert_array_equal(steps[2], np.where(kept, 8.0, 0.0))


def test_merging_by_function() -> None:
    a, b = placeholder((None, 3)), placeholder((None, 3))
    feeds = {a: ROW, b: 2 * ROW}
    for function, expected in (
        (k.add, 3 * ROW),
        (k.subtract, -ROW),
        (k.multiply, 2 * ROW**2),
        (k.average, 1.5 * ROW),
        (k.maximum, np.maximum(ROW, 2 * ROW)),
        (k.minimum, np.minimum(ROW, 2 * ROW)),
        (k.concatenate, np.hstack([ROW, 2 * ROW])),
        (k.dot, [[28.0]]),
    ):
        np.testing.assert_allclose(evaluate(function([a, b]), feeds), expected, rtol=1e-6)


REFUSED: list[tuple[Any, str]] = [
    (lambda: k.ReLU(max_value=-1.0), "ReLU.max_value"),
    (lambda: k.ReLU(negative_slope=-1.0), "ReLU.negative_slope"),
    (lambda: k.Reshape((2, -1, -1)), "Reshape.target_shape"),
    (lambda: k.Reshape((2,))(ROW), "reshape"),
    (lambda: k.Permute((0, 1)), "Permute.dims"),
    (lambda: k.Permute((3, 2, 1))(ROW), "layer 'permute"),
    (lambda: k.RepeatVector(0), "RepeatVector.n"),
    (lambda: k.RepeatVector(2)(np.ones((2, 2, 2))), "two axes"),
    (lambda: k.Embedding(0, 2), "Embedding.input_dim"),
    (lambda: k.Embedding(2, 2.5), "Embedding.output_dim"),
    (lambda: k.Embedding(2, 2, mask_zero=True), "mask_zero"),
    (lambda: k.BatchNormalization(momentum=2.0), "momentum"),
    (lambda: k.BatchNormalization(axis=3)(ROW), "axis"),
    (lambda: k.BatchNormalization(axis=[1, 2]), "BatchNormalization.axis"),
    (lambda: k.LayerNormalization(axis=[]), "axis"),
    (lambda: k.GaussianNoise(-1.0), "stddev"),
    (lambda: k.GaussianDropout(1.0), "rate"),
    (lambda: k.AlphaDropout(1.0)(ROW, training=True), "AlphaDropout.rate"),
    (lambda: k.SpatialDropout1D(0.5)(ROW, training=True), "3 axes"),
    (lambda: k.Add()(ROW), "a single tensor"),
    (lambda: k.Add()([]), "a list of one or more"),
    (lambda: k.Subtract()([ROW]), "a list of exactly 2"),
    (lambda: k.Add()([np.ones((2, 3)), np.ones((2, 4))]), "op add"),
    (lambda: k.Concatenate()([np.ones((2, 3)), np.ones((3, 3))]), "concatenate"),
    (lambda: k.Dot(axes=0), "Dot.axes"),
    (lambda: k.Dot(axes=1)([np.ones((2, 3)), np.ones((2, 4))]), "equal sizes"),
    (lambda: k.Lambda(3), "Lambda.function"),
    (lambda: k.Activation("relux"), "activation"),
    (lambda: k.PReLU(shared_axes=[3])(ROW), "shared_axes"),
    (lambda: k.Conv2D(2, 0), "Conv2D.kernel_size"),
    (lambda: k.Conv2D(2, (1, 2, 3)), "Conv2D.kernel_size"),
    (lambda: k.Conv2D(3, 2, groups=2), "Conv2D.filters"),
    (lambda: k.Conv2D(2, 2, padding="causal"), "Conv2D.padding"),
    (lambda: k.Conv2D(2, 2, data_format="channels_first"), "data_format"),
    (lambda: k.Conv2D(2, 2)(ROW), "4 axes"),
    (lambda: k.Conv2D(2, 9)(np.ones((1, 4, 4, 1))), "conv"),
    (lambda: k.Conv1D(4, 2, groups=2)(np.ones((1, 4, 3))), "divisible by the 2 groups"),
    (lambda: k.MaxPooling2D(5)(np.ones((1, 4, 4, 1))), "windows"),
    (lambda: k.MaxPooling2D()(ROW), "4 axes"),
    (lambda: k.GlobalMaxPooling1D()(ROW), "3 axes"),
    (lambda: k.LSTM(0), "LSTM.units"),
    (lambda: k.LSTM(2, stateful=True), "LSTM.stateful"),
    (lambda: k.LSTM(2)(ROW), "sequences"),
    (lambda: k.GRU(2)(np.ones((2, 3, 4)), initial_state=np.ones((2, 5))), "initial_state"),
]


@pytest.mark.parametrize(("use", "message"), REFUSED, ids=lambda v: v if isinstance(v, str) else "")
def test_refused(use: Any, message: str) -> None:
    with pytest.raises(PellucidError) as caught:
        use()
    assert message in str(caught.value)


def test_shape_errors_name_the_layer() -> None:
    cases: list[tuple[Layer, Any]] = [
        (k.Reshape((2,), name="here"), np.ones((2, 3))),
        (k.Add(name="here"), [np.ones((2, 3)), np.ones((2, 4))]),
        (k.Conv2D(1, 9, name="here"), np.ones((1, 4, 4, 1))),
        (k.LSTM(2, name="here"), np.ones((2, 3))),
        (k.MaxPooling2D(9, name="here"), np.ones((1, 4, 4, 1))),
        (k.Concatenate(name="here"), [np.ones((2, 3)), np.ones((3, 3))]),
    ]
    for layer, inputs in cases:
        with pytest.raises(ShapeError, match="layer 'here'"):
            layer(inputs)
