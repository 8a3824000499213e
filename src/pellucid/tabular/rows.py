"""The rows of a table as training takes them: what came true, and what belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pellucid.data.splits import kfold, repeated_kfold, train_test_split
from pellucid.data.table import Table
from pellucid.data.time_splits import time_folds, time_split
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.columns import Column, column_codes
from pellucid.tabular.options import Options
from pellucid.tabular.schema import infer_schema
from pellucid.tabular.task import Task

_FOLDS = 5
# Stretches of time that are left out whole, for each fold.
_STRETCHES = 4


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows with a value of the target: `table`, their `places` in the one given, and `y`.

    `groups` (N,) codes and `times` (N,) numbers are None where none were named; `weight` (N,) is
    that of each row, or None.
    """

    table: Table
    places: np.ndarray
    y: np.ndarray
    groups: np.ndarray | None = None
    times: np.ndarray | None = None
    weight: np.ndarray | None = None

    @classmethod
    def of(cls, table: Table, task: Task, options: Options) -> Rows:
        """The rows of a table, cleaned of the user's missing marks.

        Raises `DataError` for rows without a group, a time or a weight.
        """
        columns = options.columns
        cleaned = columns.clean(table)
        present = np.flatnonzero(task.present(cleaned))
        part = cleaned.take(present)
        y = task.codes(part)
        weight = _sample_weight(part, present, len(table), options.sample_weight)
        weight = _with_class_weight(task, y, weight, options.class_weight)
        groups, times = _groups(part, columns.group), _times(part, columns.time)
        return cls(part, present, y, groups, times, weight)

    def __len__(self) -> int:
        return len(self.places)

    def take(self, index: np.ndarray) -> Rows:
        """Only these rows."""
        parts = (self.groups, self.times, self.weight)
        return Rows(
            self.table.take(index),
            self.places[index],
            self.y[index],
            *(None if part is None else part[index] for part in parts),
        )


class Parts(NamedTuple):
    """Which rows are learned from and which are held out: one pair, or one for each of `cv`."""

    kind: str
    pairs: list[tuple[np.ndarray, np.ndarray]]


def outer_parts(rows: Rows, task: Task, options: Options) -> Parts:
    """The rows that nothing is chosen on: by time, by group, or each class in proportion."""
    strata, seed = _strata(rows, task), options.seed
    if rows.times is not None:
        if options.cv:
            return Parts("cv", time_folds(rows.times, options.cv, groups=rows.groups))
        pair = time_split(rows.times, test_size=options.test_size, groups=rows.groups)
        return Parts("time", [pair])
    shares: Any = {"stratify": strata, "groups": rows.groups, "seed": seed}
    if options.cv:
        return Parts("cv", kfold(len(rows), options.cv, **shares))
    pair = train_test_split(len(rows), test_size=options.test_size, **shares)
    return Parts("holdout" if rows.groups is None else "group", [pair])


