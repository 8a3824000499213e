"""Chain: building early and late, adding, popping, nesting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, GraphError, ShapeError
from pellucid.graph import placeholder
from pellucid.nn import Chain, Network, clear_session, recording
from pellucid.nn.layers import (
    BatchNormalization,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    InputLayer,
    Layer,
    ReLU,
)

ROWS = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)


@pytest.mark.parametrize(
    "head",
    [
        lambda: [Input((3,)), Dense(4), Dense(1)],
        lambda: [InputLayer((3,)), Dense(4), Dense(1)],
        lambda: [Dense(4, input_shape=(3,)), Dense(1)],
        lambda: [Dense(4, input_dim=3), Dense(1)],
        lambda: [Chain([Input((3,)), Dense(4)]), Dense(1)],
    ],
)
def test_with_an_input_it_is_built_at_once(head: Any) -> None:
    chain = Chain(head())
    assert chain.built
    assert (chain.input_shape, chain.output_shape) == ((None, 3), (None, 1))
    assert (len(chain.layers), len(chain.weights), chain.count_params()) == (2, 4, 21)
    assert chain(ROWS).shape == (4, 1)


def test_without_an_input_it_is_built_when_called() -> None:
    chain = Chain([Dense(4), Dense(1)])
    assert (chain.built, chain.weights) == (False, [])
    with pytest.raises(GraphError, match="call build"):
        _ = chain.input_shape
    chain(ROWS.astype(np.float64))
    assert (chain.input_shape, chain.inputs[0].dtype) == ((None, 3), "float32")
    other = Chain([Dense(4), Dense(1)])
    other.build((None, 3))
    assert [w.shape for w in other.weights] == [w.shape for w in chain.weights]


def test_whole_numbers_stay_whole_when_it_is_built_late() -> None:
    chain = Chain([Embedding(5, 2), Flatten(), Dense(1)])
    chain(np.array([[0, 4], [1, 2]]))
    assert (chain.inputs[0].dtype, chain.input_shape) == ("int64", (None, 2))


def test_layers_are_applied_in_order() -> None:
    chain = Chain([Dense(4), ReLU(), Dense(1)])
    by_hand: Any = ROWS
    result = chain(ROWS)
    for layer in chain.layers:
        by_hand = layer(by_hand)
    np.testing.assert_allclose(result.numpy(), by_hand.numpy(), rtol=1e-6)


def test_adding_one_at_a_time() -> None:
    chain = Chain()
    chain.add(Input((3,)))
    chain.add(Dense(4))
    assert chain.output_shape == (None, 4)
    chain.add(Dense(2))
    assert chain.output_shape == (None, 2)
    popped = chain.pop()
    assert (popped.count_params(), chain.output_shape, len(chain.layers)) == (10, (None, 4), 1)
    chain.add(Dense(5))
    assert (chain.output_shape, chain(ROWS).shape) == ((None, 5), (4, 5))


def test_popping_before_it_is_built() -> None:
    chain = Chain([Dense(4), Dense(1)])
    chain.pop()
    assert chain(ROWS).shape == (4, 4)
    chain.pop()
    with pytest.raises(ArgumentError, match="expected a layer; received none left"):
        chain.pop()


def test_names_are_those_of_the_layers_at_the_top() -> None:
    clear_session()
    chain = Chain([Dense(4, name="hidden"), Dense(1)])
    chain(ROWS)
    assert [w.name for w in chain.weights] == [
        "hidden/kernel",
        "hidden/bias",
        "dense/kernel",
        "dense/bias",
    ]
    assert chain(ROWS).origin.layer == "dense"


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Dense(1, name="a"), Dense(1, name="a")], "a second layer named 'a'"),
        ([Dense(1), 3], "expected layers; received 3"),
        ([Dense(1), Input((3,))], "an Input only at the head"),
        ("dense", "expected a list of layers"),
    ],
)
def test_what_cannot_be_stacked(layers: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Chain(layers)


def test_another_width_names_the_input() -> None:
    chain = Chain([Input((3,), name="x"), Dense(1)], name="c")
    with pytest.raises(ShapeError, match=r"network 'c', input 'x': expected shape \(N, F=3\)"):
        chain(np.ones((2, 4)))


def test_a_chain_is_a_layer() -> None:
    inner = Chain([Dense(4, name="deep"), BatchNormalization(name="norm")], name="inner")
    outer = Chain([inner, Dense(1, name="head")], name="outer")
    outer(ROWS)
    assert list(outer.named_weights())[0] == "inner/deep/kernel"
    x = Input((3,))
    net = Network(x, Dense(2)(outer(x)))
    assert net(ROWS).shape == (4, 2)
    with recording() as record:
        net(ROWS, training=True)
    assert len(record.updates) == 2
    assert outer.get_layer("inner").get_layer("norm").trainable  # type: ignore[attr-defined]


def test_layers_of_another_chain() -> None:
    first = Chain([Input((3,)), Dense(4, name="a"), Dense(2, name="b")])
    second = Chain([Input((3,)), *first.layers[:-1], Dense(5, name="c")])
    assert (second.output_shape, first.output_shape) == ((None, 5), (None, 2))
    assert second.weights[0] is first.weights[0]
    part = Network(first.inputs, first.outputs)
    assert part(ROWS).shape == (4, 2)


def test_a_first_layer_of_several_inputs() -> None:
    class Pair(Layer):
        def call(self, inputs: Any) -> Any:
            return inputs[0] * inputs[1]

    chain = Chain([Pair(), Dense(1)])
    assert chain([ROWS, ROWS]).shape == (4, 1)
    assert len(chain.weights) == 2


def test_building_leaves_no_trace_in_a_recording() -> None:
    chain = Chain([Dense(2, activity_regularizer="l2"), Dropout(0.5)])
    with recording() as record:
        chain(placeholder((None, 3)), training=True)
    assert (len(record.losses), len(record.updates)) == (1, 1)


def test_an_empty_chain_gives_what_it_gets() -> None:
    np.testing.assert_array_equal(Chain()(ROWS).numpy(), ROWS)


@pytest.mark.slow
def test_ten_thousand_layers() -> None:
    chain = Chain([Input((1,)), *(Dense(1, kernel_initializer="ones") for _ in range(10_000))])
    assert chain(np.array([[2.0]])).numpy().tolist() == [[2.0]]
    assert chain.count_params() == 20_000
