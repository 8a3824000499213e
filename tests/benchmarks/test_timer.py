"""The timer: repeats that fill a time, summaries, readable figures."""

from __future__ import annotations

import time

import pytest
from benchmarks import timer


def test_repeats_fill_the_time() -> None:
    calls: list[int] = []

    def run(repeats: int) -> None:
        calls.append(repeats)
        time.sleep(0.002 * repeats)

    first, repeats = timer.calibrate(run, 0.04)
    assert calls[0] == 1
    assert first >= 0.002
    assert 2 <= repeats <= 20


def test_slow_work_runs_only_twice() -> None:
    calls: list[int] = []

    def run(repeats: int) -> None:
        calls.append(repeats)
        time.sleep(0.01)

    assert timer.calibrate(run, 0.005).repeats == 1
    assert calls == [1, 1]


def test_the_fastest_setting_is_kept() -> None:
    current = [0.0]
    pauses = {"slow": 0.004, "fast": 0.001, "slower": 0.008}
    settings = {name: (lambda pause=p: current.__setitem__(0, pause)) for name, p in pauses.items()}

    def run(repeats: int) -> None:
        for _ in range(repeats):
            time.sleep(current[0])

    assert timer.fastest(run, settings, 0.01) == "fast"
    assert current == [0.001]


def test_a_slow_moment_of_the_machine_cancels() -> None:
    ours, theirs = [1.0, 5.0, 1.0], [3.0, 15.0, 3.0]
    assert timer.ratio(theirs, ours) == 3.0
    assert timer.spread(ours) == (1.0, 1.0, 5.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.000 ns"),
        (3.21e-9, "3.21 ns"),
        (9.996e-7, "1.00 µs"),
        (1.844e-6, "1.84 µs"),
        (0.0163, "16.3 ms"),
        (0.9999, "1.00 s"),
        (4321.0, "4,321 s"),
    ],
)
def test_readable_times(seconds: float, text: str) -> None:
    assert timer.readable(seconds) == text
