"""Columns that give the answer away: the target under another name, and rules nearly perfect.

A column that is the target itself is left out; one that all but tells it may be an honest strong
sign, so it is only pointed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pellucid.data.table import Table
from pellucid.tabular.partitions import least_evidence, log_divisions, log_orders, numbered
from pellucid.tabular.reasons import Reason

# The best single measurements of the Wisconsin tumours reach an AUC of 0.98 by themselves, petal
# widths of irises 0.97 for the hardest species.
NEARLY_PERFECT = 0.99
_MOST_ROWS = 20_000
_LEAST_CASES = 20
_N_FOLDS = 5
_N_BINS = 64
_MOST_CODES = 256


class Leak(NamedTuple):
    """What was found: `is_target` if the column is the target itself, else it is only a warning."""

    why: Reason
    is_target: bool


def find_leaks(table: Table, names: Sequence[str], target: str, classes: bool) -> dict[str, Leak]:
    """The columns `names` that tell `target` by themselves; `classes`: whether it names classes.

    `leak_copy`: for each value of the column one of the target, and the other way about (of
    numbers: also a multiple plus a constant, or the same order); `leak_missing`, `leak_present`:
    missing, or filled in, exactly where the target is one class. Both are the target itself.
    `nearly_tells`: a rule on the column alone (up to 64 steps, 5-fold cross-validation) reaches
    an AUC of 0.99 for each class against the others, or an R² of 0.99; `gap_nearly_tells`: so does
    whether the column is missing. Nothing is believed that chance brings about once in a million
    tables, so in 38 patients and 7,129 genes no gene is suspected.

    Rows without the target are passed over.

    >>> table = Table({"sick": ["no", "yes"] * 30, "code": [3, 8] * 30, "age": range(60)})
    >>> str(find_leaks(table, ["code", "age"], "sick", classes=True)["code"].why)
    "'sick' under other names, one to one: the answer itself"
    """
    rows = np.flatnonzero(~table.missing(target))
    if len(rows) > _MOST_ROWS:
        rows = rows[np.linspace(0, len(rows) - 1, _MOST_ROWS).astype(int)]
    answer = table[target][rows]
    codes = numbered(answer)
    least = least_evidence(len(names))
    if log_orders(codes) < least:
        return {}
    truth = _Truth(target, answer, codes, least, classes)
    found = {name: _leak(table[name][rows], truth) for name in names}
    return {name: leak for name, leak in found.items() if leak}


class _Truth(NamedTuple):
    """The target's values (N,), as parts, the evidence asked for, whether they are classes."""

    name: str
    answer: np.ndarray
    codes: np.ndarray
    least: float
    classes: bool


def _leak(cells: np.ndarray, truth: _Truth) -> Leak | None:
    text = cells.dtype == object
    missing = (cells == None) if text else np.isnan(cells)  # noqa: E711  cell by cell
    if missing.all():
        return None
    if missing.any() and truth.classes and (leak := _gap(missing, truth)):
        return leak
    if _is_copy(cells, truth):
        return Leak(Reason("leak_copy", {"target": truth.name}), True)
    bins = _bins(cells)
    if bins is None:
        return None
    measure, value = _AUC(bins, truth) if truth.classes else _R2(bins, cells, truth)
    if not value >= NEARLY_PERFECT:
        return None
    values = {"target": truth.name, "measure": measure, "value": round(value, 4)}
    return Leak(Reason("nearly_tells", values), False)


def _is_copy(cells: np.ndarray, truth: _Truth) -> bool:
    codes = numbered(cells)
    if codes.max() == truth.codes.max() and (codes == truth.codes).all():
        return log_divisions(codes) >= truth.least or _same_order(cells, truth)
    return not truth.classes and _same_order(cells, truth)


def _same_order(cells: np.ndarray, truth: _Truth) -> bool:
    """Whether numbers rise, or fall, in every step in which the target does."""
    if cells.dtype == object or truth.answer.dtype == object or np.isnan(cells).any():
        return False
    if log_orders(numbered(cells)) < truth.least:
        return False
    order = np.argsort(truth.answer, kind="stable")
    steps, target_steps = _steps(cells[order]), _steps(truth.answer[order])
    return bool((steps == target_steps).all() or (steps == -target_steps).all())


def _steps(values: np.ndarray) -> np.ndarray:
    """1 where numbers (N,) rise from one to the next, -1 where they fall, 0 where they stay."""
    # Their difference may be too large for a number.
    return (values[1:] > values[:-1]).astype(int) - (values[1:] < values[:-1])


