"""Three classes or more."""

from __future__ import annotations

import numpy as np

from pellucid.tabular.evaluation.binary import Options, losses
from pellucid.tabular.evaluation.calibration import (
    Calibration,
    calibration,
    calibration_error,
    equal_bins,
    reliability,
)
from pellucid.tabular.evaluation.distributions import by_class
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.logistic import fit_sharpness
from pellucid.tabular.evaluation.ranking import ranking, replicated_areas
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.result import Evaluation
from pellucid.tabular.evaluation.scores import auc
from pellucid.tabular.evaluation.thresholds import at_thresholds

_PER_CLASS = ("sensitivity", "specificity", "ppv", "npv")


def class_evaluation(
    y: np.ndarray, probabilities: np.ndarray, resampling: Resampling, options: Options
) -> Evaluation:
    """The evaluation of `probabilities` (N, C) for codes `y` (N,); the most probable is called."""
    n_classes = probabilities.shape[1]
    called = probabilities.argmax(axis=1)
    confusion = np.bincount(y * n_classes + called, minlength=n_classes**2)
    confusion = confusion.reshape(n_classes, n_classes)
    figures = _called_figures(y, called, n_classes, resampling)
    columns = [(y == k, probabilities[:, k]) for k in range(n_classes)]
    replicated = [replicated_areas(*column, resampling) for column in columns]
    areas = np.stack([each[0] for each in replicated], axis=1)
    figures |= _areas(y, probabilities, areas, resampling) | losses(y, probabilities, resampling)
    order = "accuracy balanced_accuracy auc auc_weighted f1 log_loss brier brier_skill".split()
    figures = {name: figures[name] for name in order}
    if options.brief:
        return Evaluation(len(y), figures, confusion)
    parts = {
        name: _of_one_class(*columns[k], called == k, replicated[k], resampling)
        for k, name in enumerate(options.classes)
    }
    return Evaluation(
        len(y),
        figures,
        confusion,
        calibration=_top_calibration(y, probabilities, called, resampling),
        curves={"distribution": by_class(y, options.classes, probabilities)},
        parts=parts,
        n_groups=resampling.n_groups,
    )


def _called_figures(
    y: np.ndarray, called: np.ndarray, n_classes: int, resampling: Resampling
) -> dict[str, Estimate]:
    right = called == y
    hits = resampling.tally(y, n_classes, right.astype(np.float64))
    true, made = resampling.tally(y, n_classes), resampling.tally(called, n_classes)
    with np.errstate(invalid="ignore", divide="ignore"):
        # NaN where a replicate lacks a class: such replicates are left out, not made up.
        balanced = (hits / true).mean(axis=1)
        f1 = (2 * hits / (true + made)).mean(axis=1)
    return {
        "accuracy": resampling.proportion(right),
        "balanced_accuracy": resampling.estimate(balanced),
        "f1": resampling.estimate(f1),
    }


def _areas(
    y: np.ndarray, probabilities: np.ndarray, areas: np.ndarray, resampling: Resampling
) -> dict[str, Estimate]:
    """The mean area of each class against the rest, plain and weighted by the classes' shares.

    `areas` (R + 1, C) are the replicates of each class. NaN where a class is absent.
    """
    classes = range(probabilities.shape[1])
    if np.bincount(y, minlength=len(classes)).min() == 0:
        return {"auc": Estimate(float("nan")), "auc_weighted": Estimate(float("nan"))}
    weights = None if resampling.is_plain else resampling.weights
    exact = np.array([auc(y == k, probabilities[:, k], weights) for k in classes])
    sizes = resampling.tally(y, len(classes))
    shares = sizes / sizes.sum(axis=1, keepdims=True)
    weighted = float(exact @ shares[0])
    return {
        "auc": resampling.estimate(areas.mean(axis=1), float(exact.mean())),
        "auc_weighted": resampling.estimate((areas * shares).sum(axis=1), weighted),
    }


def _of_one_class(
    is_class: np.ndarray,
    score: np.ndarray,
    called: np.ndarray,
    replicated: tuple[np.ndarray, np.ndarray],
    resampling: Resampling,
) -> Evaluation:
    """One class against the rest; called is what was most probable, not a threshold."""
    row = at_thresholds(is_class, called.astype(np.float64), [0.5], resampling)[0]
    figures = {name: row.figures[name] for name in _PER_CLASS}
    figures["auc"], figures["auprc"] = ranking(is_class, score, resampling, replicated)
    return Evaluation(
        int(is_class.sum()),
        figures,
        calibration=calibration(is_class, score, resampling, smooth=False),
    )


def _top_calibration(
    y: np.ndarray, probabilities: np.ndarray, called: np.ndarray, resampling: Resampling
) -> Calibration:
    """Of the most probable class: as often right as its probability says?

    The slope is the factor b on log-probabilities that fits best, found on the outcomes of all
    classes; there is no one intercept.
    """
    top = probabilities.max(axis=1)
    right = called == y
    place, n_bins = equal_bins(top)
    return Calibration(
        fit_sharpness(y, probabilities, resampling),
        Estimate(float("nan")),
        calibration_error(right, top, resampling),
        reliability(right, top, place, n_bins, resampling),
    )
