"""Functional networks: forms of inputs and outputs, sharing, nesting, plain ops, other batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, GraphError, ShapeError
from pellucid.graph import Tensor, Variable, constant, evaluate, gradient, ops, placeholder
from pellucid.nn import Chain, Layer, Network, recording
from pellucid.nn.layers import (
    BatchNormalization,
    Concatenate,
    Dense,
    Dropout,
    Identity,
    Input,
    Lambda,
    add,
)

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((4, 3)), RNG.standard_normal((4, 2))


def test_one_input_one_output() -> None:
    x = Input((3,), name="x")
    net = Network(x, Dense(2, name="out")(x), name="net")
    assert (net.input_shape, net.output_shape) == ((None, 3), (None, 2))
    assert (net.input_names, net.output_names) == (["x"], ["out"])
    assert [layer.name for layer in net.layers] == ["x", "out"]
    kernel, bias = net.get_weights()
    np.testing.assert_allclose(net(A).numpy(), A @ kernel + bias, rtol=1e-5)
    assert net.layers[1].output is net.outputs[0]


def _two_by_two(form: Any) -> tuple[Network, Any]:
    a, b = Input((3,), name="a"), Input((2,), name="b")
    h = Concatenate()([a, b])
    one, two = Dense(1, name="one")(h), Dense(2, name="two")(h * 2.0)
    inputs, outputs = form(a, b), form(one, two)
    return Network(inputs, outputs), outputs


@pytest.mark.parametrize(
    ("form", "given"),
    [
        (lambda a, b: [a, b], [A, B]),
        (lambda a, b: (a, b), [A, B]),
        (lambda a, b: [a, b], {"b": B, "a": A}),
        (lambda a, b: {"a": a, "b": b}, {"b": B, "a": A}),
        (lambda a, b: {"b": b, "a": a}, {"b": B, "a": A}),
        (lambda a, b: {"x": [a], "y": {"z": b}}, {"x": [A], "y": {"z": B}}),
    ],
)
def test_forms_of_inputs_and_outputs(form: Any, given: Any) -> None:
    net, declared = _two_by_two(form)
    found = net(given)
    assert type(found) is type(declared)
    one, two = net.get_layer("one"), net.get_layer("two")
    joined = np.concatenate([A, B], 1)
    parts = dict(zip(("one", "two"), _leaves(found), strict=True))
    k1, b1 = one.get_weights()
    k2, b2 = two.get_weights()
    np.testing.assert_allclose(parts["one"], joined @ k1 + b1, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(parts["two"], 2 * joined @ k2 + b2, rtol=1e-5, atol=1e-6)


def _leaves(found: Any) -> list[Any]:
    """The outputs in the order one, two, whatever their form."""
    parts: list[Tensor] = []
    stack = [found]
    while stack:
        part = stack.pop()
        if isinstance(part, Tensor):
            parts.append(part)
        else:
            stack += list(part.values() if isinstance(part, dict) else part)
    return [part.numpy() for part in sorted(parts, key=lambda t: t.shape[-1])]  # type: ignore[arg-type,return-value]


def test_inputs_that_do_not_match_are_named() -> None:
    net, _ = _two_by_two(lambda a, b: [a, b])
    with pytest.raises(ArgumentError, match="2 inputs: a, b; received 1"):
        net(A)
    with pytest.raises(ArgumentError, match="inputs named a, b; received a, c"):
        net({"a": A, "c": B})
    with pytest.raises(ShapeError, match=r"input 'b': expected shape \(N, F=2\)"):
        net([A, A])


def test_a_last_axis_of_one_may_be_left_out_or_put_in() -> None:
    x = Input((1,))
    net = Network(x, Dense(1, kernel_initializer="ones")(x))
    assert net(np.arange(3.0)).numpy().ravel().tolist() == [0.0, 1.0, 2.0]
    flat = Input(())
    assert Network(flat, flat * 2.0)(np.ones((3, 1))).shape == (3,)


def test_shared_layers_have_one_set_of_weights() -> None:
    a, b = Input((3,)), Input((3,))
    shared = Dense(2)
    net = Network([a, b], add([shared(a), shared(b)]))
    assert len(net.weights) == 2
    np.testing.assert_allclose(net([A, A]).numpy(), 2 * shared(A).numpy(), rtol=1e-5)
    with pytest.raises(GraphError, match="expected exactly one use in a network; received 2"):
        _ = shared.output


def test_a_layer_may_be_applied_to_its_own_output() -> None:
    x = Input((3,))
    step = Dense(3, "tanh")
    net = Network(x, step(step(step(x))))
    expected = step(step(step(A))).numpy()
    np.testing.assert_allclose(net(A).numpy(), expected, rtol=1e-6)


def test_networks_inside_networks() -> None:
    x = Input((3,), name="x")
    encoder = Network(x, Dense(2, "tanh", name="inner")(x), name="encoder")
    y = Input((3,), name="y")
    net = Network(y, Dense(1, name="head")(encoder(y)), name="net")
    assert [layer.name for layer in net.layers] == ["y", "encoder", "head"]
    assert list(net.named_weights()) == [
        "encoder/inner/kernel",
        "encoder/inner/bias",
        "head/kernel",
        "head/bias",
    ]
    result = net(placeholder((None, 3)))
    layers = {node.origin.layer for node in _nodes(result)}
    assert {"encoder/inner", "head"} <= layers
    np.testing.assert_allclose(net(A).numpy(), net.get_layer("head")(encoder(A)).numpy(), rtol=1e-6)


def _nodes(result: Tensor) -> list[Tensor]:
    from pellucid.graph import toposort

    return toposort([result])


def test_weights_of_a_frozen_part_are_not_trained() -> None:
    x = Input((3,))
    base = Chain([Dense(4, name="a"), Dense(4, name="b")], name="base")
    net = Network(x, Dense(1, name="head")(base(x)))
    base.trainable = False
    assert [v.name for v in net.trainable_weights] == ["head/kernel", "head/bias"]
    assert len(net.non_trainable_weights) == 4
    net.trainable = False
    assert net.trainable_weights == []
    net.trainable = True
    assert len(net.trainable_weights) == 6


def test_features_of_an_inner_layer() -> None:
    x = Input((3,))
    full = Network(x, Dense(1)(Dense(2, "tanh", name="features")(x)))
    part = Network(full.inputs, full.get_layer("features").output)
    assert [w.name for w in part.weights] == ["features/kernel", "features/bias"]
    np.testing.assert_allclose(part(A).numpy(), full.get_layer("features")(A).numpy(), rtol=1e-6)


def test_the_upper_part_of_a_network() -> None:
    x = Input((3,))
    hidden = Dense(2, name="lower")(x)
    full = Network(x, Dense(1, name="upper")(hidden))
    upper = Network(hidden, full.output)
    assert [layer.name for layer in upper.layers] == ["upper"]
    np.testing.assert_allclose(
        upper(full.get_layer("lower")(A)).numpy(), full(A).numpy(), rtol=1e-6
    )


def _plain_ops(h: Tensor) -> Tensor:
    centered = h - ops.mean(h, axis=0, keepdims=True)
    spread = ops.softmax(centered, -1) * ops.cast(ops.arange(1, 4), "float32")
    return ops.softplus(spread @ ops.transpose(ops.ones((2, 3)))) + ops.reshape(h, (-1,))[:1]


@pytest.mark.parametrize("rows", [1, 4])
def test_plain_ops_between_layers(rows: int) -> None:
    x = Input((3,))
    first, last = Dense(3, name="first"), Dense(1, name="last")
    net = Network(x, last(_plain_ops(first(x))))
    data = A[:rows].astype(np.float32)
    expected = last(_plain_ops(first(data)))
    found = net(data)
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-5)
    other = placeholder((None, 3))
    np.testing.assert_allclose(evaluate(net(other), {other: data}), expected.numpy(), rtol=1e-5)
    # The rules of composite ops must follow to the new inputs.
    ours = gradient(ops.sum(found), net.trainable_weights)
    theirs = gradient(ops.sum(expected), net.trainable_weights)
    for a, b in zip(evaluate(ours), evaluate(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_loops_between_layers() -> None:
    x = Input((5, 2))

    def running(sequence: Tensor) -> Tensor:
        steps = ops.transpose(sequence, (1, 0, 2))
        start = ops.zeros_like(steps[0])
        _, (sums,) = ops.scan(
            lambda carry, s: ([ops.softplus(carry[0] + s[0])], [carry[0]]), [start], [steps]
        )
        return ops.transpose(sums, (1, 0, 2))

    dense = Dense(2, name="dense")
    net = Network(x, running(dense(x)))
    data = RNG.standard_normal((3, 5, 2)).astype(np.float32)
    np.testing.assert_allclose(net(data).numpy(), running(dense(data)).numpy(), rtol=1e-6)
    ours = gradient(ops.sum(net(data)), net.weights)
    theirs = gradient(ops.sum(running(dense(data))), net.weights)
    for a, b in zip(evaluate(ours), evaluate(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_twice_the_samples() -> None:
    x = Input((3,))
    net = Network(x, Dense(2)(x) - ops.mean(x))
    doubled = placeholder((None, 3))
    result = net(ops.concatenate([doubled, doubled], axis=0))
    assert str(result.shape) == "(2N, 2)"
    np.testing.assert_allclose(
        evaluate(result, {doubled: A})[:4], net(A).numpy(), rtol=1e-5, atol=1e-6
    )


def test_variables_between_layers_are_weights() -> None:
    x = Input((3,))
    scale = Variable(2.0, "scale")
    net = Network(x, Identity()(x) * scale)
    assert net.weights == [scale]
    np.testing.assert_allclose(net(A).numpy(), 2 * A, rtol=1e-6)


def test_a_fixed_training_flag_stays() -> None:
    x = Input((3,))
    frozen, free = Dropout(0.5, name="frozen"), Dropout(0.5, name="free")
    data = np.ones((6, 3))
    still = Network(x, frozen(x, training=False))
    np.testing.assert_array_equal(still(data, training=True).numpy(), data)
    always = Network(x, free(x, training=True))
    assert (always(data).numpy() != data).any()
    moving = Network(x, Dropout(0.5)(x))
    np.testing.assert_array_equal(moving(data).numpy(), data)
    assert (moving(data, training=True).numpy() != data).any()


def test_state_of_layers_inside_is_recorded() -> None:
    x = Input((3,))
    norm = BatchNormalization(momentum=0.0)
    net = Network(x, Dropout(0.5)(norm(x)))
    with recording() as record:
        net(A, training=True)
    names = [variable.name.rpartition("/")[2] for variable, _ in record.updates]
    assert names == ["moving_mean", "moving_variance", "seed"]
    value = dict(record.updates)[norm.moving_mean].numpy()
    np.testing.assert_allclose(value, A.mean(0), rtol=1e-5)


def test_an_input_that_is_missing_is_named() -> None:
    a, b = Input((3,), name="a"), Input((3,), name="b")
    with pytest.raises(GraphError, match="network 'n': expected outputs that depend on its inputs"):
        Network(a, add([a, b]), name="n")


def test_two_layers_of_one_name_are_refused() -> None:
    x = Input((3,))
    with pytest.raises(ArgumentError, match="two layers named 'same'"):
        Network(x, Dense(1, name="same")(Dense(1, name="same")(x)))


def test_what_is_no_tensor_is_refused() -> None:
    with pytest.raises(ArgumentError, match="tensors that come from Input"):
        Network(Dense(1), Dense(1))
    with pytest.raises(ArgumentError, match="inputs and outputs, or neither"):
        Network(Input((3,)))


def test_an_unused_input_is_kept() -> None:
    a, b = Input((3,), name="a"), Input((2,), name="b")
    net = Network([a, b], Dense(1)(a))
    assert net([A, B]).shape == (4, 1)
    assert {layer.name for layer in net.layers} > {"a", "b"}


def test_an_output_may_be_an_input_or_a_constant() -> None:
    x = Input((3,))
    net = Network(x, [x, constant([1.0])])
    same, one = net(A)
    np.testing.assert_allclose(same.numpy(), A, rtol=1e-6)
    assert one.numpy().tolist() == [1.0]


def test_layers_by_name_and_place() -> None:
    x = Input((3,), name="x")
    net = Network(x, Dense(1, name="out")(x))
    assert net.get_layer("out") is net.get_layer(index=1) is net.get_layer(index=-1)
    with pytest.raises(ArgumentError, match="one of x, out; received 'none'"):
        net.get_layer("none")
    with pytest.raises(ArgumentError, match="an index below 2"):
        net.get_layer(index=2)
    with pytest.raises(ArgumentError, match="a name or an index"):
        net.get_layer()


@pytest.mark.parametrize("wrong", [(None,), (3, None), (-1,), (2.5,)])
def test_inputs_have_known_shapes(wrong: Any) -> None:
    with pytest.raises(ShapeError, match="Input"):
        Input((4, *wrong))
    with pytest.raises(ArgumentError, match="either shape"):
        Input()


def test_input_types() -> None:
    x = Input((), dtype="int32", batch_size=2)
    assert (x.shape, x.dtype) == ((2,), "int32")
    net = Network(x, x + 1)
    assert net(np.array([1.0, 2.0])).numpy().tolist() == [2, 3]


class Tower(Network):
    """A subclass with a call of its own."""

    def __init__(self, width: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hidden = Dense(width, "relu", name="hidden")
        self.dropout = Dropout(0.5)
        self.heads = [Dense(1, name="left"), Dense(2, name="right")]

    def call(self, inputs: Tensor, training: bool = False) -> list[Tensor]:
        h = self.dropout(self.hidden(inputs), training=training)
        return [head(h) for head in self.heads]


def test_subclasses() -> None:
    net = Tower(name="tower")
    left, right = net(A)
    assert (left.shape, right.shape) == ((4, 1), (4, 2))
    assert [layer.name for layer in net.layers][0] == "hidden"
    assert [v.name for v in net.weights][:2] == ["hidden/kernel", "hidden/bias"]
    assert left.origin.layer == "left"
    x = Input((3,))
    joined = Network(x, Concatenate()(net(x)))
    assert joined(A).shape == (4, 3)
    copy = Tower.from_config(net.get_config())
    copy(A)
    copy.set_weights(net.get_weights())
    np.testing.assert_array_equal(copy(A)[1].numpy(), right.numpy())
    with pytest.raises(GraphError, match="knows its input shape"):
        _ = net.inputs


def test_a_subclass_may_be_functional() -> None:
    class Fixed(Network):
        def __init__(self, width: int) -> None:
            x = Input((3,))
            super().__init__(x, Dense(width)(x))
            self.width = width

    net = Fixed(2)
    assert net(A).shape == (4, 2)
    assert Fixed.from_config({"width": 5})(A).shape == (4, 5)


def test_lambdas_are_derived() -> None:
    x = Input((3,))
    net = Network(x, Lambda(lambda t, by: t**2 * by, arguments={"by": 3.0})(x))
    np.testing.assert_allclose(net(A).numpy(), 3 * A**2, rtol=1e-5)


@pytest.mark.slow
def test_ten_thousand_layers() -> None:
    x = Input((2,))
    y = x
    for _ in range(10_000):
        y = Dense(2, kernel_initializer="identity")(y)
    net = Network(x, y)
    data = np.array([[1.0, 2.0]])
    assert net(data).numpy().tolist() == [[1.0, 2.0]]
    assert (len(net.layers), net.count_params()) == (10_001, 60_000)
    assert len(net.trainable_weights) == 20_000
    slope = gradient(ops.sum(net(data)), net.trainable_weights[0])
    assert slope.numpy().tolist() == [[1.0, 1.0], [2.0, 2.0]]


def test_networks_nested_a_hundred_deep() -> None:
    net: Layer = Dense(2, kernel_initializer="identity")
    for _ in range(100):
        x = Input((2,))
        net = Network(x, net(x))
    assert net(np.ones((1, 2))).numpy().tolist() == [[1.0, 1.0]]
    assert net.count_params() == 6


def test_a_subclass_can_be_built_from_shapes() -> None:
    net = Tower()
    net.build((None, 3))
    assert [w.shape for w in net.weights][:2] == [(3, 4), (4,)]
    assert net.built
