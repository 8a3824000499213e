"""Did a network learn too little, or by heart?"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.tabular.evaluation import diagnose
from pellucid.tabular.links import Link, mean_loss, scores_of


def diagnosis(
    link: Link,
    y: np.ndarray,
    inside: np.ndarray,
    left_out: np.ndarray,
    linear: np.ndarray,
    weight: np.ndarray | None = None,
) -> dict[str, Any]:
    """Whether a model fits, overfits or underfits, what told, and what to try, as `diagnose` says.

    `inside` (N, K) are its answers for the rows it learned from, `left_out` and `linear` (N, K) the
    scores of the same rows by its members, and by a linear model, that had not seen them. What is
    judged is the blend as it will be used, so each member stands at its best epoch.
    """
    train = _loss(link, scores_of(link, inside), y, weight)
    valid = _loss(link, left_out, y, weight)
    constant, line = constant_loss(link, y, weight), _loss(link, linear, y, weight)
    found = diagnose([train], [valid], constant=constant, linear=line)
    wanted = ("train", "valid", "gap", "linear", "constant")
    return {**found, "figures": {name: found["figures"][name] for name in wanted}}


def constant_loss(link: Link, y: np.ndarray, weight: np.ndarray | None = None) -> float:
    """The least mean loss of one answer for all rows."""
    if link == "identity":
        mean = np.average(y, weights=weight)
        return float(np.average((y - mean) ** 2, weights=weight))
    if link == "softmax":
        share = np.bincount(y, weights=weight)
        share = share[share > 0] / share.sum()
        return float(-(share * np.log(share)).sum())
    p = np.average(np.reshape(y, (len(y), -1)), axis=0, weights=weight)
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return float(-(p * np.log(p) + (1 - p) * np.log(1 - p)).mean())


def _loss(link: Link, scores: np.ndarray, y: np.ndarray, weight: np.ndarray | None) -> float:
    seen = np.isfinite(scores).all(axis=1)
    return mean_loss(link, scores[seen], y[seen], None if weight is None else weight[seen])
