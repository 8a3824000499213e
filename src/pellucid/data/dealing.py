"""Rows dealt into parts: by class, by labels that go together, by whole groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from pellucid.errors import ArgumentError, DataError

Split = tuple[np.ndarray, np.ndarray]


def _shuffled_by_class(classes: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """All rows, class after class, in random order within each class."""
    return np.lexsort((_keys(len(classes), random), classes))


def take_part(classes: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
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


def take_groups(
    counts: np.ndarray, members: np.ndarray, share: float, random: np.random.Generator
) -> np.ndarray:
    """A mask (N,) of whole groups, each taken if the held-out part gets nearer to `share`.

    `counts` (G, K) are the rows of each class in each group, `members` (N,) the group of each row.
    """
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


def deal(classes: np.ndarray, n_folds: int, random: np.random.Generator) -> np.ndarray:
    """The fold of each row (N,): each class is dealt on where the one before it stopped."""
    fold = np.empty(len(classes), dtype=np.int64)
    fold[_shuffled_by_class(classes, random)] = np.arange(len(classes)) % n_folds
    return fold


def deal_groups(
    counts: np.ndarray, members: np.ndarray, n_folds: int, random: np.random.Generator
) -> np.ndarray:
    """The fold of each row (N,): groups, largest first, go where their classes are scarcest.

    `counts` (G, K) are the rows of each class in each group, `members` (N,) the group of each row.
    """
    totals = counts.sum(axis=0)
    held = np.zeros((n_folds, counts.shape[1]))
    fold = np.empty(len(counts), dtype=np.int64)
    # Dealt by share of the class, not by rows: a rare class weighs as much as a common one.
    shares = counts / totals
    for group in np.lexsort((_keys(len(counts), random), -shares.sum(axis=1))):
        fold[group] = (held @ shares[group]).argmin()
        held[fold[group]] += shares[group]
    return fold[members]


def deal_labels(
    strata: np.ndarray, shares: Sequence[float], random: np.random.Generator
) -> np.ndarray:
    """The part of each row (N,), `shares` of the rows each: iterative stratification.

    `strata` (N, L) are codes in several columns. The rarest class of any column is dealt first,
    each of its rows to the part that lacks most of it, then the rarest of what is left. Sechidis,
    Tsoumakas and Vlahavas, "On the stratification of multi-label data" (ECML PKDD 2011).
    """
    n = len(strata)
    offsets = np.concatenate([[0], np.cumsum(strata.max(axis=0) + 1)[:-1]])
    classes = strata + offsets
    counts = np.bincount(classes.reshape(-1))
    wanted = np.outer(counts, shares)  # (K, parts)
    room = n * np.asarray(shares)
    left, part = counts.copy(), np.full(n, -1, np.int64)
    order = np.argsort(_keys(n, random))
    while (part < 0).any():
        rarest = int(np.where(left > 0, left, n + 1).argmin())
        holds = (classes == rarest).any(axis=1) & (part < 0)
        for row in order[holds[order]]:
            # Of parts that lack equally many the one with most room, else the first.
            lack = wanted[rarest]
            best = np.flatnonzero(lack >= lack.max() - 1e-9)
            chosen = best[room[best].argmax()]
            part[row] = chosen
            wanted[classes[row], chosen] -= 1
            room[chosen] -= 1
        np.subtract.at(left, classes[holds].reshape(-1), 1)
    return part


def class_counts(strata: np.ndarray, members: np.ndarray) -> np.ndarray:
    """The rows (G, K) of each class of each column of `strata` (N, L) in each group."""
    parts = []
    for codes in strata.T:
        counts = np.zeros((members.max() + 1, codes.max() + 1))
        np.add.at(counts, (members, codes), 1)
        parts.append(counts)
    return np.concatenate(parts, axis=1)


def generator(where: str, seed: int) -> np.random.Generator:
    """The generator of a seed; `ArgumentError` if it is none."""
    if not is_whole(seed) or seed < 0:
        raise ArgumentError(f"{where}.seed", expected="a whole number, 0 or more", received=seed)
    return np.random.Generator(np.random.Philox(int(seed)))


def _keys(n: int, random: np.random.Generator) -> np.ndarray:
    # NumPy keeps a bit generator's raw stream fixed across versions, but not `permutation`.
    return random.bit_generator.random_raw(n)


def is_whole(value: object) -> bool:
    """Whether a value is an integer, and not True or False."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def as_strata(where: str, labels: ArrayLike | None, n: int) -> np.ndarray:
    """Labels (n,) or (n, L) as codes (n, L), those of each column 0, 1, … in sorted order."""
    values = None if labels is None else np.asarray(labels)
    if values is None or values.ndim != 2:
        return as_codes(where, "stratify", labels, n)[:, None]
    if len(values) != n or not values.shape[1]:
        raise DataError(
            f"{where}.stratify",
            expected=f"shape ({n},) or ({n}, L)",
            received=f"shape {values.shape}",
        )
    return np.stack([as_codes(where, "stratify", column, n) for column in values.T], axis=1)


def as_codes(where: str, name: str, labels: ArrayLike | None, n: int) -> np.ndarray:
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


def check_size(where: str, n: int, least: int) -> None:
    """Raises an error if `n` is no number of rows, or less than `least`."""
    if not is_whole(n):
        raise ArgumentError(f"{where}.n", expected="the number of rows", received=n)
    if n < least:
        raise DataError(where, expected=f"{least} rows or more", received=f"{n} rows")


def check_groups(where: str, members: np.ndarray, least: int) -> None:
    """Raises `DataError` for fewer than `least` groups."""
    n_groups = int(members.max()) + 1
    if n_groups < least:
        raise DataError(
            f"{where}.groups", expected=f"{least} groups or more", received=f"{n_groups} groups"
        )


def check_classes(
    where: str,
    labels: ArrayLike,
    strata: np.ndarray,
    least: int,
    unit: str,
    members: np.ndarray | None = None,
) -> None:
    """Raises `DataError` if a class is in fewer than `least` rows, or, with `members`, groups."""
    columns = np.asarray(labels).reshape(len(strata), -1)
    for column, codes in zip(columns.T, strata.T, strict=True):
        pairs = None if members is None else np.unique(np.stack([codes, members]), axis=1)
        counts = np.bincount(codes if pairs is None else pairs[0])
        rarest = int(counts.argmin())
        if counts[rarest] < least:
            raise DataError(
                f"{where}.stratify",
                expected=f"each class in {least} {unit} or more",
                received=f"class {column[codes == rarest][0]!s} in {counts[rarest]}",
                hint="Ask for fewer folds, or merge or leave out rare classes.",
            )
