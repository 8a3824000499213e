"""Splits: every row once, classes shared evenly, groups kept whole, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.datasets import wisconsin_original
from pellucid.data.splits import kfold, repeated_kfold, train_test_split
from pellucid.errors import ArgumentError, DataError

SEEDS = st.integers(0, 2**40)
SHARES = st.floats(0.01, 0.99)


@st.composite
def classes(draw, least: int) -> list[str]:
    """Labels of one to four classes, each at least `least` times, in a mixed order."""
    sizes = draw(st.lists(st.integers(least, 30), min_size=1, max_size=4))
    labels = [f"class {k}" for k, size in enumerate(sizes) for _ in range(size)]
    return draw(st.permutations(labels))


def check_is_split(train: np.ndarray, test: np.ndarray, n: int) -> None:
    assert train.dtype == test.dtype == np.int64
    assert len(train) and len(test)
    assert (np.diff(train) > 0).all() and (np.diff(test) > 0).all()
    assert sorted([*train, *test]) == list(range(n))


@given(st.integers(2, 300), SHARES, SEEDS)
def test_a_plain_split_has_the_size_asked_for(n: int, share: float, seed: int) -> None:
    train, test = train_test_split(n, test_size=share, seed=seed)
    check_is_split(train, test, n)
    assert len(test) == min(max(round(n * share), 1), n - 1)


@given(classes(least=2), SHARES, SEEDS)
def test_a_stratified_split_shares_each_class(labels: list[str], share: float, seed: int) -> None:
    train, test = train_test_split(len(labels), test_size=share, stratify=labels, seed=seed)
    check_is_split(train, test, len(labels))
    names, of_row = np.unique(labels, return_inverse=True)
    for code in range(len(names)):
        in_test, in_all = int((of_row[test] == code).sum()), int((of_row == code).sum())
        assert abs(in_test - share * in_all) <= 1
        assert 0 < in_test < in_all


@given(st.lists(st.integers(0, 15), min_size=2, max_size=120), SHARES, SEEDS, st.booleans())
def test_a_grouped_split_keeps_groups_whole(
    groups: list[int], share: float, seed: int, stratified: bool
) -> None:
    labels = [group % 2 for group in groups] if stratified else None
    if len(set(groups)) < 2:
        with pytest.raises(DataError, match="expected 2 groups or more; received 1 groups"):
            train_test_split(len(groups), groups=groups, seed=seed)
        return
    train, test = train_test_split(
        len(groups), test_size=share, stratify=labels, groups=groups, seed=seed
    )
    check_is_split(train, test, len(groups))
    of_row = np.array(groups)
    assert set(of_row[train]) & set(of_row[test]) == set()
    if not stratified:
        assert abs(len(test) - share * len(groups)) <= np.bincount(groups).max()


@given(st.integers(2, 200), st.integers(2, 10), SEEDS)
def test_plain_folds_are_even(n: int, n_folds: int, seed: int) -> None:
    if n < n_folds:
        with pytest.raises(DataError, match=f"{n_folds} rows or more; received {n} rows"):
            kfold(n, n_folds, seed=seed)
        return
    folds = kfold(n, n_folds, seed=seed)
    for train, test in folds:
        check_is_split(train, test, n)
    assert sorted(row for _, test in folds for row in test) == list(range(n))
    sizes = [len(test) for _, test in folds]
    assert len(sizes) == n_folds and max(sizes) - min(sizes) <= 1


@given(classes(least=5), st.integers(2, 5), SEEDS)
def test_stratified_folds_are_even_in_every_class(
    labels: list[str], n_folds: int, seed: int
) -> None:
    folds = kfold(len(labels), n_folds, stratify=labels, seed=seed)
    of_row = np.unique(labels, return_inverse=True)[1]
    counts = np.array([np.bincount(of_row[test], minlength=of_row.max() + 1) for _, test in folds])
    assert (np.ptp(counts, axis=0) <= 1).all()
    assert np.ptp(counts.sum(axis=1)) <= 1
    assert sorted(row for _, test in folds for row in test) == list(range(len(labels)))


@given(st.lists(st.integers(0, 30), min_size=2, max_size=150), st.integers(2, 6), SEEDS)
def test_grouped_folds_keep_groups_whole(groups: list[int], n_folds: int, seed: int) -> None:
    if len(set(groups)) < n_folds:
        with pytest.raises(DataError, match=f"{n_folds} (groups|rows) or more"):
            kfold(len(groups), n_folds, groups=groups, seed=seed)
        return
    of_row = np.array(groups)
    folds = kfold(len(groups), n_folds, groups=groups, seed=seed)
    for train, test in folds:
        check_is_split(train, test, len(groups))
        assert set(of_row[train]) & set(of_row[test]) == set()
    # Graham's bound for dealing the largest first: no fold is above 4/3 of the best one possible.
    least = max(len(groups) / n_folds, np.bincount(groups).max())
    assert max(len(test) for _, test in folds) <= 4 / 3 * (least + np.bincount(groups).max())


@st.composite
def label_columns(draw) -> np.ndarray:
    """Yes-or-no's (N, L), each with ten rows of either answer at least."""
    n, n_labels = draw(st.integers(40, 150)), draw(st.integers(2, 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    columns = [
        random.permutation(np.arange(n) < draw(st.integers(10, n - 10))) for _ in "x" * n_labels
    ]
    return np.stack(columns, axis=1).astype(int)


@given(label_columns(), st.integers(2, 5), SEEDS)
def test_folds_share_labels_that_go_together(labels: np.ndarray, n_folds: int, seed: int) -> None:
    folds = kfold(len(labels), n_folds, stratify=labels, seed=seed)
    assert sorted(row for _, test in folds for row in test) == list(range(len(labels)))
    sizes = np.array([len(test) for _, test in folds])
    counts = np.array([labels[test].sum(axis=0) for _, test in folds])
    assert (np.abs(sizes - len(labels) / n_folds) <= labels.shape[1] + 1).all()
    # Dealt without regard to labels, the spread would be that of a hypergeometric draw, about 3.
    assert (np.ptp(counts, axis=0) <= labels.shape[1] + 1).all()
    train, test = train_test_split(len(labels), stratify=labels, seed=seed)
    check_is_split(train, test, len(labels))
    assert (
        np.abs(labels[test].sum(axis=0) - 0.2 * labels.sum(axis=0)) <= labels.shape[1] + 1
    ).all()


@given(label_columns(), st.integers(2, 4), SEEDS)
def test_groups_and_labels_together(labels: np.ndarray, n_folds: int, seed: int) -> None:
    of_row = np.arange(len(labels)) // 2
    for train, test in kfold(len(labels), n_folds, stratify=labels, groups=of_row, seed=seed):
        check_is_split(train, test, len(labels))
        assert set(of_row[train]) & set(of_row[test]) == set()
    train, test = train_test_split(len(labels), stratify=labels, groups=of_row, seed=seed)
    assert set(of_row[train]) & set(of_row[test]) == set()


def test_repeats_are_dealt_anew() -> None:
    data = wisconsin_original()
    folds = repeated_kfold(len(data), 5, 3, stratify=data.y, groups=data.ids, seed=7)
    once = kfold(len(data), 5, stratify=data.y, groups=data.ids, seed=7)
    assert len(folds) == 15
    assert all(map(np.array_equal, [test for _, test in once], [test for _, test in folds[:5]]))
    tested = [np.concatenate([test for _, test in folds[k : k + 5]]) for k in (0, 5, 10)]
    assert all(sorted(rows) == list(range(len(data))) for rows in tested)
    assert not any(np.array_equal(folds[k][1], folds[k + 5][1]) for k in range(10))
    for train, test in folds:
        assert set(data.ids[train]) & set(data.ids[test]) == set()


def test_tumours_by_patient_and_class() -> None:
    data = wisconsin_original()
    assert data.ids is not None
    for train, test in kfold(len(data), 5, stratify=data.y, groups=data.ids, seed=7):
        assert set(data.ids[train]) & set(data.ids[test]) == set()
        assert abs(len(test) - 699 / 5) <= 2
        assert abs(data.y[test].sum() - 241 / 5) <= 2
    train, test = train_test_split(len(data), stratify=data.y, groups=data.ids, seed=7)
    assert set(data.ids[train]) & set(data.ids[test]) == set()
    assert abs(len(test) - 0.2 * 699) <= 2
    assert abs(data.y[test].sum() - 0.2 * 241) <= 2


def test_a_seed_fixes_the_rows_on_every_machine() -> None:
    assert train_test_split(12, test_size=0.25, seed=11)[1].tolist() == [7, 9, 10]
    by_class = train_test_split(12, test_size=0.5, stratify=[0, 1] * 6, seed=11)
    assert by_class[1].tolist() == [0, 5, 7, 8, 9, 10]
    folds = kfold(9, 3, groups=[0, 0, 1, 1, 2, 2, 3, 4, 5], seed=11)
    assert [test.tolist() for _, test in folds] == [[0, 1, 8], [4, 5, 7], [2, 3, 6]]


def test_seeds_differ() -> None:
    tests = {tuple(train_test_split(100, seed=seed)[1]) for seed in range(20)}
    assert len(tests) == 20


def test_every_row_is_held_out_equally_often() -> None:
    labels = [0] * 30 + [1] * 10
    held = np.zeros(40)
    for seed in range(2000):
        held[train_test_split(40, test_size=0.2, stratify=labels, seed=seed)[1]] += 1
    # Binomial(2000, 0.2): mean 400, standard deviation 18; five of them.
    assert np.abs(held - 400).max() < 90


def test_global_random_state_plays_no_part() -> None:
    first = kfold(50, seed=1)
    _ = np.random.default_rng(0).random(10)
    again = kfold(50, seed=np.int64(1))
    assert all(map(np.array_equal, np.concatenate(first[0]), np.concatenate(again[0])))


LABELS = {
    "numbers": [1.5, 2.5] * 10,
    "text": ["b", "a"] * 10,
    "booleans": [True, False] * 10,
    "objects": np.array(["x", "y"] * 10, dtype=object),
}


@pytest.mark.parametrize("name", LABELS)
def test_labels_may_be_of_any_type(name: str) -> None:
    expected = train_test_split(20, stratify=[k % 2 for k in range(20)], seed=0)[1]
    got = train_test_split(20, stratify=LABELS[name], seed=0)[1]
    # The order of the classes decides which is drawn first, not which rows are equal.
    assert len(got) == len(expected) == 4
    assert sum(row % 2 for row in got) == 2


REFUSED = {
    "test_size 0": (lambda: train_test_split(9, test_size=0, seed=0), ArgumentError, r"\(0, 1\)"),
    "test_size 1": (lambda: train_test_split(9, test_size=1.0, seed=0), ArgumentError, "1.0"),
    "test_size NaN": (lambda: train_test_split(9, test_size=np.nan, seed=0), ArgumentError, "nan"),
    "test_size text": (lambda: train_test_split(9, test_size="a", seed=0), ArgumentError, "'a'|a"),
    "negative seed": (lambda: kfold(9, seed=-1), ArgumentError, "received -1"),
    "no seed": (lambda: kfold(9, seed=None), ArgumentError, "0 or more"),
    "one fold": (lambda: kfold(9, 1, seed=0), ArgumentError, "2 or more; received 1"),
    "half a fold": (lambda: kfold(9, 2.5, seed=0), ArgumentError, "received 2.5"),
    "one row": (lambda: train_test_split(1, seed=0), DataError, "2 rows or more; received 1 rows"),
    "no rows": (lambda: kfold(0, seed=0), DataError, "5 rows or more; received 0 rows"),
    "rows as a list": (lambda: kfold([1, 2], seed=0), ArgumentError, "the number of rows"),
    "short labels": (
        lambda: train_test_split(9, stratify=[1, 2], seed=0),
        DataError,
        r"shape \(9,\); received shape \(2,\)",
    ),
    "labels of three axes": (
        lambda: kfold(9, stratify=np.zeros((9, 1, 1)), seed=0),
        DataError,
        r"shape \(9,\); received shape \(9, 1, 1\)",
    ),
    "short columns of labels": (
        lambda: kfold(9, stratify=np.eye(8), seed=0),
        DataError,
        r"shape \(9,\) or \(9, L\); received shape \(8, 8\)",
    ),
    "rare labels": (
        lambda: kfold(9, stratify=np.eye(9), seed=0),
        DataError,
        "each class in 5 rows or more; received class 1.0 in 1",
    ),
    "no repeat": (lambda: repeated_kfold(9, 3, 0, seed=0), ArgumentError, "1 or more; received 0"),
    "missing label": (
        lambda: kfold(4, 2, stratify=["a", None, "a", "a"], seed=0),
        DataError,
        "1 missing, the first in row 1",
    ),
    "NaN group": (
        lambda: kfold(3, 2, groups=[1.0, 2.0, np.nan], seed=0),
        DataError,
        "groups: .*1 missing, the first in row 2",
    ),
    "mixed labels": (
        lambda: kfold(4, 2, stratify=np.array(["a", 1, "a", 1], dtype=object), seed=0),
        DataError,
        "text and numbers mixed",
    ),
    "rare class": (
        lambda: train_test_split(5, stratify=["b", "a", "a", "a", "a"], seed=0),
        DataError,
        "each class in 2 rows or more; received class b in 1",
    ),
    "more folds than cases of a class": (
        lambda: kfold(10, 5, stratify=["a"] * 6 + ["b"] * 4, seed=0),
        DataError,
        "each class in 5 rows or more; received class b in 4",
    ),
    "more folds than groups of a class": (
        lambda: kfold(8, 3, stratify=[0] * 4 + [1] * 4, groups=[1, 2, 3, 4, 5, 5, 6, 6], seed=0),
        DataError,
        "each class in 3 groups or more; received class 1 in 2",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_split_is_refused(name: str) -> None:
    call, error, told = REFUSED[name]
    with pytest.raises(error, match=told):
        call()
