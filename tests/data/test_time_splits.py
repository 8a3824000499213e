"""Splits by time: nothing is learned from what is newer than the test, groups stay whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.time_splits import time_folds, time_split
from pellucid.errors import ArgumentError, DataError

TIMES = st.lists(st.integers(0, 30), min_size=6, max_size=80)


def check_is_split(train: np.ndarray, test: np.ndarray, n: int) -> None:
    assert train.dtype == test.dtype == np.int64
    assert len(train) and len(test)
    assert (np.diff(train) > 0).all() and (np.diff(test) > 0).all()
    assert set(train) & set(test) == set()
    assert set(train) | set(test) <= set(range(n))


@given(TIMES, st.floats(0.01, 0.99))
def test_the_newest_rows_are_the_test(times: list[int], share: float) -> None:
    if len(set(times)) < 2:
        with pytest.raises(DataError, match="2 different times or more; received 1"):
            time_split(times)
        return
    of_row = np.array(times)
    train, test = time_split(times, test_size=share)
    check_is_split(train, test, len(times))
    assert len(train) + len(test) == len(times)
    assert of_row[train].max() < of_row[test].min()
    # No other cut between two times comes nearer to the share.
    cuts = [int((of_row >= time).sum()) for time in sorted(set(times))[1:]]
    wanted = share * len(times)
    assert abs(len(test) - wanted) == min(abs(cut - wanted) for cut in cuts)


@given(TIMES, st.data())
def test_a_group_is_on_one_side_and_the_past_on_the_other(times: list[int], data) -> None:
    groups = data.draw(st.lists(st.integers(0, 9), min_size=len(times), max_size=len(times)))
    of_row, member = np.array(times), np.array(groups)
    try:
        train, test = time_split(times, test_size=0.3, groups=groups)
        folds = time_folds(times, 2, groups=groups)
    except DataError:
        newest = {of_row[member == group].max() for group in set(groups)}
        assert len(newest) < 3
        return
    for learned, held in [(train, test), *folds]:
        check_is_split(learned, held, len(times))
        assert set(member[learned]) & set(member[held]) == set()
        # What a group's newest row decides: all groups learned from ended before all others did.
        assert of_row[learned].max() < min(of_row[member == g].max() for g in set(member[held]))


@given(TIMES, st.integers(1, 5))
def test_windows_grow(times: list[int], n_folds: int) -> None:
    if len(set(times)) <= n_folds:
        with pytest.raises(DataError, match=f"{n_folds + 1} different times or more"):
            time_folds(times, n_folds)
        return
    of_row = np.array(times)
    folds = time_folds(times, n_folds)
    assert len(folds) == n_folds
    for train, test in folds:
        check_is_split(train, test, len(times))
        assert of_row[train].max() < of_row[test].min()
    for (before, held), (after, _) in zip(folds, folds[1:], strict=False):
        assert sorted([*before, *held]) == after.tolist()
    assert len(folds[-1][0]) + len(folds[-1][1]) == len(times)


def test_blocks_of_different_times_are_even() -> None:
    order = np.random.default_rng(0).permutation(1000)
    days = np.datetime64("2020-01-01") + order
    folds = time_folds(days, 4)
    assert [(len(train), len(test)) for train, test in folds] == [
        (200, 200), (400, 200), (600, 200), (800, 200)
    ]  # fmt: skip
    train, test = time_split(days)
    assert (len(train), len(test)) == (800, 200)


REFUSED = {
    "text": (lambda: time_split(["2020", "2021"]), DataError, "numbers or dates"),
    "gaps": (lambda: time_split([1.0, np.nan, 3.0]), DataError, "1 missing"),
    "no dates": (lambda: time_split(np.array(["2020", "NaT"], "M8[D]")), DataError, "1 missing"),
    "no rows": (lambda: time_split(np.zeros(0)), DataError, "2 different times"),
    "one time": (lambda: time_folds([5, 5, 5], 1), DataError, "2 different times or more"),
    "one group": (lambda: time_split([1, 2, 3], groups=[1, 1, 1]), DataError, "received 1"),
    "short groups": (lambda: time_split([1, 2, 3], groups=[1, 1]), DataError, r"shape \(3,\)"),
    "all tested": (lambda: time_split([1, 2], test_size=1.0), ArgumentError, "0, 1"),
    "no fold": (lambda: time_folds([1, 2], 0), ArgumentError, "1 or more; received 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_split_is_refused(name: str) -> None:
    call, error, told = REFUSED[name]
    with pytest.raises(error, match=told):
        call()
