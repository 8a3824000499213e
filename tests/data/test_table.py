"""The table itself: what it accepts, how it answers."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.data.table import Table, is_number
from pellucid.errors import DataError

TABLE = Table(
    {
        "age": np.array([54, 61, 70]),
        "dose": [0.5, None, 2],
        "smoker": [True, False, True],
        "site": ["left", None, "right"],
        "code": np.array(["7", "8.5", "x"]),
    },
    source="ward.csv",
)


def test_columns_become_numbers_or_text() -> None:
    assert {name: TABLE.is_numeric(name) for name in TABLE.names} == {
        "age": True,
        "dose": True,
        "smoker": True,
        "site": False,
        "code": False,
    }
    np.testing.assert_array_equal(TABLE["dose"], [0.5, np.nan, 2])
    assert TABLE["smoker"].tolist() == [1.0, 0.0, 1.0]
    assert TABLE["site"].tolist() == ["left", None, "right"]
    assert (TABLE.shape, len(TABLE), "age" in TABLE, "Age" in TABLE) == ((3, 5), 3, True, False)


def test_missing_values_are_known() -> None:
    missing = {name: TABLE.missing(name).tolist() for name in ("age", "dose", "site")}
    nothing, second = [False] * 3, [False, True, False]
    assert missing == {"age": nothing, "dose": second, "site": second}


def test_columns_are_read_as_numbers_or_as_text() -> None:
    assert TABLE.strings("dose").tolist() == ["0.5", None, "2"]
    assert TABLE.strings("site").tolist() == ["left", None, "right"]
    assert Table({"n": [1e22, -0.0, 1e-7]}).strings("n").tolist() == [f"{10**22}", "0", "1e-07"]
    np.testing.assert_array_equal(Table({"n": ["1e3", None]}).numbers("n"), [1000, np.nan])
    with pytest.raises(DataError, match=r"ward.csv, column 'code': .* received 'x' in row 3"):
        TABLE.numbers("code")


def test_parts_of_a_table() -> None:
    part = TABLE.take([2, 0]).select(["site", "age"])
    assert part.names == ("site", "age")
    assert part["site"].tolist() == ["right", "left"]
    assert part["age"].tolist() == [70, 54]
    assert len(TABLE.take(TABLE["age"] > 60)) == 2
    assert repr(part) == "<Table ward.csv: 2 rows, 2 columns: site, age>"


def test_a_table_without_rows_or_columns() -> None:
    empty = TABLE.take([])
    assert empty.shape == (0, 5)
    assert empty.strings("age").tolist() == empty.strings("site").tolist() == []
    assert Table({}).shape == (0, 0)


def test_a_table_does_not_change() -> None:
    with pytest.raises(TypeError):
        TABLE.columns["new"] = np.zeros(3)


REFUSED = {
    "an unknown column": (
        lambda: TABLE["Agee"],
        r"ward.csv: expected a column 'Agee'; received age, dose, .*Did you mean 'age'\?",
    ),
    "a far name": (lambda: TABLE["zzz"], "expected a column 'zzz'"),
    "an unknown column selected": (lambda: TABLE.select(["age", "x"]), "a column 'x'"),
    "lengths": (lambda: Table({"a": [1], "b": [1, 2]}), r"one length; received .*'a': 1, 'b': 2"),
    "two axes": (lambda: Table({"a": np.eye(2)}), r"column 'a': expected one axis"),
    "a mixture": (lambda: Table({"a": [1, "x"]}), "numbers only, or text only|a number"),
    "objects": (lambda: Table({"a": [object()]}), "received a mixture"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused(name: str) -> None:
    call, told = REFUSED[name]
    with pytest.raises(DataError, match=told):
        call()


@pytest.mark.parametrize("text", ["0", "-1", "+3", ".5", "5.", "1e5", " 7 ", "-1.5E-3"])
def test_numbers(text: str) -> None:
    assert is_number(text)


@pytest.mark.parametrize(
    "text", ["", "-", "nan", "inf", "1e999", "1_0", "1,5", "0x1", "１２", "1 2"]
)
def test_not_numbers(text: str) -> None:
    assert not is_number(text)
