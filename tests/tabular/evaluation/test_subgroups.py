"""Subgroups: the figures of a level are those of its cases alone."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.evaluation import evaluate, subgroups
from pellucid.tabular.task import Task

BINARY = Task("ill", "binary", ("no", "yes"))
_N = 240
_RANDOM = np.random.default_rng(1)
_P = _RANDOM.random(_N)
_Y = (_RANDOM.random(_N) < _P).astype(int)
_ANSWERS = np.stack([1 - _P, _P], axis=1)
_TABLE = Table(
    {
        "sex": [None if k % 24 == 0 else "fm"[k % 2] for k in range(_N)],
        "age": np.where(np.arange(_N) % 20 == 0, np.nan, np.arange(_N) // 2),
        "centre": np.repeat([1.0, 2.0, 10.0], [100, 135, 5]),
    }
)


def test_a_level_is_its_cases_alone() -> None:
    found = subgroups(BINARY, _Y, _ANSWERS, _TABLE, ["sex"], threshold=0.4, seed=3)["sex"]
    assert list(found) == ["f", "m", "?"]
    rows = np.array([each == "m" for each in _TABLE["sex"]])
    alone = evaluate(BINARY, _Y[rows], _ANSWERS[rows], threshold=0.4, seed=3)
    assert found["m"].n == rows.sum()
    assert found["m"].figures == alone.figures
    assert found["m"].calibration is not None
    assert alone.calibration is not None
    assert found["m"].calibration.slope == alone.calibration.slope


def test_numbers_are_cut_at_quartiles_and_few_are_named() -> None:
    found = subgroups(BINARY, _Y, _ANSWERS, _TABLE, ["age", "centre"])
    assert list(found["age"]) == ["0–29", "30–59", "60–89", "90–119", "?"]
    assert sum(each.n for each in found["age"].values()) == _N
    assert list(found["centre"]) == ["1", "2"]  # five cases of centre 10 say nothing


def test_groups_and_numbers() -> None:
    task = Task("price", "regression")
    found = subgroups(
        task, _P, _P + 0.1, _TABLE, ["centre"], groups=np.arange(_N) // 4, weights=np.ones(_N)
    )
    assert found["centre"]["2"]["bias"].value == pytest.approx(0.1)


def test_the_most_frequent_levels_are_told() -> None:
    words = [f"w{k:02}" for k in range(24) for _ in range(10)]
    table = Table({"w": words})
    assert len(subgroups(BINARY, _Y, _ANSWERS, table, ["w"])["w"]) == 24  # all equally frequent
    uneven = Table({"w": words[:-1] + ["w00"]})
    assert len(subgroups(BINARY, _Y, _ANSWERS, uneven, ["w"])["w"]) == 23


def test_an_absent_column_is_refused() -> None:
    with pytest.raises(DataError, match="'sexe'.*Did you mean 'sex'"):
        subgroups(BINARY, _Y, _ANSWERS, _TABLE, ["sexe"])