def _gap(missing: np.ndarray, truth: _Truth) -> Leak | None:
    """What blanks tell about classes; some rows have a value and some have none."""
    if log_orders(missing.astype(np.int64)) < truth.least:
        return None
    for key, tells in (("leak_missing", missing), ("leak_present", ~missing)):
        code = truth.codes[tells][0]
        if (tells == (truth.codes == code)).all():
            values = {"target": truth.name, "label": _label(truth.answer[tells][0])}
            return Leak(Reason(key, values), True)
    value = _AUC(missing.astype(np.int64), truth)[1]
    if value < NEARLY_PERFECT:
        return None
    near = {"target": truth.name, "value": round(value, 4)}
    return Leak(Reason("gap_nearly_tells", near), False)


def _label(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _bins(cells: np.ndarray) -> np.ndarray | None:
    """Codes (N,) of at most 65 bins of numbers, or of text; None if it has too many words."""
    if cells.dtype == object:
        codes = numbered(cells)
        return codes if codes.max() < _MOST_CODES else None
    distinct, inverse, counts = np.unique(cells, return_inverse=True, return_counts=True)
    if len(distinct) <= _N_BINS:
        return inverse.reshape(-1)
    middle = np.cumsum(counts) - counts / 2
    return (middle * _N_BINS / len(cells)).astype(np.int64)[inverse.reshape(-1)]


def _folds(n: int) -> np.ndarray:
    """The fold of each row (N,); rows in order may follow the target, so they are dealt."""
    return np.random.Generator(np.random.Philox(1)).integers(0, _N_FOLDS, n)


def _means_elsewhere(bins: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each fold and bin the mean of `y` in that bin of the other folds; each row's cell."""
    n_bins = int(bins.max()) + 1
    cell = _folds(len(y)) * n_bins + bins
    count = np.bincount(cell, minlength=_N_FOLDS * n_bins).reshape(_N_FOLDS, n_bins)
    total = np.bincount(cell, y, minlength=_N_FOLDS * n_bins).reshape(_N_FOLDS, n_bins)
    others, sums = count.sum(axis=0) - count, total.sum(axis=0) - total
    # One case of the mean of all: what a bin without other cases is worth.
    return ((sums + y.mean()) / (others + 1)).reshape(-1), cell


def _AUC(bins: np.ndarray, truth: _Truth) -> tuple[str, float]:
    """The least AUC of a class of 20 cases or more against the others."""
    worst = 1.0
    sizes = np.bincount(truth.codes)
    for code in np.flatnonzero((sizes >= _LEAST_CASES) & (len(bins) - sizes >= _LEAST_CASES)):
        y = (truth.codes == code).astype(np.float64)
        means, cell = _means_elsewhere(bins, y)
        worst = min(worst, _auc(means, cell, y))
        if worst < NEARLY_PERFECT:
            break
    believed = (sizes >= _LEAST_CASES).sum() >= 2
    return "AUC", worst if believed else float("nan")


def _auc(means: np.ndarray, cell: np.ndarray, y: np.ndarray) -> float:
    """The chance that a case scores above another, ties counting half."""
    scores, place = np.unique(means, return_inverse=True)
    score = place.reshape(-1)[cell]
    cases = np.bincount(score, y, minlength=len(scores))
    others = np.bincount(score, 1 - y, minlength=len(scores))
    below = np.cumsum(others) - others / 2
    return float((cases * below).sum() / (cases.sum() * others.sum()))


def _R2(bins: np.ndarray, cells: np.ndarray, truth: _Truth) -> tuple[str, float]:
    """The larger R² of steps and of a straight line."""
    y = np.asarray(truth.answer, np.float64)
    if len(y) < _LEAST_CASES:
        return "R²", float("nan")
    y = _of_size_one(y)
    means, cell = _means_elsewhere(bins, y)
    steps = 1 - ((y - means[cell]) ** 2).mean() / y.var()
    if cells.dtype == object or np.isnan(cells).any():
        return "R²", float(steps)
    x = _of_size_one(cells)
    x, y = x - x.mean(), y - y.mean()
    line = (x @ y) ** 2 / max(float((x @ x) * (y @ y)), 1e-300)
    return "R²", float(max(steps, line))


def _of_size_one(values: np.ndarray) -> np.ndarray:
    """Numbers (N,) between -1 and 1, so that squares of 1e200 do not overflow."""
    return values / (np.abs(values).max() or 1.0)
