"""Tables as people publish them, against Python's own CSV reader and their published counts."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas
import polars
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


WITNESSED = [
    "adult/adult-test.csv.gz", "bank-marketing/bank-additional-full.csv.gz",
    "california-housing/housing.csv", "churn-modelling/Churn_Modelling.csv",
    "diamonds/diamonds.csv.gz", "framingham/framingham.csv", "penguins/penguins.csv",
    "stroke/healthcare-dataset-stroke-data.csv", "time-series-small/pollution.csv.gz",
    "titanic/kaggle-train.csv", "wine-quality/winequality-red.csv",
]  # fmt: skip


@pytest.mark.parametrize("name", WITNESSED)
def test_pandas_reads_the_same(shared_data: Path, name: str) -> None:
    path = shared_data / name
    table = read_table(path)
    report = table.reading
    header = 0 if report.header else None
    witness = pandas.read_csv(
        path, sep=report.delimiter, header=header, na_values=list(MISSING_MARKS),
        skipinitialspace=True, skip_blank_lines=True,
    )  # fmt: skip
    assert table.shape == witness.shape
    for column, series in zip(table.names, witness.items(), strict=True):
        if table.is_numeric(column):
            np.testing.assert_array_equal(table[column], series[1].to_numpy(np.float64), column)
        else:
            text = [None if cell != cell else str(cell).strip() for cell in series[1]]
            assert table[column].tolist() == text, column


@pytest.mark.parametrize("name", WITNESSED)
def test_polars_finds_the_same_cells(shared_data: Path, name: str) -> None:
    path = shared_data / name
    table = read_table(path)
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    witness = polars.read_csv(
        content, separator=table.reading.delimiter, has_header=table.reading.header,
        infer_schema=False,
    )  # fmt: skip
    witness = witness.filter(~polars.all_horizontal(polars.all().is_null()))  # blank lines
    assert witness.shape == table.shape
    for column, series in zip(table.names, witness.iter_columns(), strict=True):
        cells = [None if c is None else c.strip() for c in series]
        cells = [None if c in MISSING_MARKS or c == "" else c for c in cells]
        if table.is_numeric(column):
            numbers = np.array([np.nan if c is None else float(c) for c in cells])
            np.testing.assert_array_equal(table[column], numbers, column)
        else:
            assert table[column].tolist() == cells, column


def test_every_real_table_is_read(shared_data: Path) -> None:
    listed = (shared_data / "pmlb").glob("*.tsv.gz")
    shapes = {path.name: read_table(path).shape for path in sorted(listed)[::7]}
    assert len(shapes) >= 9
    for name, shape in shapes.items():
        assert shape == pandas.read_csv(shared_data / "pmlb" / name, sep="\t").shape, name


def test_arff_equals_the_published_csv(shared_data: Path) -> None:
    arff = read_table(shared_data / "california-housing" / "cal.housing.arff.gz")
    published = read_table(shared_data / "california-housing" / "housing.csv")
    assert len(arff) == len(published) == 20640
    value = next(name for name in arff.names if "value" in name.lower())
    assert sorted(arff[value]) == sorted(published["median_house_value"])
    digits = read_table(shared_data / "digits-8x8" / "optdigits.arff")
    assert (digits.shape, digits.reading.format) == ((5620, 65), "arff")


SPACED = {"boston-housing/housing.data": (506, 14), "german-credit/german.data": (1000, 21)}


@pytest.mark.parametrize("name", SPACED)
def test_cells_between_runs_of_spaces(shared_data: Path, name: str) -> None:
    table = read_table(shared_data / name)
    assert (table.shape, table.reading.delimiter, table.reading.header) == (
        SPACED[name],
        " ",
        False,
    )
    rows = [line.split() for line in (shared_data / name).read_text().splitlines()]
    _check_columns(table, rows)
