"""Deep and large graphs: no recursion anywhere, time and memory in proportion."""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest

from pellucid.compiler import compile
from pellucid.graph import (
    N,
    Tensor,
    Variable,
    evaluate,
    gradient,
    ops,
    placeholder,
    substitute,
    toposort,
)

DEEP = """
import sys
sys.setrecursionlimit(150)  # what is left after the imports is far below the depth of the graph
import gc
import numpy as np
from pellucid.graph import Variable, constant, evaluate, gradient, ops, substitute, toposort

w, b = Variable(np.eye(3) * 0.9), Variable(np.full(3, 0.01))
x = Variable(np.ones((2, 3)))
y = x
for _ in range(10_000):
    y = ops.tanh(y @ w + b)
loss = ops.sum(y)
slopes = gradient(loss, [w, b, x])
values = evaluate([loss, *slopes])
assert all(np.isfinite(value).all() for value in values)
assert len(toposort([loss, *slopes])) > 100_000

# The same by hand.
h, states = np.ones((2, 3)), []
for _ in range(10_000):
    states.append(h)
    h = np.tanh(h @ w.value + b.value)
g, dw, db = np.ones((2, 3)), 0.0, 0.0
after = h
for h in reversed(states):
    g = g * (1 - after**2)
    dw, db, g, after = dw + h.T @ g, db + g.sum(0), g @ w.value.T, h
for ours, theirs in zip(values[1:], (dw, db, g)):
    np.testing.assert_allclose(ours, theirs, 1e-9)
moved = substitute([loss], {x: constant(np.zeros((2, 3)))})[0]
assert np.isfinite(moved.numpy())
print(repr(loss))
del loss, slopes, y, moved, values
gc.collect()
"""


@pytest.mark.slow
def test_a_chain_of_ten_thousand_layers_needs_no_recursion() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DEEP], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("<Tensor sum")


def chain(layers: int) -> tuple[Tensor, Variable]:
    """A deep network of one weight."""
    w = Variable(np.array(0.5))
    y: Tensor = w
    for layer in range(layers):
        y = y * w + 0.1 if layer % 2 else y - w
    return y, w


@pytest.mark.slow
def test_a_hundred_thousand_nodes() -> None:
    y, w = chain(66_667)
    assert len(toposort([y])) > 100_000
    slope = gradient(y, w)
    value, dy = evaluate([y, slope])
    expected, derivative = 0.5, 1.0
    for layer in range(66_667):
        if layer % 2:
            expected, derivative = expected * 0.5 + 0.1, derivative * 0.5 + expected
        else:
            expected, derivative = expected - 0.5, derivative - 1
    assert value == pytest.approx(expected, rel=1e-12)
    assert dy == pytest.approx(derivative, rel=1e-12)


def test_a_compiled_chain() -> None:
    y, w = chain(1_500)
    program = compile([y, gradient(y, w)])
    for ours, theirs in zip(program(), evaluate([y, gradient(y, w)]), strict=True):
        np.testing.assert_allclose(ours, theirs, 1e-12)


def test_time_is_in_proportion_to_the_nodes() -> None:
    def seconds(layers: int) -> float:
        begin = time.process_time()
        y, w = chain(layers)
        evaluate(gradient(y, w))
        return time.process_time() - begin

    seconds(100)
    small = min(seconds(1_500) for _ in range(3))
    large = min(seconds(6_000) for _ in range(3))
    assert large < 12 * small  # 4 times the work; a quadratic step would make it 16 times


def test_values_are_let_go_after_their_last_use() -> None:
    x = placeholder((N, 1000), name="x")
    y = x
    for _ in range(200):
        y = ops.tanh(y + 1.0)
    array = np.ones((100, 1000), np.float32)
    tracemalloc.start()
    try:
        evaluate(y, {x: array})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * array.nbytes  # 400 intermediate arrays would be 400 times


def test_a_wide_sum_of_shared_parts() -> None:
    w = Variable(np.array(2.0))
    shared = w * w
    total = shared
    for _ in range(2_000):
        total = total + shared
    assert float(gradient(total, w)) == 2001 * 4
    # 2^60 paths, 60 nodes.
    y: Tensor = w
    for _ in range(60):
        y = y + y
    assert float(gradient(y, w)) == 2.0**60
    assert len(toposort([gradient(y, w)])) < 200


def test_substitution_in_a_deep_graph() -> None:
    y, w = chain(5_000)
    other = Variable(np.array(0.25))
    (moved,) = substitute([y], {w: other})
    assert float(moved) == pytest.approx(float(evaluate(y, {w: 0.25})))
    assert w not in set(toposort([moved]))
