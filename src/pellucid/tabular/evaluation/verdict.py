"""Does the network beat the linear model, by how much, and might that be chance?"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.measure import case_losses, checked
from pellucid.tabular.evaluation.numbers import spread
from pellucid.tabular.evaluation.ranking import replicated_areas
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.scores import auc
from pellucid.tabular.task import Task


def verdict(
    task: Task,
    y: np.ndarray,
    predicted: np.ndarray,
    other: np.ndarray,
    *,
    reference: str = "linear",
    groups: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """How `predicted` compares with `other`, the predictions of `reference`, on the same cases.

    Shapes are those of `evaluate`. Both are measured on the same bootstrap replicates of the cases,
    or groups. A dict to be stored as JSON:

    - `verdict`: `better` if the whole 95 % interval of the difference of losses speaks for
      `predicted`, `worse` if it speaks against it, else `within_noise`;
    - `reference`, `n`, `loss`: `log_loss`, for numbers `rmse`;
    - `network`, `other`: both losses; `difference`: other - network, positive if the network is
      better; `relative`: difference / other; `share_better`: of the replicates, in how many the
      network is better. Those but the last as {value, low, high};
    - `second`: `auc` (the mean over classes or labels; None if a class is absent), for numbers
      `r2`, and `second_difference`: network - other.

    The interval is about chance in the cases measured, not in how the models were trained.

    >>> task = Task("ill", "binary", ("no", "yes"))
    >>> y = np.arange(60) % 2
    >>> good, poor = (np.stack([1 - p, p], axis=1) for p in (0.2 + 0.6 * y, 0.4 + 0.2 * y))
    >>> found = verdict(task, y, good, poor)
    >>> found["verdict"], round(found["difference"]["value"], 3)
    ('better', 0.288)
    """
    resampling = Resampling(len(y), groups=groups, weights=weights, seed=seed)
    own, others = (resampling.mean(case_losses(task, y, each)) for each in (predicted, other))
    if not task.is_classification:
        own, others = np.sqrt(own), np.sqrt(others)
    difference = resampling.estimate(others - own)
    second, second_difference = _second(task, y, predicted, other, resampling)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = resampling.estimate((others - own) / others)
    return {
        "verdict": _key(difference),
        "reference": reference,
        "n": len(y),
        "loss": "log_loss" if task.is_classification else "rmse",
        "network": resampling.estimate(own).to_json(),
        "other": resampling.estimate(others).to_json(),
        "difference": difference.to_json(),
        "relative": relative.to_json(),
        "share_better": float((others > own)[1:].mean()),
        "second": second,
        "second_difference": second_difference.to_json(),
    }


def _key(difference: Estimate) -> str:
    if difference.low > 0:
        return "better"
    return "worse" if difference.high < 0 else "within_noise"


def _second(
    task: Task, y: np.ndarray, predicted: np.ndarray, other: np.ndarray, resampling: Resampling
) -> tuple[str | None, Estimate]:
    y, predicted = checked(task, y, predicted)
    if not task.is_classification:
        around = spread(y, resampling)
        squares = [resampling.mean((each - y) ** 2) / around for each in (predicted, other)]
        return "r2", resampling.estimate(squares[1] - squares[0])
    truths = _truths(task, y)
    if truths.all(axis=0).any() or not truths.any(axis=0).all():
        return None, Estimate(float("nan"))
    columns = range(1, 2) if task.kind == "binary" else range(predicted.shape[1])
    gains, exact = [], []
    weights = None if resampling.is_plain else resampling.weights
    for truth, k in zip(truths.T, columns, strict=True):
        areas = [replicated_areas(truth, each[:, k], resampling)[0] for each in (predicted, other)]
        gains.append(areas[0] - areas[1])
        exact.append(auc(truth, predicted[:, k], weights) - auc(truth, other[:, k], weights))
    return "auc", resampling.estimate(np.mean(gains, axis=0), float(np.mean(exact)))


def _truths(task: Task, y: np.ndarray) -> np.ndarray:
    """A column a class, or label: whether it came true, (N, K) bool; of two classes the second."""
    if y.ndim == 2:
        return y == 1
    if task.kind == "binary":
        return (y == 1)[:, None]
    return y[:, None] == np.arange(len(task.classes))
