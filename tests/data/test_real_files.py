"""Tables as people publish them, against Python's own CSV reader and their published counts."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pellucid.data import read_table
from pellucid.data.columns.marks import MISSING_MARKS
from pellucid.errors import DataError

# File: delimiter, rows, columns, target, its values with their counts where these are published.
WITH_HEADER = {
    "bank-marketing/bank-full.csv.gz": (";", 45211, 17, "y", {"no": 39922, "yes": 5289}),
    "california-housing/housing.csv": (",", 20640, 10, "ocean_proximity", None),
    "cardio-70k/cardio_train.csv.gz": (";", 70000, 13, "cardio", {0: 35021, 1: 34979}),
    "churn-modelling/Churn_Modelling.csv": (",", 10000, 14, "Exited", None),
    "diamonds/diamonds.csv.gz": (",", 53940, 10, "price", None),
    "early-diabetes/diabetes_data_upload.csv": (
        ",",
        520,
        17,
        "class",
        {"Positive": 320, "Negative": 200},
    ),
    "framingham/framingham.csv": (",", 4240, 16, "CHD", {0: 3596, 1: 644}),
    "golub-leukemia/actual.csv": (",", 72, 2, "cancer", {"ALL": 47, "AML": 25}),
    "messy-real/AppleStore.csv": (",", 7195, 17, "prime_genre", None),
    "messy-real/attention_unnamed_index.csv": (",", 60, 5, "score", None),
    "messy-real/oasis_cross-sectional.csv": (",", 436, 12, "CDR", None),
    "messy-real/oecd_bli_2015.csv": (",", 3292, 17, "Value", None),
    "messy-real/seaice_raw_wide.csv": (",", 366, 47, "2017", None),
    "messy-real/taxis.csv": (",", 6433, 14, "tip", None),
    "messy-tables-horror/example.tsv": ("\t", 140, 17, None, None),
    "messy-tables-horror/simple.psv": ("|", 28, 6, None, None),
    "messy-tables-horror/simple.ssv": (";", 6, 3, "temperature", None),
    "penguins/penguins_raw.csv": (",", 344, 18, "Sex", None),
    "pmlb/allbp.tsv.gz": ("\t", 3772, 30, "target", None),
    "stroke/healthcare-dataset-stroke-data.csv": (",", 5110, 12, "stroke", {0: 4861, 1: 249}),
    "titanic/kaggle-train.csv": (",", 891, 12, "Survived", {0: 549, 1: 342}),
    "titanic/titanic-seaborn.csv": (",", 891, 15, "survived", {0: 549, 1: 342}),
}

WITHOUT_HEADER = {
    "adult/adult-train.csv.gz": (32561, 15, {"<=50K": 24720, ">50K": 7841}),
    "haberman/haberman.csv": (306, 4, {1: 225, 2: 81}),
    "heart-cleveland/processed.cleveland.data": (303, 14, {0: 164, 1: 55, 2: 36, 3: 35, 4: 13}),
    "horse-colic/horse-colic.csv": (300, 28, None),
    "iris/iris.csv": (150, 5, None),
    "mammography/mammography.csv": (11183, 7, {"'-1'": 10923, "'1'": 260}),
    "new-thyroid/new-thyroid.csv": (215, 6, None),
    "phoneme/phoneme.csv": (5404, 6, {0: 3818, 1: 1586}),
    "pima-diabetes/pima-indians-diabetes.data.csv": (768, 9, {0: 500, 1: 268}),
    "wbc-original/breast-cancer-wisconsin.data": (699, 11, {2: 458, 4: 241}),
    "wdbc/wdbc.data": (569, 32, None),
    "wine-quality/winequality-red.csv": (1599, 12, None),
}


def _cells(path: Path, delimiter: str) -> list[list[str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        return [[cell.strip() for cell in row] for row in rows if row]


def _check_columns(table, rows: list[list[str]]) -> None:
    for column, name in zip(zip(*rows, strict=True), table.names, strict=True):
        expected = [None if c == "" or c in MISSING_MARKS else c for c in column]
        if table.is_numeric(name):
            numbers = [np.nan if cell is None else float(cell) for cell in expected]
            np.testing.assert_array_equal(table[name], numbers)
        else:
            assert table[name].tolist() == expected
            assert not all(map(_is_quantity, filter(None, expected)))


def _is_quantity(cell: str) -> bool:
    try:
        number = float(cell)
    except ValueError:
        return False
    return np.isfinite(number) and not re.fullmatch(r"0\d+", cell)


@pytest.mark.parametrize("name", WITH_HEADER)
def test_tables_with_a_header(shared_data: Path, name: str) -> None:
    delimiter, n_rows, n_columns, target, counts = WITH_HEADER[name]
    table = read_table(shared_data / name)
    header, *rows = _cells(shared_data / name, delimiter)
    assert table.shape == (n_rows, n_columns) == (len(rows), len(header))
    for shown, written in zip(table.names, header, strict=True):
        assert shown == " ".join(written.split()) or (shown.startswith("column_") and not written)
    _check_columns(table, rows)
    if counts:
        assert Counter(table[target].tolist()) == counts


@pytest.mark.parametrize("name", WITHOUT_HEADER)
def test_tables_without_a_header(shared_data: Path, name: str) -> None:
    n_rows, n_columns, counts = WITHOUT_HEADER[name]
    table = read_table(shared_data / name)
    assert table.names == tuple(f"column_{k}" for k in range(1, n_columns + 1))
    assert table.shape == (n_rows, n_columns)
    assert table.reading.header is False
    _check_columns(table, _cells(shared_data / name, ","))
    if counts:
        assert Counter(table[table.names[-1]].tolist()) == counts


def test_bare_nuclei_are_missing_where_they_were_published_missing(shared_data: Path) -> None:
    path = shared_data / "wbc-original" / "breast-cancer-wisconsin.data"
    table = read_table(path, names=[*"abcdefghijk"])
    assert {name: int(table.missing(name).sum()) for name in table.names} == {
        **dict.fromkeys("abcdefghijk", 0),
        "g": 16,
    }


SPECTRUM = [
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates",
    "newlines", "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
]  # fmt: skip


@pytest.mark.parametrize("name", SPECTRUM)
def test_the_spectrum_of_csv(shared_data: Path, name: str) -> None:
    folder = shared_data / "messy-csv-spectrum"
    table = read_table(folder / "csvs" / f"{name}.csv")
    text = (folder / "json" / f"{name}.json").read_text("utf-8")
    # The published answer has another telephone number than the published question.
    expected = json.loads(text.replace("1234567890", "2095257564"))
    rows = [
        {column: table.strings(column)[row] or "" for column in table.names}
        for row in range(len(table))
    ]
    assert rows == [
        {key: value.strip().replace("\r\n", "\n") for key, value in row.items()}
        for row in (expected if isinstance(expected, list) else [expected])
    ]


REFUSED = {
    "mnist/train-labels-idx1-ubyte.gz": "received binary data",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_told(shared_data: Path, name: str) -> None:
    with pytest.raises(DataError, match=REFUSED[name]):
        read_table(shared_data / name)
