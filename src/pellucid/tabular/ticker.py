"""How far training has come, and how long it will take still."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

# What evaluation, importance and the like take of the whole.
_AFTER = 0.1
# A guess of the time left is told from this much done on, and this many seconds in.
_LEAST_DONE, _LEAST_SECONDS = 0.02, 0.5


class Progress(NamedTuple):
    """Where training stands.

    `stage` is "linear", "network" or "evaluation"; `fit` of `n_fits` (one, or with `cv` one for
    each part and one for all rows); `done` the share of everything, 0 to 1; `seconds_left` a guess,
    None while there is none; `loss` that on left-out rows, where there is one.
    """

    stage: str
    fit: int
    n_fits: int
    done: float
    seconds_left: float | None = None
    loss: float | None = None


Report = Callable[[Progress], None]


class Fit:
    """One of several fits that reports."""

    def __init__(self, ticker: Ticker | None = None, number: int = 1) -> None:
        self.ticker, self.number = ticker, number

    def tell(self, stage: str, share: float, loss: float | None = None) -> None:
        """Report that this share of the fit is done."""
        if self.ticker:
            self.ticker.tell(stage, self.number, share, loss)


class Ticker:
    """Turns shares of fits into shares of everything, and those into time."""

    def __init__(self, report: Report | None, n_fits: int) -> None:
        self.report, self.n_fits = report, n_fits
        self.start = time.perf_counter()

    def fit(self, number: int) -> Fit:
        """The fit of this number, from 1."""
        return Fit(self, number)

    def tell(self, stage: str, number: int, share: float, loss: float | None = None) -> None:
        """Report."""
        if self.report:
            done = (1 - _AFTER) * (number - 1 + share) / self.n_fits
            self.report(Progress(stage, number, self.n_fits, done, self._left(done), loss))

    def after(self, share: float) -> None:
        """Report that training is over and this share of the rest is done."""
        if self.report:
            done = 1 - _AFTER * (1 - share)
            left = self._left(done)
            self.report(Progress("evaluation", self.n_fits, self.n_fits, done, left))

    def _left(self, done: float) -> float | None:
        gone = time.perf_counter() - self.start
        known = done >= _LEAST_DONE and gone >= _LEAST_SECONDS
        return gone * (1 - done) / done if known else None
