"""Honest splits, as row indices: whole, by class, by group; the same for a seed on every machine.

What must be kept apart is named (`groups`), what must be shared evenly is named (`stratify`), and
so is the seed. Nothing is drawn from global random state. `time_splits` divides by time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pellucid.data.dealing import (
    Split,
    as_codes,
    as_strata,
    check_classes,
    check_groups,
    check_size,
    class_counts,
    deal,
    deal_groups,
    deal_labels,
    generator,
    is_whole,
    take_groups,
    take_part,
)
from pellucid.errors import ArgumentError

__all__ = ["Split", "kfold", "repeated_kfold", "train_test_split"]


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
    at least one row to each side; with (n, L), L columns of classes that may go together, each
    class of each column gives about its part. With `groups` (n,), rows of one group stay on one
    side; the part held out is then as near to `test_size` (in every class, with `stratify` too) as
    whole groups, taken in random order, allow.

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
    check_size(where, n, 2)
    if not isinstance(test_size, int | float) or not 0 < test_size < 1:
        raise ArgumentError(f"{where}.test_size", expected="a number in (0, 1)", received=test_size)
    random = generator(where, seed)
    strata = as_strata(where, stratify, n)
    if groups is not None:
        members = as_codes(where, "groups", groups, n)
        check_groups(where, members, 2)
        test = take_groups(class_counts(strata, members), members, test_size, random)
        return np.flatnonzero(~test), np.flatnonzero(test)
    if stratify is not None:
        check_classes(where, stratify, strata, 2, "rows")
    if strata.shape[1] == 1:
        test = take_part(strata[:, 0], test_size, random)
    else:
        test = deal_labels(strata, [1 - test_size, test_size], random) == 1
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
    the rows of each class; with (n, L), L columns of classes that may go together, both are about
    even. With `groups` (n,), rows of one group stay in one fold; sizes (in every class, with
    `stratify` too) are then as even as whole groups, the largest dealt first, allow.

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
    if not is_whole(n_folds) or n_folds < 2:
        raise ArgumentError(
            f"{where}.n_folds", expected="a whole number, 2 or more", received=n_folds
        )
    check_size(where, n, n_folds)
    random = generator(where, seed)
    strata = as_strata(where, stratify, n)
    if groups is not None:
        members = as_codes(where, "groups", groups, n)
        check_groups(where, members, n_folds)
        if stratify is not None:
            check_classes(where, stratify, strata, n_folds, "groups", members)
        fold = deal_groups(class_counts(strata, members), members, n_folds, random)
    else:
        if stratify is not None:
            check_classes(where, stratify, strata, n_folds, "rows")
        single = strata.shape[1] == 1
        fold = (
            deal(strata[:, 0], n_folds, random)
            if single
            else deal_labels(strata, [1 / n_folds] * n_folds, random)
        )
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)]


def repeated_kfold(
    n: int,
    n_folds: int = 5,
    n_repeats: int = 2,
    *,
    stratify: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    seed: int,
) -> list[Split]:
    """`kfold` time and again, dealt anew: `n_folds` · `n_repeats` splits, repeat after repeat.

    The first repeat is what `kfold` with the same seed gives, so more repeats add splits and change
    none. Raises what `kfold` raises, and `ArgumentError` for fewer than one repeat.

    >>> folds = repeated_kfold(6, n_folds=3, n_repeats=2, seed=0)
    >>> len(folds), [int((folds[k][1] == folds[0][1]).all()) for k in (0, 3)]
    (6, [1, 0])
    """
    if not is_whole(n_repeats) or n_repeats < 1:
        raise ArgumentError(
            "repeated_kfold.n_repeats", expected="a whole number, 1 or more", received=n_repeats
        )
    generator("repeated_kfold", seed)
    # Seeds are far apart, so that seeds next to each other share no repeat.
    seeds = [int(seed) + (repeat << 64) for repeat in range(n_repeats)]
    repeats = [kfold(n, n_folds, stratify=stratify, groups=groups, seed=each) for each in seeds]
    return [split for folds in repeats for split in folds]
