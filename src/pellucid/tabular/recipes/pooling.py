"""Several opinions into one: probabilities are averaged, and given back as a score.

Averages are taken of logarithms of probabilities, so that scores of ±100 stay what they are.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from pellucid.graph import Tensor, ops

Kind = Literal["binary", "multiclass", "multilabel", "regression"]


def pool(scores: Tensor, kind: Kind) -> Tensor:
    """Scores (M, N, C) of M members as those (N, C) of their mean probability, or mean number.

    >>> from pellucid.graph import constant
    >>> pool(constant([[[100.0]], [[-100.0]]]), "binary").numpy().tolist()
    [[0.0]]
    """
    if kind == "regression":
        return ops.mean(scores, axis=0)
    if kind == "multiclass":
        return ops.logsumexp(ops.log_softmax(scores), axis=0) - ops.log(
            ops.count(scores, 0, scores.dtype)
        )
    return ops.logsumexp(-ops.softplus(-scores), axis=0) - ops.logsumexp(
        -ops.softplus(scores), axis=0
    )


def log_probabilities(scores: np.ndarray, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of the probability of a class and, for yes or no, of its contrary: (…, C) each."""
    if kind == "multiclass":
        high = scores.max(axis=-1, keepdims=True)
        total = high + np.log(np.exp(scores - high).sum(axis=-1, keepdims=True))
        return scores - total, np.zeros_like(scores)
    return -np.logaddexp(0.0, -scores), -np.logaddexp(0.0, scores)


class Pool:
    """Scores of rows by members that come one after the other.

    >>> pool = Pool(2, 1, "binary")
    >>> pool.add(np.array([0]), np.array([[2.0]]))
    >>> pool.scores().tolist()
    [[2.0], [nan]]
    """

    def __init__(self, n_rows: int, n_scores: int, kind: Kind) -> None:
        self.kind = kind
        self._count = np.zeros((n_rows, 1))
        empty = 0.0 if kind == "regression" else -np.inf
        self._yes = np.full((n_rows, n_scores), empty)
        self._no = np.full((n_rows, n_scores), empty)

    def add(self, rows: np.ndarray, scores: np.ndarray) -> None:
        """Take in a member's scores (n, C) of `rows` (n,)."""
        scores = np.asarray(scores, np.float64)
        self._count[rows] += 1
        if self.kind == "regression":
            self._yes[rows] += scores
            return
        yes, no = log_probabilities(scores, self.kind)
        self._yes[rows] = np.logaddexp(self._yes[rows], yes)
        self._no[rows] = np.logaddexp(self._no[rows], no)

    def scores(self) -> np.ndarray:
        """The scores of the mean (n_rows, C); NaN for rows that no member gave one."""
        seen = np.where(self._count, self._count, np.nan)
        if self.kind == "regression":
            return self._yes / seen
        known = np.where(self._count, self._yes, np.nan)
        if self.kind == "multiclass":
            return known - np.log(seen)
        return known - np.where(self._count, self._no, np.nan)
