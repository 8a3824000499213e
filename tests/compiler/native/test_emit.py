"""Values, loops and vectors mean what NumPy means, on every family that runs here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.compiler.targets.native import arithmetic as a
from pellucid.compiler.targets.native.emit import Code, Module, Value, literal
from pellucid.compiler.targets.native.machine import Machine, host
from pellucid.compiler.targets.native.memory import load_strided, store_strided, tail_mask
from tests.compiler.native.running import (
    FENCES,
    MACHINES,
    Array,
    aligned,
    compiled,
    elementwise,
    fenced,
)

SPECIAL = [0.0, -0.0, 1.0, -1.5, math.inf, -math.inf, math.nan, 1e-45, 3.4e38, 0.5, 2.5, -2.5]
LEFT = np.repeat(SPECIAL, len(SPECIAL))
RIGHT = np.tile(SPECIAL, len(SPECIAL))

# An expression of two vectors, and what NumPy calls it.
FLOATING: dict[str, tuple[Callable[[Value, Value], Value], Callable[..., Array]]] = {
    "sum": (lambda x, y: x + y, np.add),
    "difference": (lambda x, y: x - y, np.subtract),
    "product": (lambda x, y: x * y, np.multiply),
    "quotient": (lambda x, y: x / y, np.divide),
    "negative": (lambda x, y: -x, lambda x, y: -x),
    "maximum": (a.maximum, np.maximum),
    "minimum": (a.minimum, np.minimum),
    "maximum of a number": (lambda x, y: a.maximum(x, 0.5), lambda x, y: np.maximum(x, 0.5)),
    "minimum of a number": (lambda x, y: a.minimum(x, 0.5), lambda x, y: np.minimum(x, 0.5)),
    "number first": (lambda x, y: 2.0 - x, lambda x, y: 2 - x),
    "copysign": (a.copysign, np.copysign),
    "floor": (lambda x, y: a.unary("floor", x), lambda x, y: np.floor(x)),
    "rint": (lambda x, y: a.unary("rint", x), lambda x, y: np.rint(x)),
    "choice": (lambda x, y: a.select(x < y, x, 7.0), lambda x, y: np.where(x < y, x, 7)),
    "less or NaN": (
        lambda x, y: a.select(~(x >= y), 1.0, 0.0, x.kind),
        lambda x, y: np.where(~(x >= y), 1, 0),
    ),
    "equal": (
        lambda x, y: a.select(x.equals(y), 1.0, 0.0, x.kind),
        lambda x, y: np.equal(x, y).astype(x.dtype),
    ),
    "different": (
        lambda x, y: a.select(x.differs(y), 1.0, 0.0, x.kind),
        lambda x, y: np.not_equal(x, y).astype(x.dtype),
    ),
    "both": (
        lambda x, y: a.select((x > 0) & (y > 0), x, y),
        lambda x, y: np.where((x > 0) & (y > 0), x, y),
    ),
}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_arithmetic_is_that_of_numpy(dtype: str, machine: Machine) -> None:
    x, y = LEFT.astype(dtype), RIGHT.astype(dtype)
    with np.errstate(all="ignore"):
        for name, (expression, reference) in FLOATING.items():
            result = elementwise(expression, dtype, 2, machine)(x, y)
            np.testing.assert_array_equal(result, reference(x, y), err_msg=name)


WHOLE = {
    "sum": (lambda x, y: x + y, np.add),
    "product": (lambda x, y: x * y, np.multiply),
    "left": (lambda x, y: x << 3, lambda x, y: x << 3),
    "right": (lambda x, y: x >> 3, lambda x, y: x >> 3),
    "bits": (lambda x, y: (x & y) | (x ^ 5), lambda x, y: (x & y) | (x ^ 5)),
    "not": (lambda x, y: ~x, lambda x, y: ~x),
    "negative": (lambda x, y: -x, lambda x, y: -x),
    "maximum": (a.maximum, np.maximum),
    "less": (lambda x, y: a.select(x < y, x, y), np.minimum),
    "below": (
        lambda x, y: a.select(x.below(9), 1, 0, x.kind),
        lambda x, y: ((x >= 0) & (x < 9)).astype(x.dtype),
    ),
}


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_whole_numbers_wrap_as_in_numpy(dtype: str) -> None:
    rng = np.random.default_rng(0)
    limits = np.iinfo(dtype)
    x, y = rng.integers(limits.min, limits.max, (2, 1000), dtype=dtype)
    x[:9] = range(9)
    with np.errstate(over="ignore"):
        for name, (expression, reference) in WHOLE.items():
            result = elementwise(expression, dtype, 2)(x, y)
            np.testing.assert_array_equal(result, reference(x, y), err_msg=name)


CASTS = [("float32", "float64"), ("float64", "float32"), ("float32", "int32"),
         ("float64", "int64"), ("int32", "float32"), ("int64", "float64"), ("int64", "int32"),
         ("int32", "int64"), ("int64", "float32")]  # fmt: skip


@pytest.mark.parametrize(("source", "target"), CASTS)
def test_conversions_are_those_of_astype(source: str, target: str) -> None:
    from pellucid.compiler.targets.native.emit import TYPES

    values = np.random.default_rng(0).normal(0, 1e4, 100).astype(source)
    convert = elementwise(lambda x: a.convert(x, TYPES[target]), source, 1, host(), target)
    np.testing.assert_array_equal(convert(values), values.astype(target))


def test_a_fused_product_rounds_once() -> None:
    x = np.full(16, 1 + 2.0**-12, np.float32)
    exact = np.float32(2.0**-11 + 2.0**-24)
    fused = elementwise(lambda x: a.fma(x, x, -1.0), "float32")(x)[0]
    apart = elementwise(lambda x: _exactly(x), "float32")(x)[0]
    assert apart == np.float32(2.0**-11)
    assert fused == (exact if host().fma else apart)


def _exactly(x: Value) -> Value:
    with x.code.exactly():
        return x * x - 1.0


def test_a_negative_zero_is_a_constant_of_its_own() -> None:
    assert literal("float", 0.0) != literal("float", -0.0)
    assert literal("<4 x float>", -0.0) == "splat (float 0x8000000000000000)"


# Loops

BOUNDS = [(0, 0, 1), (0, 1, 1), (0, 10, 1), (3, 10, 4), (5, 5, 2), (7, 3, 1), (0, 64, 16)]


@pytest.mark.parametrize("known", [True, False], ids=["known", "given"])
@pytest.mark.parametrize(("start", "stop", "step"), BOUNDS)
def test_loops_visit_what_range_visits(start: int, stop: int, step: int, known: bool) -> None:
    def write(code: Code, target: Value, first: Value, last: Value) -> None:
        bounds = (start, stop) if known else (first, last)
        zero = [code.index(0), code.index(1)]
        with code.loop(*bounds, step, carry=zero) as loop:
            code.store(code.index(loop.index), code.at(target, loop.carried[0] + 2, "i64"))
            loop.carry([loop.carried[0] + 1, loop.carried[1] * 3])
        code.store(loop.results[0], target)
        code.store(loop.results[1], code.at(target, 1, "i64"))

    result = np.zeros(80, np.int64)
    compiled("pii", write)(result, start, stop)
    expected = list(range(start, stop, step))
    assert result[0] == len(expected) and result[1] == 3 ** len(expected)
    assert result[2 : 2 + len(expected)].tolist() == expected


def test_loops_and_branches_nest() -> None:
    def write(code: Code, target: Value, rows: Value) -> None:
        with code.loop(0, rows) as i, code.loop(0, i.index) as j:
            place = code.at(target, i.index * rows + j.index, "i64")
            with code.when((j.index & 1).equals(0)):
                code.store(code.index(5), place)
            code.either(
                i.index < 4,
                lambda: code.store(code.load(place, "i64") + 1, place),
                lambda: code.store(code.load(place, "i64") - 1, place),
            )

    result = np.zeros((6, 6), np.int64)
    compiled("pi", write)(result, 6)
    i, j = np.indices((6, 6))
    assert (result == np.where(j < i, 5 * (j % 2 == 0) + np.where(i < 4, 1, -1), 0)).all()


@pytest.mark.parametrize("count", [0, 1, 7, 8, 15, 16, 17])
@pytest.mark.parametrize("machine", MACHINES)
def test_masked_and_strided_vectors_touch_only_their_elements(count: int, machine: Machine) -> None:
    for dtype in ("float32", "float64", "bool", "int64"):
        lanes = machine.lanes("float32")
        for step in (1, 3):
            source = np.arange(1, 1 + 3 * 16).astype(dtype)

            def write(
                code: Code, here: Value, there: Value, given: Value, dtype: str = dtype,
                step: int = step, lanes: int = lanes,
            ) -> None:  # fmt: skip
                mask = tail_mask(code, given, lanes)
                value = load_strided(code, here, dtype, lanes, step, mask)
                store_strided(code, value, there, dtype, step, mask)

            target = np.zeros_like(source)
            compiled("ppi", write, machine)(source, target, count)
            expected = np.zeros_like(source)
            expected[: min(count, lanes) * step : step] = source[: min(count, lanes) * step : step]
            np.testing.assert_array_equal(target, expected, err_msg=f"{dtype} {step}")


@FENCES
def test_masked_loads_do_not_touch_the_page_beyond() -> None:
    def write(code: Code, source: Value, target: Value, count: Value) -> None:
        mask = tail_mask(code, count, 16)
        code.store(load_strided(code, source, "float32", 16, 1, mask), target)

    result = aligned(16, "float32")
    compiled("ppi", write)(fenced(np.float32([1, 2, 3])), result, 3)
    assert result[:4].tolist() == [1, 2, 3, 0]


def test_vectors_come_apart_and_together() -> None:
    def turned(x: Value) -> Value:
        low, high = a.halves(x)
        return a.join(high, low)

    lanes = host().lanes("float32")
    x = np.arange(4 * lanes, dtype=np.float32)
    expected = np.roll(x.reshape(-1, 2, lanes // 2), 1, axis=1).ravel()
    assert (elementwise(turned, "float32")(x) == expected).all()


def test_equal_functions_are_written_once() -> None:
    module = Module(host())
    written: list[Any] = []

    def write() -> Code:
        written.append(module.define("f", []))
        return module.define("f", [])

    assert module.shared("key", write) is module.shared("key", write)
    assert [code.name for code in written] == ["f"]
    assert module.define("f", []).name == "f.3"
