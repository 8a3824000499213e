"""Warnings row by row: what no training row was like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.data import read_table
from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.features import Features
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.schema import infer_schema


def _mixed(values: list, seed: int) -> list:
    """Sixty-one rows of these values in an order of their own."""
    return [values[k % len(values)] for k in np.random.default_rng(seed).permutation(61)]


TRAINING = Table(
    {
        "age": np.arange(20, 81),
        "dose": [*[0.0] * 59, 2.0, 4.0],
        "smoker": _mixed(["yes", "no", None, "yes"], 0),
        "site": _mixed(["left", "right", "both"], 1),
        "risk": _mixed(["low", "medium", "high"], 2),
        "seen": _mixed([f"2020-{month:02}-01" for month in range(1, 13)], 3),
        "code": _mixed([1.0, 2.0, -9.0], 4),
    }
)
OVERRIDES = Overrides(kinds={"code": "categorical"}, missing={"code": ("-9",)})
USUAL = {"age": 50.0, "dose": 1.0, "smoker": "no", "site": "left", "risk": "low",
         "seen": "2020-02-29", "code": 1.0}  # fmt: skip

# The column, its value, and what is told of it.
VALUES = {
    "usual": ("age", 33.0, None),
    "older": ("age", 170.0, None),  # 80 + 3 · 30
    "too old": ("age", 170.5, ("above", "170.5")),
    "too young": ("age", -71.0, ("below", "-71")),
    "no age": ("age", None, ("missing", "")),
    "twice the range": ("dose", 8.0, None),  # the quartiles are equal
    "too much": ("dose", 8.5, ("above", "8.5")),
    "no answer": ("smoker", None, None),  # so it was in training
    "another answer": ("smoker", "often", ("unseen", "often")),
    "in capitals": ("smoker", "YES", None),
    "another site": ("site", "middle", ("unseen", "middle")),
    "no site": ("site", None, ("missing", "")),
    "another level": ("risk", "extreme", ("unseen", "extreme")),
    "years later": ("seen", "2029-01-01", ("above", "2029-01-01")),
    "months later": ("seen", "2021-03-01", None),
    "another code": ("code", 3.0, ("unseen", "3")),
    "a mark": ("code", -9.0, None),
}  # fmt: skip


@pytest.fixture(scope="module")
def features() -> Features:
    fitted = Features.fit(TRAINING, overrides=OVERRIDES)
    return Features.from_json(fitted.to_json())


@pytest.mark.parametrize("case", VALUES)
def test_values(case: str, features: Features) -> None:
    name, value, expected = VALUES[case]
    rows = {key: [usual, value if key == name else usual] for key, usual in USUAL.items()}
    usual, found = features.warnings(Table(rows))
    assert usual == ()
    assert found == (() if expected is None else ((name, *expected),))


def test_one_row_may_be_unusual_in_several_ways(features: Features) -> None:
    row = {**USUAL, "age": 999.0, "site": "nowhere", "risk": None}
    (found,) = features.warnings(Table({name: [value] for name, value in row.items()}))
    assert [(each.column, each.what) for each in found] == [
        ("age", "above"),
        ("risk", "missing"),
        ("site", "unseen"),
    ]


def test_training_rows_are_usual(features: Features, shared_data: Path) -> None:
    assert not any(features.warnings(TRAINING))
    table = read_table(shared_data / "titanic" / "kaggle-train.csv")
    fitted = Features.fit(table, schema=infer_schema(table, target="Survived"))
    assert not any(fitted.warnings(table))
    new = read_table(shared_data / "titanic" / "kaggle-test-unlabelled.csv")
    told = {(row, *each) for row, found in enumerate(fitted.warnings(new)) for each in found}
    # One passenger without a fare; every training passenger had one.
    assert told == {(152, "Fare", "missing", "")}


def test_absent_columns_are_refused(features: Features) -> None:
    with pytest.raises(DataError, match="'age'.* missing"):
        features.warnings(Table({"dose": [1.0]}))


def test_features_of_an_earlier_version_warn_of_what_they_know() -> None:
    facts = {
        "columns": [
            {"name": "age", "kind": "number", "levels": [], "fill": 50.0, "mean": 50.0,
             "scale": 10.0, "marks_missing": False},
            {"name": "site", "kind": "category", "levels": ["left", "right", None], "fill": 0.0,
             "mean": 0.0, "scale": 1.0, "marks_missing": False},
        ],
        "left_out": [{"name": "ward", "kind": "constant", "reason": "every value is a"}],
    }  # fmt: skip
    earlier = Features.from_json(facts)
    table = Table({"age": [60.0, None, 999.0], "site": ["left", "middle", None]})
    assert [tuple(each.what for each in row) for row in earlier.warnings(table)] == [
        (),
        ("unseen",),
        (),
    ]
    assert earlier.encode(table).tolist() == [
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        pytest.approx([94.9, 0, 0, 1]),
    ]
