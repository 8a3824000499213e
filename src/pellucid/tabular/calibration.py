"""Calibration: making probabilities mean what they say, judged on left-out predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from pellucid.data.splits import kfold
from pellucid.errors import ArgumentError
from pellucid.nn.layer import Layer
from pellucid.nn.layers import Rescaling
from pellucid.tabular.isotonic import isotonic_knots
from pellucid.tabular.links import Link, log_probabilities, probabilities_of, row_loss
from pellucid.tabular.score_layers import BendScores

Method = Literal["none", "temperature", "affine", "isotonic"]
METHODS = ("auto", "none", "temperature", "affine", "isotonic")
"""What can be asked for: one of them, or the one that left-out predictions favour."""

# Isotonic curves have many free numbers: with fewer of the rarest class they fit chance.
_LEAST_FOR_ISOTONIC = 1000
_FOLDS = 10
# Folds are drawn anew until this many rows have been judged, so that small tables are judged well.
_ROWS_JUDGED = 20_000
_MOST_REPEATS = 10
_STEPS = 50


@dataclass(frozen=True)
class Calibration:
    """What is done to scores before they become probabilities.

    "none": nothing; "temperature": scores times `slope`; "affine": that plus `intercept`, one for
    each score; "isotonic": each score (of more than two classes: each class's logit against the
    others) bent along rising lines through the points (`at`, `to`). `log_loss_before` and
    `log_loss_after` were found by cross-validation over left-out predictions.
    """

    method: Method = "none"
    slope: float = 1.0
    intercept: tuple[float, ...] = ()
    at: tuple[tuple[float, ...], ...] = ()
    to: tuple[tuple[float, ...], ...] = ()
    log_loss_before: float | None = None
    log_loss_after: float | None = None
    tried: Mapping[str, float] | None = None

    def apply(self, link: Link, scores: np.ndarray) -> np.ndarray:
        """Calibrated scores (N, K): the same numbers that `layers` compute in the graph."""
        if self.method != "isotonic":
            return scores * self.slope + (np.array(self.intercept) if self.intercept else 0.0)
        logits = _against_others(scores) if link == "softmax" else scores
        bent = np.stack(
            [
                _bend(logits[:, k], *each)
                for k, each in enumerate(zip(self.at, self.to, strict=True))
            ],
            axis=1,
        )
        return -np.logaddexp(0.0, -bent) if link == "softmax" else bent

    def layers(self, link: Link) -> list[Layer]:
        """The layers that do it in the graph: none or one."""
        if self.method == "none":
            return []
        if self.method == "isotonic":
            at, to = [list(each) for each in self.at], [list(each) for each in self.to]
            return [BendScores(at, to, link, name="isotonic", dtype="float64")]
        offset = list(self.intercept) or 0.0
        return [Rescaling(self.slope, offset, name=self.method, dtype="float64")]

    def to_json(self) -> dict[str, Any]:
        """``method, parameters, log_loss_before, log_loss_after, tried`` (loss by method)."""
        facts = asdict(self)
        names = ("log_loss_before", "log_loss_after", "tried", "method")
        rest = {name: facts.pop(name) for name in names}
        return {**rest, "parameters": _plain(facts)}


def fit_calibration(
    link: Link,
    scores: np.ndarray,
    y: np.ndarray,
    *,
    method: str = "auto",
    sample_weight: np.ndarray | None = None,
    seed: int = 0,
) -> Calibration:
    """The calibration of left-out scores (N, K) for the truth `y` (N,).

    "auto" takes the method of the least log-loss in 10-fold cross-validation over the rows; one
    with more free numbers must be better by a standard error of the difference, and isotonic curves
    are considered from 1,000 rows of the rarest class on. No method is taken that is worse than
    none. Numbers are left as they are. Rows with NaN scores are passed over.

    Sources: Guo et al., "On calibration of modern neural networks", ICML 2017 (temperature); Platt
    1999 (affine); Zadrozny & Elkan, KDD 2002 (isotonic).

    >>> random = np.random.default_rng(0)
    >>> truth = random.normal(size=(4000, 1))
    >>> y = (random.random(4000) < 1 / (1 + np.exp(-truth[:, 0]))).astype(int)
    >>> found = fit_calibration("sigmoid", 3 * truth, y)  # three times too sure
    >>> found.method, round(1 / found.slope, 1)
    ('temperature', 3.0)
    """
    if method not in METHODS:
        raise ArgumentError("calibration", expected=", ".join(METHODS), received=method)
    if link == "identity":
        return Calibration()
    seen = ~np.isnan(scores).any(axis=1)
    data = _Data(link, scores[seen], y[seen], _weights(sample_weight, seen))
    methods = [method] if method != "auto" else _allowed(data)
    losses = {each: _judge(data, each, seed) for each in dict.fromkeys(["none", *methods])}
    chosen = _choose(losses, data.weight) if method == "auto" else method
    means = {each: float(np.average(loss, weights=data.weight)) for each, loss in losses.items()}
    fitted = _fit(data, chosen)
    return Calibration(
        **{**fitted, "log_loss_before": means["none"], "log_loss_after": means[chosen]},
        tried=means,
    )


@dataclass(frozen=True)
class _Data:
    """Scores, truth and weights of the rows to judge by."""

    link: Link
    scores: np.ndarray
    y: np.ndarray
    weight: np.ndarray

    def take(self, rows: np.ndarray) -> _Data:
        """Only these rows."""
        return _Data(self.link, self.scores[rows], self.y[rows], self.weight[rows])

    @property
    def truth(self) -> np.ndarray:
        """1 where a score's class came true (N, K)."""
        if self.link == "softmax":
            return np.eye(self.scores.shape[1])[self.y]
        return np.asarray(self.y, np.float64).reshape(self.scores.shape)


