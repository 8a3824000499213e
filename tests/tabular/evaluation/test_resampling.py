"""The bootstrap against formulas it must reproduce, and against the truth it must cover."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from pellucid.errors import DataError
from pellucid.tabular.evaluation.resampling import REPLICATES, Resampling

Z = 1.959963984540054


def test_the_bootstrap_of_a_mean_is_the_normal_interval() -> None:
    values = np.random.default_rng(2).normal(5, 2, 400)
    resampling = Resampling(400, seed=3)
    found = resampling.estimate(resampling.mean(values))
    half = Z * values.std(ddof=1) / 20
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx(
        (values.mean() - half, values.mean() + half), abs=0.12 * half
    )


def test_of_few_cases_it_is_student_s_interval() -> None:
    values = np.random.default_rng(3).normal(size=8)
    resampling = Resampling(8, seed=1)
    found = resampling.estimate(resampling.mean(values))
    half = t.ppf(0.975, 7) * values.std(ddof=1) / np.sqrt(8)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.2)
    plain = np.quantile(resampling.mean(values)[1:], [0.025, 0.975])
    assert found.high - found.low > 1.15 * (plain[1] - plain[0])


def test_groups_are_drawn_whole() -> None:
    groups = np.array(["b", "a", "b", "c", "a", "b"])
    resampling = Resampling(6, groups=groups, seed=5)
    drawn = resampling.tally(np.arange(6), 6)
    assert drawn.shape == (REPLICATES + 1, 6)
    assert drawn[0].tolist() == [1] * 6
    for members in ([0, 2, 5], [1, 4]):
        assert (drawn[:, members] == drawn[:, members[:1]]).all()
    assert (drawn[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert (resampling.n_groups, resampling.n_units, resampling.is_plain) == (3, 3, False)


def test_repeated_rows_of_a_group_add_no_certainty() -> None:
    random = np.random.default_rng(4)
    values = random.normal(size=60)
    once, tenfold = Resampling(60, seed=1), Resampling(600, groups=np.repeat(np.arange(60), 10))
    alone = once.estimate(once.mean(values))
    copied = tenfold.estimate(tenfold.mean(np.repeat(values, 10)))
    assert copied.value == pytest.approx(alone.value)
    assert copied.high - copied.low == pytest.approx(alone.high - alone.low, rel=0.1)


def test_a_weight_of_two_is_a_case_twice() -> None:
    values, weights = np.arange(5.0), np.array([1.0, 2, 1, 0, 3])
    resampling = Resampling(5, weights=weights)
    assert resampling.mean(values)[0] == pytest.approx(np.average(values, weights=weights))
    assert resampling.total(np.ones(5))[0] == 7


def test_the_same_seed_draws_the_same() -> None:
    values = np.arange(30.0)
    first, second, other = (Resampling(30, seed=seed).mean(values) for seed in (7, 7, 8))
    assert (first == second).all()
    assert (first != other).any()


def test_many_cases_are_joined_without_losing_spread() -> None:
    values = np.random.default_rng(5).exponential(size=50_000)
    resampling = Resampling(50_000, seed=2)
    assert resampling.n_units == 2048
    assert np.bincount(resampling.unit).max() - np.bincount(resampling.unit).min() <= 1
    found = resampling.estimate(resampling.mean(values))
    half = Z * values.std() / np.sqrt(50_000)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.12)


def test_shares_that_groups_never_doubt_keep_wilson_s() -> None:
    groups = np.repeat(np.arange(5), 20)
    hits = np.ones(100, dtype=bool)
    found = Resampling(100, groups=groups).proportion(hits)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(1 / (1 + Z**2 / 5))  # Wilson's for 5 of 5
    none = Resampling(100, groups=groups).proportion(~hits)
    assert none.high == pytest.approx(1 - found.low)


def test_one_group_has_no_interval() -> None:
    resampling = Resampling(10, groups=np.zeros(10))
    found = resampling.estimate(resampling.mean(np.arange(10.0)))
    assert found.value == 4.5
    assert not found.has_interval


@pytest.mark.parametrize(
    ("argument", "values"),
    [
        ("groups", np.zeros(3)),
        ("weights", np.ones(3)),
        ("weights", np.array([1.0, -1, 1, 1])),
        ("weights", np.array([1.0, np.nan, 1, 1])),
        ("weights", np.zeros(4)),
    ],
)
def test_groups_and_weights_that_do_not_fit_are_refused(argument: str, values: np.ndarray) -> None:
    with pytest.raises(DataError, match=argument):
        Resampling(4, **{argument: values})


def test_intervals_over_groups_cover_the_truth() -> None:
    """Cases of a group share half their variance: only groups drawn whole know how little 200 say.

    1000 tables of 40 groups of 5: the interval of the mean, truth 0. The standard error of the
    counted share is 0.7 %.
    """
    random = np.random.default_rng(6)
    groups = np.repeat(np.arange(40), 5)
    together, alone = Resampling(200, groups=groups), Resampling(200)
    hits = {"groups": 0, "alone": 0}
    for _ in range(1000):
        values = random.normal(size=40)[groups] + random.normal(size=200)
        for name, resampling in (("groups", together), ("alone", alone)):
            found = resampling.estimate(resampling.mean(values))
            hits[name] += found.low <= 0 <= found.high
    assert 930 <= hits["groups"] <= 970
    assert hits["alone"] < 850
