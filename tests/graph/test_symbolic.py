"""The number of samples N: one expression for every batch size, and clear words where none fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph import (
    N,
    SymbolicDim,
    Variable,
    evaluate,
    format_shape,
    gradient,
    ops,
    placeholder,
)
from tests.graph.strategies import array_of
from tests.graph.targets import TARGETS

SAMPLES = [0, 1, 7]


def batch(n: int) -> Any:
    """Samples of two rows of three numbers."""
    return array_of((n, 2, 3), "float64", seed=2)


# What is done to a tensor of (N, 2, 3), and the same in NumPy.
FUNCTIONS = {
    "reshape": (lambda x: ops.reshape(x, (-1, 6)), lambda x: x.reshape(len(x), 6)),
    "flatten": (lambda x: ops.reshape(x, -1), lambda x: x.reshape(len(x) * 6)),
    "rows": (lambda x: ops.reshape(x, (-1, 3)), lambda x: x.reshape(len(x) * 2, 3)),
    "none": (lambda x: ops.reshape(x, (None, 3, 2)), lambda x: x.reshape(len(x), 3, 2)),
    "transpose": (lambda x: ops.transpose(x, (1, 0, 2)), lambda x: x.transpose(1, 0, 2)),
    "slice": (lambda x: x[:, 1, ::2], lambda x: x[:, 1, ::2]),
    "new axis": (lambda x: x[:, None], lambda x: x[:, None]),
    "flip": (lambda x: x[::-1], lambda x: x[::-1]),
    "sum": (lambda x: ops.sum(x, 0), lambda x: x.sum(0)),
    "prod": (lambda x: ops.prod(x, (0, 2)), lambda x: x.prod((0, 2))),
    "broadcast": (lambda x: x * ops.ones((N, 1, 3), "float64"), lambda x: x),
    "tile": (lambda x: ops.tile(x, (2, 1, 1)), lambda x: np.tile(x, (2, 1, 1))),
    "repeat": (lambda x: ops.repeat(x, 3, 0), lambda x: np.repeat(x, 3, 0)),
    "concatenate": (lambda x: ops.concatenate([x, x]), lambda x: np.concatenate([x, x])),
    "features": (lambda x: ops.concatenate([x, x], 2), lambda x: np.concatenate([x, x], 2)),
    "stack": (lambda x: ops.stack([x, -x]), lambda x: np.stack([x, -x])),
    "pad": (
        lambda x: ops.pad(x, [(0, 0), (1, 0), (0, 2)]),
        lambda x: np.pad(x, [(0, 0), (1, 0), (0, 2)]),
    ),
    "arange": (
        lambda x: ops.arange(N, dtype="float64") + ops.sum(x, (1, 2)),
        lambda x: np.arange(len(x)) + x.sum((1, 2)),
    ),
    "cumsum": (lambda x: ops.cumsum(x, 0), lambda x: x.cumsum(0)),
    "sort": (lambda x: ops.sort(x, 0), lambda x: np.sort(x, 0)),
    "take": (lambda x: ops.take(x, [1, 0, 1], 1), lambda x: x[:, [1, 0, 1]]),
    "einsum": (lambda x: ops.einsum("nij,nkj->nik", x, x), lambda x: x @ x.transpose(0, 2, 1)),
    "gram": (
        lambda x: ops.einsum("nij,nkl->ik", x, x),
        lambda x: np.einsum("nij,nkl->ik", x, x),
    ),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("n", SAMPLES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_number_of_samples(name: str, n: int, target: str) -> None:
    ours, theirs = FUNCTIONS[name]
    x = placeholder((N, 2, 3), "float64", "x")
    output, expected = ours(x), theirs(batch(n))
    found = TARGETS[target](output, [x], [batch(n)])
    assert found.shape == expected.shape
    known = [d.multiple * n if isinstance(d, SymbolicDim) else d for d in output.shape]
    assert known == list(expected.shape)
    np.testing.assert_allclose(found, expected, 1e-12, 1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("n", SAMPLES)
def test_gradients_for_any_number_of_samples(name: str, n: int) -> None:
    x, value = placeholder((N, 2, 3), "float64", "x"), batch(n)
    loss = ops.sum(FUNCTIONS[name][0](x) ** 2)
    slope = evaluate(gradient(loss, x), {x: value})
    assert slope.shape == value.shape
    direction = array_of(value.shape, "float64", seed=3)
    ahead, behind = (evaluate(loss, {x: value + h * direction}) for h in (1e-5, -1e-5))
    np.testing.assert_allclose((slope * direction).sum(), (ahead - behind) / 2e-5, 1e-6, 1e-6)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("index", [0, 3, slice(2), (slice(1, 3), 1), slice(0)])
def test_the_first_samples(index: Any, target: str) -> None:
    x, value = placeholder((N, 2, 3), "float64", "x"), batch(7)
    part = x[index]
    np.testing.assert_array_equal(TARGETS[target](part, [x], [value]), value[index])
    expected = np.zeros_like(value)
    expected[index] = 2 * value[index]
    found = TARGETS[target](gradient(ops.sum(part * part), x), [x], [value])
    np.testing.assert_allclose(found, expected, 1e-13)
    with pytest.raises(ShapeError, match="a batch large enough"):
        evaluate(x[5], {x: batch(3)})


@pytest.mark.parametrize("target", TARGETS)
def test_batches_joined_into_one(target: str) -> None:
    x, y = placeholder((N, 2), "float64", "x"), placeholder((2 * N, 2), "float64", "y")
    values = [array_of((3, 2), "float64"), array_of((6, 2), "float64", 1)]
    joined = ops.sum(ops.concatenate([x, y, x]) ** 2, 1, keepdims=True)
    loss = ops.sum(ops.cumsum(joined, 0))
    counted = np.arange(12, 0, -1.0)[:, None]
    expected = [2 * values[0] * (counted[:3] + counted[9:]), 2 * values[1] * counted[3:9]]
    for found, theirs in zip(gradient(loss, [x, y]), expected, strict=True):
        ours = TARGETS[target](found, [x, y], values)
        np.testing.assert_allclose(ours, theirs, 1e-13)


@pytest.mark.parametrize("n", [1, 7])
@pytest.mark.parametrize("axis", [None, 0, (0, 2), 1])
def test_means_count_the_samples(n: int, axis: Any) -> None:
    x, value = placeholder((N, 2, 3), "float64", "x"), batch(n)
    for ours, theirs in ((ops.mean, np.mean), (ops.var, np.var), (ops.std, np.std)):
        np.testing.assert_allclose(evaluate(ours(x, axis), {x: value}), theirs(value, axis), 1e-12)


def test_the_mean_over_no_samples_is_no_number() -> None:
    x = placeholder((N,), name="x")
    assert np.isnan(evaluate(ops.mean(x), {x: []}))
    assert evaluate(ops.sum(x), {x: []}) == 0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: N + 1, "another multiple of the number of samples N; received N [+] 1"),
        (lambda: 1 + 2 * N, "received 2N [+] 1"),
        (lambda: N * N, r"at most one factor .* received N \* N"),
        (lambda: (3 * N) // 2, "received 3N / 2"),
        (lambda: N // (2 * N), "received N / 2N"),
        (lambda: N // 0, "received N / 0"),
        (
            lambda: ops.concatenate([placeholder((N, 2)), ops.ones((1, 2))]),
            "multiple of the number",
        ),
        (lambda: placeholder((N, 2)) + placeholder((2 * N, 2)), "N against 2N"),
        (lambda: placeholder((N, 2)) + ops.ones((3, 2)), "N against 3"),
        (lambda: ops.reshape(placeholder((N, 2)), (6,)), r"reshape: .*received \(N, F=2\)"),
        (lambda: ops.reshape(placeholder((N, 3)), (-1, 2)), "whole multiple of N"),
        (lambda: placeholder((N, 2))[1:], "select samples outside the graph"),
        (lambda: placeholder((N, 2))[-1], "index below N"),
        (lambda: ops.split(placeholder((N, 2)), 2), "known length"),
        (lambda: ops.top_k(placeholder((2, N)), 1), "top_k"),
        (lambda: ops.outer(placeholder((N,)), placeholder((N,))) @ ops.ones((2, 2)), "matmul"),
        (lambda: len(placeholder((N, 2))), "known first dimension"),
        (lambda: placeholder((-1, 2)), ">= 0"),
        (lambda: placeholder((1.5, 2)), "whole dimensions"),
    ],
)
def test_what_cannot_be_one_program_for_all_sizes(make: Any, words: str) -> None:
    with pytest.raises((ShapeError, ValueError), match=words):
        make()


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((2, 4)), r"input 'x': expected shape \(N, F=3\).*received shape \(2, 4\)"),
        (np.zeros(3), r"received shape \(3,\)"),
        (np.zeros((1, 2, 3)), r"received shape \(1, 2, 3\)"),
        ([[1, 2, 3], [1, 2]], "rows of equal length"),
    ],
)
def test_an_array_of_the_wrong_shape(array: Any, words: str) -> None:
    x = placeholder((N, 3), name="x")
    with pytest.raises(ShapeError, match=words):
        evaluate(x + 1, {x: array})


def test_an_array_of_words() -> None:
    x = placeholder((N,), name="x")
    with pytest.raises(DTypeError, match="input 'x': expected numbers"):
        evaluate(x + 1, {x: ["a", "b"]})


def test_inputs_with_different_numbers_of_samples() -> None:
    x, y = placeholder((N, 3), name="x"), placeholder((2 * N,), name="y")
    total = ops.sum(x) + ops.sum(y)
    assert evaluate(total, {x: np.ones((2, 3)), y: np.ones(4)}) == 10
    for order in ((x, y), (y, x)):
        feeds = {x: np.ones((2, 3)), y: np.ones(6)}
        with pytest.raises(ShapeError, match="same number of samples"):
            evaluate(total, {node: feeds[node] for node in order})
    with pytest.raises(ShapeError, match="input 'y'"):
        evaluate(total, {y: np.ones(5), x: np.ones((2, 3))})


def test_an_input_without_a_value() -> None:
    x, y = placeholder((N,), name="x"), placeholder((N,), name="y")
    with pytest.raises(GraphError, match="input 'y': expected a value of shape"):
        evaluate(x + y, {x: [1.0]})
    with pytest.raises(ShapeError, match="a value for every input, which fixes"):
        evaluate(ops.zeros((N,)))
    assert evaluate(x * 2, {x: [1.0], y: [1.0]}).tolist() == [2]


def test_any_node_may_be_fed_and_what_lies_behind_it_is_not_needed() -> None:
    x = placeholder((N, 2), name="x")
    hidden = ops.exp(x) * 2
    output = hidden + 1
    assert evaluate(output, {hidden: [[1, 2]]}).tolist() == [[2, 3]]
    assert evaluate([hidden, output], {hidden: [[1, 2]]})[0].tolist() == [[1, 2]]


def test_gradients_with_respect_to_weights_do_not_depend_on_n() -> None:
    x, w = placeholder((N, 3), "float64", "x"), Variable(np.ones((3, 2)))
    slope = gradient(ops.mean((x @ w) ** 2), w)
    assert slope.shape == (3, 2)
    value = array_of((5, 3), "float64")
    expected = 2 * value.T @ (value @ w.value) / 10
    np.testing.assert_allclose(evaluate(slope, {x: value}), expected, 1e-13)


def test_shapes_for_people() -> None:
    assert format_shape((N, 28, 28, 3)) == "(N, H=28, W=28, C=3)"
    assert format_shape((2 * N, 5, 4)) == "(2N, T=5, F=4)"
    assert format_shape((N, 1, 2, 3, 4, 5)) == "(N, 1, 2, 3, 4, 5)"
    assert format_shape((N,)) == "(N,)"
    assert format_shape(()) == "()"
    assert (repr(N), repr(3 * N), N * 2 == 2 * N, N + N == 2 * N) == ("N", "3N", True, True)
    assert 0 * N == 0
    assert len({N, SymbolicDim(1), 2 * N}) == 2
