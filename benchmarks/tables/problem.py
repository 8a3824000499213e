"""A table ready for every learner, in memory and in a file. NumPy alone: each worker reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Problem:
    """Columns, outcome and outer folds.

    `columns` are float64 (N,) with NaN, or text (N,) with "" where missing. `categories` names
    those whose values are categories, numbers among them. `unused` are texts that no learner but
    ours is given: names, free words. `y` are codes of `classes` (N,) or, without classes, numbers.
    `fold` (N,) says in which outer fold a row is held out; rows of one `group` (N,) share a fold.
    """

    name: str
    columns: dict[str, np.ndarray]
    y: np.ndarray
    fold: np.ndarray
    classes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    group: np.ndarray | None = None
    facts: dict[str, str] = field(default_factory=dict)

    def rows(self, fold: int) -> tuple[np.ndarray, np.ndarray]:
        """The rows learned from, and those held out."""
        return np.flatnonzero(self.fold != fold), np.flatnonzero(self.fold == fold)

    def write(self, path: Path) -> None:
        """To an .npz file without pickles."""
        content: dict[str, Any] = {
            "name": np.array(self.name),
            "y": self.y,
            "fold": self.fold,
            "names": np.array(list(self.columns), dtype=np.str_),
            "classes": np.array(self.classes, dtype=np.str_),
            "categories": np.array(self.categories, dtype=np.str_),
            "unused": np.array(self.unused, dtype=np.str_),
            **{f"column{k}": values for k, values in enumerate(self.columns.values())},
        }
        if self.group is not None:
            content["group"] = self.group
        np.savez(path, **content)


def read(path: Path) -> Problem:
    """What `Problem.write` wrote."""
    with np.load(path, allow_pickle=False) as file:
        names = [str(name) for name in file["names"]]
        return Problem(
            str(file["name"]),
            {name: file[f"column{k}"] for k, name in enumerate(names)},
            file["y"],
            file["fold"],
            _texts(file["classes"]),
            _texts(file["categories"]),
            _texts(file["unused"]),
            file["group"] if "group" in file else None,
        )


def _texts(values: np.ndarray) -> tuple[str, ...]:
    return tuple(str(each) for each in values)
