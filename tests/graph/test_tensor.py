"""Tensors as Python objects: operators on either side, looking at values, variables, marks."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, DTypeError, GraphError, PellucidError, ShapeError
from pellucid.graph import (
    N,
    Tensor,
    Variable,
    constant,
    current_origin,
    evaluate,
    gradient,
    label,
    ops,
    origin,
    placeholder,
)

NUMBERS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
NUMBERS += [operator.floordiv, operator.mod]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
OTHERS = [
    np.array([1.5, 2.0, 3.0]),
    np.array([[1.5], [2.0]], np.float32),
    np.array([1, 2, 4]),
    np.float64(2.5),
    np.float32(2.5),
    np.int64(3),
    2.5,
    3,
    True,
    [1.5, 2.0, 3.0],
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda v: f"{type(v).__name__}-{np.shape(v)}")
@pytest.mark.parametrize("operation", NUMBERS + COMPARISONS, ids=lambda f: f.__name__)
def test_operators_with_arrays_and_numbers_on_either_side(operation: Any, other: Any) -> None:
    x = np.array([4.0, 2.0, 0.5])
    for ours, theirs in (
        (operation(constant(x), other), operation(x, np.asarray(other))),
        (operation(other, constant(x)), operation(np.asarray(other), x)),
    ):
        assert type(ours) is Tensor
        np.testing.assert_allclose(ours.numpy(), theirs, 1e-15)


def test_arrays_on_the_left_of_the_other_operators() -> None:
    a, b = np.arange(6.0).reshape(2, 3), constant(np.arange(6.0).reshape(3, 2))
    assert type(a @ b) is Tensor
    np.testing.assert_array_equal(a @ b, a @ b.numpy())
    yes, no = np.array([True, False]), constant([True, True])
    assert (yes & no).numpy().tolist() == [True, False]
    assert (yes | no).numpy().tolist() == [True, True]
    assert (no & yes).numpy().tolist() == [True, False]
    assert (True & no).numpy().tolist() == (no | False).numpy().tolist() == [True, True]
    assert (~(yes & no)).numpy().tolist() == [False, True]
    total = a
    total = total + constant(1.0)
    assert type(total) is Tensor


def test_numpy_does_not_compute_with_tensors_behind_their_back() -> None:
    array = np.zeros(2)
    for change in (operator.iadd, operator.imul):
        with pytest.raises(TypeError):
            change(array, constant([1.0, 2.0]))
    with pytest.raises(TypeError):
        np.exp(constant([1.0, 2.0]))
    assert array.tolist() == [0, 0]


def test_the_unary_operators() -> None:
    x = constant([-1.5, 2.0])
    assert (-x).numpy().tolist() == [1.5, -2]
    assert (+x) is x
    assert abs(x).numpy().tolist() == [1.5, 2]
    assert (x**2).op == "multiply"
    assert (x**0.5).op == "sqrt"


def test_looking_at_a_value() -> None:
    x = constant([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(np.asarray(x), [[1, 2], [3, 4]])
    assert np.asarray(x, "float64").dtype == np.float64
    assert np.array(x).flags.writeable
    assert np.mean(x) == 2.5
    assert (float(x[0, 1]), int(x[0, 1]), x[0, 1].item()) == (2, 2, 2)
    assert bool(x[0, 0] == 1)
    assert math.sqrt(x[1, 1]) == 2
    assert "abc"[constant(1)] == "b"
    assert (f"{x[0, 0]:.2f}", f"{x[0, 0]}") == ("1.00", "1.0")
    assert list(range(3))[constant(2)] == 2
    assert (len(x), [float(ops.sum(row)) for row in x]) == (2, [3, 7])
    assert 3.0 in constant([1.0, 3.0])
    assert 2.0 not in constant([1.0, 3.0])
    first, second = x
    assert second.numpy().tolist() == [3, 4]
    assert max(constant([1.0, 3.0, 2.0])).item() == 3


@pytest.mark.parametrize(
    ("look", "error", "words"),
    [
        (lambda x: float(x), ShapeError, "a tensor of one element"),
        (lambda x: bool(x > 0), ShapeError, "a tensor of one element"),
        (lambda x: int(placeholder(())), GraphError, "expected a value"),
        (lambda x: np.asarray(placeholder((N,))), GraphError, "expected a value"),
        (lambda x: bool(placeholder(()) > 0), GraphError, "expected a value"),
        (lambda x: len(constant(1.0)), ShapeError, "first dimension"),
        (lambda x: iter(placeholder((N, 2))), ShapeError, "first dimension"),
        (lambda x: list(range(3))[constant(1.0)], TypeError, "float"),
        (lambda x: x == "one", DTypeError, "numbers"),
        (lambda x: x + None, DTypeError, "numbers"),
        (lambda x: operator.setitem(x, 0, 1.0), TypeError, "item assignment"),
        (lambda x: setattr(x, "colour", "red"), AttributeError, "colour"),
    ],
)
def test_what_cannot_be_looked_at(look: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        look(constant([1.0, 2.0]))


def test_words_for_a_tensor() -> None:
    x = placeholder((None, 3), name="x")
    assert repr(x) == "<Tensor 'x' input shape=(N, F=3) dtype=float32>"
    assert str(x) == repr(x)
    assert repr(x @ ops.ones((3, 2))) == "<Tensor contraction shape=(N, F=2) dtype=float32>"
    assert str(constant([1.0, 2.0])) == "[1. 2.]"
    assert repr(Variable([1.0], name="w")) == "<Variable 'w' shape=(1,) dtype=float32>"
    assert repr(constant(2)) == "<Tensor constant shape=() dtype=int32>"


def test_tensors_are_keys_by_identity() -> None:
    a, b = constant(1.0), constant(1.0)
    table = {a: "a", b: "b"}
    assert (table[a], table[b], len({a, b, a})) == ("a", "b", 2)
    x, y = placeholder((N,)), placeholder((N,))
    assert {x: 1, y: 2}[y] == 2


def test_constants_do_not_change() -> None:
    array = np.array([1.0, 2.0])
    x = constant(array)
    array[0] = 7
    assert x.numpy().tolist() == [1, 2]
    x.numpy()[0] = 9
    np.asarray(x)[0] = 9
    assert x.numpy().tolist() == [1, 2]
    before = x
    x += 1
    assert (before.numpy().tolist(), x.numpy().tolist()) == ([1, 2], [2, 3])


def test_results_are_no_windows_into_a_variable() -> None:
    w = Variable(np.arange(4.0))
    for view in (w, ops.reshape(w, (2, 2)), ops.stop_gradient(w), w[:2], ops.transpose(w)):
        evaluate(view)[...] = 7
    assert w.value.tolist() == [0, 1, 2, 3]
    x = placeholder(2, "float64")
    array = np.zeros(2)
    evaluate(x, {x: array})[0] = 5
    assert array.tolist() == [0, 0]


def test_lists_of_tensors_keep_their_gradients() -> None:
    a, b = Variable(2.0), Variable(3.0)
    assert float(gradient(ops.sum([a, [b, 1.0][0], 4.0]), b)) == 1
    matrix = ops.convert_to_tensor([[a, 1.0], [0.0, b]])
    assert matrix.shape == (2, 2)
    assert gradient(ops.sum(matrix @ [1.0, 10.0]), a).numpy() == 1
    assert float(gradient(ops.sum(constant([1.0, 2.0]) * [a, b]), b)) == 2


def test_variables() -> None:
    w = Variable([1.0, 2.0], name="w")
    doubled = w * 2
    w.assign([3, 4])
    assert doubled.numpy().tolist() == [6, 8]
    w.assign(doubled)
    assert (w.value.tolist(), w.value.dtype) == ([6, 8], np.float32)
    source = np.array([1.0, 1.0], np.float32)
    w.assign(source)
    source[0] = 9
    assert w.value.tolist() == [1, 1]
    initial = np.array([1.0])
    v = Variable(initial)
    initial[0] = 9
    assert (v.value.tolist(), v.dtype, v.trainable) == ([1], "float64", True)
    assert Variable(1, dtype="float64").dtype == "float64"
    assert Variable(constant([1.0])).value.tolist() == [1]


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        ([1.0], ShapeError, r"assign to 'w': expected shape \(2,\); received shape \(1,\)"),
        (1.0, ShapeError, "keep the shape"),
        (["a", "b"], DTypeError, "numbers"),
        ([[1], [1, 2]], ShapeError, "equal length"),
        (placeholder((2,)), GraphError, "expected a value"),
    ],
)
def test_bad_values_leave_a_variable_as_it_was(
    value: Any, error: type[PellucidError], words: str
) -> None:
    w = Variable([1.0, 2.0], name="w")
    with pytest.raises(error, match=words):
        w.assign(value)
    assert w.value.tolist() == [1, 2]
    with pytest.raises(ArgumentError, match="int32"):
        Variable([1, 2], dtype="int32").assign([2**40, 0])


def test_marks_and_labels() -> None:
    with origin(layer="net"):
        outer = ops.ones(2) * 1
        with origin(phase="loss"):
            inner = ops.ones(2) * 2
        after = ops.ones(2) * 3
    assert outer.origin == after.origin == ("net", "forward")
    assert inner.origin == ("net", "loss")
    assert current_origin() == ("", "forward")
    assert label(outer, "first") is outer
    assert label(outer, "second").name == "first"


def test_marks_end_with_an_error() -> None:
    with pytest.raises(ShapeError), origin(layer="broken", phase="update"):
        ops.ones(2) + ops.ones(3)
    assert current_origin() == ("", "forward")
    assert (ops.ones(2) * 1).origin == ("", "forward")


def test_errors_name_the_layer_and_every_shape() -> None:
    with origin(layer="net/dense"), pytest.raises(ShapeError) as caught:
        placeholder((N, 3)) + ops.ones((4, 2))
    message = str(caught.value)
    assert message.startswith("layer 'net/dense', op add: ")
    assert "(N, F=3) and (4, 2)" in message
    assert "\n" not in message


def test_errors_say_what_was_asked_for() -> None:
    with pytest.raises(ShapeError, match=r"op transpose: .*received \(2, 3\): \(0, 0\)"):
        ops.transpose(ops.ones((2, 3)), (0, 0))
