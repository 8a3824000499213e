"""Machine code with whatever arrays a user has: no samples, many, strided, read-only, shared."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.compiler import CompiledProgram, compile
from pellucid.errors import ArgumentError
from pellucid.graph import Array, Tensor, Variable, evaluate, gradient, ops, placeholder

pytest.importorskip("llvmlite")


def _layer(width: int = 7) -> tuple[Tensor, Variable, list[Tensor]]:
    """A dense layer, sums of both axes, and the slope: maps, reductions and contractions."""
    x = placeholder((None, width), name="x")
    values = np.random.default_rng(0).standard_normal((width, 5)).astype(np.float32)
    w = Variable(values, name="w")
    h = ops.tanh(x @ w)
    return x, w, [h, ops.sum(h, axis=0), ops.sum(h, axis=1), gradient(ops.sum(h * h), w)]


def _rows(n: int, width: int = 7) -> Array:
    return np.random.default_rng(n).standard_normal((n, width)).astype(np.float32)


def _agrees(program: CompiledProgram, outputs: list[Tensor], x: Tensor, value: Array) -> None:
    expected = evaluate(outputs, {x: value})
    for found, reference in zip(program(value), expected, strict=True):
        assert found.shape == reference.shape and found.dtype == reference.dtype
        # A sum over samples is as exact as its terms, of about 1 each, allow.
        terms = len(value) if reference.shape[:1] != value.shape[:1] else 1
        scale = max(abs(reference).max(initial=0), terms, 1)
        np.testing.assert_allclose(found / scale, reference / scale, atol=3e-6)


@pytest.mark.parametrize("threads", [1, 2])
def test_any_number_of_samples_in_any_order(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Growing and shrinking N: the arena follows; two threads from the first sample on."""
    from pellucid.compiler.targets.native import choice

    monkeypatch.setattr(choice, "_WORTH_SHARING", -1 if threads > 1 else 1 << 60)
    x, _, outputs = _layer()
    program = compile(outputs, [x], target="native")
    with settings.using(threads=threads):
        for n in (3, 0, 1, 200_003, 2, 0, 64):
            _agrees(program, outputs, x, _rows(n))


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "Fortran order": np.asfortranarray,
    "every second row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "every second column": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "backwards": lambda a: np.ascontiguousarray(a[::-1, ::-1])[::-1, ::-1],
    "one row many times": lambda a: np.broadcast_to(a[:1], a.shape),
    "not on a multiple of four bytes": lambda a: _shifted(a, 1),
    "not on a multiple of a vector": lambda a: _shifted(a, 4),
    "a list": lambda a: a.tolist(),  # type: ignore[dict-item,return-value]
}


def _shifted(array: Array, count: int) -> Array:
    room = np.empty(array.nbytes + 64 + count, np.uint8)
    start = -room.ctypes.data % 64 + count
    moved: Array = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    moved[...] = array
    return moved


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_of_inputs_and_variables(layout: str) -> None:
    x, w, outputs = _layer()
    program = compile(outputs, [x], target="native")
    value = LAYOUTS[layout](_rows(13))
    weights = LAYOUTS[layout](w.value)
    plain = np.array(value, np.float32)
    plain_w = np.array(weights, np.float32)
    w.assign(plain_w)
    expected = program(plain)
    w.assign(weights)
    for found, reference in zip(program(value), expected, strict=True):
        np.testing.assert_array_equal(found, reference)


@pytest.mark.parametrize("adopted", [False, True])
def test_a_variable_may_be_a_transposed_view_and_is_updated_all_the_same(adopted: bool) -> None:
    x = placeholder((None, 3), name="x")
    w = Variable(np.zeros((3, 4), np.float32), name="w")
    start = np.arange(12, dtype=np.float32).reshape(4, 3)
    give = w.adopt if adopted else w.assign
    give(start.T)
    program = compile([ops.sum(x @ w)], [x], [(w, w + 1)], target="native")
    program(np.ones((2, 3), np.float32))
    np.testing.assert_array_equal(w.value, start.T + 1)
    np.testing.assert_array_equal(start, np.arange(12).reshape(4, 3))


