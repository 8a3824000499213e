"""From predictions and what came true to figures with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.evaluation.binary import Options, binary_evaluation
from pellucid.tabular.evaluation.classes import class_evaluation
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.labels import label_evaluation, label_losses
from pellucid.tabular.evaluation.numbers import number_evaluation
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.result import Evaluation
from pellucid.tabular.evaluation.scores import case_log_losses, case_squares
from pellucid.tabular.task import Task

_SUM_TOLERANCE = 1e-3


def evaluate(
    task: Task,
    y: np.ndarray,
    predicted: np.ndarray,
    *,
    threshold: float | np.ndarray = 0.5,
    thresholds: Mapping[str, float] | Sequence[float] = (),
    prevalence: float | None = None,
    interval: tuple[np.ndarray, np.ndarray] | None = None,
    groups: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    brief: bool = False,
    seed: int = 0,
) -> Evaluation:
    """The figures of `predicted` against the truth `y`, each with a 95 % interval.

    `predicted` holds probabilities (N, C), several labels' (N, L), or numbers (N,); `y` codes (N,),
    0 and 1 (N, L), or numbers (N,). For two classes the positive one is predicted where its
    probability is at least `threshold` (or (N,), one a case, as chosen in its fold of a cross-
    validation), and for more the most probable one. `thresholds`, by name
    or bare, and `prevalence`, the share of positives where the model is to be used, are for two
    classes and labels; `interval` (low (N,), high (N,)) is for numbers. `brief` leaves out
    calibration, curves and parts.

    Proportions get Wilson's interval, the AUC of two classes DeLong's, likelihood ratios that of
    the log method, calibration slope and intercept Wald's, all others the bootstrap's over cases,
    seeded by `seed`. With `groups` (N,), cases that belong together, or `weights` (N,), the
    bootstrap over groups serves all, for slope and intercept the sandwich.

    Raises `ArgumentError` if the shapes do not fit, and `DataError` for no cases, for codes that
    are no class, and for predictions that are not finite or are no probabilities.

    >>> task = Task("lump", "binary", ("benign", "malignant"))
    >>> p = np.array([0.1, 0.2, 0.6, 0.9, 0.8])
    >>> result = evaluate(task, np.array([0, 0, 0, 1, 1]), np.stack([1 - p, p], axis=1))
    >>> print(result["accuracy"], "|", result["sensitivity"])
    0.800 (0.376–0.964) | 1.000 (0.342–1.000)
    """
    y, predicted = checked(task, y, predicted)
    resampling = Resampling(len(y), groups=groups, weights=weights, seed=seed)
    if task.kind == "regression":
        return number_evaluation(y, predicted, resampling, interval=interval, brief=brief)
    if not 0 <= np.min(threshold) <= np.max(threshold) <= 1:
        raise ArgumentError("evaluate.threshold", expected="0 to 1", received=threshold)
    if isinstance(threshold, np.ndarray) and (
        task.kind != "binary" or threshold.shape != (len(y),)
    ):
        raise ArgumentError(
            "evaluate.threshold",
            expected="one number, or for two classes one a case",
            received=f"shape {threshold.shape}",
        )
    options = Options(threshold, thresholds, prevalence, brief, task.classes)
    kind: str = task.kind
    if kind == "multilabel":
        return label_evaluation(y, predicted, resampling, options)
    measure = binary_evaluation if kind == "binary" else class_evaluation
    return measure(y, predicted, resampling, options)


def compare(
    task: Task,
    y: np.ndarray,
    predicted: np.ndarray,
    other: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    seed: int = 0,
) -> Estimate:
    """How much lower the mean loss of `predicted` is than that of `other`, on the same cases.

    Log-loss for classes, squared error for numbers; positive if `predicted` is better. The interval
    is the bootstrap's over cases, or groups, so it says whether the difference may be chance.
    """
    resampling = Resampling(len(y), groups=groups, weights=weights, seed=seed)
    difference = case_losses(task, y, other) - case_losses(task, y, predicted)
    return resampling.estimate(resampling.mean(difference))


def case_losses(task: Task, y: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """The loss of each case (N,): log-loss in nats, the labels' mean, or squared error."""
    y, predicted = checked(task, y, predicted)
    kind: str = task.kind
    if kind == "regression":
        return case_squares(y, predicted)
    return label_losses(y, predicted) if kind == "multilabel" else case_log_losses(y, predicted)


def decide(probabilities: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """The predicted class (N,) of each row of `probabilities` (N, C).

    Of two classes the second where its probability is at least `threshold`, of more the most
    probable one, the first of equals.
    """
    if probabilities.shape[1] == 2:
        return (probabilities[:, 1] >= threshold).astype(np.int64)
    return probabilities.argmax(axis=1)


def checked(task: Task, y: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Truth and predictions as they must be: of fitting shapes, finite, classes that exist."""
    wanted = (len(y), len(task.classes)) if task.is_classification else (len(y),)
    if predicted.shape != wanted:
        raise ArgumentError(
            "evaluate.predicted", expected=f"shape {wanted}", received=f"shape {predicted.shape}"
        )
    if len(y) == 0:
        raise DataError("evaluate", expected="one case or more", received="none")
    predicted = np.asarray(predicted, dtype=np.float64)
    n_bad = len(y) - int(np.isfinite(predicted.reshape(len(y), -1)).all(axis=1).sum())
    if n_bad:
        raise DataError(
            "evaluate.predicted", expected="finite numbers", received=f"{n_bad} rows with others"
        )
    if not task.is_classification:
        return np.asarray(y, dtype=np.float64), predicted
    _check_classes(task, y, predicted)
    return np.asarray(y, dtype=np.int64), predicted


def _check_classes(task: Task, y: np.ndarray, probabilities: np.ndarray) -> None:
    kind: str = task.kind
    n_codes = 2 if kind == "multilabel" else len(task.classes)
    if y.min() < 0 or y.max() >= n_codes:
        raise DataError(
            "evaluate.y", expected=f"codes from 0 to {n_codes - 1}", received=f"{y.min()}…{y.max()}"
        )
    outside = probabilities.min() < 0 or probabilities.max() > 1 + _SUM_TOLERANCE
    sums = probabilities.sum(axis=1)
    if outside or (kind != "multilabel" and np.abs(sums - 1).max() > _SUM_TOLERANCE):
        raise DataError(
            "evaluate.predicted", expected="probabilities, each row of sum 1", received="others"
        )
