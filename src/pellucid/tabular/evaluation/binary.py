"""Two classes, or one label: the whole set of figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from pellucid.tabular.evaluation.calibration import calibration
from pellucid.tabular.evaluation.distributions import by_class
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.ranking import precision_curve, ranking, roc_curve
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.result import Evaluation
from pellucid.tabular.evaluation.scores import case_briers, case_log_losses
from pellucid.tabular.evaluation.thresholds import USUAL, AtThreshold, at_thresholds


@dataclass(frozen=True)
class Options:
    """What `evaluate` was asked for, handed on to the figures."""

    threshold: float | np.ndarray = 0.5
    thresholds: Mapping[str, float] | Sequence[float] = ()
    prevalence: float | None = None
    brief: bool = False
    classes: tuple[str, ...] = field(default=("0", "1"))


def binary_evaluation(
    y: np.ndarray, probabilities: np.ndarray, resampling: Resampling, options: Options
) -> Evaluation:
    """The evaluation of `probabilities` (N, 2) for codes `y` (N,) of 0 and 1."""
    is_positive, score = y == 1, probabilities[:, 1]
    chosen, others = _thresholds(is_positive, score, resampling, options)
    area, precision = ranking(is_positive, score, resampling)
    figures = {name: each for name, each in chosen.figures.items() if name != "called"}
    figures |= {"auc": area, "auprc": precision}
    figures |= losses(y, probabilities, resampling)
    called = score >= options.threshold
    confusion = np.bincount(y * 2 + called, minlength=4).reshape(2, 2)
    if options.brief:
        return Evaluation(len(y), _ordered(figures), confusion, chosen.threshold)
    return Evaluation(
        len(y),
        _ordered(figures),
        confusion,
        chosen.threshold,
        calibration(is_positive, score, resampling),
        others,
        {
            "roc": roc_curve(is_positive, score),
            "pr": precision_curve(is_positive, score),
            "distribution": by_class(y, options.classes, probabilities),
        },
        n_groups=resampling.n_groups,
    )


def losses(y: np.ndarray, probabilities: np.ndarray, resampling: Resampling) -> dict[str, Estimate]:
    """Log-loss, Brier score and its skill over the shares of the classes, for any classes."""
    n_classes = probabilities.shape[1]
    brier = resampling.mean(case_briers(y, probabilities))
    sizes = resampling.tally(y, n_classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        unskilled = 1 - ((sizes / sizes.sum(axis=1, keepdims=True)) ** 2).sum(axis=1)
        if n_classes == 2:
            unskilled = unskilled / 2
        skill = np.where(unskilled > 0, 1 - brier / unskilled, np.nan)
    return {
        "log_loss": resampling.estimate(resampling.mean(case_log_losses(y, probabilities))),
        "brier": resampling.estimate(brier),
        "brier_skill": resampling.estimate(skill),
    }


_ORDER = (
    "accuracy auc auprc sensitivity specificity ppv npv ppv_at_prevalence npv_at_prevalence "
    "lr_plus lr_minus balanced_accuracy f1 log_loss brier brier_skill"
).split()


def _ordered(figures: Mapping[str, Estimate]) -> dict[str, Estimate]:
    return {name: figures[name] for name in _ORDER if name in figures}


def _thresholds(
    is_positive: np.ndarray, score: np.ndarray, resampling: Resampling, options: Options
) -> tuple[AtThreshold, tuple[AtThreshold, ...]]:
    """What the chosen threshold does, and the table of all that are shown."""
    asked = options.thresholds
    names = {value: name for name, value in asked.items()} if isinstance(asked, Mapping) else {}
    values = list(asked.values()) if isinstance(asked, Mapping) else list(asked)
    usual = [] if options.brief else USUAL
    rows = partial(at_thresholds, is_positive, resampling=resampling, prevalence=options.prevalence)
    # Cases may have thresholds of their own: then what counts is whether each reaches its own.
    called = (score >= options.threshold).astype(np.float64)
    middle = float(np.median(options.threshold))
    chosen = replace(rows(called, [0.5])[0], threshold=middle, name="chosen")
    if isinstance(options.threshold, np.ndarray):
        return chosen, (chosen, *rows(score, [*values, *usual], names=names))
    names = {middle: "chosen"} | names
    return chosen, tuple(rows(score, [middle, *values, *usual], names=names))