def test_read_only_arrays_are_read_and_nothing_else() -> None:
    x, w, outputs = _layer()
    program = compile(outputs, [x], [(w, w * 0.5)], target="native")
    value, weights = _rows(6), np.array(w.value)
    value.flags.writeable = weights.flags.writeable = False
    w.adopt(weights)
    copies = value.copy(), weights.copy()
    _agrees(compile(outputs, [x], target="native"), outputs, x, value)
    program(value)
    np.testing.assert_array_equal(value, copies[0])
    np.testing.assert_array_equal(weights, copies[1])
    np.testing.assert_array_equal(w.value, copies[1] * np.float32(0.5))


@pytest.mark.parametrize("shape", [(None, 0), (0, 3), (None, 0, 4)])
def test_dimensions_of_no_size(shape: tuple[Any, ...]) -> None:
    x = placeholder(shape, name="x")
    outputs = [x * 2, ops.sum(x, axis=0), ops.sum(x), ops.exp(ops.sum(x, axis=-1))]
    program = compile(outputs, [x], target="native")
    for n in (0, 1, 5):
        value = np.zeros([n if dim is None else dim for dim in shape], np.float32)
        _agrees(program, outputs, x, value)


def test_a_product_over_nothing_is_zero() -> None:
    x, w = placeholder((None, 0), name="x"), Variable(np.zeros((0, 5), np.float32), name="w")
    found = compile([x @ w], [x], target="native")(np.zeros((3, 0), np.float32))[0]
    np.testing.assert_array_equal(found, np.zeros((3, 5)))


def test_results_may_be_given_back_as_inputs_and_changed() -> None:
    x = placeholder((None, 4), name="x")
    w = Variable(np.ones((4, 4), np.float32), name="w")
    program = compile([x @ w, x + 1], [x], [(w, w + 1)], target="native")
    ones = np.ones((4, 4), np.float32)
    first, second = program(ones)
    kept = first.copy(), second.copy()
    program(first)
    program(second)
    program(w.value)
    np.testing.assert_array_equal(first, kept[0])
    np.testing.assert_array_equal(second, kept[1])
    first[...] = second[...] = np.nan  # they are the caller's
    np.testing.assert_array_equal(program(ones)[1], kept[1])
    np.testing.assert_array_equal(w.value, ones * 6)


def test_a_value_read_before_a_step_stays_as_it_was() -> None:
    x, w, _ = _layer()
    program = compile([ops.sum(x)], [x], [(w, w * 2)], target="native")
    before = w.value
    copy = before.copy()
    program(_rows(2))
    np.testing.assert_array_equal(before, copy)
    np.testing.assert_array_equal(w.value, copy * 2)


def test_an_index_out_of_range_changes_nothing_and_the_program_goes_on() -> None:
    places = placeholder((None,), "int64", name="places")
    table = Variable(np.arange(12, dtype=np.float32).reshape(4, 3), name="table")
    rows = ops.take(table, places, axis=0)
    program = compile([ops.sum(rows)], [places], [(table, table + 1)], target="native")
    before = table.value
    for wrong in (4, -5, 1 << 40):
        with pytest.raises(ArgumentError, match="out of range"):
            program([0, wrong])
        assert table.value is before
    assert program([1, 3])[0] == 42


def test_the_first_call_may_come_from_several_threads_at_once() -> None:
    x, _, outputs = _layer()
    expected = evaluate(outputs, {x: _rows(9)})
    for _ in range(3):
        program = compile(outputs, [x], target="native")
        start, found = threading.Barrier(4), []

        def call(
            program: CompiledProgram = program,
            start: threading.Barrier = start,
            found: list[Any] = found,
        ) -> None:
            start.wait(timeout=30)
            found.append(program(_rows(9)))

        callers = [threading.Thread(target=call) for _ in range(4)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(timeout=60)
        assert len(found) == 4
        for results in found:
            for result, reference in zip(results, expected, strict=True):
                np.testing.assert_allclose(result, reference, rtol=2e-5, atol=1e-5)
