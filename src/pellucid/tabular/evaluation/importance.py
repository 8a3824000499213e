"""Which columns predictions rest on: how much worse they are when a column is shuffled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.evaluation.measure import case_losses
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.task import Task

Predict = Callable[[Table], np.ndarray]

_MOST_ROWS = 10_000


def permutation_importance(
    task: Task,
    table: Table,
    y: np.ndarray,
    models: Sequence[tuple[Predict, np.ndarray]],
    columns: Iterable[str],
    *,
    together: Iterable[Sequence[str]] = (),
    repeats: int = 5,
    groups: np.ndarray | None = None,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """The mean rise of the loss when each of `columns` is shuffled, largest first.

    `models` pairs a function, table of raw columns to predictions, with the rows of `table` that it
    is asked about: for each fold the model that had not learned from it, or one model and the rows
    held out. `y` belongs to `table`. Columns are shuffled `repeats` times among the rows of their
    fold, and losses (log-loss, for numbers squared error) compared case by case. Those in one tuple
    of `together` are shuffled as one, so that a column cannot be made up for by its twin. Of more
    than 10,000 rows, so many, drawn at random, are asked.

    A list to be stored as JSON: `column` (names joined by " + "), `columns`, `value`, `low`, `high`
    (bootstrap over cases, or groups), and `share`, the rise over the loss without shuffling.

    Source: Fisher, Rudin & Dominici, JMLR 20 (2019), 177, equation 3.2 (difference form).

    Raises `DataError` if no rows are asked, or a row by two models.

    >>> table = Table({"a": list(range(60)), "b": [5, 6] * 30})
    >>> task = Task("y", "regression")
    >>> found = permutation_importance(
    ...     task, table, table["a"], [(lambda new: new["a"], np.arange(60))], ["a", "b"]
    ... )
    >>> [(each["column"], each["value"] > 100) for each in found]
    [('a', True), ('b', False)]
    """
    random = np.random.Generator(np.random.Philox(seed))
    asked = _asked(models, len(table), random)
    rows = np.concatenate(asked)
    parts = [
        (predict, table.take(part), y[part])
        for (predict, _), part in zip(models, asked, strict=True)
        if len(part)
    ]
    base = [case_losses(task, truth, predict(part)) for predict, part, truth in parts]
    resampling = Resampling(len(rows), groups=None if groups is None else groups[rows], seed=seed)
    loss = float(np.concatenate(base).mean())
    found = []
    for names in _sets(columns, together):
        rises = [
            _rise(task, names, part, losses, repeats, random)
            for part, losses in zip(parts, base, strict=True)
        ]
        figure = resampling.estimate(resampling.mean(np.concatenate(rises)))
        share = figure.value / loss if loss > 0 else None
        facts = {"column": " + ".join(names), "columns": list(names), "share": share}
        found.append(facts | figure.to_json())
    return sorted(found, key=lambda each: -each["value"])


def correlated_columns(
    table: Table, columns: Iterable[str], *, least: float = 0.8
) -> list[tuple[str, ...]]:
    """Columns that say much the same, in sets of two or more, in the table's order.

    Two belong together if their association is `least` or more, and so do all in a chain of such
    pairs. The association of numbers is |ρ| of their ranks (Spearman), of words Cramér's V without
    its bias (Bergsma, Journal of the Korean Statistical Society 42 (2013), 323-328), and of numbers
    with words the correlation ratio η of the ranks. Rows in which either is missing do not count.

    >>> table = Table({"cm": [150, 160, 170, 180], "inch": [59, 63, 67, 71], "x": [3, 1, 4, 2]})
    >>> correlated_columns(table, table.names)
    [('cm', 'inch')]
    """
    names = list(columns)
    leader = list(range(len(names)))
    for i in range(len(names)):
        for j in range(i):
            if leader[i] != leader[j] and association(table, names[i], names[j]) >= least:
                old, new = max(leader[i], leader[j]), min(leader[i], leader[j])
                leader = [new if each == old else each for each in leader]
    sets = [tuple(names[i] for i, each in enumerate(leader) if each == k) for k in set(leader)]
    return sorted((each for each in sets if len(each) > 1), key=lambda each: names.index(each[0]))


def association(table: Table, first: str, second: str) -> float:
    """How strongly two columns go together, 0 to 1, as `correlated_columns` says."""
    present = ~(table.missing(first) | table.missing(second))
    if present.sum() < 3:
        return 0.0
    a, b = (table[name][present] for name in (first, second))
    numeric = [table.is_numeric(name) for name in (first, second)]
    if all(numeric):
        return _correlation(_ranks(a), _ranks(b))
    if not any(numeric):
        return _cramer(_codes(a), _codes(b))
    numbers, words = (a, b) if numeric[0] else (b, a)
    return _ratio(_ranks(numbers), _codes(words))


def _asked(
    models: Sequence[tuple[Predict, np.ndarray]], n: int, random: np.random.Generator
) -> list[np.ndarray]:
    """The rows each model is asked about, fewer if there are too many."""
    parts = [np.asarray(rows, dtype=np.int64) for _, rows in models]
    total = sum(map(len, parts))
    if not total or np.bincount(np.concatenate(parts), minlength=n).max() > 1:
        raise DataError("importance", expected="rows, each asked of one model", received="others")
    if total <= _MOST_ROWS:
        return parts
    return [
        np.sort(random.permutation(rows)[: round(len(rows) * _MOST_ROWS / total)]) for rows in parts
    ]


def _sets(columns: Iterable[str], together: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    names = list(columns)
    joint = [tuple(name for name in each if name in names) for each in together]
    joint = [each for each in joint if len(each) > 1]
    taken = {name for each in joint for name in each}
    return [*joint, *((name,) for name in names if name not in taken)]


def _rise(
    task: Task,
    names: tuple[str, ...],
    part: tuple[Predict, Table, np.ndarray],
    base: np.ndarray,
    repeats: int,
    random: np.random.Generator,
) -> np.ndarray:
    """How much each case's loss rises, mean over the repeats, (n,)."""
    predict, table, truth = part
    rises = np.zeros(len(truth))
    for _ in range(repeats):
        order = random.permutation(len(truth))
        shuffled = {name: table[name][order] for name in names}
        changed = Table({**table.columns, **shuffled}, table.source)
        rises += case_losses(task, truth, predict(changed)) - base
    return rises / repeats


