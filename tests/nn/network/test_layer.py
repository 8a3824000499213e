"""Layer: names, weights, tracking, training, state, configs of subclasses."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.errors import ArgumentError, GraphError, ShapeError
from pellucid.graph import Tensor, Variable, evaluate, ops, placeholder
from pellucid.nn import LAYERS, Layer, clear_session, recording, set_random_seed
from pellucid.nn.layers import (
    Activation,
    ActivityRegularization,
    BatchNormalization,
    Dense,
    Dropout,
    LeakyReLU,
    PReLU,
    ReLU,
)

ROWS = np.ones((2, 3), np.float32)


class Block(Layer):
    """Layers and variables in attributes of all kinds."""

    def __init__(self, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = width
        self.first = Dense(width, name="first")
        self.rest = [Dense(width, name="second"), {"deep": (Dense(1, name="third"),)}]
        self.alone = Variable(np.zeros(2), "alone")

    def build(self, input_shape: Any) -> None:
        self.shift = self.add_weight((self.width,), "zeros", name="shift")
        self.counter = self.add_weight((), "zeros", "int64", trainable=False, name="counter")

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        second, deep = self.rest
        assert isinstance(second, Dense) and isinstance(deep, dict)
        result: Tensor = deep["deep"][0](second(self.first(inputs)) + self.shift)
        return result


def test_automatic_names_count_for_each_type() -> None:
    clear_session()
    made = [Dense(1), Dense(1), ReLU(), LeakyReLU(), PReLU(), BatchNormalization(), Dense(1)]
    assert [layer.name for layer in made] == [
        "dense",
        "dense_1",
        "re_lu",
        "leaky_re_lu",
        "p_re_lu",
        "batch_normalization",
        "dense_2",
    ]
    clear_session()
    assert Dense(1).name == "dense"


@pytest.mark.parametrize("name", ["", "a/b", 3])
def test_names_that_cannot_be(name: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Dense\.name: expected a text"):
        Dense(1, name=name)


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="unitz"):
        Dense(1, unitz=3)
    for units in (0, -1, 2.5, True):
        with pytest.raises(ArgumentError, match=r"Dense\.units: expected a whole number >= 1"):
            Dense(units)  # type: ignore[arg-type]


def test_parts_are_found_in_the_order_of_the_attributes() -> None:
    block = Block(2, name="block")
    block(ROWS)
    assert [v.name for v in block.weights] == [
        "block/shift",
        "alone",
        "block/counter",
        "block/first/kernel",
        "block/first/bias",
        "block/second/kernel",
        "block/second/bias",
        "block/third/kernel",
        "block/third/bias",
    ]
    assert list(block.named_weights()) == [
        "shift",
        "alone",
        "counter",
        *(f"{name}/{part}" for name in ("first", "second", "third") for part in ("kernel", "bias")),
    ]
    assert [path for path, _ in block.walk()] == ["", "first", "second", "third"]
    assert block.count_params() == 2 + 2 + 1 + 8 + 6 + 3


def test_layers_that_come_later_count_too() -> None:
    block = Block(2)
    block(ROWS)
    before = len(block.weights)
    extra = Dense(1)
    block.rest.append(extra)  # type: ignore[arg-type]
    extra(ROWS)
    assert len(block.weights) == before + 2


def test_a_cycle_of_parts_ends() -> None:
    block = Block(2)
    block.first.parent = block  # type: ignore[attr-defined]
    block(ROWS)
    assert len(block.weights) == 9


def test_a_missing_super_call_is_named() -> None:
    class Hasty(Layer):
        def __init__(self) -> None:
            self.inner = Dense(1)

    with pytest.raises(GraphError, match=r"Hasty\.__init__: expected a call of super"):
        Hasty()(ROWS)


def test_wrong_width_names_layer_op_and_both_shapes() -> None:
    hidden = Dense(3, name="hidden")
    hidden(np.ones((2, 4)))
    with pytest.raises(ShapeError) as caught:
        hidden(placeholder((None, 5)))
    message = str(caught.value)
    for part in ("layer 'hidden'", "op matmul", "(N, F=5)", "(4, 3)"):
        assert part in message


def test_a_wrong_shape_inside_names_the_whole_path() -> None:
    block = Block(2, name="block")
    block(ROWS)
    with pytest.raises(ShapeError, match="layer 'block/first', op matmul"):
        block(np.ones((2, 7)))


@pytest.mark.parametrize("shape", [(), (5,)])
def test_dense_needs_two_axes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="at least two axes"):
        Dense(1)(np.ones(shape))


def test_set_weights_checks_before_it_changes() -> None:
    layer = Dense(2, name="d")
    layer(ROWS)
    before = layer.get_weights()
    with pytest.raises(ShapeError, match=r"layer 'd': expected 2 arrays; received 1"):
        layer.set_weights([before[0]])
    with pytest.raises(ShapeError, match=r"layer 'd', weight 'd/bias': expected shape \(2,\)"):
        layer.set_weights([before[0] + 1, np.zeros(3)])
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])
    with pytest.raises(ShapeError, match="once it was called"):
        Dense(2).set_weights(before)


def test_weights_come_as_copies() -> None:
    layer = Dense(2)
    layer(ROWS)
    layer.get_weights()[1][:] = 7.0
    assert layer.bias.value.tolist() == [0.0, 0.0]


def test_count_params_of_a_layer_without_weights_yet() -> None:
    with pytest.raises(GraphError, match="expected a layer that was built"):
        Dense(2, name="d").count_params()


def test_trainable_reaches_everything_inside() -> None:
    block = Block(2)
    block(ROWS)
    assert len(block.trainable_weights) == 8
    block.first.trainable = False
    assert len(block.trainable_weights) == 6
    block.trainable = False
    assert block.trainable_weights == []
    assert len(block.non_trainable_weights) == 9
    block.trainable = True
    assert len(block.trainable_weights) == 8
    assert not block.counter.trainable


def test_a_layer_frozen_before_it_is_built_stays_frozen() -> None:
    layer = Dense(2, trainable=False)
    layer(ROWS)
    assert (layer.trainable_weights, len(layer.non_trainable_weights)) == ([], 2)
    assert not layer.kernel.trainable
    layer.trainable = True
    assert len(layer.trainable_weights) == 2


def test_regularizers_of_trained_weights_are_losses() -> None:
    layer = Dense(2, kernel_regularizer="l2", bias_regularizer="l1", bias_initializer="ones")
    layer(ROWS)
    layer.kernel.assign(np.ones((3, 2)))
    assert [round(float(loss), 6) for loss in layer.losses] == [0.06, 0.02]
    assert {loss.origin.phase for loss in layer.losses} == {"loss"}
    layer.trainable = False
    assert layer.losses == []


def test_the_training_flag_is_handed_on() -> None:
    seen: list[tuple[str, bool]] = []

    class Spy(Layer):
        def call(self, inputs: Any, training: bool = False) -> Any:
            seen.append((self.name, training))
            return inputs

    class Outer(Layer):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.parts = [Spy(name="follows"), Spy(name="fixed")]

        def call(self, inputs: Any) -> Any:
            return self.parts[1](self.parts[0](inputs), training=False)

    outer = Outer()
    for training in (True, False, None):
        outer(ROWS, training=training)
    outer(ROWS)
    assert [flag for name, flag in seen if name == "follows"] == [True, False, False, False]
    assert [flag for name, flag in seen if name == "fixed"] == [False] * 4


def test_a_raising_call_leaves_no_trace() -> None:
    class Broken(Layer):
        def call(self, inputs: Any) -> Any:
            raise RuntimeError("broken")

    with recording() as record, pytest.raises(RuntimeError):
        Broken()(ROWS, training=True)
    assert (record.updates, record.losses) == ([], [])
    result = Dense(1, name="after")(ROWS)
    assert (result.origin.layer, result.made_by.call.layer.name) == ("after", "after")


def test_state_is_collected_only_while_recording() -> None:
    layer = BatchNormalization(momentum=0.5)
    data = np.array([[0.0], [4.0]], np.float32)
    layer(data, training=True)
    assert layer.moving_mean.value.tolist() == [0.0]
    with recording() as record:
        layer(data, training=True)
        layer(data, training=True)  # sees what the first use plans
    assert [variable.name for variable, _ in record.updates] == [
        f"{layer.name}/moving_mean",
        f"{layer.name}/moving_variance",
    ]
    new = evaluate([value for _, value in record.updates])
    assert [value.tolist() for value in new] == [[1.5], [3.25]]


def test_a_frozen_batch_normalization_is_in_inference() -> None:
    layer = BatchNormalization()
    data = np.array([[0.0], [4.0]], np.float32)
    expected = layer(data).numpy()
    layer.trainable = False
    with recording() as record:
        np.testing.assert_array_equal(layer(data, training=True).numpy(), expected)
    assert record.updates == []


def test_activity_penalties_are_means_over_samples() -> None:
    layer = Dense(2, activity_regularizer="l2", kernel_initializer="ones")
    with recording() as record:
        layer(np.array([[1.0, 2.0], [0.0, 1.0]]))
        ActivityRegularization(l1=0.5, l2=0.25)(np.array([[1.0], [-2.0], [3.0]]))
    assert [round(float(loss), 6) for loss in record.losses] == [0.1, round(3.0 / 3 + 3.5 / 3, 6)]


def test_a_loss_is_a_scalar() -> None:
    with recording(), pytest.raises(ShapeError, match="add_loss: expected a scalar"):
        Dense(1).add_loss(ops.ones((2,)))


def test_dropout_draws_anew_at_every_use() -> None:
    layer = Dropout(0.5, seed=3)
    data = np.ones((4, 50), np.float32)
    first, second = (layer(data, training=True).numpy() for _ in range(2))
    assert (first != second).any()
    assert layer.seed_state.value.tolist() == [3, 2]
    with recording() as record:
        a, b = layer(data, training=True), layer(data, training=True)
    assert (a.numpy() != b.numpy()).any()
    ((variable, value),) = record.updates
    assert (variable, value.numpy().tolist()) == (layer.seed_state, [3, 4])
    again = Dropout(0.5, seed=3)
    np.testing.assert_array_equal(again(data, training=True).numpy(), first)


def test_dropout_keeps_the_mean_and_drops_at_its_rate() -> None:
    values = Dropout(0.25, seed=1)(np.ones((400, 500), np.float32), training=True).numpy()
    # 200,000 draws: one standard deviation of the rate is 0.001.
    assert abs((values == 0).mean() - 0.25) < 0.004
    assert set(np.unique(values).tolist()) == {0.0, np.float32(4 / 3)}


def test_dropout_shares_its_choice_along_axes_of_one() -> None:
    layer = Dropout(0.5, noise_shape=(None, 1, None), seed=2)
    values = layer(np.ones((3, 7, 20), np.float32), training=True).numpy()
    assert (values == values[:, :1]).all() and len(np.unique(values)) == 2
    with pytest.raises(ShapeError, match="noise_shape"):
        layer(np.ones((3, 7)), training=True)


@pytest.mark.parametrize("rate", [-0.1, 1.5, float("nan"), "half"])
def test_dropout_rates_that_cannot_be(rate: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Dropout\.rate: expected a number in \[0, 1\]"):
        Dropout(rate)


def test_all_may_be_dropped() -> None:
    assert Dropout(1.0)(ROWS, training=True).numpy().tolist() == np.zeros((2, 3)).tolist()


def test_seeds_are_no_weights() -> None:
    layer = Dropout(0.5)
    layer(ROWS)
    assert (layer.weights, layer.get_weights(), layer.count_params()) == ([], [], 0)
    assert layer.variables == [layer.seed_state] == layer.non_trainable_variables


def test_one_seed_gives_the_same_network_again() -> None:
    def weights() -> list[Any]:
        clear_session()
        set_random_seed(7)
        block, dropout = Block(3), Dropout(0.5)
        block(ROWS)
        return [*block.get_weights(), dropout.seed_state.value]

    for a, b in zip(weights(), weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_subclass_has_a_config_without_writing_one() -> None:
    @LAYERS.register()
    class Shifted(Layer):
        def __init__(self, by: float = 1.0, activation: Any = None, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.by = by
            self.inner = Activation(activation)

        def call(self, inputs: Tensor) -> Any:
            return self.inner(inputs) + self.by

    layer = Shifted(2.0, activation="relu", name="s", trainable=False)
    config = json.loads(json.dumps(LAYERS.serialize(layer)))
    assert config["config"] == {
        "name": "s",
        "trainable": False,
        "dtype": "float32",
        "by": 2.0,
        "activation": "relu",
    }
    copy: Any = LAYERS.deserialize(config)
    assert copy([[-1.0]]).numpy().tolist() == [[2.0]]
    layer.by = 5.0
    assert layer.get_config()["by"] == 5.0


def test_what_a_file_cannot_hold_is_named() -> None:
    layer = Dense(1, activation=lambda x: x * 2, name="d")
    with pytest.raises(ArgumentError, match="serialize activation"):
        layer.get_config()
    with pytest.raises(ArgumentError, match="registered layer"):
        LAYERS.serialize(Block(2))


def test_the_setting_floatx_is_the_default_type() -> None:
    with settings.using(floatx="float64"):
        layer = Dense(1)
        assert layer(ROWS).dtype == layer.kernel.dtype == "float64"
    assert Dense(1)(ROWS).dtype == "float32"


def test_inputs_may_be_nested() -> None:
    class Join(Layer):
        def build(self, input_shape: Any) -> None:
            self.shapes = input_shape

        def call(self, inputs: Any, factor: Any = 1.0) -> Any:
            return {"sum": inputs["a"] + inputs["b"][0], "all": [inputs["b"][1] * factor]}

    layer = Join()
    data = {"a": np.ones((2, 3)), "b": [np.ones((2, 3)), np.ones((2, 1))]}
    found = layer(data, factor=np.float64(2.0))
    assert layer.shapes == {"a": (2, 3), "b": [(2, 3), (2, 1)]}
    assert found["sum"].dtype == "float32"
    assert found["all"][0].numpy().tolist() == [[2.0], [2.0]]
    assert [t.made_by.place for t in (found["all"][0], found["sum"])] == [0, 1]
    shape = layer.compute_output_shape({"a": (None, 3), "b": [(None, 3), (None, 1)]})
    assert shape == {"sum": (None, 3), "all": [(None, 1)]}


def test_unknown_dimensions_are_only_those_of_the_samples() -> None:
    with pytest.raises(ShapeError, match="axis -1 is there and known"):
        Dense(1, name="d").build((None, None))
    with pytest.raises(ShapeError, match="weight 'w': expected known dimensions"):
        Layer(name="l").add_weight((None, 3), name="w")  # type: ignore[arg-type]


def test_constructors_need_not_take_what_all_layers_have() -> None:
    class Plain(Layer):
        def __init__(self, by: float) -> None:
            super().__init__()
            self.by = by

        def call(self, inputs: Tensor) -> Any:
            return inputs * self.by

    layer = Plain(2.0)
    layer.trainable = False
    copy = Plain.from_config({**layer.get_config(), "name": "other", "dtype": "float64"})
    assert (copy.by, copy.name, copy.trainable, copy.dtype) == (2.0, "other", False, "float64")


@pytest.mark.parametrize("make", [lambda: Dense(2), PReLU, BatchNormalization])
def test_a_layer_that_was_built_by_hand_is_not_built_again(make: Any) -> None:
    layer = make()
    layer.build((None, 3))
    layer.set_weights([np.full(w.shape, 0.5) for w in layer.get_weights()])
    before = layer.weights
    layer(ROWS)
    assert [id(w) for w in layer.weights] == [id(w) for w in before]
    assert layer.built
