"""The one timer of all benchmarks: warm up, choose a number of repeats, measure, summarise.

A piece of work is a function ``run(n)`` that does n units and has finished when it returns.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

Run = Callable[[int], object]

_MOST_REPEATS = 10_000_000


def timed(run: Run, repeats: int) -> float:
    """The seconds that `repeats` units took."""
    start = time.perf_counter()
    run(repeats)
    return time.perf_counter() - start


class Calibration(NamedTuple):
    """The seconds of the very first unit, and how many warm ones fill the time wanted."""

    first: float
    repeats: int


def calibrate(run: Run, seconds: float) -> Calibration:
    """Warm `run` up and find how many units fill about `seconds`, at least one.

    The number doubles until the clock can be trusted, so that slow work runs only twice.
    """
    first = timed(run, 1)
    repeats = 1
    while True:
        took = timed(run, repeats)
        if took >= seconds / 4 or repeats >= _MOST_REPEATS:
            fitting = round(repeats * seconds / max(took, 1e-9))
            return Calibration(first, max(1, min(_MOST_REPEATS, fitting)))
        repeats *= 2


def fastest(run: Run, settings: Mapping[str, Callable[[], object]], seconds: float) -> str:
    """Turn to the setting under which `run` is fastest; its name.

    Each is warmed up, since a library may compile anew, and judged by the best of three times.
    """
    best: dict[str, float] = {}
    for name, turn_to in settings.items():
        turn_to()
        repeats = calibrate(run, seconds).repeats
        best[name] = min(timed(run, repeats) for _ in range(3)) / repeats
    chosen = min(best, key=lambda name: best[name])
    settings[chosen]()
    return chosen


class Spread(NamedTuple):
    """What several measurements of one thing say: the middle one, the least and the most."""

    median: float
    low: float
    high: float


def spread(samples: Sequence[float]) -> Spread:
    """Median, least and most of the samples, of which there is at least one.

    >>> spread([3.0, 1.0, 2.0])
    Spread(median=2.0, low=1.0, high=3.0)
    """
    return Spread(statistics.median(samples), min(samples), max(samples))


def ratio(samples: Iterable[float], ours: Iterable[float]) -> float:
    """How many times our time a peer's is: the median over the rounds of the ratio in each.

    Both were measured one after the other in every round, so what slows the whole machine down for
    a while cancels.

    >>> ratio([10.0, 40.0, 12.0], [1.0, 4.0, 1.0])
    10.0
    """
    return statistics.median(a / b for a, b in zip(samples, ours, strict=False))


_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (0.0, "ns"))


def readable(seconds: float) -> str:
    """A time in three digits and the unit that suits it.

    >>> readable(0.00000184), readable(0.0163), readable(234.5)
    ('1.84 µs', '16.3 ms', '234 s')
    """
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= size * 0.9995)
    return f"{digits(seconds / (size or 1e-9))} {unit}"


def digits(number: float) -> str:
    """A number in three significant digits, thousands grouped.

    >>> digits(1234.5), digits(56.78), digits(0.1234)
    ('1,234', '56.8', '0.123')
    """
    if number >= 99.95:
        return f"{number:,.0f}"
    places = 1 if number >= 9.995 else 2 if number >= 0.9995 else 3
    return f"{number:.{places}f}"
