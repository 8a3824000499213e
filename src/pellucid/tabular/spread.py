"""How large errors are, as a smooth function of what was predicted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

# Rows a bin of predictions holds at least, and bins at most: enough for a mean error of ± 20 %.
_ROWS = 25
_BINS = 12
_FOLDS = 5
# No prediction is called surer than this part of the mean error.
_LEAST = 0.1


@dataclass(frozen=True)
class Spread:
    """The mean absolute error, linear between the predictions `at` and constant outside them."""

    at: tuple[float, ...]
    size: tuple[float, ...]

    def __call__(self, predicted: np.ndarray) -> np.ndarray:
        """That expected of predictions (N,)."""
        return np.interp(predicted, self.at, self.size)

    def to_json(self) -> dict[str, Any]:
        """``at, size``: the knots."""
        return {"at": list(self.at), "size": list(self.size)}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Spread:
        """What `to_json` described."""
        return cls(tuple(map(float, facts["at"])), tuple(map(float, facts["size"])))


def fit_spread(predicted: np.ndarray, error: np.ndarray) -> tuple[Spread, np.ndarray]:
    """The spread of absolute errors (N,), and for each row one that was made without it (N,)."""
    by_others = np.empty(len(error))
    fold = np.empty(len(error), dtype=np.int64)
    fold[np.argsort(predicted, kind="stable")] = np.arange(len(error)) % _FOLDS
    for k in range(_FOLDS):
        rest = fold != k
        if rest.any() and not rest.all():
            by_others[~rest] = _fit(predicted[rest], error[rest])(predicted[~rest])
    return _fit(predicted, error), by_others


def _fit(predicted: np.ndarray, error: np.ndarray) -> Spread:
    order = np.argsort(predicted, kind="stable")
    n_bins = int(np.clip(len(order) // _ROWS, 1, _BINS))
    parts = np.array_split(order, n_bins)
    at = np.array([predicted[part].mean() for part in parts])
    size = np.array([error[part].mean() for part in parts])
    if n_bins > 2:  # neighbours say nearly the same: a quarter, a half, a quarter
        padded = np.concatenate([size[:1], size, size[-1:]])
        size = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    size = np.maximum(size, _LEAST * error.mean() or 1.0)
    kept = np.concatenate([[True], np.diff(at) > 0])
    return Spread(tuple(at[kept].tolist()), tuple(size[kept].tolist()))
