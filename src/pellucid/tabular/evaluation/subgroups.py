"""The figures of parts of the cases: by sex, by centre, by age."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from pellucid.data.table import Table
from pellucid.tabular.evaluation.calibration import calibration
from pellucid.tabular.evaluation.measure import evaluate
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.result import Evaluation
from pellucid.tabular.task import Task

# Of fewer cases the intervals reach nearly everywhere.
_LEAST_CASES = 10
_MOST_LEVELS = 20
# Numbers of more different values than this are told by quarters.
_MOST_NUMBERS = 10
MISSING = "?"


def subgroups(
    task: Task,
    y: np.ndarray,
    predicted: np.ndarray,
    table: Table,
    by: Iterable[str],
    *,
    threshold: float = 0.5,
    groups: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, dict[str, Evaluation]]:
    """For each column in `by` and each of its levels, the evaluation of the cases that have it.

    `y` and `predicted` are as `evaluate` takes them, for the rows of `table`. Levels stand in their
    order, `?` for missing last; numbers of more than 10 different values are cut at their quartiles
    into levels such as `41–58`. Levels of fewer than 10 cases are left out, as are those beyond
    the 20 most frequent. Evaluations are brief, with the calibration for two classes. Each level
    has its own interval; levels compared by them are compared with caution.

    Raises `DataError` for a column the table does not have.

    >>> task = Task("ill", "binary", ("no", "yes"))
    >>> y, p = np.arange(40) % 2, np.tile([0.2, 0.6], 20)
    >>> table = Table({"sex": ["f"] * 28 + ["m"] * 12})
    >>> found = subgroups(task, y, np.stack([1 - p, p], axis=1), table, ["sex"])
    >>> {level: each.n for level, each in found["sex"].items()}
    {'f': 28, 'm': 12}
    """
    found: dict[str, dict[str, Evaluation]] = {}
    for column in by:
        found[column] = {}
        for level, rows in _levels(table, column):
            inside = [None if each is None else each[rows] for each in (groups, weights)]
            if inside[1] is not None and not inside[1].any():
                continue
            found[column][level] = _one(
                task, y[rows], predicted[rows], threshold, inside[0], inside[1], seed
            )
    return found


def _one(
    task: Task,
    y: np.ndarray,
    predicted: np.ndarray,
    threshold: float,
    groups: np.ndarray | None,
    weights: np.ndarray | None,
    seed: int,
) -> Evaluation:
    options: Mapping = {"groups": groups, "weights": weights, "seed": seed}
    result = evaluate(task, y, predicted, threshold=threshold, brief=True, **options)
    if task.kind != "binary":
        return result
    resampling = Resampling(len(y), **options)
    return replace(
        result, calibration=calibration(y == 1, predicted[:, 1], resampling, smooth=False)
    )


def _levels(table: Table, column: str) -> Iterator[tuple[str, np.ndarray]]:
    """The levels of a column, in order, and the rows that have each."""
    missing = table.missing(column)
    names = _names(table, column, missing)
    present = names[~missing]
    levels, first, counts = np.unique(present, return_index=True, return_counts=True)
    numeric = table.is_numeric(column)
    values = table[column][~missing]
    order = np.argsort(values[first]) if numeric else np.arange(len(levels))
    least = max(_LEAST_CASES, np.sort(counts)[::-1][:_MOST_LEVELS].min(initial=len(values)))
    for k in order:
        if counts[k] >= least:
            yield str(levels[k]), np.flatnonzero((names == levels[k]) & ~missing)
    if missing.sum() >= _LEAST_CASES:
        yield MISSING, np.flatnonzero(missing)


def _names(table: Table, column: str, missing: np.ndarray) -> np.ndarray:
    """The level of each row, as text (N,)."""
    if not table.is_numeric(column):
        return np.where(missing, "", table[column]).astype(str)
    values = table[column]
    distinct = np.unique(values[~missing])
    if len(distinct) <= _MOST_NUMBERS:
        return np.array([f"{value:g}" for value in values])
    cuts = np.unique(np.quantile(values[~missing], [0.25, 0.5, 0.75], method="inverted_cdf"))
    place = np.searchsorted(cuts, values)
    names = np.full(len(values), "", dtype=object)
    for k in np.unique(place[~missing]):
        inside = (place == k) & ~missing
        names[inside] = f"{values[inside].min():g}–{values[inside].max():g}"
    return names.astype(str)
