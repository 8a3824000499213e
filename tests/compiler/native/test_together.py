"""Teams of threads: barriers, failures, interruptions, callers at the same time, equal bits."""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from functools import partial
from typing import Any

import numpy as np
import pytest

from pellucid.compiler import make_program, run_passes
from pellucid.compiler.targets.native.runner import NativeProgram
from pellucid.compiler.targets.native.together import Team, team
from pellucid.graph import Array, Tensor, Variable, gradient, ops, placeholder

pytest.importorskip("llvmlite")

THREADS = [1, 2, 3, 8]


@pytest.mark.parametrize("threads", THREADS)
def test_every_part_runs_once_at_the_same_time(threads: int) -> None:
    meeting = threading.Barrier(threads)
    for _ in range(20):
        ran: list[int] = []

        def part(number: int, ran: list[int] = ran) -> None:
            meeting.wait(timeout=30)
            ran.append(number)

        team(threads).run([partial(part, number) for number in range(threads)])
        assert sorted(ran) == list(range(threads))


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_failure_is_raised_when_all_are_done_and_the_team_goes_on(failing: int) -> None:
    mates = Team(3)
    done: list[int] = []

    def part(number: int) -> None:
        if number == failing:
            raise LookupError(str(number))
        time.sleep(0.02)
        done.append(number)

    for _ in range(2):
        done.clear()
        with pytest.raises(LookupError, match=str(failing)):
            mates.run([partial(part, number) for number in range(3)])
        assert sorted(done) == [number for number in range(3) if number != failing]


@pytest.mark.skipif(os.name != "posix", reason="signals to oneself")
def test_ctrl_c_is_raised_when_all_are_done() -> None:
    mates = Team(2)
    ended = []

    def other() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
        ended.append(True)

    with pytest.raises(KeyboardInterrupt):
        mates.run([partial(int, 0), other])
    assert ended == [True]
    mates.run([partial(int, 0), partial(ended.append, False)])
    assert ended == [True, False]


@pytest.mark.skipif(os.name != "posix", reason="signals to oneself")
def test_ctrl_c_at_any_moment_leaves_threads_and_weights_whole() -> None:
    """Signals in quick succession over many threaded steps: nothing hangs, no step is half done."""
    x, program, w, v = _linked(threads=2)
    stop = threading.Event()

    def disturb() -> None:
        while not stop.wait(0.0007):
            os.kill(os.getpid(), signal.SIGINT)

    armed, caught = [False], 0
    rows = np.ones((64, 64), np.float32)

    def interrupt(number: int, frame: Any) -> None:
        if armed[0]:
            armed[0] = False
            raise KeyboardInterrupt

    disturber = threading.Thread(target=disturb, daemon=True)
    previous = signal.signal(signal.SIGINT, interrupt)
    # Collection calls functions of others' objects, in which an exception is lost and reported.
    gc.collect()
    gc.disable()
    try:
        disturber.start()
        for _ in range(400):
            try:
                armed[0] = True
                program([rows], 64)
                armed[0] = False
            except KeyboardInterrupt:
                caught += 1
    finally:
        stop.set()
        disturber.join()
        signal.signal(signal.SIGINT, previous)
        gc.enable()
    assert caught > 10
    np.testing.assert_array_equal(w.value, v.value)
    before = w.value.copy()
    program([rows], 64)
    assert (w.value != before).all()


def _linked(threads: int) -> tuple[Tensor, NativeProgram, Variable, Variable]:
    """Two variables that every whole step changes alike."""
    x = placeholder((None, 64), name="x")
    w = Variable(np.zeros((64, 64), np.float32), name="w")
    v = Variable(np.zeros((64, 64), np.float32), name="v")
    mean = ops.mean(x @ (w * 0.0) + 1.0)
    program = make_program([mean], [x], [(w, w + mean), (v, v + mean)])
    return x, NativeProgram(run_passes(program), threads), w, v


def _callers(count: int, work: Any) -> list[BaseException]:
    errors: list[BaseException] = []

    def call(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    started = [threading.Thread(target=call, args=(number,)) for number in range(count)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in started)
    return errors


@pytest.mark.parametrize("threads", THREADS)
def test_many_callers_of_one_program_get_their_own_results(threads: int) -> None:
    x = placeholder((None, 33), name="x")
    w = Variable(np.random.default_rng(1).standard_normal((33, 29)).astype(np.float32), name="w")
    h = ops.relu(x @ w)
    outputs = [h, ops.sum(ops.exp(-h), axis=0), ops.max(h @ ops.transpose(w))]
    program = NativeProgram(run_passes(make_program(outputs, [x])), threads)
    rows = [np.random.default_rng(i).standard_normal((5 + 7 * i, 33)) for i in range(4)]
    values = [part.astype(np.float32) for part in rows]
    expected = [program([value], len(value)) for value in values]

    def work(number: int) -> None:
        for _ in range(15):
            found = program([values[number]], len(values[number]))
            for result, reference in zip(found, expected[number], strict=True):
                np.testing.assert_array_equal(result, reference)

    assert _callers(4, work) == []


def _trained(threads: int, steps: int = 50) -> list[Array]:
    """The weights of a 40-64-32-1 network after some steps of descent on batches of 96 rows."""
    rng = np.random.default_rng(0)
    sizes = (40, 64, 32, 1)
    kernels = [
        Variable((rng.standard_normal(pair) / 6).astype(np.float32), name=f"w{pair}")
        for pair in zip(sizes, sizes[1:], strict=False)
    ]
    x, y = placeholder((None, 40), name="x"), placeholder((None, 1), name="y")
    h: Tensor = x
    for kernel in kernels[:-1]:
        h = ops.tanh(h @ kernel)
    loss = ops.mean((h @ kernels[-1] - y) ** 2)
    slopes = gradient(loss, kernels)
    updates = [(k, k - 0.1 * g) for k, g in zip(kernels, slopes, strict=True)]
    program = NativeProgram(run_passes(make_program([loss], [x, y], updates)), threads)
    rows = rng.standard_normal((960, 40)).astype(np.float32)
    target = np.sin(rows[:, :1] * 2)
    order = rng.permutation(960)
    found = program.run_batches([rows, target], np.tile(order, 5), 96, 0, steps, 10)
    assert found[-10:].mean() < found[:10].mean()
    return [kernel.value for kernel in kernels]


@pytest.mark.parametrize("threads", THREADS)
def test_the_same_number_of_threads_gives_the_same_bits(threads: int) -> None:
    for a, b in zip(_trained(threads), _trained(threads), strict=True):
        np.testing.assert_array_equal(a, b)


def test_other_numbers_of_threads_give_the_same_bits_too() -> None:
    """No sum is split between threads: each of its places is one thread's, in the same order."""
    one = _trained(1)
    for threads in THREADS[1:]:
        for a, b in zip(one, _trained(threads), strict=True):
            np.testing.assert_array_equal(a, b)
