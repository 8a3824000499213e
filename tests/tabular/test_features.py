"""Columns as features: by hand, from training rows alone, and back from JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pellucid.data.read import read_table
from pellucid.data.splits import train_test_split
from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError
from pellucid.nn.layer import LAYERS
from pellucid.tabular.encoding import EncodeColumns
from pellucid.tabular.features import Features

NAN = float("nan")


def test_numbers_are_filled_standardized_and_marked() -> None:
    features = Features.fit(Table({"a": [1, 2, NAN, 9], "b": [0, 2, 4, 6]}))
    assert features.names == ("a", "b", "missing a")
    filled = np.array([1, 2, 2, 9.0])
    a = (filled - 3.5) / filled.std()
    b = np.array([-3, -1, 1, 3]) / np.sqrt(5)
    found = features.encode(Table({"b": [0, 2, 4, 6, NAN], "a": [1, 2, NAN, 9, 9]}))
    assert found[:4] == pytest.approx(np.stack([a, b, [0, 0, 1, 0]], axis=1), abs=1e-6)
    # b was never missing in training: its median, 3, is its mean too, so 0.
    assert found[4].tolist() == pytest.approx([a[3], 0, 0], abs=1e-6)


def test_categories_have_a_level_each_and_one_for_missing() -> None:
    features = Features.fit(Table({"c": ["x", "y", "z", None, "x", "y"], "n": range(6)}))
    assert features.names == ("n", "c = x", "c = y", "c = z", "c = missing")
    found = features.encode(Table({"c": ["z", None, "never seen"], "n": [2.5] * 3}))
    assert found.tolist() == [[0, 0, 0, 1, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]]
    complete = Features.fit(Table({"c": ["x", "y", "x", "y"]}))
    assert complete.encode(Table({"c": ["y", None]})).tolist() == [[0, 1], [0, 0]]


def test_yes_or_no_is_one_number_and_missing_is_between() -> None:
    features = Features.fit(Table({"smoker": ["yes", "no", "no", "no", None]}))
    assert features.names == ("smoker", "missing smoker")
    codes = np.array([1, 0, 0, 0, 0.25])
    expected = (codes - codes.mean()) / codes.std()
    assert features.encode(Table({"smoker": ["YES", "no", None]}))[:, 0] == pytest.approx(
        expected[[0, 1, 4]], abs=1e-6
    )
    assert features.unseen(Table({"smoker": ["yes", "sometimes", None]})) == {
        "smoker": ["sometimes"]
    }


def test_a_category_column_that_is_all_numbers_today() -> None:
    features = Features.fit(Table({"code": ["1", "2", "2.0", "x"] * 3}))
    found = features.encode(Table({"code": [1, 2]}))
    assert found.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0]]
    decimals = Features.fit(Table({"code": ["1.0", "x"] * 3}))
    assert decimals.encode(Table({"code": [1.0]})).tolist() == [[1, 0]]
    assert decimals.unseen(Table({"code": [1.0, 3.0]})) == {"code": ["3"]}


def test_large_numbers_keep_their_differences() -> None:
    days = 2_460_311.0 + np.arange(8)
    found = Features.fit(Table({"day": days})).encode(Table({"day": days}))
    expected = (np.arange(8) - 3.5) / np.arange(8).std()
    assert found[:, 0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("size", [1e-200, 1e200, 1e307])
def test_no_scale_overflows(size: float) -> None:
    found = Features.fit(Table({"a": np.array([1, 2, 4, 5.0]) * size}))
    assert found.encode(Table({"a": [3.0 * size, 5.0 * size]}))[:, 0] == pytest.approx(
        [0, 2 / np.sqrt(2.5)], abs=1e-6
    )


def test_features_are_read_off_training_rows_alone(shared_data: Path) -> None:
    table = read_table(shared_data / "titanic" / "kaggle-train.csv")
    train, test = train_test_split(len(table), seed=1)
    known = table.take(train)
    fitted = Features.fit(known, leave_out=["Survived"])
    encoded = fitted.encode(known)
    assert fitted.names[:2] == ("Pclass", "Age")
    assert {each.name for each in fitted.left_out} == {"PassengerId", "Name", "Ticket", "Cabin"}
    numbers = [place for place, c in enumerate(fitted.columns) if c.kind != "category"]
    assert encoded[:, numbers].mean(axis=0) == pytest.approx(0, abs=1e-5)
    assert encoded[:, numbers].std(axis=0) == pytest.approx(1, abs=1e-5)
    assert not np.isnan(fitted.encode(table.take(test))).any()


def test_json_brings_the_same_features_back(shared_data: Path) -> None:
    table = read_table(shared_data / "titanic" / "kaggle-train.csv")
    fitted = Features.fit(table, leave_out=["Survived"])
    again = Features.from_json(json.loads(json.dumps(fitted.to_json(), allow_nan=False)))
    assert again.names == fitted.names
    assert again.left_out == fitted.left_out
    assert (again.encode(table) == fitted.encode(table)).all()


BAD = {
    "absent": ({"a": [1.0], "c": ["x"]}, "'b', 'd' missing"),
    "near": ({"a": [1.0], "B": [1], "c": ["x"], "d": [2]}, "Is 'B' meant to be 'b'"),
    "text": ({"a": ["tall"], "b": [1], "c": ["x"], "d": [2]}, "a number; received 'tall' in row 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_tables_that_do_not_fit_are_refused(case: str) -> None:
    features = Features.fit(Table({"a": [1, 2], "b": [3, 4], "c": ["x", "y"], "d": [5, 6]}))
    columns, message = BAD[case]
    with pytest.raises(DataError, match=message):
        features.matrix(Table(columns, "new.csv"))


def test_a_table_without_a_feature_is_refused() -> None:
    with pytest.raises(DataError, match=r"received ward \(constant\)"):
        Features.fit(Table({"ward": ["a"] * 3, "y": [0, 1, 1]}), leave_out=["y"])


def test_the_layer_comes_back_from_its_config() -> None:
    layer = EncodeColumns([1.0], [0.5], [2.0], [2, 3], [0], name="encode")
    again = LAYERS.get(json.loads(json.dumps(LAYERS.serialize(layer))))
    x = np.array([[NAN, 1, 2], [4, -1, 0]])
    assert again(x).numpy().tolist() == layer(x).numpy().tolist()
    assert layer(x).numpy().tolist() == [[0.25, 1, 0, 1, 0, 0, 1], [1.75, 0, 0, 0, 1, 0, 0]]
    assert (layer.n_columns, layer.n_features) == (3, 7)


def test_figures_of_different_lengths_are_refused() -> None:
    with pytest.raises(ArgumentError, match="2, 1 and 2"):
        EncodeColumns([1, 2], [1], [1, 2])
