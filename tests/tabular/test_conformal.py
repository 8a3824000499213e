"""Conformal sets and intervals cover what they promise, on real tables too; abstention."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.read import read_table
from pellucid.data.splits import kfold, train_test_split
from pellucid.errors import ArgumentError
from pellucid.tabular.abstention import Abstention, answered
from pellucid.tabular.conformal import (
    Conformal,
    conformal_intervals,
    conformal_sets,
    finite_quantile,
)
from pellucid.tabular.features import Features
from pellucid.tabular.glm import Design, fit_path
from pellucid.tabular.linear import average_left_out
from pellucid.tabular.links import both_classes, link_of, n_scores, probabilities_of
from pellucid.tabular.task import Task, infer_task


def _draw(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of three classes, one of them rare, and outcomes."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(n, 3)) * 1.5 + [1.0, 0.5, -1.0]
    p = probabilities_of("softmax", logits)
    return p, (p.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1)


@pytest.mark.parametrize("method", ["auto", "lac", "lac_by_class", "aps"])
@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_sets_cover_what_they_promise(method: str, coverage: float) -> None:
    found, sizes = [], []
    for seed in range(50):
        p, y = _draw(600, seed)
        conformal = conformal_sets(p[:300], y[:300], coverage=coverage, method=method)
        sets = conformal.sets(p[300:])
        found.append(sets[np.arange(300), y[300:]].mean())
        sizes.append(sets.sum(axis=1).mean())
    assert np.mean(found) == pytest.approx(coverage, abs=0.02)
    assert 0.9 < np.mean(sizes) < 2.6


def test_by_class_each_class_is_covered_and_otherwise_the_rare_one_is_not() -> None:
    rare: dict[str, list[float]] = {"lac": [], "lac_by_class": []}
    for seed in range(30):
        p, y = _draw(3000, seed)
        for method, shares in rare.items():
            sets = conformal_sets(p[:1500], y[:1500], coverage=0.9, method=method).sets(p[1500:])
            shares.append(sets[y[1500:] == 2, 2].mean())
    assert np.mean(rare["lac_by_class"]) == pytest.approx(0.9, abs=0.02)
    assert np.mean(rare["lac"]) < 0.85


@pytest.mark.parametrize("scaled", [None, False, True])
@pytest.mark.parametrize("coverage", [0.8, 0.95])
def test_intervals_cover_what_they_promise(scaled: bool | None, coverage: float) -> None:
    found = []
    for seed in range(50):
        random = np.random.default_rng(seed)
        predicted = random.uniform(1, 10, 500)
        y = predicted * (1 + 0.2 * random.normal(size=500))
        conformal = conformal_intervals(predicted[:250], y[:250], coverage=coverage, scaled=scaled)
        low, high = conformal.intervals(predicted[250:])
        found.append(((low <= y[250:]) & (y[250:] <= high)).mean())
    assert np.mean(found) == pytest.approx(coverage, abs=0.02)


def test_intervals_are_wide_only_where_errors_are_large() -> None:
    random = np.random.default_rng(0)
    predicted = random.uniform(1, 10, 2000)
    y = predicted * (1 + 0.2 * random.normal(size=2000))
    bent = conformal_intervals(predicted, y)
    assert bent.method == "scaled_residual"
    low, high = bent.intervals(np.array([2.0, 9.0]))
    assert (high - low)[1] > 3 * (high - low)[0]
    even = conformal_intervals(predicted, predicted + random.normal(size=2000))
    low, high = even.intervals(np.array([2.0, 9.0]))
    assert (high - low)[1] == pytest.approx((high - low)[0], rel=0.15)


TABLES = [
    ("pima-diabetes/pima-indians-diabetes.data.csv", -1),
    ("new-thyroid/new-thyroid.csv", -1),
    ("pmlb/547_no2.tsv.gz", "target"),
    ("pmlb/vehicle.tsv.gz", "target"),
]


@pytest.mark.parametrize(("path", "target"), TABLES)
def test_coverage_on_real_tables(shared_data: Path, path: str, target: str | int) -> None:
    """50 resplits; left-out rows of the training part set the quantile, the rest is counted."""
    table = read_table(shared_data / path)
    name = target if isinstance(target, str) else table.names[target]
    table = table.take(~table.missing(name))
    task = infer_task(table, name)
    x = Features.fit(table, leave_out=(name,)).encode(table).astype(float)
    y = task.codes(table)
    covered = [_covered(task, x, y, seed) for seed in range(50)]
    # Means of fifty shares of a fifth of few rows: their own standard error is 0.3 to 0.5 points.
    assert np.mean(covered) == pytest.approx(0.9, abs=0.02)


def _covered(task: Task, x: np.ndarray, y: np.ndarray, seed: int) -> float:
    """The share of held-out rows that sets or intervals of a ridge fit cover at 90 %."""
    link, k, strata = link_of(task), n_scores(task), y if task.is_classification else None
    train, test = train_test_split(len(y), stratify=strata, seed=seed)
    folds = kfold(len(train), 5, stratify=None if strata is None else y[train], seed=seed)
    z = Design.of(x[train])
    parts = [
        next(fit_path(link, k, z.z[a], y[train][a], np.ones(len(a)), [0.01])).scores(z.z[b])
        for a, b in folds
    ]
    left = both_classes(
        task, probabilities_of(link, average_left_out(link, parts, folds, len(train)))
    )
    fit = next(fit_path(link, k, z.z, y[train], np.ones(len(train)), [0.01]))
    kernel, bias = z.weights(fit.weights)
    new = both_classes(task, probabilities_of(link, x[test] @ kernel + bias))
    if not task.is_classification:
        low, high = conformal_intervals(left, y[train], coverage=0.9).intervals(new)
        return float(((low <= y[test]) & (y[test] <= high)).mean())
    sets = conformal_sets(left, y[train], coverage=0.9).sets(new)
    return float(sets[np.arange(len(test)), y[test]].mean())


def test_too_few_rows_for_a_promise_give_everything() -> None:
    p, y = _draw(12, 0)
    conformal = conformal_sets(p, y, coverage=0.95)
    assert conformal.sets(p).all()
    assert Conformal.from_json(json.loads(json.dumps(conformal.to_json()))) == conformal
    assert finite_quantile(np.empty(0), 0.9) == np.inf


def test_it_reads_back_what_it_wrote() -> None:
    random = np.random.default_rng(0)
    predicted = random.uniform(1, 10, 400)
    conformal = conformal_intervals(predicted, predicted * random.uniform(0.5, 1.5, 400))
    assert conformal.spread is not None
    assert Conformal.from_json(json.loads(json.dumps(conformal.to_json()))) == conformal


def test_rows_without_left_out_prediction_set_nothing() -> None:
    p, y = _draw(200, 0)
    p[:50] = np.nan
    assert conformal_sets(p, y) == conformal_sets(p[50:], y[50:])


def test_bad_arguments_are_refused() -> None:
    p, y = _draw(50, 0)
    with pytest.raises(ArgumentError, match=r"a number in \(0, 1\)"):
        conformal_sets(p, y, coverage=95)
    with pytest.raises(ArgumentError, match="auto, lac"):
        conformal_sets(p, y, method="raps")
    with pytest.raises(ArgumentError, match="none, set or band"):
        Abstention("often")  # type: ignore[arg-type]


def test_abstaining_leaves_the_hard_rows() -> None:
    p, y = _draw(2000, 0)
    conformal = conformal_sets(p, y, coverage=0.9)
    for rule in (Abstention("set"), Abstention("band", 0.3)):
        found = answered(y, p, rule.flags(p, conformal=conformal))
        accuracy = found["accuracy"]
        assert 0 < found["n_abstained"] < 2000
        assert accuracy["answered"] > accuracy["all"] + 0.03 > accuracy["abstained"]
    assert not Abstention().flags(p, conformal=conformal).any()
    assert answered(y, p, np.ones(2000, bool))["accuracy"]["answered"] is None


def test_the_band_lies_around_the_threshold() -> None:
    p = np.array([0.1, 0.25, 0.35, 0.5, 0.9])
    flags = Abstention("band", 0.1).flags(np.stack([1 - p, p], axis=1), 0.3)
    assert flags.tolist() == [False, True, True, False, False]
