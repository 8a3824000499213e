"""Machine code: every op has a row; random graphs of any size agree with the interpreter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.compiler import compile, make_program, run_passes
from pellucid.compiler.kernels.ir import ELEMENTWISE, REDUCTIONS
from pellucid.compiler.kernels.views import MOVEMENT
from pellucid.compiler.targets.native.lowering import LOWERING_RULES
from pellucid.compiler.targets.native.runner import NativeProgram
from pellucid.compiler.targets.native.step import WRITERS
from pellucid.graph import Tensor, Variable, evaluate, gradient, ops, placeholder
from pellucid.graph.primitives.table import NUMPY_RULES
from tests.compiler.test_passes import BINARY, UNARY

pytest.importorskip("llvmlite")


def test_every_op_has_machine_code() -> None:
    # Marks are stripped, an item is a view, a scan is written with its body, a size is a number.
    others = {"stop_gradient", "custom_gradient", "item", "scan"}
    heads = set(WRITERS) - {"map", "reduction"}
    assert set(NUMPY_RULES) == ELEMENTWISE | REDUCTIONS | set(MOVEMENT) | heads | others
    assert set(LOWERING_RULES) | {"dim_size"} == ELEMENTWISE


FUNCTIONS = ["exp", "expm1", "log", "log1p", "tanh", "sigmoid", "erf", "arctan", "sin", "cos"]


def _reference(name: str, x: np.ndarray) -> np.ndarray:
    """The exact value, in twice the digits as far as NumPy has them."""
    with np.errstate(all="ignore"):
        wide = x.astype(np.float64 if x.dtype == np.float32 else np.longdouble)
        if name == "sigmoid":
            e = np.exp(-abs(wide))
            return np.where(wide >= 0, 1, e) / (1 + e)
        if name == "erf":
            return np.array([math.erf(float(v)) for v in x], wide.dtype)
        result: np.ndarray = getattr(np, name)(wide)
        return result


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_elementary_functions_are_within_four_units_in_the_last_place(
    name: str, dtype: str
) -> None:
    rng = np.random.default_rng(0)
    kind, bits = (np.float32, np.uint32) if dtype == "float32" else (np.float64, np.uint64)
    anything = rng.integers(0, np.iinfo(bits).max, 1 << 16, dtype=bits, endpoint=True).view(kind)
    usual = (rng.standard_normal(1 << 15) * 4).astype(kind)
    edges = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-310, 1e-40, 88.7, -103.9,
                      709.7, -745.1, 3.4e38], np.float64).astype(kind)  # fmt: skip
    values = np.concatenate([anything, usual, edges])
    x = placeholder((None,), dtype, name="x")
    found = compile([getattr(ops, name)(x)], [x], target="native")(values)[0]
    exact = _reference(name, values)
    with np.errstate(all="ignore"):
        rounded = exact.astype(kind)
        finite = np.isfinite(rounded)
        np.testing.assert_array_equal(found[~finite], rounded[~finite])
        error = abs(found[finite].astype(exact.dtype) - exact[finite])
        assert np.max(error / np.spacing(abs(rounded[finite]))) <= 4


DTYPES = ["float32", "float64"]
STEPS = st.tuples(st.integers(0, 16), st.integers(0, 99), st.integers(0, 99))
SIZES = st.sampled_from([0, 1, 2, 3, 7, 16, 17, 31, 33])


@settings(max_examples=40)
@given(st.lists(STEPS, min_size=1, max_size=8), SIZES, SIZES, st.sampled_from(DTYPES))
def test_random_graphs_and_gradients_agree(
    steps: list[tuple[int, int, int]], n: int, width: int, dtype: str
) -> None:
    w = Variable(np.linspace(-1, 1, width).astype(dtype), name="w")
    x = placeholder((None, width), dtype, name="x")
    pool: list[Tensor] = [x, w, x * w]
    for op, i, j in steps:
        a, b = pool[i % len(pool)], pool[j % len(pool)]
        if op >= len(UNARY):
            pool.append(BINARY[op - len(UNARY)](a, b))
        elif a.ndim and (width or op < 8):
            pool.append(UNARY[op](a))
    total = ops.sum(pool[-1] * 1.0) + ops.sum(x * w)
    g = gradient(total, w)
    value = np.random.default_rng(0).standard_normal((n, width)).astype(dtype)
    tolerance = (
        {"rtol": 2e-4, "atol": 1e-4} if dtype == "float32" else {"rtol": 1e-9, "atol": 1e-11}
    )
    expected = evaluate([pool[-1], total, g], {x: value})
    found = compile([pool[-1], total, g], [x], target="native")(value)
    for result, reference in zip(found, expected, strict=True):
        np.testing.assert_allclose(result, reference, **tolerance)


PRODUCTS: list[Any] = [
    (lambda a, b: a @ b, (5, 7), (7, 3)),
    (lambda a, b: ops.transpose(a) @ b, (7, 5), (7, 3)),
    (lambda a, b: a @ ops.transpose(b), (5, 7), (3, 7)),
    (lambda a, b: ops.transpose(a) @ ops.transpose(b), (7, 5), (3, 7)),
    (lambda a, b: a @ b, (130, 67), (67, 75)),
    (lambda a, b: ops.transpose(a) @ b, (200, 70), (200, 81)),
    (lambda a, b: a @ ops.transpose(b), (130, 67), (75, 67)),
    (lambda a, b: ops.relu(a @ b + 1) * 2 - b[0], (64, 128), (128, 96)),
    (lambda a, b: ops.matmul(a, b), (3, 40, 50), (3, 50, 60)),
    (lambda a, b: ops.matmul(a, b), (2, 1, 40, 50), (3, 50, 60)),
    (lambda a, b: ops.einsum("abc,cd->bda", a, b), (9, 30, 40), (40, 33)),
    (lambda a, b: ops.conv(a, b, 1, "same"), (4, 12, 13, 8), (3, 3, 8, 24)),
    (lambda a, b: ops.conv(a, b, 2, "valid"), (4, 12, 13, 8), (3, 3, 8, 24)),
]


@pytest.mark.parametrize("case", range(len(PRODUCTS)))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_products_and_their_gradients_agree_for_any_number_of_threads(
    case: int, dtype: str, threads: int
) -> None:
    function, a_shape, b_shape = PRODUCTS[case]
    rng = np.random.default_rng(case)
    values = [rng.standard_normal(shape).astype(dtype) for shape in (a_shape, b_shape)]
    a, b = (placeholder(shape, dtype, name) for shape, name in ((a_shape, "a"), (b_shape, "b")))
    y = function(a, b)
    loss = ops.sum(y * y) * 0.5
    outputs = [y, *gradient(loss, [a, b])]
    expected = evaluate(outputs, dict(zip((a, b), values, strict=True)))
    program = NativeProgram(run_passes(make_program(outputs, [a, b])), threads)
    first = program(values, None)
    for result, reference in zip(first, expected, strict=True):
        scale = abs(reference).max()
        np.testing.assert_allclose(result / scale, reference / scale, atol=3e-6)
    for result, again in zip(first, program(values, None), strict=True):
        np.testing.assert_array_equal(result, again)
