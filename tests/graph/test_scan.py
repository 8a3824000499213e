"""Loops against the same loops written out: values, gradients of two orders, captures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import ShapeError
from pellucid.graph import (
    N,
    Tensor,
    Variable,
    check_gradient,
    constant,
    evaluate,
    gradient,
    ops,
    placeholder,
    toposort,
)
from pellucid.graph.ops import scan
from tests.graph.strategies import array_of
from tests.graph.targets import TARGETS

LENGTHS = [0, 1, 2, 5]


def step(carry: Any, slices: Any, w: Tensor) -> Any:
    """Two carries, two sequences, a captured matrix, two results."""
    h, total = carry
    x, gain = slices
    h = ops.tanh(h @ w + x * gain)
    return [h, total + ops.sum(h * h)], [h * gain, ops.exp(-total)]


def looped(h: Any, total: Any, x: Any, gain: Any, w: Any, reverse: bool) -> list[Tensor]:
    """The loop as one scan."""
    carries, results = scan(lambda c, s: step(c, s, w), [h, total], [x, gain], reverse=reverse)
    return [*carries, *results]


def unrolled(h: Any, total: Any, x: Any, gain: Any, w: Any, reverse: bool) -> list[Tensor]:
    """The same loop, step after step."""
    length = x.shape[0]
    carry: Any = (h, total)
    rows: list[Any] = []
    for t in reversed(range(length)) if reverse else range(length):
        carry, results = step(carry, (x[t], gain[t]), w)
        rows.append(results)
    rows = rows[::-1] if reverse else rows
    shapes = [(0, *h.shape), (0,)]
    stacks = [
        ops.stack([row[i] for row in rows]) if rows else ops.zeros(shapes[i], h.dtype)
        for i in range(2)
    ]
    return [*carry, *stacks]


def inputs(length: int) -> list[Any]:
    """A point at which to differentiate."""
    return [
        array_of((2, 3), "float64") * 0.2,
        np.array(0.1),
        array_of((length, 2, 3), "float64", 1) * 0.05,
        array_of((length,), "float64", 2) * 0.3 + 0.5,
        array_of((3, 3), "float64", 3) * 0.1,
    ]


def total(outputs: list[Tensor]) -> Tensor:
    """A scalar that depends on all of them, each in its own way."""
    parts = [ops.sum(ops.sin(y * (i + 1.0))) for i, y in enumerate(outputs)]
    return parts[0] + parts[1] + parts[2] + parts[3]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", LENGTHS)
def test_values_and_gradients_are_those_of_the_loop_written_out(length: int, reverse: bool) -> None:
    xs = [Variable(x) for x in inputs(length)]
    first, second = (form(*xs, reverse=reverse) for form in (looped, unrolled))
    for a, b in zip(first, second, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a.numpy(), b.numpy(), 1e-13, 1e-13)
    slopes = [gradient(total(outputs), xs) for outputs in (first, second)]
    for a, b in zip(*slopes, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), 1e-12, 1e-12)
    curved = [
        gradient(sum((ops.sum(g * g) for g in found), constant(np.zeros(()))), xs)
        for found in slopes
    ]
    for a, b in zip(*curved, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), 1e-11, 1e-11)


@pytest.mark.parametrize("reverse", [False, True])
def test_difference_quotients_to_third_order(reverse: bool) -> None:
    def function(*xs: Tensor) -> Tensor:
        return total(looped(*xs, reverse=reverse))

    assert check_gradient(function, *inputs(3), order=3, step=1e-3) <= 1e-6


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("length", LENGTHS)
def test_targets_agree(length: int, target: str) -> None:
    arrays = inputs(length)
    slots = [placeholder(x.shape, "float64", f"x{i}") for i, x in enumerate(arrays)]
    outputs = looped(*slots, reverse=False)
    for output in [*outputs, *gradient(total(outputs), slots)]:
        expected = evaluate(output, dict(zip(slots, arrays, strict=True)))
        value = TARGETS[target](output, slots, arrays)
        assert value.shape == expected.shape
        np.testing.assert_allclose(value, expected, 1e-12, 1e-12)


def test_a_loop_of_a_given_length_needs_no_sequence() -> None:
    (last,), (seen,) = scan(lambda c, s: ([c[0] * 2], [c[0]]), [1.0], length=5)
    assert float(last) == 32
    assert seen.numpy().tolist() == [1, 2, 4, 8, 16]


def test_a_loop_without_carries_maps() -> None:
    x = constant([[1.0, 2.0], [3.0, 4.0]])
    _, (sums, products) = scan(lambda c, s: ([], [ops.sum(s[0]), ops.prod(s[0])]), [], [x])
    assert sums.numpy().tolist() == [3, 7]
    assert products.numpy().tolist() == [2, 12]


def test_results_that_do_not_depend_on_the_step() -> None:
    w = Variable(3.0)
    _, (same, fixed) = scan(lambda c, s: ([], [w * w, 7.0]), [], [ops.ones(4)])
    assert same.numpy().tolist() == [9] * 4
    assert fixed.numpy().tolist() == [7] * 4
    assert float(gradient(ops.sum(same), w)) == 24


def test_work_that_does_not_change_stays_outside_the_loop() -> None:
    w, x = Variable(np.eye(3)), constant(np.ones((5, 3)))
    (last,), _ = scan(lambda c, s: ([c[0] @ ops.exp(w) + s[0]], []), [np.zeros(3)], [x])
    (node,) = (tensor for tensor in toposort([last]) if tensor.op == "scan")
    assert [tensor.op for tensor in node.attrs["body"].order].count("exp") == 0
    assert "exp" in {tensor.op for tensor in toposort([last])}


def test_whole_numbers_are_carried_without_a_gradient() -> None:
    def count(carry: Any, slices: Any) -> Any:
        place, value = carry
        return [place + 1, value * ops.take(slices[0], place, 0)], [place]

    x = Variable(np.array([[2.0, 3.0], [5.0, 7.0]]))
    start = constant(np.int64(0))
    (place, value), (places,) = scan(count, [start, Variable(np.array(1.0))], [x])
    assert (int(place), float(value), places.numpy().tolist()) == (2, 14, [0, 1])
    assert gradient(value, x).numpy().tolist() == [[7, 0], [0, 2]]


def test_a_loop_in_a_loop() -> None:
    def outer(carry: Any, slices: Any) -> Any:
        (inner,), _ = scan(lambda c, s: ([c[0] * s[0] + w], []), [carry[0]], [slices[0]])
        return [inner], [inner * w]

    def by_hand(x: Tensor, weight: Tensor) -> Tensor:
        value, parts = constant(np.array(1.0)), []
        for i in range(2):
            for j in range(3):
                value = value * x[i, j] + weight
            parts.append(value * weight)
        return value + parts[0] * parts[1]

    x, w = Variable(array_of((2, 3), "float64")), Variable(np.array(0.4))
    (last,), (parts,) = scan(outer, [np.array(1.0)], [x])
    ours, theirs = last + parts[0] * parts[1], by_hand(x, w)
    assert float(ours) == pytest.approx(float(theirs))
    for a, b in zip(gradient(ours, [x, w]), gradient(theirs, [x, w]), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), 1e-12)
    twice = [gradient(gradient(y, w), w) for y in (ours, theirs)]
    assert float(twice[0]) == pytest.approx(float(twice[1]))


def test_a_composite_with_its_own_gradient_inside() -> None:
    w = np.array([0.3, -0.2])

    def function(x: Tensor, v: Tensor) -> Tensor:
        (last,), _ = scan(lambda c, s: ([ops.softplus(c[0] * v) + s[0]], []), [v], [x])
        return last

    assert check_gradient(function, array_of((3, 2), "float64"), w, step=1e-3) <= 1e-6


@pytest.mark.parametrize("n", [0, 1, 7])
@pytest.mark.parametrize("length", [0, 3])
def test_carries_of_n_samples(n: int, length: int) -> None:
    x = placeholder((N, length, 2), "float64", "x")
    w = Variable(np.array([[0.5, -0.2], [0.3, 0.1]]))
    bias = Variable(np.zeros(2))
    start = ops.zeros((N, 2), "float64")
    track = ops.transpose(x, (1, 0, 2))
    (last,), (seen,) = scan(
        lambda c, s: ([ops.tanh(c[0] @ w + s[0] + bias)], [c[0]]), [start], [track]
    )
    value = array_of((n, length, 2), "float64")
    h, rows = np.zeros((n, 2)), []
    for t in range(length):
        rows.append(h)
        h = np.tanh(h @ w.value + value[:, t] + bias.value)
    np.testing.assert_allclose(evaluate(last, {x: value}), h, 1e-13)
    expected = np.array(rows).reshape(length, n, 2)
    assert evaluate(seen, {x: value}).shape == expected.shape
    np.testing.assert_allclose(evaluate(seen, {x: value}), expected, 1e-13)
    slopes = evaluate(gradient(ops.sum(last) + ops.sum(seen), [w, bias, x]), {x: value})
    assert [slope.shape for slope in slopes] == [(2, 2), (2,), value.shape]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("n", [0, 1, 4])
def test_a_loop_over_the_samples(n: int, target: str) -> None:
    x = placeholder((N, 2), "float64", "x")
    w = Variable(np.array([1.0, -1.0]))
    (last,), (before,) = scan(
        lambda c, s: ([c[0] + ops.sum(s[0] * w)], [c[0]]), [np.array(0.0)], [x]
    )
    value = array_of((n, 2), "float64")
    sums = np.cumsum([0.0, *(value @ w.value)])
    assert before.shape == (N,)
    for output, expected in (
        (last, sums[-1]),
        (before, sums[:-1]),
        (gradient(last, w), value.sum(0)),
    ):
        found = TARGETS[target](output, [x], [value])
        assert found.shape == np.shape(expected)
        np.testing.assert_allclose(found, expected, 1e-13, 1e-13)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: scan(lambda c, s: ([], []), []), "sequences, or a length"),
        (lambda: scan(lambda c, s: ([], []), [1.0], length=2), "1 carried values"),
        (lambda: scan(lambda c, s: ([c[0] * ops.ones(2)], []), [1.0], length=2), r"stays \(\)"),
        (lambda: scan(lambda c, s: ([ops.cast(c[0], "float64")], []), [1.0], length=2), "float32"),
        (
            lambda: scan(lambda c, s: ([], [s[0] + s[1]]), [], [ops.ones(3), ops.ones(4)]),
            r"\(3,\) float32",
        ),
        (lambda: scan(lambda c, s: ([], []), [], [1.0]), "first axis"),
    ],
)
def test_bad_loops(make: Any, words: str) -> None:
    with pytest.raises(ShapeError, match=words) as caught:
        make()
    assert "scan" in caught.value.where
