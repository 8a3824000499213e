"""How good predictions are: the usual figures, each with a 95 % interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.tabular.evaluation import scores
from pellucid.tabular.evaluation.intervals import Estimate, bootstrap, delong, wilson
from pellucid.tabular.task import Task

Figure = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Evaluation:
    """What was measured on `n` cases.

    `figures` holds estimates by name: for two classes accuracy, auc, sensitivity, specificity, ppv,
    npv, log_loss, brier; for more accuracy, balanced_accuracy, auc (mean of each class against the
    rest), log_loss, brier; in regression rmse, mae, r2. `confusion` (C, C) counts cases, a row for
    each class that came true, a column for each that was predicted. `threshold` is the probability
    from which the positive class is predicted.
    """

    n: int
    figures: Mapping[str, Estimate]
    confusion: np.ndarray | None = None
    threshold: float | None = None

    def __getitem__(self, figure: str) -> Estimate:
        return self.figures[figure]

    def to_json(self) -> dict[str, Any]:
        """The same in numbers, lists and dicts; None where there is no number."""
        figures = {name: each.to_json() for name, each in self.figures.items()}
        facts: dict[str, Any] = {"n": self.n, "figures": figures}
        if self.confusion is not None:
            facts["confusion"] = self.confusion.tolist()
        if self.threshold is not None:
            facts["threshold"] = self.threshold
        return facts


def evaluate(
    task: Task,
    y: np.ndarray,
    predicted: np.ndarray,
    *,
    threshold: float = 0.5,
    seed: int = 0,
) -> Evaluation:
    """The figures of `predicted`, probabilities (N, C) or numbers (N,), against the truth `y` (N,).

    Proportions get Wilson's interval, the AUC of two classes DeLong's, all others the stratified
    bootstrap, seeded by `seed`. For two classes the positive one is predicted where its probability
    is at least `threshold`, and for more the most probable one.

    Raises `ArgumentError` if the shapes do not fit.

    >>> task = Task("lump", "binary", ("benign", "malignant"))
    >>> p = np.array([0.1, 0.2, 0.6, 0.9, 0.8])
    >>> result = evaluate(task, np.array([0, 0, 0, 1, 1]), np.stack([1 - p, p], axis=1))
    >>> print(result["accuracy"], "|", result["sensitivity"])
    0.800 (0.376–0.964) | 1.000 (0.342–1.000)
    """
    wanted = (len(y), len(task.classes)) if task.is_classification else (len(y),)
    if predicted.shape != wanted:
        raise ArgumentError(
            "evaluate.predicted", expected=f"shape {wanted}", received=f"shape {predicted.shape}"
        )
    if task.kind == "regression":
        return _evaluate_numbers(y, predicted, seed)
    decided = decide(predicted, threshold)
    n_classes = len(task.classes)
    confusion = np.bincount(y * n_classes + decided, minlength=n_classes**2)
    confusion = confusion.reshape(n_classes, n_classes)
    if task.kind == "binary":
        figures = _binary_figures(confusion, y, predicted, seed)
        return Evaluation(len(y), figures, confusion, threshold)
    return Evaluation(len(y), _class_figures(confusion, y, predicted, seed), confusion)


def compare(
    task: Task, y: np.ndarray, predicted: np.ndarray, other: np.ndarray, *, seed: int = 0
) -> Estimate:
    """How much lower the mean loss of `predicted` is than that of `other`, on the same cases.

    Log-loss for classes, squared error for numbers; positive if `predicted` is better. The interval
    is the stratified bootstrap's over cases, so it says whether the difference may be chance.
    """
    loss = scores.log_loss if task.is_classification else scores.mse
    strata = y if task.is_classification else np.zeros(len(y))

    def difference(counts: np.ndarray) -> np.ndarray:
        return loss(y, other, counts) - loss(y, predicted, counts)

    return bootstrap(difference, strata, seed)


def decide(probabilities: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """The predicted class (N,) of each row of `probabilities` (N, C).

    Of two classes the second where its probability is at least `threshold`, of more the most
    probable one, the first of equals.
    """
    if probabilities.shape[1] == 2:
        return (probabilities[:, 1] >= threshold).astype(np.int64)
    return probabilities.argmax(axis=1)


def balanced_threshold(is_positive: np.ndarray, score: np.ndarray) -> float:
    """The threshold of the largest sensitivity + specificity (Youden's index), (N,) and (N,).

    Half-way between the scores on both sides of it; of equals the one nearest 0.5. 0.5 if one of
    the classes is absent.

    >>> balanced_threshold(np.array([False, False, True, True]), np.array([0.05, 0.1, 0.3, 0.6]))
    0.2
    """
    if is_positive.all() or not is_positive.any():
        return 0.5
    values = np.unique(score)
    cuts = np.concatenate([values[:1], (values[1:] + values[:-1]) / 2])
    positive = np.sort(score[is_positive])
    negative = np.sort(score[~is_positive])
    sensitivity = 1 - np.searchsorted(positive, cuts) / len(positive)
    specificity = np.searchsorted(negative, cuts) / len(negative)
    index = sensitivity + specificity
    best = cuts[index >= index.max() - 1e-12]
    return float(best[np.abs(best - 0.5).argmin()])


def _binary_figures(
    confusion: np.ndarray, y: np.ndarray, probabilities: np.ndarray, seed: int
) -> dict[str, Estimate]:
    (true_negative, false_positive), (false_negative, true_positive) = confusion.tolist()
    return {
        "accuracy": wilson(true_positive + true_negative, len(y)),
        "auc": delong(y == 1, probabilities[:, 1]) if 0 < y.sum() < len(y) else _unknown(),
        "sensitivity": wilson(true_positive, true_positive + false_negative),
        "specificity": wilson(true_negative, true_negative + false_positive),
        "ppv": wilson(true_positive, true_positive + false_positive),
        "npv": wilson(true_negative, true_negative + false_negative),
        "log_loss": _resampled(scores.log_loss, y, probabilities, y, seed),
        "brier": _resampled(scores.brier, y, probabilities, y, seed),
    }


def _class_figures(
    confusion: np.ndarray, y: np.ndarray, probabilities: np.ndarray, seed: int
) -> dict[str, Estimate]:
    all_present = bool(confusion.sum(axis=1).all())
    resampled = partial(_resampled, y=y, predicted=probabilities, strata=y, seed=seed)
    return {
        "accuracy": wilson(int(np.trace(confusion)), len(y)),
        "balanced_accuracy": resampled(scores.balanced_accuracy) if all_present else _unknown(),
        "auc": resampled(scores.macro_auc) if all_present else _unknown(),
        "log_loss": resampled(scores.log_loss),
        "brier": resampled(scores.brier),
    }


def _evaluate_numbers(y: np.ndarray, predicted: np.ndarray, seed: int) -> Evaluation:
    together = np.zeros(len(y))
    measures: dict[str, Figure] = {"rmse": scores.rmse, "mae": scores.mae, "r2": scores.r2}
    return Evaluation(
        len(y),
        {name: _resampled(f, y, predicted, together, seed) for name, f in measures.items()},
    )


def _resampled(
    figure: Figure, y: np.ndarray, predicted: np.ndarray, strata: np.ndarray, seed: int
) -> Estimate:
    return bootstrap(partial(figure, y, predicted), strata, seed)


def _unknown() -> Estimate:
    return Estimate(float("nan"))
