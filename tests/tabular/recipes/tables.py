"""Small tables of every kind, for the tests of recipes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pellucid.data.splits import kfold
from pellucid.data.table import Table
from pellucid.tabular.features import Features
from pellucid.tabular.recipes.draws import Folds
from pellucid.tabular.task import Task


class Case(NamedTuple):
    """A table made ready for `train_members`."""

    task: Task
    features: Features
    matrix: np.ndarray
    y: np.ndarray
    folds: Folds


def mixed_table(n: int, seed: int = 0) -> Table:
    """Numbers (some missing), a category of three levels, one of twenty, and a yes-or-no."""
    random = np.random.default_rng(seed)
    age = random.normal(50, 10, n)
    dose = np.exp(random.normal(0, 1, n))
    sex = random.choice(["f", "m"], n)
    ward = random.choice(["a", "b", "c"], n)
    town = random.choice([f"town {k:02}" for k in range(20)], n)
    gaps = random.random(n) < 0.1
    return Table(
        {
            "age": [None if gap else float(a) for a, gap in zip(age, gaps, strict=True)],
            "dose": dose.tolist(),
            "sex": sex.tolist(),
            "ward": ward.tolist(),
            "town": town.tolist(),
        }
    )


def case(
    kind: str, n: int = 120, n_folds: int = 3, seed: int = 0, columns: tuple[str, ...] = ()
) -> Case:
    """A task of a kind whose answer depends on dose and ward; of these columns alone, if any."""
    table = mixed_table(n, seed)
    random = np.random.default_rng(seed + 1)
    ward = (table.strings("ward") == "a").astype(float)
    signal = np.log(table.numbers("dose")) + 1.5 * ward + 0.3 * random.normal(size=n)
    left_out = set(table.names) - set(columns) if columns else ()
    features = Features.fit(table, leave_out=left_out)
    matrix = features.matrix(table)
    if kind == "regression":
        y, task = 1e5 + 1e3 * signal, Task("y", "regression")
    elif kind == "multiclass":
        y, task = np.digitize(signal, [-0.3, 0.9]), Task("y", "multiclass", ("0", "1", "2"))
    else:
        y, task = (signal > 0.5).astype(np.int64), Task("y", "binary", ("no", "yes"))
    if kind == "multilabel":
        y = np.stack([signal > 0.5, table.strings("sex") == "f"], axis=1).astype(float)
        task = Task("y", "multilabel", ("high", "woman"))
    stratify = y if kind in ("binary", "multiclass") else None
    return Case(task, features, matrix, y, kfold(n, n_folds, stratify=stratify, seed=seed))