def _codes(values: np.ndarray) -> np.ndarray:
    return np.unique(values.astype(str), return_inverse=True)[1].reshape(len(values))


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(sizes) - (sizes - 1) / 2)[place.reshape(len(values))]


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return abs(float(a @ b)) / scale if scale else 0.0


def _ratio(ranks: np.ndarray, codes: np.ndarray) -> float:
    """√(variance between the groups / variance), less what as many random groups would have."""
    sizes = np.bincount(codes)
    means = np.bincount(codes, ranks) / sizes
    all_of_it = float(((ranks - ranks.mean()) ** 2).sum())
    between = float((sizes * (means - ranks.mean()) ** 2).sum())
    n, k = len(ranks), len(sizes)
    if not all_of_it or n <= k:
        return 0.0
    unbiased = 1 - (all_of_it - between) / (n - k) * (n - 1) / all_of_it
    return float(np.sqrt(max(unbiased, 0.0)))


def _cramer(a: np.ndarray, b: np.ndarray) -> float:
    rows, columns, n = int(a.max()) + 1, int(b.max()) + 1, len(a)
    counts = np.bincount(a * columns + b, minlength=rows * columns).reshape(rows, columns)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    squared = float(((counts - expected) ** 2 / expected).sum()) / n
    unbiased = max(squared - (rows - 1) * (columns - 1) / (n - 1), 0.0)
    least = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(unbiased / least)) if least > 0 else 0.0
