"""The value every table-like dataset loader returns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from pellucid.data.table import row_index

_MOST_CLASSES_SHOWN = 4


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Cases with their labels, and where they come from.

    `x` holds the cases along its first axis: (N, F) for a table, (N, H, W) for images; a missing
    value is NaN. `y` (N,) int64 holds the class of each case, an index into `class_names`.
    `ids` (N,), where there are any, says which cases belong to the same person or object: split
    by them (`train_test_split(..., groups=data.ids)`) before claiming a figure about new ones.

    >>> from pellucid.data.datasets import wisconsin_original
    >>> data = wisconsin_original()
    >>> data
    <wisconsin_original: x (699, 9), 458 benign, 241 malignant, 16 values missing>
    >>> data.take([0, 5]).y
    array([0, 1])
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    description: str
    source: str
    licence: str
    citation: str
    ids: np.ndarray | None = None

    def take(self, rows: ArrayLike) -> Dataset:
        """The same dataset with only these rows: indices or a Boolean mask (N,)."""
        chosen = row_index(rows)
        ids = None if self.ids is None else self.ids[chosen]
        return replace(self, x=self.x[chosen], y=self.y[chosen], ids=ids)

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        counts = np.bincount(self.y, minlength=len(self.class_names))
        classes = ", ".join(f"{n} {c}" for n, c in zip(counts, self.class_names, strict=True))
        if len(counts) > _MOST_CLASSES_SHOWN:
            classes = f"{len(counts)} classes of {counts.min()} to {counts.max()} cases"
        missing = int(np.isnan(self.x).sum())
        note = f", {missing} values missing" if missing else ""
        return f"<{self.name}: x {self.x.shape}, {classes}{note}>"