def _weights(sample_weight: np.ndarray | None, seen: np.ndarray) -> np.ndarray:
    if sample_weight is None:
        return np.ones(int(seen.sum()))
    return np.asarray(sample_weight, np.float64)[seen]


def _allowed(data: _Data) -> list[str]:
    rarest = min(data.truth.sum(axis=0).min(), (1 - data.truth).sum(axis=0).min())
    return ["temperature", "affine", *(["isotonic"] if rarest >= _LEAST_FOR_ISOTONIC else [])]


def _judge(data: _Data, method: str, seed: int) -> np.ndarray:
    """The loss of each row (N,) when the method was fitted without it, over repeated folds."""
    if method == "none":
        return row_loss(data.link, data.scores, data.y)
    n = len(data.y)
    codes = data.y if data.y.ndim == 1 else data.y @ (1 << np.arange(data.y.shape[1]))
    n_folds = min(_FOLDS, int(np.unique(codes, return_counts=True)[1].min()))
    if n_folds < 2:
        return np.full(n, np.inf)
    repeats = int(np.clip(_ROWS_JUDGED // n, 1, _MOST_REPEATS))
    total = np.zeros(n)
    for repeat in range(repeats):
        for learned, held in kfold(n, n_folds, stratify=codes, seed=seed + repeat):
            fitted = Calibration(**_fit(data.take(learned), method))
            scores = fitted.apply(data.link, data.scores[held])
            total[held] += row_loss(data.link, scores, data.y[held])
    return total / repeats


def _choose(losses: Mapping[str, np.ndarray], weight: np.ndarray) -> str:
    """From simple to free: each must be better than the one before, the free ones clearly."""
    chosen = "none"
    for method, loss in losses.items():
        gain = losses[chosen] - loss
        if method == "none" or not np.isfinite(gain).all():
            continue
        mean = np.average(gain, weights=weight)
        error = np.sqrt(np.average((gain - mean) ** 2, weights=weight) / len(gain))
        if mean > (0.0 if method == "temperature" else error):
            chosen = method
    return chosen


def _fit(data: _Data, method: str) -> dict[str, Any]:
    """The fields of a `Calibration`."""
    if method == "none":
        return {"method": "none"}
    if method == "isotonic":
        logits = _against_others(data.scores) if data.link == "softmax" else data.scores
        pairs = [
            isotonic_knots(logits[:, k], data.truth[:, k], data.weight)
            for k in range(logits.shape[1])
        ]
        at, to = zip(*pairs, strict=True)
        return {"method": "isotonic", "at": tuple(at), "to": tuple(to)}
    slope, intercept = _newton(data, with_intercept=method == "affine")
    return {"method": method, "slope": slope, "intercept": intercept}


def _newton(data: _Data, *, with_intercept: bool) -> tuple[float, tuple[float, ...]]:
    """The slope, kept above 0, and the intercepts of the least log-loss."""
    s, truth, k = data.scores, data.truth, data.scores.shape[1]
    weight = data.weight[:, None] / data.weight.sum()
    theta = np.zeros(1 + k * with_intercept)
    theta[0] = 1.0
    for _ in range(_STEPS):
        p = probabilities_of(data.link, theta[0] * s + (theta[1:] if with_intercept else 0.0))
        over = weight * (p - truth)
        slope, bend = _derivatives(data.link, s, p, over, weight, with_intercept)
        # Next to separable, the best slope is infinite: a weak pull to 1 keeps it finite.
        pull = np.where(np.arange(len(theta)) == 0, theta - 1.0, theta) / (10.0 * len(s))
        step = np.linalg.solve(bend + np.eye(len(theta)) / (10.0 * len(s)), slope + pull)
        step *= min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-12))
        theta = theta - step
        theta[0] = max(theta[0], 0.02)
        if np.abs(step).max() < 1e-9:
            break
    return float(theta[0]), tuple(float(each) for each in theta[1:])


def _derivatives(
    link: Link,
    s: np.ndarray,
    p: np.ndarray,
    over: np.ndarray,
    weight: np.ndarray,
    with_intercept: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient (P,) and second derivative (P, P) of the loss by slope and intercepts."""
    k = s.shape[1]
    # Of each score by each parameter: the score itself, and a one in its own place.
    spread = np.eye(k)[None] if with_intercept else np.zeros((1, k, 0))
    by = np.concatenate([s[:, :, None], np.broadcast_to(spread, (len(s), *spread.shape[1:]))], 2)
    gradient = np.einsum("nk,nkp->p", over, by)
    if link == "softmax":
        mean = np.einsum("nk,nkp->np", p, by)
        second = np.einsum("nk,nkp,nkq->pq", weight * p, by, by)
        return gradient, second - np.einsum("np,nq->pq", weight * mean, mean)
    return gradient, np.einsum("nk,nkp,nkq->pq", weight * p * (1 - p), by, by)


def _against_others(scores: np.ndarray) -> np.ndarray:
    """The logit of each class against all others (N, C)."""
    log_p = log_probabilities("softmax", scores)
    return log_p - np.log(np.maximum(-np.expm1(log_p), 1e-300))


def _bend(scores: np.ndarray, at: Sequence[float], to: Sequence[float]) -> np.ndarray:
    inside = np.interp(scores, at, to)
    return inside + np.minimum(scores - at[0], 0.0) + np.maximum(scores - at[-1], 0.0)


def _plain(facts: Any) -> Any:
    """Tuples as lists, as JSON has them."""
    if isinstance(facts, Mapping):
        return {name: _plain(each) for name, each in facts.items() if each not in ((), None)}
    return [_plain(each) for each in facts] if isinstance(facts, tuple | list) else facts
