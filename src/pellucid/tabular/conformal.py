"""Conformal prediction: sets and intervals that hold the truth as often as they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.tabular.spread import Spread, fit_spread

Method = Literal["lac", "lac_by_class", "aps", "residual", "scaled_residual"]
SET_METHODS = ("auto", "lac", "lac_by_class", "aps")

# Promising 95 % to each class takes this many of its cases for each one that may be missed.
_CASES_PER_MISS = 4.0


@dataclass(frozen=True)
class Conformal:
    """How uncertain an answer has to be called so that `coverage` of new cases are covered.

    Sets: a class belongs to the set if its score is at most its `quantiles` (one, or one for each
    class). The score of "lac" is 1 - probability; of "aps" the sum of the probabilities of more
    probable classes and half its own. "lac_by_class" keeps the promise for the cases of each class
    by itself. Intervals: answer ± quantile · spread(answer); the spread is 1 for "residual". `n`
    rows, each predicted by members that had not learned from it, set the quantiles.

    Sources: Sadinle, Lei & Wasserman, JASA 114 (2019), 223-234 (lac); Romano, Sesia & Candès,
    NeurIPS 2020 (aps); Vovk, Annals of Mathematics and AI 74 (2015), 9-28 (cross-conformal);
    Papadopoulos et al., ECML 2002 (scaled residuals).

    >>> p = np.array([[0.9, 0.1], [0.5, 0.5]])
    >>> Conformal("lac", 0.9, (0.6,), 100).sets(p).tolist()
    [[True, False], [True, True]]
    """

    method: Method
    coverage: float
    quantiles: tuple[float, ...]
    n: int
    spread: Spread | None = None

    def sets(self, probabilities: np.ndarray) -> np.ndarray:
        """Which classes are in the set of each row: (N, C) bool. A set may be empty."""
        return class_scores(self.method, probabilities) <= np.array(self.quantiles) + 1e-12

    def intervals(self, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends (N,) around predicted numbers (N,)."""
        half = self.quantiles[0] * (self.spread(predicted) if self.spread else 1.0)
        return predicted - half, predicted + half

    def to_json(self) -> dict[str, Any]:
        """``method, coverage, quantiles, n, spread``; an infinite quantile is None."""
        return {
            "method": self.method,
            "coverage": self.coverage,
            "quantiles": [each if np.isfinite(each) else None for each in self.quantiles],
            "n": self.n,
            "spread": self.spread.to_json() if self.spread else None,
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Conformal:
        """What `to_json` described."""
        quantiles = tuple(np.inf if q is None else float(q) for q in facts["quantiles"])
        spread = Spread.from_json(facts["spread"]) if facts.get("spread") else None
        return cls(facts["method"], float(facts["coverage"]), quantiles, int(facts["n"]), spread)


def conformal_sets(
    probabilities: np.ndarray,
    y: np.ndarray,
    *,
    coverage: float = 0.95,
    method: str = "auto",
) -> Conformal:
    """Sets that hold the true class of a share `coverage` of new cases like these.

    `probabilities` (N, C) are those of rows by members that left them out, `y` (N,) codes. The
    quantile is the ⌈(n + 1) · coverage⌉-th smallest score, so the promise holds for n cases and not
    only for many. "auto" keeps it for each class by itself where every class has 4 / (1 - coverage)
    rows (80 for 95 %), else for all together. Raises `ArgumentError` for a coverage outside (0, 1).
    """
    _check(coverage, method)
    seen = ~np.isnan(probabilities).any(axis=1)
    probabilities, y = probabilities[seen], y[seen]
    n_classes = probabilities.shape[1]
    if method == "auto":
        least = np.bincount(y, minlength=n_classes).min()
        method = "lac_by_class" if least * (1 - coverage) >= _CASES_PER_MISS else "lac"
    scores = class_scores(method, probabilities)[np.arange(len(y)), y]
    quantiles = [finite_quantile(scores, coverage)]
    if method == "lac_by_class":
        quantiles = [finite_quantile(scores[y == k], coverage) for k in range(n_classes)]
    return Conformal(method, coverage, tuple(quantiles), len(y))  # type: ignore[arg-type]


def conformal_intervals(
    predicted: np.ndarray,
    y: np.ndarray,
    *,
    coverage: float = 0.95,
    scaled: bool | None = None,
) -> Conformal:
    """Intervals that hold the true number of a share `coverage` of new cases like these.

    `predicted` (N,) are left-out predictions of `y` (N,). With `scaled` the interval is wider where
    errors are larger, as a smooth function of the prediction; None does so if that makes the
    intervals shorter on average.
    """
    _check(coverage, "auto")
    seen = ~np.isnan(predicted)
    predicted, y = predicted[seen], y[seen]
    error = np.abs(y - predicted)
    plain = Conformal("residual", coverage, (finite_quantile(error, coverage),), len(y))
    if scaled is False:
        return plain
    spread, by_others = fit_spread(predicted, error)
    # Judged by spreads that had not seen the row: its own error would make it look better known.
    quantile = finite_quantile(error / by_others, coverage)
    bent = Conformal("scaled_residual", coverage, (quantile,), len(y), spread)
    if scaled:
        return bent
    return bent if quantile * by_others.mean() < plain.quantiles[0] else plain


def class_scores(method: str, probabilities: np.ndarray) -> np.ndarray:
    """How little each class conforms (N, C): small for the probable ones."""
    if method != "aps":
        return 1.0 - probabilities
    order = np.argsort(-probabilities, axis=1, kind="stable")
    sorted_p = np.take_along_axis(probabilities, order, axis=1)
    # With the whole of its own, the last class would score 1 in every row: a tie of all rows.
    sums = np.cumsum(sorted_p, axis=1) - sorted_p / 2
    scores = np.empty_like(sums)
    np.put_along_axis(scores, order, sums, axis=1)
    return scores


def finite_quantile(scores: np.ndarray, coverage: float) -> float:
    """The ⌈(n + 1) · coverage⌉-th smallest of n scores; infinite if there are too few.

    >>> finite_quantile(np.arange(1.0, 20.0), 0.95), finite_quantile(np.arange(18.0), 0.95)
    (19.0, inf)
    """
    place = int(np.ceil((len(scores) + 1) * coverage - 1e-9))
    return float(np.partition(scores, place - 1)[place - 1]) if place <= len(scores) else np.inf


def _check(coverage: float, method: str) -> None:
    if not 0 < coverage < 1:
        raise ArgumentError("coverage", expected="a number in (0, 1)", received=coverage)
    if method not in SET_METHODS:
        raise ArgumentError("method", expected=", ".join(SET_METHODS), received=method)
