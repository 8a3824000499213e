"""Sorting in machine code: NumPy's stable order for every type, size and axis, in n log n steps."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.compiler import compile, make_program, run_passes
from pellucid.compiler.targets.native.runner import NativeProgram
from pellucid.graph import ops, placeholder

pytest.importorskip("llvmlite")

DTYPES = ["float32", "float64", "int32", "int64", "bool"]
SHAPES: list[tuple[tuple[int, ...], int]] = [
    ((0,), 0), ((1,), 0), ((2,), 0), ((31,), 0), ((32,), 0), ((33,), 0), ((64,), 0), ((1000,), 0),
    ((17, 33), 0), ((17, 33), 1), ((5, 4, 3), 1), ((4099,), 0),
]  # fmt: skip


def awkward(shape: tuple[int, ...], dtype: str) -> Any:
    """Many equal numbers, the ends of the range, and for floats all that is special."""
    rng = np.random.default_rng(0)
    values = (rng.standard_normal(shape) * 3).round(1)
    if dtype == "bool":
        return values > 0
    values = values.astype(dtype)
    flat: Any = values.reshape(-1)
    if dtype.startswith("int"):
        flat[:1], flat[1:2] = np.iinfo(dtype).max, np.iinfo(dtype).min
        return values
    tiny = np.finfo(dtype).smallest_subnormal
    for start, special in enumerate((np.nan, np.inf, -np.inf, -0.0, 0.0, tiny, -tiny, -np.nan)):
        flat[start :: 9 + start] = special
    return values


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("threads", [1, 3])
def test_the_order_is_numpys(dtype: str, shape: tuple[int, ...], axis: int, threads: int) -> None:
    values = awkward(shape, dtype)
    expected = np.argsort(values, axis, kind="stable")
    for first in (None, shape[0]):
        x = placeholder((first, *shape[1:]), dtype, name="x")
        program = NativeProgram(run_passes(make_program([ops.argsort(x, axis)], [x])), threads)
        np.testing.assert_array_equal(program([values], shape[0])[0], expected)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_what_is_built_on_it_agrees(dtype: str) -> None:
    values = awkward((40, 57), dtype)
    x = placeholder((None, 57), dtype, name="x")
    largest, places = ops.top_k(x, 5)
    with settings.using(checks=True):
        program = compile([ops.sort(x, 1), largest, places], [x], target="native")
        found = program(values)
    np.testing.assert_array_equal(found[0], np.sort(values, 1, kind="stable"))
    reference = compile([largest, places], [x], target="numpy")(values)
    for ours, theirs in zip(found[1:], reference, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_time_does_not_grow_with_the_square() -> None:
    x = placeholder((None,), name="x")
    program = compile([ops.argsort(x, 0)], [x], target="native")
    rng = np.random.default_rng(0)

    def seconds(count: int) -> float:
        values = rng.standard_normal(count).astype(np.float32)
        program(values)
        times = []
        for _ in range(5):
            start = time.perf_counter()
            program(values)
            times.append(time.perf_counter() - start)
        return min(times)

    # 32 times as many: 48 times the steps, against 1024.
    assert seconds(320_000) < 300 * seconds(10_000)
