"""Reductions in machine code: rows are taken several at once, and no result depends on how."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.compiler import make_program, run_passes
from pellucid.compiler.targets.native.runner import NativeProgram
from pellucid.graph import Variable, gradient, ops, placeholder

pytest.importorskip("llvmlite")

WIDTHS = [(30, 16), (1, 5), (9, 33), (600, 17)]


def layer(inputs: int, outputs: int, dtype: str, threads: int = 1) -> NativeProgram:
    rng = np.random.default_rng(0)
    x = placeholder((None, inputs), dtype, name="x")
    w = Variable(rng.standard_normal((inputs, outputs)).astype(dtype), name="w")
    b = Variable(rng.standard_normal(outputs).astype(dtype), name="b")
    y = ops.relu(x @ w + b)
    slopes = gradient(ops.sum(y * y), [w, b])
    return NativeProgram(run_passes(make_program([y, *slopes], [x])), threads)


@pytest.mark.parametrize(("inputs", "outputs"), WIDTHS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 23, 64])
def test_a_layer_is_right_for_any_number_of_rows(
    inputs: int, outputs: int, dtype: str, threads: int, rows: int
) -> None:
    program = layer(inputs, outputs, dtype, threads)
    w, b = (variable.value.astype(np.float64) for variable in program.kernels.variables)
    x = np.random.default_rng(1).standard_normal((rows, inputs)).astype(dtype)
    y, dw, db = program([x], rows)
    z = np.maximum(x.astype(np.float64) @ w + b, 0)
    scale = 1e-5 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(y, z, atol=scale * inputs, rtol=scale)
    np.testing.assert_allclose(dw, x.T @ (2 * z), atol=scale * max(rows, 1) * 30, rtol=scale)
    np.testing.assert_allclose(db, (2 * z).sum(0), atol=scale * max(rows, 1) * 30, rtol=scale)


@pytest.mark.parametrize(("inputs", "outputs"), WIDTHS)
def test_a_row_has_the_same_bits_wherever_it_stands(inputs: int, outputs: int) -> None:
    program = layer(inputs, outputs, "float32")
    x = np.random.default_rng(1).standard_normal((29, inputs)).astype(np.float32)
    together = program([x], 29)[0]
    for row in range(29):
        np.testing.assert_array_equal(program([x[row:]], 29 - row)[0], together[row:])
