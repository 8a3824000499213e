"""New arrays for variables: what somebody still holds is never written to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pellucid.compiler import compile
from pellucid.compiler.targets.native.spares import Spares
from pellucid.graph import Variable, ops, placeholder

LARGE = np.arange(8192.0)


def test_long_arrays_start_at_a_cache_line():
    assert Spares().copy(0, LARGE).ctypes.data % 64 == 0


@pytest.mark.parametrize("hold", [lambda a: a, lambda a: a[10:], memoryview, lambda a: a.T.base])
def test_an_array_that_is_held_stays_as_it_was(hold):
    spares = Spares()
    held = hold(spares.copy(0, LARGE))
    for turn in range(4):
        spares.copy(0, LARGE + turn)
    start = np.asarray(held).ravel()
    if start.dtype == np.uint8:  # the memory itself
        start = start[-start.ctypes.data % 64 :][: LARGE.nbytes].view(np.float64)
    np.testing.assert_array_equal(start[-1], LARGE[-1])


def test_other_shapes_and_types_get_other_arrays():
    spares = Spares()
    for array in (LARGE, LARGE.astype(np.float32), LARGE.reshape(2, -1), LARGE.reshape(2, -1).T):
        copy = spares.copy(0, array)
        assert copy.dtype == array.dtype
        assert copy.flags.c_contiguous
        np.testing.assert_array_equal(copy, array)


def test_values_read_off_a_variable_stay_while_it_changes():
    weights, x = Variable(LARGE.astype(np.float32), "w"), placeholder((), name="x")
    step = compile([], [x], [(weights, weights + x)], target="native")
    seen = []
    for turn in range(5):
        seen.append(weights.value if turn % 2 else weights.value[4096:])
        step(np.float32(1))
    for turn, values in enumerate(seen):
        assert values[-1] == LARGE[-1] + turn


def test_numbers_too_small_are_zero_in_programs_that_update_and_kept_in_others():
    tiny = np.float32(1e-40)
    state, x = Variable(np.full(64, tiny), "m"), placeholder((64,), name="x")
    kept = compile([x * 0.5], [x], target="native")
    half = np.full(64, tiny) * np.float32(0.5)
    np.testing.assert_array_equal(kept(np.full(64, tiny))[0], half)
    compile([], [x], [(state, state * 0.5 + x)], target="native")(np.zeros(64, np.float32))
    np.testing.assert_array_equal(state.value, 0)
    # The mode of the processor is put back.
    np.testing.assert_array_equal(np.full(64, tiny) * np.float32(0.5), half)


@pytest.mark.parametrize("rows", [10, 5000, 40_000])
def test_an_output_that_is_held_stays_as_it_is(rows: int) -> None:
    x = placeholder((None, 30), name="x")
    program = compile([x * 2.0, ops.sum(x, axis=1)], [x], target="native")
    arrays = [np.full((rows, 30), number, np.float32) for number in range(6)]
    kept = [program(array)[0] for array in arrays]
    views = [program(array)[0][1:3] for array in arrays]
    for number, (whole, part) in enumerate(zip(kept, views, strict=True)):
        assert (whole == 2 * number).all()
        assert (part == 2 * number).all()


def test_an_output_that_nobody_holds_is_used_again() -> None:
    x = placeholder((None,), name="x")
    program = compile([x + 1.0], [x], target="native")
    array = np.zeros(10_000, np.float32)
    addresses = {program(array)[0].ctypes.data for _ in range(20)}
    assert len(addresses) <= 2


def test_threads_do_not_share_an_output() -> None:
    x = placeholder((None,), name="x")
    program = compile([x + 1.0], [x], target="native")

    def work(number: int) -> bool:
        array = np.full(20_000, number, np.float32)
        return all(bool((program(array)[0] == number + 1).all()) for _ in range(50))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(16)))
