"""Networks as plain data: written, read back, refused where a file cannot hold them."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, PellucidError
from pellucid.graph import Tensor, Variable, ops
from pellucid.nn import LAYERS, Chain, Network
from pellucid.nn.layers import (
    BatchNormalization,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    Lambda,
    Normalization,
    Reshape,
    add,
)

RNG = np.random.default_rng(0)


def _stack() -> Chain:
    return Chain(
        [
            Input((6,)),
            Normalization(),
            Dense(4, "relu", kernel_regularizer="l2", kernel_constraint="max_norm"),
            BatchNormalization(),
            Dropout(0.3, seed=1),
            Dense(2, "softmax"),
        ],
        name="stack",
    )


def _late() -> Chain:
    return Chain([Dense(4, "tanh"), Chain([Dense(3), Dense(2)])])


def _plain_ops() -> Network:
    x = Input((6,))
    h = Dense(6)(x)
    h = (h - ops.mean(h, axis=1, keepdims=True)) * np.float32(2.0) + ops.arange(6)
    h = ops.maximum(h, 0.0)[:, 1:5:2] @ ops.ones((2, 3))
    h = ops.concatenate([h, ops.exp(-h)], axis=-1)
    return Network(x, Dense(2)(ops.reshape(h, (-1, 6))))


def _shared_and_nested() -> Network:
    a, b = Input((6,), name="a"), Input((6,), name="b")
    shared = Dense(3, name="shared")
    inner = _stack()
    joined = Concatenate()([shared(a), shared(b), inner(a)])
    return Network({"a": a, "b": b}, {"y": [Dense(1)(joined)], "z": add([a, b])}, name="outer")


def _fixed_flag() -> Network:
    x = Input((6,))
    return Network(x, Dropout(0.5, seed=1)(x, training=False))


def _from_middle() -> Network:
    x = Input((6,))
    h = Dense(6, name="below")(x) * 1.0
    return Network(h, Dense(2)(h))


def _categories() -> Network:
    x = Input((3,), dtype="int32")
    h = Reshape((2, 3))(Flatten()(Embedding(5, 2)(x)))
    return Network(x, [h, ops.one_hot(x, 5)])


ROWS = RNG.standard_normal((4, 6)).astype(np.float32)
BUILDERS = [
    (_stack, ROWS),
    (_late, ROWS),
    (_plain_ops, ROWS),
    (_shared_and_nested, {"a": ROWS, "b": ROWS[::-1]}),
    (_fixed_flag, ROWS),
    (_from_middle, ROWS),
    (_categories, np.array([[0, 1, 4], [2, 2, 2]])),
]


@pytest.mark.parametrize(("build", "data"), BUILDERS, ids=lambda v: getattr(v, "__name__", ""))
def test_a_config_makes_the_network_again(build: Any, data: Any) -> None:
    net = build()
    net(data)
    text = json.dumps(LAYERS.serialize(net))
    again: Any = LAYERS.deserialize(json.loads(text))
    assert json.dumps(LAYERS.serialize(again)) == text
    again(data)
    again.set_weights(net.get_weights())
    ours, theirs = (_values(n(data, training=True)) for n in (net, again))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)
    assert type(net(data)) is type(again(data))


def _values(found: Any) -> list[Any]:
    from pellucid.nn.structure import flatten

    return [tensor.numpy() for tensor in flatten(found)]


def test_a_frozen_part_stays_frozen() -> None:
    net = _shared_and_nested()
    net.get_layer("shared").trainable = False
    again: Any = LAYERS.deserialize(LAYERS.serialize(net))
    assert not again.get_layer("shared").trainable
    assert len(again.trainable_weights) == len(net.trainable_weights)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda x: Lambda(lambda t: t * 2, name="twice")(x), "layer 'twice': .*Python function"),
        (lambda x: Dense(1, activation=lambda t: t)(x), "serialize activation"),
        (lambda x: ops.softmax(x), "'custom_gradient'"),
        (lambda x: x * Variable(2.0, "factor"), "'variable'"),
    ],
)
def test_what_a_file_cannot_hold(build: Any, message: str) -> None:
    x = Input((3,))
    net = Network(x, build(x))
    with pytest.raises(ArgumentError, match=message):
        net.get_config()


def test_loops_are_refused() -> None:
    x = Input((3, 2))
    steps = ops.transpose(x, (1, 0, 2))
    (total,), _ = ops.scan(lambda c, s: ([c[0] + s[0]], []), [steps[0]], [steps])
    with pytest.raises(ArgumentError, match=r"'(item|scan)'"):
        Network(x, total).get_config()


def _change(config: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(config)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("layers", 0, "class_name"), "os.system"),
        (("layers", 0, "class_name"), "Variable"),
        (("steps", 1, "layer"), "unknown"),
        (("steps", 1, "args"), [{"tensor": [9, 0]}]),
        (("steps", 1, "args"), [{"tensor": [0, 3]}]),
        (("steps", 2, "op"), "__import__"),
        (("steps", 2, "op"), "custom_gradient"),
        (("steps", 2, "attrs"), {"rule": "print"}),
        (("steps", 3, "inputs"), [3]),
        (("steps", 2), {}),
        (("outputs",), {"tensor": [0]}),
        (("outputs",), "print"),
        (("inputs",), [[]]),
        (("steps",), None),
        (("layers",), {"a": 1}),
    ],
)
def test_a_config_that_was_tampered_with_is_refused(path: Any, value: Any) -> None:
    x = Input((3,))
    config = json.loads(json.dumps(Network(x, Dense(1)(x) * 2.0).get_config()))
    with pytest.raises(PellucidError):
        Network.from_config(_change(config, path, value))


def test_a_tensor_of_another_class_config() -> None:
    class Other(Network):
        def __init__(self, depth: int, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.parts = [Dense(2) for _ in range(depth)]

        def call(self, inputs: Tensor) -> Any:
            for part in self.parts:
                inputs = part(inputs)
            return inputs

    net = Other(3, name="other")
    assert net.get_config() == {"name": "other", "trainable": True, "dtype": "float32", "depth": 3}
