"""Whole networks beside Keras: order of weights and layers, automatic names, outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.nn import Chain, Network, clear_session, layers

RNG = np.random.default_rng(0)


class Ours:
    """Our names where a builder expects Keras's."""

    layers = layers
    Input = staticmethod(layers.Input)
    Model = Network
    Sequential = Chain


def _stack(k: Any) -> Any:
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(5, activation="tanh"),
            k.layers.BatchNormalization(),
            k.layers.Dropout(0.5),
            k.layers.Dense(3, activation="softmax"),
        ],
        name="stack",
    )


def _branches(k: Any) -> Any:
    x = k.Input((4,))
    left = k.layers.Dense(3, activation="relu")(x)
    right = k.layers.Dense(6, activation="elu")(x)
    right = k.layers.LayerNormalization()(right)
    right = k.layers.Dense(3)(right)
    return k.Model(x, k.layers.Dense(2)(k.layers.Add()([left, right])))


def _several(k: Any) -> Any:
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, activation="silu")
    joined = k.layers.Concatenate()([shared(a), shared(b), k.layers.Dense(1)(b)])
    deep = k.layers.Dense(2)(k.layers.Dense(4, activation="gelu")(joined))
    return k.Model([a, b], [deep, k.layers.Dense(5)(joined)])


def _dicts(k: Any) -> Any:
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    h = k.layers.Multiply()([k.layers.Dense(3)(a), k.layers.Dense(3)(b)])
    outputs = {"z": k.layers.Dense(2)(h), "c": k.layers.Dense(1)(h)}
    return k.Model({"b": b, "a": a}, outputs)


def _nested(k: Any) -> Any:
    inner = _stack(k)
    x = k.Input((4,))
    first = k.layers.Dense(4)(x)
    return k.Model(x, k.layers.Dense(1)(k.layers.Concatenate()([inner(first), first, inner(x)])))


def _shared_deep(k: Any) -> Any:
    x = k.Input((4,))
    step, other = k.layers.Dense(4, activation="tanh"), k.layers.Dense(4)
    h = step(other(step(x)))
    return k.Model(x, [k.layers.Dense(2)(h), k.layers.Dense(3)(other(x))])


ROWS = RNG.standard_normal((5, 4)).astype(np.float32)
CASES = [
    (_stack, ROWS),
    (_branches, ROWS),
    (_several, [ROWS, ROWS[::-1].copy()]),
    (_dicts, {"a": ROWS, "b": ROWS[::-1].copy()}),
    (_nested, ROWS),
    (_shared_deep, ROWS),
]


@pytest.mark.parametrize(("build", "data"), CASES, ids=lambda v: getattr(v, "__name__", ""))
def test_weights_move_over(build: Any, data: Any) -> None:
    keras = pytest.importorskip("keras")
    clear_session()
    keras.backend.clear_session()
    ours, theirs = build(Ours), build(keras)
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [w.name.split("/")[-1] for w in ours.weights] == [w.name for w in theirs.weights]
    assert [layer.name for layer in ours.layers] == [layer.name for layer in theirs.layers]
    assert (ours.input_shape, ours.output_shape) == (theirs.input_shape, theirs.output_shape)
    assert ours.count_params() == theirs.count_params()
    rng = np.random.default_rng(1)
    ours.set_weights([rng.uniform(0.1, 1.0, w.shape) for w in ours.weights])
    theirs.set_weights(ours.get_weights())
    for a, b in zip(_leaves(ours(data)), _leaves(theirs(data)), strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5, atol=1e-5)


def _leaves(found: Any) -> list[Any]:
    if isinstance(found, dict):
        return [found[key] for key in sorted(found)]
    return found if isinstance(found, list) else [found]
