"""Passes: each keeps values, does what it is for, and is checked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.compiler import check, compile, make_program, run_passes, stages
from pellucid.compiler.passes import algebra, fold, merge, strip
from pellucid.compiler.program import Program
from pellucid.errors import GraphError
from pellucid.graph import Tensor, Variable, constant, evaluate, gradient, ops, placeholder
from pellucid.graph.rewrite import rebuild
from tests.compiler.networks import NETWORKS

X = placeholder((None, 3), name="x")


def listing(tensor: Tensor) -> list[str]:
    """The ops of a tensor's program after all passes, leaves aside."""
    program = run_passes(make_program([tensor], [X]))
    return [n.op for n in program.nodes if n.op not in ("input", "variable", "constant")]


IDENTITIES = {
    "x + 0": (X + 0, []),
    "x * 1": (X * 1, []),
    "x / 1": (X / 1, []),
    "1 * x": (1 * X, []),
    "0 + x": (0 + X, []),
    "--x": (ops.negative(-X), []),
    "x - 0": (X - 0, []),
    "0 - x": (0 - X, ["negative"]),
    "x + (-x')": (X + (-ops.exp(X)), ["exp", "subtract"]),
    "x - (-x')": (X - (-ops.exp(X)), ["exp", "add"]),
    "x + x": (X + X, ["multiply"]),
    "2 * (0.5 * x)": (2 * (0.5 * X), []),
    "x ** 1": (ops.power(X, 1), []),
    "x ** 2.0": (ops.power(X, constant(2.0)), ["multiply"]),
    "x ** 0.5": (ops.power(X, constant(0.5)), ["sqrt"]),
    "x.T.T": (ops.transpose(ops.transpose(X)), []),
    "reshape twice": (ops.reshape(ops.reshape(X, (-1, 3, 1)), (-1, 3)), []),
    "x * (1 / n)": (X * (1.0 / ops.sum(X)), ["sum", "divide"]),
    "x * ones": (X * ops.ones_like(X), []),
    "sum of size 1": (ops.sum(ops.reshape(X, (-1, 1, 3)), axis=1), []),
    "where true": (ops.where(True, X, ops.exp(X)), []),
    "cast to itself": (ops.cast(ops.cast(X, "float64"), "float32"), ["cast", "cast"]),
    "whole slice": (X[:, 0:3], []),
    "stop_gradient": (ops.stop_gradient(X), []),
    "constants": (X + (constant(1.0) * 2 - 2), []),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_algebra_finds_the_short_form(name: str) -> None:
    tensor, expected = IDENTITIES[name]
    assert listing(tensor) == expected
    value = np.array([[1.5, -2.0, 3.25], [0.1, 7.0, -0.3]], np.float32)
    if "0.5" in name:
        value = abs(value)
    np.testing.assert_allclose(
        compile([tensor], [X])(value)[0], evaluate(tensor, {X: value}), rtol=1e-6
    )


def test_what_would_change_values_is_left_alone() -> None:
    assert listing(0.1 * (0.3 * X)) == ["multiply", "multiply"]
    assert listing((X + 1e8) - 1e8) == ["add", "subtract"]
    assert listing(X * 0) == ["multiply"]
    assert listing(X - X) == ["subtract"]
    assert listing(X / X) == ["divide"]


def test_merge_joins_equal_nodes_and_fold_computes_constants() -> None:
    twice = ops.exp(X) + ops.exp(X)
    assert [n.op for n in merge(make_program([twice], [X])).nodes] == ["input", "exp", "add"]
    folded = fold(make_program([X + ops.exp(constant(0.0))], [X]))
    assert [n.op for n in folded.nodes] == ["input", "constant", "add"]
    assert strip(make_program([ops.softplus(X)], [X])).nodes[-1].op == "add"
    assert algebra(make_program([X * 1], [X])).nodes == (X,)


def test_transposed_operands_are_read_through_their_maps() -> None:
    w = Variable(np.ones((4, 3), np.float32), name="w")
    program = compile([X @ ops.transpose(w)], [X])
    assert "x @ w.T" in program.source
    assert listing(X @ ops.transpose(w)) == ["contraction"]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_third_round_finds_nothing_and_every_stage_is_valid(name: str) -> None:
    outputs, inputs, updates = NETWORKS[name]()
    built = make_program(outputs, inputs, updates)
    done = run_passes(built)
    again = run_passes(done)
    assert str(again) == str(done)
    found = stages(built)
    assert [stage for stage, _ in found][0] == "built"
    for _, program in found:
        check(program)
        assert str(program).startswith("program(")


def test_the_checker_refuses_a_wrong_program() -> None:
    y = ops.exp(X)
    wrong = rebuild(y, (X,))
    wrong.shape = (2, 2)
    with pytest.raises(GraphError, match="expected"):
        check(Program("p", (X,), (wrong,), (), (X, wrong)))
    with pytest.raises(GraphError, match="inputs before users"):
        check(Program("p", (X,), (y,), (), (y, X)))
    with pytest.raises(GraphError, match="every result"):
        check(Program("p", (X,), (y,), (), (X,)))


UNARY = [ops.exp, ops.tanh, ops.sigmoid, ops.absolute, ops.negative, ops.square, ops.sin,
         ops.softplus, lambda x: ops.sum(x, axis=-1, keepdims=True), ops.softmax]  # fmt: skip
BINARY = [ops.add, ops.subtract, ops.multiply, ops.maximum, ops.minimum,
          lambda a, b: a / (1 + ops.square(b)), lambda a, b: ops.where(a > b, a, 2.0)]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 16), st.integers(0, 99), st.integers(0, 99)),
                min_size=1, max_size=12), st.integers(0, 4))  # fmt: skip
def test_random_graphs_and_their_gradients_keep_their_values(
    steps: list[tuple[int, int, int]], n: int
) -> None:
    w = Variable(np.linspace(-1, 1, 3), name="w")
    x = placeholder((None, 3), "float64", name="x")
    pool: list[Tensor] = [x, w, x * w, constant(np.float64(0.5))]
    for op, i, j in steps:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        if op >= len(UNARY):
            pool.append(BINARY[op - len(UNARY)](a, b))
        elif a.ndim:
            pool.append(UNARY[op](a))
    total = ops.sum(pool[-1] * 1.0) + ops.sum(x * w)
    g = gradient(total, w)
    value = np.random.default_rng(0).standard_normal((n, 3))
    results = compile([total, g], [x])(value)
    for result, reference in zip(results, evaluate([total, g], {x: value}), strict=True):
        np.testing.assert_allclose(result, reference, rtol=1e-9, atol=1e-12)
