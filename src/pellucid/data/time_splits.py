"""Splits by time: what is learned from came before what it is tested on."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pellucid.data.dealing import Split, as_codes, is_whole
from pellucid.errors import ArgumentError, DataError


def time_split(
    times: ArrayLike, *, test_size: float = 0.2, groups: ArrayLike | None = None
) -> Split:
    """Row indices `(train, test)`, each sorted, int64: the newest rows are the test.

    `times` (N,) are numbers or NumPy dates. Rows of one time stay on one side, so the test part is
    as near to `test_size` (0, 1) as that allows. With `groups` (N,) a group is tested if any of its
    rows is as new as that, and then its older rows are, too: no group is on both sides, and nothing
    is learned from a row that is newer than any of the newest.

    Raises `ArgumentError` for a size out of range, `DataError` for times that are missing, text or
    all the same, or if a single group is the newest and the oldest.

    >>> train, test = time_split([2019, 2021, 2018, 2020, 2021], test_size=0.4)
    >>> train.tolist(), test.tolist()
    ([0, 2, 3], [1, 4])
    """
    where = "time_split"
    if not isinstance(test_size, int | float) or not 0 < test_size < 1:
        raise ArgumentError(f"{where}.test_size", expected="a number in (0, 1)", received=test_size)
    place = _places(where, times, groups)
    if not place.max(initial=0):
        raise _too_few(where, "2 different times or more", 1)
    newer = np.cumsum(np.bincount(place)[::-1])[::-1]  # rows from each time on
    cut = 1 + int(np.abs(newer[1:] - test_size * len(place)).argmin())
    return np.flatnonzero(place < cut), np.flatnonzero(place >= cut)


def time_folds(
    times: ArrayLike, n_folds: int = 5, *, groups: ArrayLike | None = None
) -> list[Split]:
    """`n_folds` splits `(train, test)` with a window that grows: each learns from all before it.

    The rows, in order of `times` (N,), are cut into `n_folds` + 1 blocks of like size, rows of one
    time in one block. Split k tests on block k + 1 and learns from blocks 0 to k, so the first
    block is never tested. With `groups` (N,) a group belongs to the block of its newest row.

    Raises `ArgumentError` for fewer than one fold, `DataError` for times that are missing or text,
    or fewer different ones than blocks.

    >>> for train, test in time_folds([3, 1, 2, 4], n_folds=3):
    ...     print(train.tolist(), test.tolist())
    [1] [2]
    [1, 2] [0]
    [0, 1, 2] [3]
    """
    where = "time_folds"
    if not is_whole(n_folds) or n_folds < 1:
        raise ArgumentError(
            f"{where}.n_folds", expected="a whole number, 1 or more", received=n_folds
        )
    place = _places(where, times, groups)
    sizes = np.bincount(place)
    if len(sizes) <= n_folds:
        raise _too_few(where, f"{n_folds + 1} different times or more", len(sizes))
    block = _blocks(sizes, n_folds + 1)[place]
    folds = range(1, n_folds + 1)
    return [(np.flatnonzero(block < k), np.flatnonzero(block == k)) for k in folds]


def _places(where: str, times: ArrayLike, groups: ArrayLike | None) -> np.ndarray:
    """The time of each row (N,) as codes in order, for a group that of its newest row."""
    values = np.asarray(times)
    if values.ndim != 1 or values.dtype.kind not in "biufM":
        raise DataError(
            f"{where}.times",
            expected="numbers or dates (N,)",
            received=f"{values.dtype} of shape {values.shape}",
        )
    missing = int((np.isnat(values) if values.dtype.kind == "M" else np.isnan(values)).sum())
    if missing:
        raise DataError(
            f"{where}.times", expected="a time in every row", received=f"{missing} missing"
        )
    place = np.unique(values, return_inverse=True)[1].reshape(-1)
    if groups is not None:
        members = as_codes(where, "groups", groups, len(values))
        newest = np.zeros(members.max(initial=0) + 1, np.int64)
        np.maximum.at(newest, members, place)
        place = np.unique(newest[members], return_inverse=True)[1].reshape(-1)
    return place


def _blocks(sizes: np.ndarray, n_blocks: int) -> np.ndarray:
    """The block of each time, in order: about as many rows in each, and at least one time."""
    n_times, rows_before = len(sizes), np.cumsum(sizes) - sizes
    begins = [0]
    for k in range(1, n_blocks):
        # One time is left for this block, and one for each block to come.
        choices = np.arange(begins[-1] + 1, n_times - n_blocks + k + 1)
        wanted = sizes.sum() * k / n_blocks
        begins.append(int(choices[np.abs(rows_before[choices] - wanted).argmin()]))
    return np.searchsorted(begins, np.arange(n_times), side="right") - 1


def _too_few(where: str, expected: str, received: int) -> DataError:
    return DataError(f"{where}.times", expected=expected, received=f"{received}")
