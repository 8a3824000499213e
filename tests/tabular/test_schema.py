"""What columns are taken for: one by one, and in tables that people publish."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Table, read_table
from pellucid.errors import DataError
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.reasons import Reason
from pellucid.tabular.schema import ColumnSchema, infer_column, infer_schema

# Name of the column, its values, the kind, what the reason must say.
COLUMNS = {
    "numbers": ("age", [1.5, 2, None, 9], "numeric", "numbers from 1.5 to 9"),
    "whole numbers": ("age", [1, 2, 9], "numeric", "whole numbers from 1 to 9"),
    "whole numbers that never repeat": ("income", range(900, 1000), "numeric", "whole"),
    "a straight line": ("x", range(1, 21), "numeric", "from 1 to 20"),
    "zero and one": ("sick", [0, 1, 1, None], "boolean", "values 0 and 1"),
    "yes and no": ("sick", ["Yes", "No", "Yes"], "boolean", "values No and Yes"),
    "true and false": ("sick", ["TRUE", "FALSE"], "boolean", "values FALSE and TRUE"),
    "t and f": ("sick", ["t", "f"], "boolean", "values f and t"),
    "in Chinese": ("患病", ["是", "否"], "boolean", "values 否 and 是"),
    "one and two": ("sex", [1, 2, 1], "numeric", "from 1 to 2"),
    "yes and unknown": ("sick", ["yes", "unknown"], "categorical", "2 different"),
    "both spellings": ("sick", ["yes", "Yes", "no"], "categorical", "3 different"),
    "words": ("site", ["left", "right", None, "left"] * 5, "categorical", "2 different"),
    "few words": ("site", ["a", "b", "c"], "categorical", "3 different"),
    "one value": ("hand", ["R", "R", None], "constant", "every value is R"),
    "one number": ("hand", [3, 3], "constant", "every value is 3"),
    "nothing": ("hand", [None, None], "constant", "no row has a value"),
    "no rows": ("hand", [], "constant", "no row has a value"),
    "an id": ("id", [7, 3, 9, 7], "identifier", "its name, and 3 different values in 4 rows"),
    "an id of a few": ("country_id", [1, 2, 3] * 10, "numeric", "from 1 to 3"),
    "an id seen often": ("patient_id", [*range(300)] * 10, "identifier", "300 different"),
    "an id with fractions": ("id", [0.5, 1.5, 2.5], "numeric", "from 0.5"),
    "a text id": ("Individual ID", ["N1", "N2", "N1", "N3"], "identifier", "its name"),
    "names": ("name", [f"Ann {k}" for k in range(12)], "identifier", "different in every row"),
    "an index": ("column_1", range(0, 50, 2), "identifier", "growing whole numbers"),
    "a shuffled column_1": ("column_1", [3, 1, 2] * 9, "numeric", "whole"),
    "mostly different": ("ticket", [f"A {k // 3 * 2}" for k in range(30)] + ["B"] * 2 +
                         [f"C {k}" for k in range(20)], "text", "31 different values in 52 rows"),
    "too many words": ("town", [f"t{k % 300}" for k in range(3000)], "text", "300 different"),
    "256 words": ("town", [f"t{k % 256}" for k in range(3000)], "categorical", "256 different"),
    "counted rows": ("No", range(5, 60), "identifier", "count the rows"),
    "numbered by the row": ("text", range(60), "identifier", "count the rows from 0"),
    "numbered, some rows away": ("text", [k for k in range(90) if k % 7 and k % 5 != 3],
                                 "identifier", "count the rows from 1"),
    "counted, some rows away": ("No", [k for k in range(100, 190) if k % 4], "identifier", "count"),
    "years": ("year", range(1821, 1935), "numeric", "from 1821 to 1934"),
    "squares": ("x", [k * k for k in range(60)], "numeric", "whole"),
    "ages in order": ("age", sorted([*range(60)] * 2), "numeric", "whole"),
    "anew in each group": ("Pos. No", [*range(1, 40), *range(1, 30)], "identifier", "count"),
    "the owner's number": ("hospital_number", [534817, 530334, 528151], "identifier", "its name"),
    "a hospital number": ("住院号", [530101, 534817, 530334], "identifier", "its name"),
    "days": ("seen", ["2020-01-31", "2019-12-01", None], "date",
             "dates from 2019-12-01 to 2020-01-31, written YYYY-MM-DD"),
    "days that never repeat": ("seen", [f"{k}/01/2020" for k in range(1, 32)], "date", "DD/MM"),
    "days in Chinese": ("就诊", ["2020年1月3日", "2020年12月30日"], "date", "2020-12-30"),
    "days in eight digits": ("day", range(20200101, 20200131), "date", "YYYYMMDD"),
    "eight digits": ("count", range(20200101, 20200141), "numeric", "whole"),
    "sizes": ("size", ["M", "S", "L"] * 4, "ordinal", "S < M < L"),
    "age bands": ("age", ["10-14", "5-9", "15+"] * 4, "ordinal", "ranges"),
    "positive": ("test", ["阴性", "阳性"], "boolean", "values 阴性 and 阳性"),
    "a slip of the pen": ("dose", [str(k % 40) for k in range(60)] + ["3,5"], "text",
                          "numbers but for 1 of 61 cells, first '3,5' in row 61"),
}  # fmt: skip


@pytest.mark.parametrize("case", COLUMNS)
def test_kinds(case: str) -> None:
    name, values, kind, reason = COLUMNS[case]
    column = infer_column(Table({name: list(values)}), name)
    assert (column.kind, reason in column.reason) == (kind, True), column.reason
    present = [value for value in values if value is not None]
    assert column.n_rows == len(list(values))
    assert column.n_missing == len(list(values)) - len(present)
    assert column.n_distinct == len(set(present))
    learnable = ("numeric", "boolean", "categorical", "ordinal", "date")
    assert column.is_feature == column.can_be_feature == (kind in learnable)
    assert column.reason == column.text("en") != column.text("zh")


ID_NAMES = [
    "id", "ID", "Id", "PatientId", "patient_id", "CustomerID", "IDNumber", "sample id", "row.id",
    "uuid", "index", "RowNumber", "row_number", "rownames", "Unnamed: 0", "编号", "患者编号",
]  # fmt: skip
OTHER_NAMES = [
    "acid",
    "humidity",
    "paid",
    "idle",
    "Identity",
    "BMI index",
    "number",
    "keys",
    "价格",
]


@pytest.mark.parametrize("name", ID_NAMES)
def test_names_of_ids(name: str) -> None:
    assert infer_column(Table({name: [5, 3, 8]}), name).kind == "identifier"


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_names_of_measurements(name: str) -> None:
    assert infer_column(Table({name: [5, 3, 8]}), name).kind == "numeric"


def test_ranges_and_categories() -> None:
    table = Table({"n": [3, None, -1.5], "t": ["b", "a", None], "b": ["yes", "no", "no"]})
    number, text, boolean = infer_schema(table)
    assert (number.minimum, number.maximum, number.whole) == (-1.5, 3.0, False)
    assert text.categories == ("a", "b")
    assert boolean.categories == ("no", "yes")
    assert json.loads(json.dumps(dataclasses.asdict(text)))["categories"] == ["a", "b"]


@pytest.mark.parametrize("name", ["titanic/titanic-seaborn.csv", "penguins/penguins_raw.csv"])
def test_json_brings_the_schema_back(name: str, shared_data: Path) -> None:
    table = read_table(shared_data / name)
    overrides = Overrides(leave_out=(table.names[4],), missing={"*": ("NO",)})
    for column in infer_schema(table, target=table.names[0], overrides=overrides):
        facts = json.loads(json.dumps(column.to_json(), allow_nan=False))
        assert ColumnSchema.from_json(facts) == column
        assert facts["used"] == column.is_feature
        assert facts["reason"] == column.reason
        assert Reason(facts["reason_key"], facts["reason_values"]).text("zh") == column.text("zh")
    with pytest.raises(KeyError):
        ColumnSchema.from_json({**facts, "why": {"key": "because", "values": {}}})


def test_words_that_are_mostly_blank_are_no_key() -> None:
    months = [*(f"month {k}" for k in range(12)), *[None] * 40]
    assert infer_column(Table({"month": months}), "month").kind == "text"


def test_one_value_and_blanks_are_pointed_out() -> None:
    (column,) = infer_schema(Table({"died": ["yes", None] * 10}))
    assert (column.kind, column.warnings[0].key) == ("constant", "value_or_blank")
    assert infer_schema(Table({"died": ["yes"] * 20}))[0].warnings == ()


@pytest.mark.parametrize("other", ["yes", "YES", "Ｙes", "Y es"])
def test_values_spelled_in_two_ways_are_pointed_out(other: str) -> None:
    (column,) = infer_schema(Table({"answer": ["Yes", other, "No"] * 10}))
    (warning,) = column.warnings
    assert (warning.key, {*warning.values.values()}) == ("spellings", {"Yes", other})
    assert infer_schema(Table({"answer": ["Yes", "No", "Perhaps"] * 10}))[0].warnings == ()


def test_days_and_months_that_cannot_be_told_apart_are_pointed_out() -> None:
    days = ["01/02/2020", "03/04/2020", "05/06/2021"]
    (column,) = infer_schema(Table({"seen": days}))
    assert [each.key for each in column.warnings] == ["day_or_month"]
    assert infer_schema(Table({"seen": [*days, "31/01/2020"]}))[0].warnings == ()


def test_keys_in_files_without_a_header(shared_data: Path) -> None:
    for name, n_columns, keys in (
        ("wdbc/wdbc.data", 32, ["column_1"]),
        ("wbc-original/breast-cancer-wisconsin.data", 11, ["column_1"]),
        ("pima-diabetes/pima-indians-diabetes.data.csv", 9, []),
        ("adult/adult-train.csv.gz", 15, []),
    ):
        names = ["column_1", *(f"x{k}" for k in range(2, n_columns + 1))]
        schema = infer_schema(read_table(shared_data / name, names=names))
        assert [c.name for c in schema if c.kind == "identifier"] == keys


# One word a column that is no plain feature.
ROLES = {
    ("titanic/titanic-seaborn.csv", "survived"): {
        "survived": "target", "class": "duplicate", "embark_town": "duplicate", "alive": "leak"},
    ("churn-modelling/Churn_Modelling.csv", "Exited"): {
        "RowNumber": "left_out", "CustomerId": "left_out", "Surname": "left_out",
        "Exited": "target"},
    ("cardio-70k/cardio_train.csv.gz", "cardio"): {"id": "left_out", "cardio": "target"},
    ("stroke/healthcare-dataset-stroke-data.csv", "stroke"): {
        "id": "left_out", "stroke": "target"},
    ("framingham/framingham.csv", "CHD"): {"CHD": "target"},
    ("penguins/penguins_raw.csv", "Species"): {
        "rownames": "left_out", "Sample Number": "left_out", "Species": "target",
        "Region": "left_out", "Stage": "left_out", "Individual ID": "left_out"},
    ("diamonds/diamonds.csv.gz", "price"): {"price": "target"},
    ("bank-marketing/bank-full.csv.gz", "y"): {"y": "target"},
    ("messy-real/happiness_2019.csv", "Score"): {
        "Overall rank": "left_out", "Country or region": "left_out", "Score": "target"},
    ("time-series-small/pollution.csv.gz", "pm2.5"): {"No": "left_out", "pm2.5": "target"},
}  # fmt: skip


@pytest.mark.parametrize(("name", "target"), ROLES)
def test_roles_in_published_tables(name: str, target: str, shared_data: Path) -> None:
    schema = infer_schema(read_table(shared_data / name), target=target)
    assert {c.name: c.role for c in schema if not c.is_feature} == ROLES[name, target]


ADULT = (
    "age workclass fnlwgt education education-num marital-status occupation relationship race sex "
    "capital-gain capital-loss hours-per-week native-country income"
).split()


def test_years_of_education_say_the_degree(shared_data: Path) -> None:
    table = read_table(shared_data / "adult" / "adult-train.csv.gz", names=ADULT)
    schema = infer_schema(table, target="income")
    left = {c.name: c.reason for c in schema if c.role == "duplicate"}
    assert left == {"education": "'education-num' under other names, one to one"}


def test_orders_of_diamonds(shared_data: Path) -> None:
    schema = infer_schema(read_table(shared_data / "diamonds" / "diamonds.csv.gz"), target="price")
    assert [(c.name, c.categories[0], c.categories[-1]) for c in schema if c.kind == "ordinal"] == [
        ("cut", "Fair", "Ideal"),
        ("color", "J", "D"),
        ("clarity", "I1", "IF"),
    ]


def test_a_target_that_is_absent_is_told() -> None:
    with pytest.raises(DataError, match="Did you mean 'sick'"):
        infer_schema(Table({"sick": [0, 1]}), target="sik")


# One letter a column, the first of its kind; K for constant.
PUBLISHED = {
    "titanic/kaggle-train.csv": "IBNICNNNTNTC",
    "stroke/healthcare-dataset-stroke-data.csv": "ICNBBBCCNNCB",
    "churn-modelling/Churn_Modelling.csv": "IITNCCNNNNBBNB",
    "penguins/penguins.csv": "CCNNNNC",
    "penguins/penguins_raw.csv": "ICICKCKIBDNNNNCNNC",
    "cardio-70k/cardio_train.csv.gz": "INNNNNNNNBBBB",
    "messy-real/oasis_cross-sectional.csv": "ICKNNNNNNNNN",
    "messy-real/Mall_Customers.csv": "ICNNN",
    "messy-real/attention_unnamed_index.csv": "INCNN",
    "california-housing/housing.csv": "NNNNNNNNNC",
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_tables(shared_data: Path, name: str) -> None:
    schema = infer_schema(read_table(shared_data / name))
    letters = ["K" if column.kind == "constant" else column.kind[0].upper() for column in schema]
    assert "".join(letters) == PUBLISHED[name]


VALUES = st.one_of(
    st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False)),
    st.lists(st.none() | st.text(min_size=1, max_size=5)),
)


@given(st.text(min_size=1, max_size=10), VALUES)
def test_any_column_is_something(name: str, values: list) -> None:
    column = infer_column(Table({name: values}), name)
    present = [value for value in values if value is not None]
    assert column.n_missing + len(present) == column.n_rows == len(values)
    assert (column.kind == "constant") == (len(set(present)) < 2)
    assert column.reason
    if column.categories:
        assert len(column.categories) == column.n_distinct == len(set(column.categories))