def inner_folds(
    rows: Rows, task: Task, n_folds: int | None, repeats: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The folds that members leave out; fewer where the rarest class or the groups are few.

    Rows of one group stay together. By time, stretches of neighbouring rows do, so that no row is
    told by the ones next to it. Raises `DataError` where not even two folds can be made.
    """
    strata, groups = _strata(rows, task), rows.groups
    wanted = min(n_folds or _FOLDS, len(rows))
    if groups is None and rows.times is not None:
        place = np.argsort(np.argsort(rows.times, kind="stable"))
        groups = place * (_STRETCHES * wanted) // len(rows)
    if groups is not None:
        wanted = min(wanted, len(np.unique(groups)))
    for kept in (strata, None):
        for n in range(wanted, 1, -1):
            try:
                return repeated_kfold(
                    len(rows), n, repeats, stratify=kept, groups=groups, seed=seed
                )
            except DataError:
                continue  # some class stands in fewer rows or groups than there are folds
    raise DataError(
        "training rows", expected="each class in 2 rows and 2 groups or more", received="fewer"
    )


def check_parts(task: Task, parts: Mapping[str, np.ndarray], source: str) -> None:
    """Whole groups, or times, may leave a class on one side only; raises `DataError` then."""
    if task.kind not in ("binary", "multiclass"):
        return
    for part, y in parts.items():
        absent = set(range(len(task.classes))) - set(np.unique(y).tolist())
        if absent:
            raise DataError(
                f"{source}, {part} rows",
                expected="cases of every class",
                received=f"none of class {task.classes[min(absent)]}",
                hint="Hold out more rows, or use smaller groups.",
            )


def _strata(rows: Rows, task: Task) -> np.ndarray | None:
    return rows.y if task.is_classification else None


def _groups(table: Table, name: str | None) -> np.ndarray | None:
    if name is None:
        return None
    _check_complete(table, name, "a group")
    return np.unique(table.strings(name).astype(str), return_inverse=True)[1].reshape(-1)


def _times(table: Table, name: str | None) -> np.ndarray | None:
    """Numbers that rise with time: days for dates, levels for what has an order."""
    if name is None:
        return None
    _check_complete(table, name, "a time")
    if table.is_numeric(name):
        return table[name]
    (schema,) = infer_schema(table.select([name]))
    if schema.kind not in ("date", "ordinal", "numeric"):
        raise DataError(
            f"{table.source}, column '{name}'",
            expected="dates or numbers to split by time",
            received=schema.kind,
        )
    kind: Any = {"numeric": "number"}.get(schema.kind, schema.kind)
    column = Column(name, kind, levels=schema.categories, date_form=schema.date_form)
    return column_codes(table, column)


def _sample_weight(table: Table, present: np.ndarray, n_rows: int, given: Any) -> np.ndarray | None:
    """The weights of the rows kept; raises for weights that are missing or not positive."""
    if given is None:
        return None
    if isinstance(given, str):
        _check_complete(table, given, "a weight")
        weight = table.numbers(given)
    else:
        weight = np.asarray(given, np.float64)
        if weight.shape != (n_rows,):
            raise ArgumentError(
                "sample_weight", expected=f"shape ({n_rows},)", received=f"shape {weight.shape}"
            )
        weight = weight[present]
    if not (np.isfinite(weight) & (weight >= 0)).all() or not weight.any():
        raise DataError(
            "sample_weight", expected="finite numbers of 0 or more", received="another number"
        )
    return weight


def _with_class_weight(
    task: Task, y: np.ndarray, weight: np.ndarray | None, given: Any
) -> np.ndarray | None:
    """The weights times those of the classes; "balanced" gives all classes the same in all."""
    if given is None:
        return weight
    if task.kind not in ("binary", "multiclass"):
        raise ArgumentError("class_weight", expected="a target of classes", received=task.kind)
    own = np.ones(len(y)) if weight is None else weight
    if isinstance(given, str):
        if given != "balanced":
            raise ArgumentError("class_weight", expected="balanced, or a dict", received=given)
        sums = np.bincount(y, weights=own, minlength=len(task.classes))
        return own * (own.sum() / (len(task.classes) * np.maximum(sums, 1e-300)))[y]
    factors = {str(label): float(factor) for label, factor in dict(given).items()}
    unknown = [label for label in factors if label not in task.classes]
    if unknown or min(factors.values(), default=1.0) < 0:
        raise ArgumentError(
            "class_weight",
            expected=f"0 or more for each of {', '.join(task.classes)}",
            received=f"'{unknown[0]}'" if unknown else "a negative number",
        )
    return own * np.array([factors.get(label, 1.0) for label in task.classes])[y]


def _check_complete(table: Table, name: str, what: str) -> None:
    n_missing = int(table.missing(name).sum())
    if n_missing:
        raise DataError(
            f"{table.source}, column '{name}'",
            expected=f"{what} in every row",
            received=f"{n_missing} missing",
        )
