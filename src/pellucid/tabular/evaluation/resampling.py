"""The bootstrap: what a figure might have been, had chance sent other cases.

Cases that belong together (one patient's visits, one hospital's patients) are drawn together.
A figure is a formula over totals, and all its replicates are one matrix product: 2,000 replicates
of 70,000 cases take well under a second.
"""

from __future__ import annotations

import numpy as np

from pellucid.errors import DataError
from pellucid.tabular.evaluation.intervals import Estimate, student, wilson

REPLICATES = 2000
# More units than this are joined at random into so many; the variance they show is then itself
# uncertain by √(2 / 2048) = 3 %.
_MOST_UNITS = 2048
_LEAST_SHARE_DEFINED = 0.5


class Resampling:
    """One set of bootstrap replicates of N cases, shared by all figures that are to be compared.

    `groups` (N,), any labels, names cases that belong together: whole groups are drawn with
    replacement. Without it every case is drawn alone. `weights` (N,) count a case more or less
    than once. The same `seed` draws the same.

    `total`, `mean` and `tally` return replicates along their first axis, R + 1 of them: entry 0 is
    the sample as it is, the others are resampled. Any formula over them keeps that axis, and
    `estimate` makes a figure with its interval of the result.

    Raises `DataError` for groups or weights of another length, and for weights that are negative,
    not finite or all zero.

    Source: Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 8 and 13.

    >>> resampling = Resampling(4, seed=0)
    >>> loss = resampling.mean(np.array([0.1, 0.3, 0.2, 0.2]))
    >>> loss.shape, float(loss[0])
    ((2001,), 0.2)
    """

    def __init__(
        self,
        n: int,
        *,
        groups: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        seed: int = 0,
    ) -> None:
        self.n = n
        self.is_plain = groups is None and weights is None
        self.n_groups = None if groups is None else len(np.unique(groups))
        self.weights = _weights(n, weights)
        self.unit = _units(n, groups, seed)
        self.n_units = int(self.unit.max(initial=-1)) + 1
        self.counts = _draw(self.n_units, seed)

    def total(self, values: np.ndarray) -> np.ndarray:
        """Weighted sum of `values` (N,) in each replicate, (R + 1,)."""
        return self.tally(np.zeros(self.n, dtype=np.int64), 1, values)[:, 0]

    def mean(self, values: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
        """Weighted mean of `values` (N,), over the cases of the mask `among` (N,), (R + 1,)."""
        mask = np.ones(self.n) if among is None else among.astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total(np.where(mask > 0, values, 0.0)) / self.total(mask)

    def tally(self, cell: np.ndarray, n_cells: int, values: np.ndarray | None = None) -> np.ndarray:
        """Weighted sums of `values` (N,), 1 if not given, by `cell` (N,): (R + 1, n_cells)."""
        amounts = self.weights if values is None else self.weights * values
        place = self.unit * n_cells + cell
        by_unit = np.bincount(place, amounts, minlength=self.n_units * n_cells)
        return self.counts @ by_unit.reshape(self.n_units, n_cells)

    def estimate(self, replicates: np.ndarray, value: float | None = None) -> Estimate:
        """The figure whose `replicates` (R + 1,) these are, with its 95 % interval.

        Percentiles of the replicates, widened for few units as Student's t is: at the normal
        probabilities of ±√(n / (n - 1)) · t, n the number of units (Hesterberg, The American
        Statistician 69 (2015), 371-386, section 5). Where `value` is given and the replicates are
        of an approximation to it, they are moved by the difference. No interval for fewer than two
        units, or if most replicates are not defined (a class was not drawn, say).
        """
        exact = float(replicates[0] if value is None else value)
        drawn = replicates[1:]
        defined = drawn[np.isfinite(drawn)]
        too_few = self.n_units < 2 or len(defined) < _LEAST_SHARE_DEFINED * len(drawn)
        if too_few or not np.isfinite(exact):
            return Estimate(exact)
        low, high = np.quantile(defined, self._levels()) + (exact - float(replicates[0]))
        # Rounding, or a bias of the replicates, must not leave the figure outside its own interval.
        return Estimate(exact, min(float(low), exact), max(float(high), exact))

    def band(self, replicates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper bounds (K,) of K figures at once, of `replicates` (R + 1, K)."""
        if self.n_units < 2:
            unknown = np.full(replicates.shape[1], np.nan)
            return unknown, unknown
        low, high = np.quantile(replicates[1:], self._levels(), axis=0)
        return low, high

    def proportion(self, hits: np.ndarray, among: np.ndarray | None = None) -> Estimate:
        """The share of `hits` (N,) bool among the cases of the mask `among` (N,).

        With Wilson's interval where each case stands alone. Else the bootstrap's; but if it saw
        only one outcome, it knows no doubt, and Wilson's is taken as of so many cases as groups.
        """
        mask = np.ones(self.n, dtype=bool) if among is None else among
        if self.is_plain:
            return wilson(int((hits & mask).sum()), int(mask.sum()))
        found = self.estimate(self.mean(hits.astype(np.float64), mask))
        if found.value not in (0.0, 1.0):
            return found
        n_units = len(np.unique(self.unit[mask]))
        bounds = wilson(round(found.value) * n_units, n_units)
        return Estimate(found.value, bounds.low, bounds.high)

    def _levels(self) -> np.ndarray:
        from scipy.special import ndtr

        n = self.n_units
        reach = np.sqrt(n / (n - 1)) * student(n - 1)
        return ndtr(np.array([-reach, reach]))


def _weights(n: int, weights: np.ndarray | None) -> np.ndarray:
    if weights is None:
        return np.ones(n)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (n,):
        raise DataError("weights", expected=f"shape ({n},)", received=f"shape {given.shape}")
    if not np.isfinite(given).all() or (given < 0).any() or (n and not given.any()):
        raise DataError("weights", expected="numbers of 0 or more, not all 0")
    return given


def _units(n: int, groups: np.ndarray | None, seed: int) -> np.ndarray:
    """What is drawn together, numbered from 0, (N,)."""
    if groups is None:
        unit, n_units = np.arange(n), n
    else:
        if np.shape(groups) != (n,):
            raise DataError(
                "groups", expected=f"shape ({n},)", received=f"shape {np.shape(groups)}"
            )
        unit = np.unique(groups, return_inverse=True)[1].reshape(n)
        n_units = int(unit.max(initial=-1)) + 1
    if n_units <= _MOST_UNITS:
        return unit
    shuffled = np.random.Generator(np.random.Philox([seed, 1])).permutation(n_units)
    return (shuffled * _MOST_UNITS // n_units)[unit]


def _draw(n_units: int, seed: int) -> np.ndarray:
    """How often each unit is drawn, (R + 1, units) float64; once in the first row."""
    counts = np.ones((REPLICATES + 1, n_units))
    if n_units:
        random = np.random.Generator(np.random.Philox(seed))
        drawn = random.integers(n_units, size=(REPLICATES, n_units))
        drawn += n_units * np.arange(REPLICATES)[:, None]
        flat = np.bincount(drawn.ravel(), minlength=REPLICATES * n_units)
        counts[1:] = flat.reshape(REPLICATES, n_units)
    return counts
