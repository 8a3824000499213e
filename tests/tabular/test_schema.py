"""What columns are taken for: one by one, and in tables that people publish."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Table, read_table
from pellucid.tabular.schema import infer_column, infer_schema

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
    assert column.is_feature == (kind in ("numeric", "boolean", "categorical"))


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
