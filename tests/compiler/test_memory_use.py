"""Memory: what programs say they take, against arithmetic and against what is allocated."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.compiler import compile
from pellucid.compiler.memory_use import MemoryUse, readable
from pellucid.graph import Variable, gradient, ops, placeholder
from pellucid.nn.layers import Dense, Input
from pellucid.train import Sequential


def test_a_step_is_counted_by_purpose() -> None:
    x, w = placeholder((None, 8), name="x"), Variable(np.ones((8, 4), np.float32), name="w")
    y = ops.tanh(x @ w)
    use = compile([y], [x], [(w, w - gradient(ops.sum(y), w))], target="numpy").memory(10)
    assert (use.variables, use.updates, use.inputs, use.outputs) == (128, 128, 320, 160)
    assert use.temporaries == use.unshared >= 2 * 160
    parts = (use.variables, use.updates, use.constants, use.inputs, use.outputs, use.temporaries)
    assert use.total == sum(parts)


def test_machine_code_shares_what_is_free() -> None:
    pytest.importorskip("llvmlite")
    x = placeholder((None, 1000), name="x")
    h = x
    for _ in range(6):
        h = ops.cumsum(h, axis=1)
    use = compile([ops.sum(h)], [x], target="native").memory(10)
    assert use.temporaries == 2 * 40_000 < use.unshared


def test_samples_count() -> None:
    x = placeholder((None, 16), name="x")
    program = compile([ops.sum(ops.cumsum(x, axis=1) ** 2)], [x])
    one, many = program.memory(1), program.memory(1000)
    assert many.inputs == 1000 * one.inputs and many.outputs == one.outputs
    assert program.memory(0).inputs == 0


@pytest.mark.parametrize("target", ["numpy", "native"])
def test_a_model_tells_what_training_takes(target: str) -> None:
    from pellucid import settings

    with settings.using(target=target):
        model = Sequential([Input((30,)), Dense(16, "relu"), Dense(1)])
        model.compile("adam", loss="mse")
        use = model.memory(batch_size=64)
    weights = 4 * (30 * 16 + 16 + 16 + 1)
    assert 3 * weights <= use.variables <= 3 * weights + 64  # with both moments, rate and step
    assert use.inputs == 64 * 31 * 4
    assert str(use).splitlines()[0].startswith("variables")
    assert str(use).splitlines()[-1] == f"total       {readable(use.total):>8}"


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 kB"), (5 << 20, "5.0 MB"), (3 << 40, "3072.0 GB")],
)
def test_units(amount: int, text: str) -> None:
    assert readable(amount) == text


def test_nothing_is_shown_that_is_nothing() -> None:
    assert str(MemoryUse(0, 0, 0, 0, 4, 0, 0, 0)) == "outputs          4 B\ntotal            4 B"
