"""What a predictor, a linear model and a constant say of rows that had no part in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.tabular.baselines import constant_prediction
from pellucid.tabular.learning import Learned
from pellucid.tabular.links import both_classes, link_of, probabilities_of
from pellucid.tabular.rows import Rows

# Rows are predicted in blocks of this many, so that memory stays bounded.
_BLOCK = 65_536


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Answers for N held-out rows, in the order of `rows`, their places among all rows.

    `network`, `linear` and `constant` are probabilities (N, C) or numbers (N,); `sets` (N, C) or
    `low` and `high` (N,) are conformal, `abstains` (N,) bool; `fit` (N,) is the number of the fit
    that spoke.
    """

    rows: np.ndarray
    y: np.ndarray
    network: np.ndarray
    linear: np.ndarray
    constant: np.ndarray
    fit: np.ndarray
    sets: np.ndarray | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    abstains: np.ndarray | None = None

    @property
    def interval(self) -> tuple[np.ndarray, np.ndarray] | None:
        """`low` and `high`, if there are any."""
        return None if self.low is None or self.high is None else (self.low, self.high)


def ask(
    learned: Learned, known_y: np.ndarray, rows: Rows, places: np.ndarray, fit: int = 1
) -> HeldOut:
    """What is said of `rows`, which are at `places` of all rows."""
    predictor, task = learned.predictor, learned.predictor.task
    answers = predictor.answers(rows.table)
    conformal = predictor.conformal[0] if predictor.conformal else None
    sets = low = high = abstains = None
    if conformal is not None and task.is_classification:
        sets = conformal.sets(answers)
    elif conformal is not None:
        low, high = conformal.intervals(answers)
    rule = predictor.abstention
    if rule is not None and rule.kind != "none" and task.kind in ("binary", "multiclass"):
        abstains = rule.flags(answers, predictor.threshold, conformal)
    return HeldOut(
        places,
        rows.y,
        answers,
        linear_answers(learned, rows.table),
        constant_prediction(task, known_y, len(rows)),
        np.full(len(rows), fit),
        sets,
        low,
        high,
        abstains,
    )


def linear_answers(learned: Learned, table: Table) -> np.ndarray:
    """Probabilities (N, C) or numbers (N,) of the linear member alone."""
    task = learned.predictor.task
    matrix = learned.predictor.features.matrix(table)
    scores = learned.linear.predict(matrix, batch_size=_BLOCK, verbose=0)
    return both_classes(task, probabilities_of(link_of(task), scores))


def joined(parts: Sequence[HeldOut]) -> HeldOut:
    """The answers of several fits as one, in the order of the rows."""
    order = np.argsort(np.concatenate([part.rows for part in parts]), kind="stable")
    found: dict[str, Any] = {}
    for each in fields(HeldOut):
        values = [getattr(part, each.name) for part in parts]
        found[each.name] = None if values[0] is None else np.concatenate(values)[order]
    return HeldOut(**found)
