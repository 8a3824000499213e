"""The tables and the small digits against the original files, value by value."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import datasets
from pellucid.errors import MissingDependencyError


@pytest.fixture
def wbc(shared_data: Path) -> list[list[str]]:
    path = shared_data / "wbc-original" / "breast-cancer-wisconsin.data"
    return list(csv.reader(path.read_text("ascii").splitlines()))


def test_original_is_the_published_table(wbc: list[list[str]]) -> None:
    data = datasets.wisconsin_original()
    assert data.ids is not None
    assert data.ids.tolist() == [int(row[0]) for row in wbc]
    published = [[float("nan") if v == "?" else float(v) for v in row[1:10]] for row in wbc]
    np.testing.assert_array_equal(data.x, np.array(published))
    assert data.y.tolist() == [{"2": 0, "4": 1}[row[10]] for row in wbc]


def test_original_has_the_published_counts() -> None:
    data = datasets.wisconsin_original()
    assert data.x.shape == (len(data), len(data.feature_names)) == (699, 9)
    assert (data.x.dtype, data.y.dtype) == (np.float64, np.int64)
    assert np.bincount(data.y).tolist() == [458, 241]
    missing = np.isnan(data.x).sum(axis=0)
    assert missing.tolist() == [0, 0, 0, 0, 0, 16, 0, 0, 0]
    assert data.feature_names[5] == "bare_nuclei"
    assert (np.nanmin(data.x), np.nanmax(data.x)) == (1, 10)
    rows = np.column_stack([data.ids, np.nan_to_num(data.x), data.y])
    assert len(np.unique(data.ids)) == 645
    assert len(rows) - len(np.unique(rows, axis=0)) == 8


def test_dropping_missing_values_keeps_rows_together() -> None:
    whole, complete = datasets.wisconsin_original(), datasets.wisconsin_original(drop_missing=True)
    kept = ~np.isnan(whole.x).any(axis=1)
    assert np.bincount(complete.y).tolist() == [444, 239]
    assert complete.ids is not None and whole.ids is not None
    np.testing.assert_array_equal(complete.x, whole.x[kept])
    np.testing.assert_array_equal(complete.ids, whole.ids[kept])


def test_the_csv_is_the_one_its_attribution_speaks_of() -> None:
    path = datasets.wisconsin_original_csv()
    about = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == about["sha256"]
    data = datasets.wisconsin_original()
    assert "William H. Wolberg" in about["creator"]
    assert "CC BY 4.0" in data.licence
    assert about["doi"] in data.citation


def test_each_call_gives_arrays_of_its_own() -> None:
    datasets.wisconsin_original().x[:] = 0
    assert datasets.wisconsin_original().x[0, 0] == 5


def test_diagnostic_is_the_published_table_with_malignant_as_one(shared_data: Path) -> None:
    rows = list(csv.reader((shared_data / "wdbc" / "wdbc.data").read_text("ascii").splitlines()))
    data = datasets.wisconsin_diagnostic()
    np.testing.assert_array_equal(data.x, np.array([row[2:] for row in rows], dtype=float))
    assert data.y.tolist() == [int(row[1] == "M") for row in rows]
    assert np.bincount(data.y).tolist() == [357, 212]
    assert data.class_names == ("benign", "malignant")
    assert len(data.feature_names) == 30


def test_digits_are_part_of_the_published_ones(shared_data: Path) -> None:
    lines = (shared_data / "digits-8x8" / "optdigits.arff").read_text("ascii").splitlines()
    published = {line.replace("'", "") for line in lines if line[:1].isdigit()}
    data = datasets.digits()
    assert (data.x.shape, data.x.dtype) == ((1797, 8, 8), np.uint8)
    rows = np.column_stack([data.x.reshape(1797, 64), data.y])
    assert {",".join(map(str, row)) for row in rows.tolist()} <= published


@pytest.mark.parametrize("load", [datasets.wisconsin_diagnostic, datasets.digits])
def test_without_scikit_learn_it_says_what_to_install(load, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingDependencyError, match=r"pip install .*pellucid\[tabular\]"):
        load()


def test_the_room_loads_nothing_heavy() -> None:
    program = (
        "import sys; import pellucid.tabular.schema; from pellucid import datasets, data; "
        "datasets.wisconsin_original(); data.Table({'a': [1]}); "
        "sys.exit(str(sorted({'duckdb', 'sklearn', 'pandas', 'matplotlib'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_digits_show_themselves() -> None:
    shown = "<digits: x (1797, 8, 8), 10 classes of 174 to 183 cases>"
    assert repr(datasets.digits()) == shown
