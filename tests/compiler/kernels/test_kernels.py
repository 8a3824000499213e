"""Kernels: fused, laid out and planned, they compute what the graph means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.compiler import make_program, run_passes
from pellucid.compiler.kernels import interpret, lower, plan_memory
from pellucid.compiler.kernels.memory import lifetimes
from pellucid.graph import Tensor, Variable, evaluate, gradient, ops, placeholder
from pellucid.graph.dims import resolve
from tests.compiler.networks import NETWORKS, data, tumour
from tests.compiler.test_passes import BINARY, UNARY


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("n", [1, 5])
def test_kernels_compute_what_the_interpreter_does(name: str, n: int) -> None:
    outputs, inputs, updates = NETWORKS[name]()
    arrays = dict(zip(inputs, data(inputs, n), strict=True))
    expected = evaluate([*outputs, *(value for _, value in updates)], arrays)
    kernels = lower(run_passes(make_program(outputs, inputs, updates)))
    for result, reference in zip(interpret(kernels, arrays), expected, strict=True):
        np.testing.assert_allclose(result, reference, rtol=2e-5, atol=1e-6)


def test_the_tumour_step_is_a_few_kernels_updated_in_place() -> None:
    outputs, inputs, updates = tumour()
    kernels = lower(run_passes(make_program(outputs, inputs, updates)))
    kinds = [kernel.kind for kernel in kernels.kernels]
    assert kinds.count("contraction") == 5
    assert kinds.count("reduction") == 3
    assert kinds.count("map") <= 1
    assert not any(b.name.startswith("new_") for b in kernels.buffers)


def test_memory_is_reused_but_never_while_it_is_needed() -> None:
    outputs, inputs, updates = tumour()
    kernels = lower(run_passes(make_program(outputs, inputs, updates)))
    plan = plan_memory(kernels, 32)
    spans = lifetimes(kernels)
    ends = {b: plan.offsets[b] + resolve(b.size, 32) * np.dtype(b.dtype).itemsize for b in spans}
    for a in spans:
        for b in spans:
            if a is not b and spans[a][0] <= spans[b][1] and spans[b][0] <= spans[a][1]:
                assert ends[a] <= plan.offsets[b] or ends[b] <= plan.offsets[a]
    assert plan.size < sum(ends[b] - plan.offsets[b] + 64 for b in spans)


def test_an_update_that_others_read_later_is_not_in_place() -> None:
    x, w, v = (
        placeholder((None,), name="x"),
        Variable([1.0, 2.0], name="w"),
        Variable(0.0, name="v"),
    )
    new = w * 2
    program = run_passes(make_program([], [x], [(w, new), (v, ops.sum(ops.flip(w) * new))]))
    results = interpret(lower(program), {x: np.zeros(3, np.float32)})
    np.testing.assert_array_equal(results[0], [2, 4])
    assert results[1] == 2 * 2 + 1 * 4


MOVES = [
    lambda x: ops.transpose(x),
    lambda x: ops.reshape(ops.transpose(x), (-1,)),
    lambda x: ops.flip(x, -1),
    lambda x: x[..., ::2],
    lambda x: ops.tile(x, (2, 1)),
    lambda x: ops.concatenate([x, x * 2], -1),
    lambda x: ops.pad(x, ((0, 0), (1, 2))),
    lambda x: ops.cumsum(x, -1) + ops.reshape(ops.argmax(x, -1), (-1, 1)),
]


@pytest.mark.parametrize("move", range(len(MOVES)))
def test_movement_is_a_view_or_copied(move: int) -> None:
    x = placeholder((None, 5), name="x")
    y = MOVES[move](ops.exp(x) * 0.5)
    value = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    kernels = lower(run_passes(make_program([y, ops.sum(y)], [x])))
    for result, reference in zip(
        interpret(kernels, {x: value}), evaluate([y, ops.sum(y)], {x: value}), strict=True
    ):
        np.testing.assert_allclose(result, reference, rtol=1e-5)


@given(st.lists(st.tuples(st.integers(0, 16), st.integers(0, 99), st.integers(0, 99)),
                min_size=1, max_size=12), st.integers(0, 4))  # fmt: skip
def test_random_graphs_keep_their_values(steps: list[tuple[int, int, int]], n: int) -> None:
    w = Variable(np.linspace(-1, 1, 3), name="w")
    x = placeholder((None, 3), "float64", name="x")
    pool: list[Tensor] = [x, w, x * w]
    for op, i, j in steps:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        if op >= len(UNARY):
            pool.append(BINARY[op - len(UNARY)](a, b))
        elif a.ndim:
            pool.append(UNARY[op](a))
    total = ops.sum(pool[-1] * 1.0) + ops.sum(x * w)
    g = gradient(total, w)
    value = np.random.default_rng(0).standard_normal((n, 3))
    kernels = lower(run_passes(make_program([total, g], [x], [(w, w - g)])))
    expected = evaluate([total, g, w - g], {x: value})
    for result, reference in zip(interpret(kernels, {x: value}), expected, strict=True):
        np.testing.assert_allclose(result, reference, rtol=1e-9, atol=1e-12)
