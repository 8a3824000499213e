"""Pace: how much work is handed to machine code in one call.

A call lasts about a twentieth of a second, so that Ctrl-C and the progress bar stay live.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS = 0.05


class Pace:
    """How many batches to hand over at once; learned from how long the last ones took."""

    def __init__(self) -> None:
        self.count = 1

    @contextmanager
    def timed(self, batches: int) -> Iterator[None]:
        """Time a call of so many batches."""
        start = time.perf_counter()
        yield
        seconds = max(time.perf_counter() - start, 1e-6)
        # Four times as many at most: the first call may hold the making of the program.
        self.count = max(1, min(int(batches * _SECONDS / seconds), 4 * self.count + 64))
