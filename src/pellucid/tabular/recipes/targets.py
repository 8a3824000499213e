"""What is learned: targets as numbers in a table, and how far scores are from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pellucid.tabular.recipes.pooling import Kind, log_probabilities
from pellucid.tabular.task import Task


class Targets(NamedTuple):
    """Targets `values` (n, T) float64: 0 or 1 for classes and labels, else numbers.

    T is 1 for two classes and for numbers, C for C classes, L for L labels.
    """

    kind: Kind
    values: np.ndarray

    @classmethod
    def of(cls, task: Task, y: np.ndarray) -> Targets:
        """From class codes (n,), labels (n, L) or numbers (n,)."""
        kind: Kind = task.kind
        if kind == "multiclass":
            return cls(kind, np.eye(len(task.classes))[np.asarray(y, np.int64)])
        values = np.asarray(y, np.float64)
        return cls(kind, values[:, None] if values.ndim == 1 else values)

    @property
    def n_scores(self) -> int:
        """How many scores a network gives."""
        return self.values.shape[1]

    def losses(self, rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """The loss (n,) of scores (n, C) on some rows: cross-entropy, or the square of the error.

        The mean over labels, where there are several.
        """
        y, scores = self.values[rows], np.asarray(scores, np.float64)
        if self.kind == "regression":
            return np.square(scores - y).mean(axis=1)
        yes, no = log_probabilities(scores, self.kind)
        if self.kind == "multiclass":
            return -(y * yes).sum(axis=1)
        return -(y * yes + (1 - y) * no).mean(axis=1)
