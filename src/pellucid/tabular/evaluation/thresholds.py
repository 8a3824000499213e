"""Calling a case positive from some probability on: what that finds, misses and alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.tabular.evaluation.intervals import Estimate, ratio, wilson
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.scores import steps

# Shown in every table of thresholds, beside those asked for.
USUAL = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

Rule = Literal["youden", "sensitivity", "specificity", "ppv", "f1"]
_SUBTRACTIVE = 1e-12


@dataclass(frozen=True)
class AtThreshold:
    """What calling cases positive from `threshold` on does.

    `counts` are (weighted) cases: true_positive, false_positive, false_negative, true_negative.
    `figures` by name: sensitivity, specificity, ppv, npv, lr_plus, lr_minus, accuracy,
    balanced_accuracy, f1, called (the share called positive); and, at a prevalence that was given,
    ppv_at_prevalence, npv_at_prevalence. `name` says why this threshold is looked at, if it has
    one.
    """

    threshold: float
    counts: Mapping[str, float]
    figures: Mapping[str, Estimate]
    name: str | None = None

    def to_json(self) -> dict[str, Any]:
        """`threshold`, `name`, `counts`, and each figure by name as {value, low, high}."""
        facts: dict[str, Any] = {"threshold": self.threshold, "name": self.name}
        facts["counts"] = dict(self.counts)
        return facts | {name: each.to_json() for name, each in self.figures.items()}


def at_thresholds(
    is_positive: np.ndarray,
    score: np.ndarray,
    thresholds: Sequence[float],
    resampling: Resampling,
    *,
    names: Mapping[float, str] | None = None,
    prevalence: float | None = None,
) -> list[AtThreshold]:
    """What each of the thresholds does, rising, from `is_positive` (N,) bool and `score` (N,).

    Where each case stands alone, shares have Wilson's interval and likelihood ratios that of the
    log method; else all have the bootstrap's. `prevalence`, in (0, 1), asks for the predictive
    values where that share of cases is positive, by Bayes's rule from sensitivity and specificity.

    Raises `ArgumentError` for a prevalence out of range.

    >>> p = np.array([0.1, 0.2, 0.6, 0.9, 0.8])
    >>> ill = np.array([False, False, False, True, True])
    >>> row = at_thresholds(ill, p, [0.5], Resampling(5), prevalence=0.1)[0]
    >>> round(row.figures["ppv"].value, 3), round(row.figures["ppv_at_prevalence"].value, 3)
    (0.667, 0.25)
    """
    if prevalence is not None and not 0 < prevalence < 1:
        raise ArgumentError("prevalence", expected="a number in (0, 1)", received=prevalence)
    rising = np.unique(np.asarray(thresholds, dtype=np.float64))
    positive, negative = called_above(is_positive, score, rising, resampling)
    n_positive, n_negative = positive[:, :1], negative[:, :1]
    names = names or {}
    found = []
    for k, threshold in enumerate(rising.tolist(), 1):
        cells = (
            positive[:, k],
            negative[:, k],
            n_positive[:, 0] - positive[:, k],
            n_negative[:, 0] - negative[:, k],
        )
        figures = _figures(cells, resampling, prevalence)
        found.append(AtThreshold(threshold, _counts(cells), figures, names.get(threshold)))
    return found


def called_above(
    is_positive: np.ndarray, score: np.ndarray, rising: np.ndarray, resampling: Resampling
) -> tuple[np.ndarray, np.ndarray]:
    """How many positive and how many negative cases have such a score or more, by replicate.

    Two of (R + 1, 1 + T): first all of them, then those at each of the T `rising` thresholds.
    """
    n_cells = len(rising) + 1
    place = np.searchsorted(rising, score, side="right")
    both = resampling.tally(place + n_cells * is_positive, 2 * n_cells)
    above = [np.cumsum(part[:, ::-1], axis=1)[:, ::-1] for part in np.split(both, 2, axis=1)]
    return above[1], above[0]


def balanced_threshold(is_positive: np.ndarray, score: np.ndarray) -> float:
    """The threshold of the largest sensitivity + specificity (Youden's index), (N,) and (N,).

    Half-way between the scores on both sides of it; of equals the one nearest 0.5. 0.5 if one of
    the classes is absent.

    >>> balanced_threshold(np.array([False, False, True, True]), np.array([0.05, 0.1, 0.3, 0.6]))
    0.2
    """
    return choose_threshold(is_positive, score, "youden")


def choose_threshold(
    is_positive: np.ndarray, score: np.ndarray, rule: Rule, least: float | None = None
) -> float:
    """The threshold that serves a purpose, from `is_positive` (N,) bool and `score` (N,).

    `youden`: the largest sensitivity + specificity; `f1`: the largest F1; `sensitivity`: the
    highest threshold whose sensitivity is `least` or more; `specificity` and `ppv`: the lowest
    threshold for which that figure is. Half-way between the scores on both sides; of equals the one
    nearest 0.5. 0.5 if one of the classes is absent or no threshold reaches `least`. To be used on
    cases that no figure is told of afterwards: a threshold looks better where it was chosen.

    Raises `ArgumentError` for an unknown rule, or a `least` that is missing or not in (0, 1].

    >>> ill = np.array([False, False, True, True])
    >>> choose_threshold(ill, np.array([0.05, 0.3, 0.1, 0.6]), "sensitivity", 0.95)
    0.075
    """
    _check_rule(rule, least)
    if is_positive.all() or not is_positive.any():
        return 0.5
    cuts, index = _indices(is_positive, score, rule)
    if rule in ("youden", "f1"):
        best = cuts[index >= index.max() - _SUBTRACTIVE]
        return float(best[np.abs(best - 0.5).argmin()])
    enough = cuts[index >= (least or 0.0) - _SUBTRACTIVE]
    if not len(enough):
        return 0.5
    return float(enough.max() if rule == "sensitivity" else enough.min())


def _check_rule(rule: str, least: float | None) -> None:
    if rule not in ("youden", "sensitivity", "specificity", "ppv", "f1"):
        raise ArgumentError(
            "choose_threshold.rule",
            expected="'youden', 'sensitivity', 'specificity', 'ppv' or 'f1'",
            received=rule,
        )
    if rule not in ("youden", "f1") and (least is None or not 0 < least <= 1):
        raise ArgumentError("choose_threshold.least", expected="a number in (0, 1]", received=least)


def _indices(
    is_positive: np.ndarray, score: np.ndarray, rule: str
) -> tuple[np.ndarray, np.ndarray]:
    """All thresholds that differ in what they do, rising, and what `rule` looks at for each."""
    values = np.unique(score)
    cuts = np.concatenate([values[:1], (values[1:] + values[:-1]) / 2])
    positive, negative = steps(is_positive, score)
    hits = np.cumsum(positive[::-1])[::-1]
    alarms = np.cumsum(negative[::-1])[::-1]
    sensitivity, specificity = hits / hits[0], 1 - alarms / alarms[0]
    indices = {
        "youden": sensitivity + specificity,
        "sensitivity": sensitivity,
        "specificity": specificity,
        "ppv": hits / (hits + alarms),
        "f1": 2 * hits / (hits + alarms + hits[0]),
    }
    return cuts, indices[rule]


def _counts(cells: tuple[np.ndarray, ...]) -> dict[str, float]:
    names = ("true_positive", "false_positive", "false_negative", "true_negative")
    values = [float(cell[0]) for cell in cells]
    return {
        name: int(value) if value.is_integer() else value
        for name, value in zip(names, values, strict=True)
    }


def _figures(
    cells: tuple[np.ndarray, ...], resampling: Resampling, prevalence: float | None
) -> dict[str, Estimate]:
    """Replicated formulas for all figures; closed forms take their place where they hold."""
    tp, fp, fn, tn = cells
    n = tp + fp + fn + tn
    with np.errstate(invalid="ignore", divide="ignore"):
        # Replicates that lack a class, or weigh nothing, are NaN and are left out.
        sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
        formulas = {
            "accuracy": (tp + tn) / n,
            "balanced_accuracy": (sensitivity + specificity) / 2,
            "sensitivity": sensitivity,
            "specificity": specificity,
            "ppv": tp / (tp + fp),
            "npv": tn / (tn + fn),
            "lr_plus": sensitivity / (1 - specificity),
            "lr_minus": (1 - sensitivity) / specificity,
            "f1": 2 * tp / (2 * tp + fp + fn),
            "called": (tp + fp) / n,
        }
    if prevalence is not None:
        formulas |= _by_bayes(sensitivity, specificity, prevalence)
    if resampling.is_plain:
        counts = [round(float(cell[0])) for cell in cells]
        return _closed(formulas, counts, resampling, prevalence)
    return {name: _guarded(name, each, resampling) for name, each in formulas.items()}


def _closed(
    formulas: Mapping[str, np.ndarray],
    counts: Sequence[int],
    resampling: Resampling,
    prevalence: float | None,
) -> dict[str, Estimate]:
    tp, fp, fn, tn = counts
    closed = {
        "accuracy": wilson(tp + tn, tp + fp + fn + tn),
        "sensitivity": wilson(tp, tp + fn),
        "specificity": wilson(tn, tn + fp),
        "ppv": wilson(tp, tp + fp),
        "npv": wilson(tn, tn + fn),
        "lr_plus": ratio(tp, tp + fn, fp, fp + tn),
        "lr_minus": ratio(fn, tp + fn, tn, fp + tn),
        "called": wilson(tp + fp, tp + fp + fn + tn),
    }
    if prevalence is not None:
        odds = prevalence / (1 - prevalence)
        plus, minus = closed["lr_plus"], closed["lr_minus"]
        closed["ppv_at_prevalence"] = _mapped(plus, lambda each: 1 - 1 / (1 + odds * each))
        closed["npv_at_prevalence"] = _mapped(minus, lambda each: 1 / (1 + odds * each))
    return {
        name: closed[name] if name in closed else resampling.estimate(each)
        for name, each in formulas.items()
    }


def _mapped(figure: Estimate, through: Any) -> Estimate:
    value, low, high = (through(each) for each in (figure.value, figure.low, figure.high))
    return Estimate(value, min(low, high), max(low, high))


def _by_bayes(
    sensitivity: np.ndarray, specificity: np.ndarray, prevalence: float
) -> dict[str, np.ndarray]:
    found, missed = sensitivity * prevalence, (1 - sensitivity) * prevalence
    alarms, cleared = (1 - specificity) * (1 - prevalence), specificity * (1 - prevalence)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "ppv_at_prevalence": found / (found + alarms),
            "npv_at_prevalence": cleared / (cleared + missed),
        }


def _guarded(name: str, replicates: np.ndarray, resampling: Resampling) -> Estimate:
    """The bootstrap's interval; a share that no replicate doubts has Wilson's, of the groups."""
    found = resampling.estimate(replicates)
    if name.startswith("lr_") or found.value not in (0.0, 1.0) or not found.has_interval:
        return found
    bounds = wilson(round(found.value) * resampling.n_units, resampling.n_units)
    return Estimate(found.value, bounds.low, bounds.high)
