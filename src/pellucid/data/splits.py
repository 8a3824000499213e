"""Honest splits, as row indices: whole, by class, by group; the same for a seed on every machine.

What must be kept apart is named (`groups`), what must be shared evenly is named (`stratify`), and
so is the seed. Nothing is drawn from global random state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pellucid.errors import ArgumentError, DataError

Split = tuple[np.ndarray, np.ndarray]


def train_test_split(
    n: int,
    *,
    test_size: float = 0.2,
    stratify: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    seed: int,
) -> Split:
    """Row indices `(train, test)` of a random split of `n` rows, each sorted, int64.

    `test_size`, in (0, 1), is the part of the rows that is held out, rounded to whole rows. With
    `stratify` (n,), the labels, each class gives that part of its own rows to within one row, and
    at least one row to each side. With `groups` (n,), rows of one group stay on one side; the part
    held out is then as near to `test_size` (in every class, with `stratify` too) as whole groups,
    taken in random order, allow.

    Raises `ArgumentError` for a size or a seed out of range, `DataError` for labels or groups of
    another length or with missing values, a class of one row, or a single group.

    >>> train, test = train_test_split(10, test_size=0.3, seed=0)
    >>> len(train), len(test)
    (7, 3)
    >>> labels = ["benign"] * 8 + ["malignant"] * 2
    >>> train, test = train_test_split(10, test_size=0.5, stratify=labels, seed=0)
    >>> [labels[row] for row in test]
    ['benign', 'benign', 'benign', 'benign', 'malignant']
    """
    where = "train_test_split"
    _check_size(where, n, 2)
    if not isinstance(test_size, int | float) or not 0 < test_size < 1:
        raise ArgumentError(f"{where}.test_size", expected="a number in (0, 1)", received=test_size)
    random = _generator(where, seed)
    classes = _codes(where, "stratify", stratify, n)
    if groups is not None:
        test = _grouped_part(where, classes, _codes(where, "groups", groups, n), test_size, random)
    else:
        if stratify is not None:
            _check_classes(where, stratify, classes, 2, "rows")
        test = _part(classes, test_size, random)
    return np.flatnonzero(~test), np.flatnonzero(test)


def kfold(
    n: int,
    n_folds: int = 5,
    *,
    stratify: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    seed: int,
) -> list[Split]:
    """`n_folds` splits `(train, test)` of `n` rows: every row is in exactly one test part.

    The sizes of the test parts differ by at most one row; with `stratify` (n,), the labels, so do
    the rows of each class. With `groups` (n,), rows of one group stay in one fold; sizes (in every
    class, with `stratify` too) are then as even as whole groups, the largest dealt first, allow.

    Raises `ArgumentError` for fewer than 2 folds or a bad seed, `DataError` for labels or groups of
    another length or with missing values, and for more folds than rows, groups, rows of a class, or
    groups that hold a class.

    >>> folds = kfold(7, n_folds=3, seed=0)
    >>> [len(test) for _, test in folds]
    [3, 2, 2]
    >>> sorted(int(row) for _, test in folds for row in test)
    [0, 1, 2, 3, 4, 5, 6]
    """
    where = "kfold"
    if not _is_whole(n_folds) or n_folds < 2:
        raise ArgumentError(
            f"{where}.n_folds", expected="a whole number, 2 or more", received=n_folds
        )
    _check_size(where, n, n_folds)
    random = _generator(where, seed)
    classes = _codes(where, "stratify", stratify, n)
    if groups is not None:
        members = _codes(where, "groups", groups, n)
        _check_groups(where, members, n_folds)
        if stratify is not None:
            pairs = np.unique(np.stack([classes, members]), axis=1)
            _check_classes(where, stratify, classes, n_folds, "groups", counted=pairs[0])
        fold = _deal_groups(classes, members, n_folds, random)
    else:
        if stratify is not None:
            _check_classes(where, stratify, classes, n_folds, "rows")
        fold = _deal(classes, n_folds, random)
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]


def _shuffled_by_class(classes: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """All rows, class after class, in random order within each class."""
    return np.lexsort((_keys(len(classes), random), classes))


def _part(classes: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """A mask (N,) of `share` of the rows of each class: largest remainders get the odd rows."""
    sizes = np.bincount(classes)
    quotas = sizes * share
    taken = np.floor(quotas).astype(int)
    odd = round(len(classes) * share) - taken.sum()
    taken[np.argsort(taken - quotas, kind="stable")[:odd]] += 1
    taken = np.clip(taken, 1, sizes - 1)
    order = _shuffled_by_class(classes, random)
    rank = np.arange(len(classes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    mask = np.zeros(len(classes), dtype=bool)
    mask[order[rank < np.repeat(taken, sizes)]] = True
    return mask


def _grouped_part(
    where: str, classes: np.ndarray, members: np.ndarray, share: float, random: np.random.Generator
) -> np.ndarray:
    """A mask (N,) of whole groups, each taken if the held-out part gets nearer to `share`."""
    _check_groups(where, members, 2)
    counts = _class_counts(classes, members)
    weight = 1.0 / counts.sum(axis=0) ** 2
    missing = counts.sum(axis=0) * share
    taken = np.zeros(len(counts), dtype=bool)
    order = np.argsort(_keys(len(counts), random))
    for group in order:
        after = missing - counts[group]
        if (weight * after**2).sum() < (weight * missing**2).sum():
            taken[group], missing = True, after
    # Groups larger than the part wanted may all have been refused, or few groups all taken.
    if not taken.any():
        taken[counts.sum(axis=1).argmin()] = True
    if taken.all():
        taken[order[0]] = False
    return taken[members]


def _deal(classes: np.ndarray, n_folds: int, random: np.random.Generator) -> np.ndarray:
    """The fold of each row (N,): each class is dealt on where the one before it stopped."""
    fold = np.empty(len(classes), dtype=np.int64)
    fold[_shuffled_by_class(classes, random)] = np.arange(len(classes)) % n_folds
    return fold


def _deal_groups(
    classes: np.ndarray, members: np.ndarray, n_folds: int, random: np.random.Generator
) -> np.ndarray:
    """The fold of each row (N,): groups, largest first, go where their classes are scarcest."""
    counts = _class_counts(classes, members)
    totals = counts.sum(axis=0)
    held = np.zeros((n_folds, counts.shape[1]))
    fold = np.empty(len(counts), dtype=np.int64)
    # Dealt by share of the class, not by rows: a rare class weighs as much as a common one.
    shares = counts / totals
    for group in np.lexsort((_keys(len(counts), random), -shares.sum(axis=1))):
        fold[group] = (held @ shares[group]).argmin()
        held[fold[group]] += shares[group]
    return fold[members]


def _class_counts(classes: np.ndarray, members: np.ndarray) -> np.ndarray:
    counts = np.zeros((members.max() + 1, classes.max() + 1))
    np.add.at(counts, (members, classes), 1)
    return counts


def _generator(where: str, seed: int) -> np.random.Generator:
    if not _is_whole(seed) or seed < 0:
        raise ArgumentError(f"{where}.seed", expected="a whole number, 0 or more", received=seed)
    return np.random.Generator(np.random.Philox(int(seed)))


def _keys(n: int, random: np.random.Generator) -> np.ndarray:
    # NumPy keeps a bit generator's raw stream fixed across versions, but not `permutation`.
    return random.bit_generator.random_raw(n)


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _codes(where: str, name: str, labels: ArrayLike | None, n: int) -> np.ndarray:
    """Labels as codes 0, 1, … in sorted order; all zero if there are none."""
    if labels is None:
        return np.zeros(n, dtype=np.int64)
    values = np.asarray(labels)
    if values.shape != (n,):
        raise DataError(
            f"{where}.{name}", expected=f"shape ({n},)", received=f"shape {values.shape}"
        )
    missing = np.flatnonzero([value is None or value != value for value in values.tolist()])
    if missing.size:
        raise DataError(
            f"{where}.{name}",
            expected="a value in every row",
            received=f"{missing.size} missing, the first in row {missing[0]}",
        )
    try:
        return np.unique(values, return_inverse=True)[1].reshape(n)
    except TypeError:
        raise DataError(
            f"{where}.{name}", expected="values of one type", received="text and numbers mixed"
        ) from None


def _check_size(where: str, n: int, least: int) -> None:
    if not _is_whole(n):
        raise ArgumentError(f"{where}.n", expected="the number of rows", received=n)
    if n < least:
        raise DataError(where, expected=f"{least} rows or more", received=f"{n} rows")


def _check_groups(where: str, members: np.ndarray, least: int) -> None:
    n_groups = int(members.max()) + 1
    if n_groups < least:
        raise DataError(
            f"{where}.groups", expected=f"{least} groups or more", received=f"{n_groups} groups"
        )


def _check_classes(
    where: str,
    labels: ArrayLike,
    classes: np.ndarray,
    least: int,
    unit: str,
    counted: np.ndarray | None = None,
) -> None:
    counts = np.bincount(classes if counted is None else counted)
    rarest = int(counts.argmin())
    if counts[rarest] < least:
        label = np.asarray(labels)[classes == rarest][0]
        raise DataError(
            f"{where}.stratify",
            expected=f"each class in {least} {unit} or more",
            received=f"class {label!s} in {counts[rarest]}",
            hint="Ask for fewer folds, or merge or leave out rare classes.",
        )
