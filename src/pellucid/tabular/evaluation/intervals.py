"""95 % intervals in closed form: of a proportion, an AUC, a ratio of two proportions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from pellucid.errors import ArgumentError, DataError, needs

# The 97.5 % point of the normal distribution.
_Z = 1.959963984540054
_HALVINGS = 60


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; the bounds are NaN where there is no interval.

    >>> str(Estimate(0.97, 0.95, 0.98))
    '0.970 (0.950–0.980)'
    """

    value: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def has_interval(self) -> bool:
        """Whether there are bounds."""
        return self.low == self.low

    def to_json(self) -> dict[str, float | None]:
        """Value and bounds by name, None where there is no number."""
        return {name: each if np.isfinite(each) else None for name, each in asdict(self).items()}

    def __str__(self) -> str:
        bounds = f" ({self.low:.3f}–{self.high:.3f})" if self.has_interval else ""
        return f"{self.value:.3f}{bounds}"


def wilson(successes: int, n: int) -> Estimate:
    """A proportion with Wilson's score interval; all NaN if n is 0.

    Unlike the usual p ± 1.96·√(p(1 - p)/n) it stays inside [0, 1] and is not empty at 0 or n.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927), 209-212.

    >>> print(wilson(9, 10))
    0.900 (0.596–0.982)
    """
    if not 0 <= successes <= n:
        raise ArgumentError("wilson.successes", expected=f"0 to {n}", received=successes)
    if n == 0:
        return Estimate(float("nan"))
    share = successes / n
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    low = 0.0 if successes == 0 else float(centre - half)
    high = 1.0 if successes == n else float(centre + half)
    return Estimate(share, low, high)


def clopper_pearson(successes: int, n: int) -> Estimate:
    """A proportion with the exact interval of Clopper and Pearson; all NaN if n is 0.

    It covers the truth in at least 95 % of samples whatever the truth is, and is wider than
    Wilson's, which does so on average.

    Source: C. J. Clopper & E. S. Pearson, Biometrika 26 (1934), 404-413.

    >>> print(clopper_pearson(9, 10))
    0.900 (0.555–0.997)
    """
    if not 0 <= successes <= n:
        raise ArgumentError("clopper_pearson.successes", expected=f"0 to {n}", received=successes)
    if n == 0:
        return Estimate(float("nan"))
    with needs("tabular"):
        from scipy.special import betaincinv
    low = betaincinv(successes, n - successes + 1, 0.025) if successes else 0.0
    high = betaincinv(successes + 1, n - successes, 0.975) if successes < n else 1.0
    return Estimate(successes / n, float(low), float(high))


def ratio(hits: int, n: int, other_hits: int, other_n: int) -> Estimate:
    """The ratio (hits / n) / (other_hits / other_n) with its interval by the log method.

    A likelihood ratio is such a ratio: of the share called positive among the ill to that among the
    well. If a count is 0, the bounds, not the value, are taken with 1/2 added to hits and misses
    on both sides, and reach to 0 or infinity on the side of the value.

    Sources: Katz et al., Biometrics 34 (1978), 469-474; Simel, Samsa & Matchar, Journal of Clinical
    Epidemiology 44 (1991), 763-770.

    >>> print(ratio(90, 100, 20, 100))
    4.500 (3.024–6.696)
    """
    if not n or not other_n or not (hits or other_hits):
        return Estimate(float("nan"))
    value = (hits / n) / (other_hits / other_n) if other_hits else float("inf")
    add = 0.0 if hits and other_hits else 0.5
    a, b, all_a, all_b = hits + add, other_hits + add, n + 2 * add, other_n + 2 * add
    error = np.sqrt(1 / a - 1 / all_a + 1 / b - 1 / all_b)
    low, high = (a / all_a) / (b / all_b) * np.exp(np.array([-_Z, _Z]) * error)
    return Estimate(
        value,
        float(low) if hits else 0.0,
        float(high) if other_hits else float("inf"),
    )


def student(degrees: int) -> float:
    """The 97.5 % point of Student's t with so many degrees of freedom.

    >>> round(student(10), 3)
    2.228
    """
    with needs("tabular"):
        from scipy.special import stdtrit
    return float(stdtrit(degrees, 0.975))


def delong(is_positive: np.ndarray, score: np.ndarray) -> Estimate:
    """The area under the ROC curve with DeLong's interval, taken on the logit scale.

    `is_positive` (N,) bool, `score` (N,). The area is the share of pairs, one positive and one
    negative case, in which the positive one has the higher score; ties count half. The logit keeps
    the interval inside [0, 1]. Where no pair, or every pair, is in order the variance is zero and
    says nothing; there Newcombe's interval is used.

    Raises `DataError` if there is no positive or no negative case.

    Sources: DeLong, DeLong & Clarke-Pearson, Biometrics 44 (1988), 837-845, computed as Sun & Xu,
    IEEE Signal Processing Letters 21 (2014), 1389-1393; Newcombe, Statistics in Medicine 25
    (2006), 559-573, method 5.

    >>> print(delong(np.array([True, True, False, False]), np.array([0.9, 0.4, 0.5, 0.1])))
    0.750 (0.069–0.992)
    """
    positive, negative = score[is_positive], score[~is_positive]
    n_positive, n_negative = len(positive), len(negative)
    if not n_positive or not n_negative:
        raise DataError("AUC", expected="cases of both classes", received="cases of one class")
    all_ranks = _ranks(np.concatenate([positive, negative]))
    below = (all_ranks[:n_positive] - _ranks(positive)) / n_negative
    above = 1 - (all_ranks[n_positive:] - _ranks(negative)) / n_positive
    area = float(below.mean())
    variance = _variance(below) / n_positive + _variance(above) / n_negative
    if not 0 < area < 1 or variance == 0:
        return _newcombe(area, n_positive, n_negative)
    half = _Z * np.sqrt(variance) / (area * (1 - area))
    logit = np.log(area / (1 - area))
    low, high = 1 / (1 + np.exp(-(logit + np.array([-half, half]))))
    return Estimate(area, float(low), float(high))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1; ties share the mean of theirs."""
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(sizes) - (sizes - 1) / 2)[group]


def _variance(values: np.ndarray) -> float:
    # Of a single case nothing is known; the largest variance on [0, 1] errs on the safe side.
    return float(values.var(ddof=1)) if len(values) > 1 else 0.25


def _newcombe(area: float, n_positive: int, n_negative: int) -> Estimate:
    """The areas θ that differ from `area` by at most 1.96 standard errors of θ itself."""
    half = (n_positive + n_negative) / 2 - 1

    def is_inside(theta: float) -> bool:
        factor = 1 + half * (1 - theta) / (2 - theta) + half * theta / (1 + theta)
        variance = theta * (1 - theta) * factor / (n_positive * n_negative)
        return bool(abs(theta - area) <= _Z * np.sqrt(variance))

    return Estimate(area, _edge(is_inside, area, 0.0), _edge(is_inside, area, 1.0))


def _edge(is_inside: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where between the two the interval ends, by halving."""
    if inside == outside:
        return outside
    # Next to 0 and 1 the standard error vanishes, so the estimate itself may count as outside.
    inside += (outside - inside) * 1e-9
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if is_inside(middle) else (inside, middle)
    return inside
