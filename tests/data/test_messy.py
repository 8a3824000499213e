"""Files that people find hard to read: what comes out of each, or the one line that is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas
import pytest

from pellucid.data import read_table
from pellucid.errors import DataError


class Read(NamedTuple):
    """A file that is read: its shape, cells of it by column and row, and facts of its report."""

    shape: tuple[int, int]
    cells: dict[tuple[str, int], object]
    facts: dict[str, Any] = {}


HEADERLESS = {"header": False}
TITLE_LINES = {"mixedGLB.csv": 2, "excel_pasting.csv": 2}

REAL: dict[str, Read | str] = {
    "AppleStore.csv": Read((7195, 17), {("track_name", 0): "PAC-MAN Premium", ("price", 0): 3.99}),
    "Mall_Customers.csv": Read((200, 5), {("CustomerID", 0): "0001", ("Age", 199): 30.0}),
    "attention_unnamed_index.csv": Read(
        (60, 5), {("column_1", 59): 59.0, ("score", 0): 2.0}, {"renamed": {"column_1": ""}}
    ),
    "brain_networks_3_header_rows.csv": "line 1: expected one row of names above the values",
    "gdp_per_capita.csv": Read(
        (189, 7),
        {("2015", 1): 3995.383, ("Country", 40): "Côte d'Ivoire", ("2015", 88): None},
        {"encoding": "cp1252", "delimiter": "\t", "numerals": {"2015": "1,234.5"}},
    ),
    "googleplaystore.csv": Read((10840, 13), {("Rating", 0): 4.1, ("Installs", 0): "10,000+"}),
    "happiness_2019.csv": Read((156, 9), {("Score", 0): 7.769}),
    "healthexp_raw.csv": Read((1556, 4), {("Spending_USD", 0): 173.391, ("Country", 0): "AUT"}),
    "mpg.csv": Read((398, 9), {("horsepower", 32): None, ("name", 0): "chevrolet chevelle malibu"}),
    "oasis_cross-sectional.csv": Read((436, 12), {("MMSE", 3): None, ("Delay", 0): None}),
    "oecd_bli_2015.csv": Read((3292, 17), {("LOCATION", 0): "AUS", ("Value", 0): 1.1}),
    "planets.csv": Read(
        (1035, 6), {("orbital_period", 2): 763.0, ("method", 0): "Radial Velocity"}
    ),
    "seaice_raw_wide.csv": Read((366, 47), {("Month", 1): None, ("1980", 0): 14.2}),
    "taxis.csv": Read((6433, 14), {("tip", 0): 2.15, ("pickup", 0): "2019-03-23 20:21:09"}),
}

HORROR: dict[str, Read | str] = {
    "badcolspan.html": "received HTML or XML",
    "begrotingsanalyse-2011.csv": "line 4: expected one row of names above the values",
    "blank_line.ods": Read((3, 3), {("Name", 2): "Ian", ("When", 0): "2010-10-10"}, {"n_blank": 1}),
    "characters.csv": Read(
        (382, 18), {("景點編號", 0): "C1_395000000A_000001"}, {"encoding": "cp950"}
    ),
    "complex.csv": Read((3, 4), {("temperature", 2): 6e6, ("place", 0): None}),
    "complex.html": "received HTML or XML",
    "encrypted_no_password.xls": "expected a whole spreadsheet",
    "example.tsv": Read((140, 17), {("expr1_0_imp", 0): 15955.0}, {"delimiter": "\t"}),
    "excel_pasting.csv": Read((16, 9), {("2000", 0): 2666.0}, {"n_blank": 1}),
    "excel_properties.xls": Read((18, 1), {("bold", 0): "italic"}),
    "html.html": "received HTML or XML",
    "invisible_text.html": "received HTML or XML",
    "large.xlsx": "large.xlsx, Report, line 4: expected one row of names above the values",
    "libreoffice.xlsx": "expected a sheet with cells; received empty sheets only",
    "loffice-4.4.1.2.ods": Read((3, 3), {("Age", 1): 23.0}),
    "long.csv": Read((4000, 1), {("column_1", 3999): "foo"}, HEADERLESS),
    "mixedGLB.csv": Read((133, 19), {("Year", 0): 1880.0}, {"header": True}),
    "multilineods.ods": "Sheet1: expected rows below the header; received none",
    "null.csv": Read((10, 4), {("column_2", 0): None, ("column_4", 0): 0.0}, HEADERLESS),
    "ods_formats.ods": Read((5, 10), {("Date", 0): "2014-11-11", ("Boolean", 0): "true"}),
    "rowcolspan.html": "received HTML or XML",
    "simple.csv": Read((6, 3), {("temperature", 1): -1.0, ("date", 0): "2011-01-01"}),
    "simple.ods": Read((3, 3), {("Name", 0): "Bob"}),
    "simple.psv": Read((28, 6), {("Year", 0): 1986.0}, {"delimiter": "|"}),
    "simple.ssv": Read((6, 3), {("place", 5): "Berkeley"}, {"delimiter": ";"}),
    "simple.unknown": "received an empty file",
    "simple.xls": Read((6, 3), {("temperature", 1): -1.0, ("date", 0): "2011-01-01"}),
    "simple.xlsx": Read((6, 3), {("temperature", 1): -1.0, ("date", 0): "2011-01-01"}),
    "simple.zip": Read((6, 3), {("temperature", 1): -1.0}, {"packed": "zip", "part": "simple.csv"}),
    "skip_initials.csv": Read((2, 2), {("field2", 0): "goodbye"}),
    "small.csv": "expected rows below the header; received none",
    "span_rich.xls": Read((5, 4), {("h", 0): "MERGE"}),
    "spanish_chars.csv": Read(
        (115, 8), {("Gasto total 2011", 0): 229932.5}, {"encoding": "cp1252", "n_blank": 1}
    ),
    "sparse_with_column_errors.csv": Read(
        (2200, 4), {("Kapitel/Titel", 2): "300368540"}, {"encoding": "cp1252", "n_blank": 37}
    ),
    "sw_gen.xlsx": Read((15, 17), {("id_str", 0): "474939423470395392", ("lang", 0): "en"}),
    "unicode_sheet_name.xls": "mês: expected rows below the header; received none",
    "utf-16le_encoded.csv": Read((327, 19), {}, {"encoding": "utf-16"}),
    "utf8bom.csv": "expected rows below the header; received none",
    "weird_head_padding.csv": "line 74: expected 11 cells, as in the first row; received 1",
}  # fmt: skip

CASES = [
    *(("messy-real", name, outcome) for name, outcome in REAL.items()),
    *(("messy-tables-horror", name, outcome) for name, outcome in HORROR.items()),
]


@pytest.mark.parametrize(("folder", "name", "outcome"), CASES, ids=[case[1] for case in CASES])
def test_each_file_comes_out_as_looked_at(
    shared_data: Path, folder: str, name: str, outcome: Read | str
) -> None:
    path = shared_data / folder / name
    if isinstance(outcome, str):
        with pytest.raises(DataError) as caught:
            read_table(path)
        assert outcome in str(caught.value)
        assert "\n" not in str(caught.value)
        return
    table = read_table(path)
    assert table.shape == outcome.shape
    for (column, row), value in outcome.cells.items():
        cell = table[column][row]
        assert (None if cell != cell else cell) == value, (column, row)
    report = table.reading.to_json()
    assert {key: report[key] for key in outcome.facts} == outcome.facts
    assert len(table.reading.above) == TITLE_LINES.get(name, 0) + (name == "large.xlsx")


def test_no_messy_file_is_left_out(shared_data: Path) -> None:
    for folder, outcomes in (("messy-real", REAL), ("messy-tables-horror", HORROR)):
        notes = {"README.txt", "README.md"}
        assert {path.name for path in (shared_data / folder).iterdir()} - notes == set(outcomes)


def test_refused_rows_are_told_and_written(shared_data: Path, tmp_path: Path) -> None:
    table = read_table(shared_data / "messy-real" / "googleplaystore.csv")
    (refused,) = table.reading.refused
    assert (refused.line, refused.reason_key) == (10474, "cells")
    assert refused.text.startswith("Life Made WI-Fi Touchscreen Photo Frame | 1.9 | 19")
    assert table.take([1, 2]).select(["App"]).reading is table.reading
    written = table.reading.write_refused(tmp_path / "refused.csv")
    assert pandas.read_csv(written)["line"].tolist() == [10474]
    assert [path.name for path in tmp_path.iterdir()] == ["refused.csv"]
    (tmp_path / "usual").touch()
    assert written.stat().st_mode == (tmp_path / "usual").stat().st_mode  # others may read it, too
    shown = json.loads(json.dumps(table.reading.to_json()))["refused"]
    assert (shown["count"], shown["lines"][0]["line"]) == (1, 10474)


def test_a_side_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" + "1,2\n" * 20 + "3\n")
    report = read_table(tmp_path / "a.csv").reading
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):
        report.write_refused(tmp_path / "taken")
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", "taken"}


@pytest.mark.parametrize(("n_good", "is_read"), [(18, True), (17, False)])
def test_one_refused_row_in_ten_is_the_limit(tmp_path: Path, n_good: int, is_read: bool) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2,3\n4\n" + "5,6\n" * n_good)
    if is_read:
        table = read_table(tmp_path / "a.csv")
        assert (len(table), [row.line for row in table.reading.refused]) == (n_good, [2, 3])
    else:
        with pytest.raises(DataError, match="line 2: expected 2 cells, .*; received 3"):
            read_table(tmp_path / "a.csv")
