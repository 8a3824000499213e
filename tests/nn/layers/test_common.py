"""What holds for every layer: gradients, rows, symbolic N, types, configs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.graph import as_tensor, evaluate, placeholder
from pellucid.nn import recording
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.structure import flatten, map_leaves
from tests.nn.layers.cases import CASES, Case, gradient_errors, outputs_of, randomize

each_case = pytest.mark.parametrize("case", CASES, ids=Case.id)


@each_case
@pytest.mark.parametrize("training", [False, True])
def test_gradients_are_difference_quotients(case: Case, training: bool) -> None:
    layer = case.make(dtype="float64")
    inputs = case.inputs(dtype="float64")
    layer(inputs)
    randomize(layer)
    assert max(gradient_errors(layer, inputs, training)) <= 1e-6


@each_case
def test_rows_do_not_depend_on_each_other_and_may_be_none(case: Case) -> None:
    layer = case.make()
    inputs = case.inputs(rows=4)
    layer(inputs)
    randomize(layer)
    whole = outputs_of(layer, inputs)
    for rows in (slice(0, 0), slice(0, 1), slice(1, 4)):
        part = outputs_of(layer, map_leaves(lambda a: a[rows], inputs))  # noqa: B023
        for full, found in zip(whole, part, strict=True):
            np.testing.assert_allclose(found, full[rows], rtol=1e-6, atol=1e-6)


@each_case
@pytest.mark.parametrize("training", [False, True])
def test_a_symbolic_batch_gives_the_same(case: Case, training: bool) -> None:
    layer = case.make()
    inputs = case.inputs()
    layer(inputs)
    randomize(layer)
    slots = map_leaves(lambda a: placeholder((None, *a.shape[1:]), a.dtype), inputs)
    with recording():  # so that both draw the same numbers
        fixed, free = layer(inputs, training=training), layer(slots, training=training)
    if layer.variables != layer.weights:
        fixed, free = layer(inputs), layer(slots)
    feeds = dict(zip(flatten(slots), flatten(inputs), strict=True))
    for a, b in zip(flatten(fixed), flatten(free), strict=True):
        np.testing.assert_allclose(evaluate(b, feeds), evaluate(a), rtol=1e-6, atol=1e-6)


@each_case
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_outputs_are_of_the_layers_type(case: Case, dtype: str) -> None:
    layer = case.make(dtype=dtype)
    for given in ("float32", "float64"):
        results = flatten(layer(case.inputs(dtype=given), training=True))
        assert {result.dtype for result in results} == {dtype}
    assert {v.dtype for v in layer.weights} <= {dtype, "int32"}


@each_case
def test_a_config_makes_the_layer_again(case: Case) -> None:
    layer = case.make(name="again")
    inputs = case.inputs()
    layer(inputs)
    randomize(layer)
    config = json.loads(json.dumps(LAYERS.serialize(layer)))
    copy: Any = LAYERS.deserialize(config)
    assert LAYERS.serialize(copy) == config
    assert copy.name == "again"
    copy(inputs)
    copy.set_weights(layer.get_weights())
    for a, b in zip(outputs_of(layer, inputs), outputs_of(copy, inputs), strict=True):
        np.testing.assert_array_equal(a, b)


@each_case
def test_the_output_shape_is_known_beforehand(case: Case) -> None:
    layer, inputs = case.make(), case.inputs()
    shapes = map_leaves(lambda a: (None, *a.shape[1:]), [inputs])[0]
    found = layer.compute_output_shape(shapes)
    assert found == (None, *outputs_of(layer, inputs)[0].shape[1:])


@each_case
def test_outputs_are_named_and_placed(case: Case) -> None:
    layer = case.make(name="here")
    slots = map_leaves(lambda a: placeholder((None, *a.shape[1:]), a.dtype), case.inputs())
    result = layer(slots, training=True)
    assert result.made_by.call.layer is layer
    assert result.name in ("here", None)
    assert result.origin.layer in ("here", "")
    assert all(v.name.startswith("here/") for v in layer.variables)


def test_the_table_has_every_layer() -> None:
    tried = {case.layer for case in CASES}
    inner = {"InputLayer", "Lambda", "Network", "Functional", "Chain", "Model", "Sequential"}
    known = [LAYERS.find(name) for name in LAYERS.names()]
    ours = {each.__name__ for each in known if each.__module__.startswith("pellucid.nn")}
    assert ours - tried - inner == set()


def test_layers_take_any_memory_order() -> None:
    layer = Case("Dense", {"units": 2}).make()
    wide = np.arange(24, dtype=np.float32).reshape(3, 8)
    expected = outputs_of(layer, wide[:, ::2].copy())[0]
    np.testing.assert_array_equal(outputs_of(layer, wide[:, ::2])[0], expected)
    columns = np.asfortranarray(wide[:, ::2])
    np.testing.assert_array_equal(outputs_of(layer, columns)[0], expected)


def test_python_lists_whole_numbers_and_truth_values_are_data() -> None:
    layer = Case("Dense", {"units": 1, "kernel_initializer": "ones"}).make()
    for given in ([[1, 0, 1]], [[True, False, True]], np.array([[1, 0, 1]], np.uint8)):
        result = layer(given)
        assert isinstance(result, type(as_tensor(0.0)))
        assert (result.numpy().tolist(), result.dtype) == ([[2.0]], "float32")


def test_a_layer_without_call_says_so() -> None:
    with pytest.raises(NotImplementedError, match=r"Layer has no call\(\)"):
        Layer()(np.ones((1, 2)))
