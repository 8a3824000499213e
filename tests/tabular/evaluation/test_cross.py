"""Outer cross-validation: what it hands out, what it refuses, what it finds."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid.data import kfold
from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.evaluation import Answers, cross_evaluate, evaluate
from pellucid.tabular.task import Task

BINARY = Task("ill", "binary", ("no", "yes"))
_RANDOM = np.random.default_rng(1)
_X = _RANDOM.normal(size=200)
_ILL = _RANDOM.random(200) < 1 / (1 + np.exp(-2 * _X))
_TABLE = Table({"x": _X, "ill": np.where(_ILL, "yes", "no").astype(object)})


def _pair(p: np.ndarray) -> np.ndarray:
    return np.stack([1 - p, p], axis=1)


def _fit(known: Table, new: Table) -> Answers:
    share = float((known["ill"] == "yes").mean())
    p = 1 / (1 + np.exp(-2 * new["x"]))
    threshold = float(np.median(known["x"]) + 0.5)
    return Answers({"network": _pair(p), "constant": _pair(np.full(len(new), share))}, threshold)


def test_every_row_is_predicted_once_without_its_target() -> None:
    seen: list[tuple[int, tuple[str, ...]]] = []

    def fit(known: Table, new: Table) -> Answers:
        seen.append((len(known), new.names))
        assert not np.isin(new["x"], known["x"]).any()
        return _fit(known, new)

    folds = kfold(200, 5, stratify=_ILL, seed=0)
    found = cross_evaluate(BINARY, _TABLE, fit, folds)
    assert seen == [(160, ("x",))] * 5
    assert sorted(found.rows.tolist()) == list(range(200))
    p = 1 / (1 + np.exp(-2 * _X))
    assert found.predicted["network"][:, 1] == pytest.approx(p[found.rows])
    whole = evaluate(BINARY, _ILL[found.rows].astype(int), _pair(p[found.rows]))
    assert found.evaluations["network"]["log_loss"] == whole["log_loss"]
    assert found.verdict is not None
    assert found.verdict["verdict"] == "better"
    assert found.verdict["reference"] == "constant"
    assert len(found.by_fold) == 5
    json.dumps(found.to_json(), allow_nan=False)


def test_each_fold_is_judged_at_its_own_threshold() -> None:
    folds = kfold(200, 4, seed=1)
    found = cross_evaluate(BINARY, _TABLE, _fit, folds)
    hits = total = 0
    for learned, held in folds:
        called = 1 / (1 + np.exp(-2 * _X[held])) >= np.median(_X[learned]) + 0.5
        hits += (called & _ILL[held]).sum()
        total += called.sum()
    assert found.evaluations["network"]["ppv"].value == pytest.approx(hits / total)
    assert found.evaluations["constant"].threshold == 0.5


def test_groups_weights_and_options_are_handed_on() -> None:
    groups = np.arange(200) // 4
    found = cross_evaluate(
        BINARY,
        _TABLE,
        _fit,
        kfold(200, 5, groups=groups, seed=2),
        groups=groups,
        weights=np.ones(200),
        prevalence=0.1,
    )
    network = found.evaluations["network"]
    assert network.n_groups == 50
    assert "ppv_at_prevalence" in network.figures


def test_folds_of_a_part_are_judged_on_it() -> None:
    split = (np.arange(150), np.arange(150, 200))
    found = cross_evaluate(BINARY, _TABLE, _fit, [split])
    assert found.rows.tolist() == list(range(150, 200))
    assert found.evaluations["network"].n == 50


_ROWS = np.arange(200)
_REFUSED = {
    "no fold": ([], ArgumentError),
    "held twice": ([(_ROWS[:100], _ROWS[100:]), (_ROWS[:50], _ROWS[150:])], ArgumentError),
    "learned and held": ([(_ROWS, _ROWS[:20])], ArgumentError),
    "group on both sides": ([(_ROWS[:101], _ROWS[101:])], DataError),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_folds_that_are_not_honest_are_refused(name: str) -> None:
    folds, error = _REFUSED[name]
    with pytest.raises(error, match="cross_evaluate"):
        cross_evaluate(BINARY, _TABLE, _fit, folds, groups=np.arange(200) // 4)
