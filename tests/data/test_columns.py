"""What a column turns out to be: numbers written in many ways, marks, words that look like some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.data import read_table
from pellucid.data.columns.marks import MISSING_MARKS

NAN = float("nan")

# The cells of one column in a file of its own, separated by semicolons from a second column.
NUMERALS = {
    "decimal commas": (["1,5", "2,25", "-0,5"], [1.5, 2.25, -0.5], ","),
    "commas in groups": (["1,234,567", "1,000", "12"], [1234567, 1000, 12], "."),
    "commas in groups, points": (["1,234.5", "2,000.25"], [1234.5, 2000.25], "."),
    "points in groups, commas": (["1.234,5", "2.000,25"], [1234.5, 2000.25], ","),
    "points in groups": (["1.234.567", "1.000"], [1234567, 1000], ","),
    "spaces in groups": (["1 234,5", "12 000,25"], [1234.5, 12000.25], ","),
    "hard spaces in groups": (["1\u00a0234", "12\u202f000"], [1234, 12000], None),
    "apostrophes in groups": (["1'234.5", "12’000.25"], [1234.5, 12000.25], "."),
    "commas with exponents": (["1,5e3", "2,5E-2"], [1500, 0.025], ","),
    "either, in a file of semicolons": (["1,234", "2,345"], [1.234, 2.345], ","),
    "plain points": (["1.234", "2.345"], [1.234, 2.345], None),
    "both signs at odds": (["1,5", "2.5"], ["1,5", "2.5"], None),
    "groups of two": (["1,23,456", "2"], ["1,23,456", "2"], None),
    "a code beside": (["1,5", "08123"], ["1,5", "08123"], None),
    "a version": (["1.2.3", "1.2.4"], ["1.2.3", "1.2.4"], None),
    "a date with points": (["1.2.2020", "3.4.2021"], ["1.2.2020", "3.4.2021"], None),
    "a share": (["1,5 %", "2 %"], ["1,5 %", "2 %"], None),
    "a list": (["1,2,3", "4,5,6"], ["1,2,3", "4,5,6"], None),
    "marks between": (["1,5", "NA", "-", "2,5"], [1.5, NAN, NAN, 2.5], ","),
}


@pytest.mark.parametrize("name", NUMERALS)
def test_numbers_as_people_write_them(tmp_path: Path, name: str) -> None:
    cells, expected, decimal = NUMERALS[name]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["value;other", *(f"{cell};x" for cell in cells)]), "utf-8")
    table = read_table(path)
    if isinstance(expected[0], str):
        assert table["value"].tolist() == expected
    else:
        np.testing.assert_array_equal(table["value"], expected)
    if decimal:
        assert table.reading.decimal == decimal


def test_other_columns_decide_what_one_leaves_open(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = {'"1,234","1,5"': 1.234, '"1,234","1.5"': 1234.0, '"1.234","1,5"': 1234.0}
    for row, expected in rows.items():
        path.write_text(f"a,b\n{row}\n{row}\n")
        assert read_table(path)["a"].tolist() == [expected, expected], row
    path.write_text('a,b\n"1,234",x\n')
    assert read_table(path)["a"].tolist() == [1234.0]
    assert read_table(path, decimal=",")["a"].tolist() == [1.234]
    path.write_text('a,b\n"1,5",2.5\n"2,5",3.5\n')
    assert read_table(path, decimal=".")["a"].tolist() == ["1,5", "2,5"]
    assert read_table(path, decimal=",")["b"].tolist() == ["2.5", "3.5"]


MARKS = {
    "among numbers": ("1 - 2", [1, NAN, 2], {"-": 1}, {}),
    "no pluses": ("a - b", ["a", None, "b"], {"-": 1}, {}),
    "a strip": ("- + ++ -", ["-", "+", "++", "-"], {}, {"-": 2}),
    "symptoms": ("None mild None ?", ["None", "mild", "None", None], {"?": 1}, {"None": 2}),
    "no symptoms": ("None cough", [None, "cough"], {"None": 1}, {}),
    "Chinese history": ("无 有 无 缺失", ["无", "有", "无", None], {"缺失": 1}, {"无": 2}),
    "Chinese words": ("无 北京", [None, "北京"], {"无": 1}, {}),
    "infinite numbers": ("1 inf -inf", [1, NAN, NAN], {"inf": 1, "-inf": 1}, {}),
    "infinite words": ("a inf", ["a", "inf"], {}, {"inf": 1}),
    "all of one": ("- -", [NAN, NAN], {"-": 2}, {}),
}


@pytest.mark.parametrize("name", MARKS)
def test_marks_are_told_from_values_column_by_column(tmp_path: Path, name: str) -> None:
    cells, expected, missing, kept = MARKS[name]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["k,value", *(f"{k},{c}" for k, c in enumerate(cells.split()))]))
    table = read_table(path)
    np.testing.assert_array_equal(
        table["value"], np.array(expected, dtype=table["value"].dtype), strict=True
    )
    report = table.reading.to_json()
    assert report["missing"].get("value", {}).get("marks", {}) == missing
    assert report["kept"].get("value", {}) == kept
    everywhere = read_table(path, missing=[*MISSING_MARKS, "inf", "-inf"])
    assert int(everywhere.missing("value").sum()) == sum(missing.values()) + sum(kept.values())


def test_marks_with_signs_of_patterns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("k,a\n1,{0}\n2,x\n3,a.b\n4,'\n5,axb\n")
    table = read_table(tmp_path / "a.csv", missing=["{0}", "a.b", "'", "\\"])
    assert table["a"].tolist() == [None, "x", None, None, "axb"]


def test_many_columns(tmp_path: Path) -> None:
    names = [f"c{k}" for k in range(2000)]
    row = ",".join(str(k) for k in range(2000))
    (tmp_path / "a.csv").write_text("\n".join([",".join(names), row, row]))
    table = read_table(tmp_path / "a.csv")
    assert table.shape == (2, 2000)
    assert table["c1999"].tolist() == [1999.0, 1999.0]
