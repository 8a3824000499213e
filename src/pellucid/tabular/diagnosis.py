"""Did a network learn too little, or by heart?"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.tabular.links import Link, mean_loss, scores_of

# A network that does so much better on rows it has seen, as a share of the loss of a constant, has
# learned them by heart; one this part worse than a line has not learned enough.
_BY_HEART, _BEHIND_A_LINE = 0.25, 0.02


def diagnosis(
    link: Link,
    y: np.ndarray,
    inside: np.ndarray,
    left_out: np.ndarray,
    linear: np.ndarray,
    weight: np.ndarray | None = None,
) -> dict[str, Any]:
    """Whether a model fits, overfits or underfits, and what told: `kind`, `text_key`, `figures`.

    `inside` (N, K) are its answers for the rows it learned from, `left_out` and `linear` (N, K) the
    scores of the same rows by its members, and by a linear model, that had not seen them. `figures`
    are mean losses (log-loss in nats, or squared errors): `train`, `left_out`, `linear`, and
    `constant`, that of the same answer for all.
    """
    figures = {
        "train": _loss(link, scores_of(link, inside), y, weight),
        "left_out": _loss(link, left_out, y, weight),
        "linear": _loss(link, linear, y, weight),
        "constant": constant_loss(link, y, weight),
    }
    kind = "fits"
    if figures["left_out"] - figures["train"] > _BY_HEART * figures["constant"]:
        kind = "overfits"
    elif figures["left_out"] > figures["linear"] * (1 + _BEHIND_A_LINE):
        kind = "underfits"
    return {"kind": kind, "text_key": f"diagnosis.{kind}", "figures": figures}


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
