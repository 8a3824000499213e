"""Small files of every kind: what is read from tables, what is said of everything else."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import read, read_table
from pellucid.data.columns.judge import SPACE
from pellucid.data.columns.marks import MISSING_MARKS
from pellucid.data.formats import csv_file
from pellucid.data.formats.headers import looks_like_data
from pellucid.errors import DataError, MissingDependencyError

HEADER, ROWS = b"age,site\n", b"54,left\n61,right\n"
PLAIN = HEADER + ROWS
EXPECTED = {"age": [54.0, 61.0], "site": ["left", "right"]}
BOM = b"\xef\xbb\xbf"

SAME = {
    "plain": lambda text: text,
    "no last line end": lambda text: text[:-1],
    "byte-order mark": lambda text: BOM + text,
    "semicolon": lambda text: text.replace(b",", b";"),
    "tab": lambda text: text.replace(b",", b"\t"),
    "pipe": lambda text: text.replace(b",", b"|"),
    "windows": lambda text: text.replace(b"\n", b"\r\n"),
    "old mac": lambda text: text.replace(b"\n", b"\r"),
    "mixed line ends": lambda text: text.replace(b"\n", b"\r\n", 1),
    "mixed the other way": lambda text: text[:-1] + b"\r\n",
    "doubled carriage returns": lambda text: text.replace(b"\n", b"\r\r\n"),
    "blank lines": lambda text: b"\n\n" + text.replace(b"\n", b"\n\n") + b"\n",
    "lines of spaces": lambda text: b"  \n" + text.replace(b"\n", b"\n \n") + b"\t\n",
    "padded": lambda text: b" " + text.replace(b",", b"  , ").replace(b"\n", b" \t\n"),
    "padded by Excel": lambda text: text.replace(b",", b"\xc2\xa0,\xe3\x80\x80"),
    "quoted": lambda text: b'"' + text.replace(b",", b'","').replace(b"\n", b'"\n"')[:-1],
    "quoted in part": lambda text: text.replace(b",", b',"').replace(b"\n", b'"\n'),
    "padded quotes": lambda text: text.replace(b",", b',  "').replace(b"\n", b'"\n'),
    "gzip": gzip.compress,
    "gzip with byte-order mark": lambda text: gzip.compress(BOM + text),
    "gzip with mixed line ends": lambda text: gzip.compress(text[:-1] + b"\r\n"),
    "gzip in two parts": lambda text: gzip.compress(text[:9]) + gzip.compress(text[9:]),
    "a last cell over two lines": lambda text: text.replace(b"right", b'"right\n"'),
    "an empty row": lambda text: text + b",\n",
    "GB18030 of letters": lambda text: text.decode().encode("gb18030"),
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.decode().encode("utf-16-le"),
    "UTF-16, large end first": lambda text: text.decode().encode("utf-16-be"),
    "UTF-32": lambda text: text.decode().encode("utf-32"),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "a first cell over two lines": lambda text: b'"' + text.replace(b",", b'\n",', 1),
}


def _read(tmp_path: Path, content: bytes, **options):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return read_table(path, **options)


def _lists(table) -> dict[str, list]:
    return {name: table[name].tolist() for name in table.names}


@pytest.mark.parametrize("name", SAME)
def test_one_table_written_in_many_ways(tmp_path: Path, name: str) -> None:
    table = _read(tmp_path, SAME[name](PLAIN))
    assert _lists(table) == EXPECTED
    assert table.source == "file.csv"


@pytest.mark.parametrize("name", SAME)
def test_names_instead_of_a_header(tmp_path: Path, name: str) -> None:
    assert _lists(_read(tmp_path, SAME[name](ROWS), names=["age", "site"])) == EXPECTED


NAN = float("nan")
CELLS = {
    "numbers": (b"1\n-2.5\n+3e2\n.5\n5.\n0\n00.7\n", [1, -2.5, 300, 0.5, 5, 0, 0.7]),
    "missing numbers": (b"1\n?\n\n2\n", [1, NAN, 2]),
    "nothing": (b"?\nNA\n", [NAN, NAN]),
    "words": (b"a\nb c\nd\n", ["a", "b c", "d"]),
    "one word among numbers": (b"1\n2\nx\n", ["1", "2", "x"]),
    "not finite": (b"1\ninf\n", [1, NAN]),
    "not finite among words": (b"a\ninf\n", ["a", "inf"]),
    "too large": (b"1\n1e999\n", ["1", "1e999"]),
    "thousands": (b'"1,000"\n"2,000"\n', [1000, 2000]),
    "underscores": (b"1_000\n2\n", ["1_000", "2"]),
    "keys of 16 digits": (b"9007199254740993\n1\n", ["9007199254740993", "1"]),
    "codes with zeros in front": (b"08123\n12345\n", ["08123", "12345"]),
    "numbers of 15 digits": (b"900719925474099\n1\n", [900719925474099, 1]),
    "long fractions": (b"0.1234567890123456789\n1\n", [0.1234567890123456789, 1]),
    "other digits": ("１２\n3\n".encode(), ["１２", "3"]),
    "dates": (b"2020-01-31\n2020-02-01\n", ["2020-01-31", "2020-02-01"]),
    "truth": (b"true\nFALSE\n", ["true", "FALSE"]),
    "quotes within": (b'"say ""a"""\nx"y\n', ['say "a"', 'x"y']),
    "a line end within": (b'"two\nlines"\nb\n', ["two\nlines", "b"]),
    "a Windows line end within": (b'"two\r\nlines"\r\nb\r\n', ["two\nlines", "b"]),
    "unicode": ("良性\nété 🙂\n".encode(), ["良性", "été 🙂"]),
    "quoted emptiness": (b'""\n"a"\n', [None, "a"]),
    "a comment": (b"#a\nb\n", ["#a", "b"]),
}


@pytest.mark.parametrize("name", CELLS)
def test_cells(tmp_path: Path, name: str) -> None:
    body, expected = CELLS[name]
    column = _read(tmp_path, b"value\n" + body)["value"]
    assert len(column) == len(expected)
    if isinstance(expected[0], str) or expected[0] is None:
        assert column.dtype == object
        assert column.tolist() == expected
    else:
        assert column.dtype == np.float64
        np.testing.assert_array_equal(column, expected)


@pytest.mark.parametrize("mark", ["", *MISSING_MARKS])
def test_every_missing_mark(tmp_path: Path, mark: str) -> None:
    table = _read(tmp_path, f"k,n,t\n1,1,a\n2, {mark} ,{mark}\n3,3,c\n".encode())
    np.testing.assert_array_equal(table["n"], [1, NAN, 3])
    assert table["t"].tolist() == ["a", None, "c"]


def test_missing_marks_of_ones_own(tmp_path: Path) -> None:
    marks = ["-999", "not known", "a.b", "|"]
    content = b"n;t\n1;axb\n-999;not known\n3;a.b\n4;?\n5;|\n"
    table = _read(tmp_path, content, missing=marks)
    np.testing.assert_array_equal(table["n"], [1, NAN, 3, 4, 5])
    assert table["t"].tolist() == ["axb", None, None, "?", None]


def test_columns_without_a_name_and_names_of_any_kind(tmp_path: Path) -> None:
    table = _read(tmp_path, b',Age,age,"a,b",c0,  two  words\n0,1,2,3,4,5\n1,5,6,7,8,9\n')
    assert table.names == ("column_1", "Age", "age", "a,b", "c0", "two words")
    assert [float(table[name][0]) for name in table.names] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", ["a*b.csv", "a?b.csv", "a[x]b.csv", "数据 表.csv", "q'b.csv"])
def test_names_of_files_are_no_patterns(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(PLAIN)
    for decoy in ("axb.csv", "aXYb.csv"):
        (tmp_path / decoy).write_bytes(b"age,site\n0,decoy\n")
    assert _lists(read_table(tmp_path / name)) == EXPECTED


REFUSED = {
    "empty": (b"", "expected a header and rows; received an empty file"),
    "empty gzip": (gzip.compress(b""), "received an empty file"),
    "blank lines only": (b"\n  \n\r\n", "received blank lines only"),
    "header only": (b"a,b\n", "expected rows below the header; received none"),
    "header and blank lines": (b"a,b\n\n \n", "rows below the header"),
    "short row": (b"a,b,c\n1,2,3\n4,5\n", "line 3: expected 3 cells, .*; received 2"),
    "long row": (b"a,b\n1,2\n3,4\n5,6,7\n", "line 4: expected 2 cells, .*; received 3"),
    "row after a tall cell": (b'a,b\n"x\ny\nz",2\n3\n', "line 5: expected 2 cells"),
    "mostly empty names": (b"a,,\n1,2,3\n1,2,3\n", "line 1: expected a header .* mostly empty"),
    "open quote": (b'a,b\n1,"x\n2,y\n', "line 2: .* received a quote without its counterpart"),
    "text after a quote": (b'a,b\n"x"y,2\n', "line 2: .*a quote without its counterpart"),
    "endless open quote": (b'a,b\n1,"' + b"x\n" * 100_000, "line 2: .*quote without"),
    "nearly UTF-8": ("a,b\n1,été\n".encode()[:-2] + b"\n", "line 2: expected text in UTF-8; .* c3"),
    "zeros": (b"a,b\n1,2\0\n", "expected a table; received binary data"),
    "zeros far below": (b"a,b\n" + b"1,2\n" * 90_000 + b"1,\0\n", "received binary data"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "received a picture"),
    "damaged zip": (b"PK\x03\x04\x14\0\x06\0", "whole archive"),
    "web page": (b"\n<!DOCTYPE html>\n<table>", "received HTML or XML"),
    "damaged gzip": (gzip.compress(PLAIN * 50)[:-9], "a whole archive; received one that is dam"),
    "gzip header only": (b"\x1f\x8b", "whole archive"),
    "a line without end": (b"a,b\n" + b"1" * 3_000_000, "line 2: .*fewer than 2000000 characters"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    content, told = REFUSED[name]
    with pytest.raises(DataError, match=told) as caught:
        _read(tmp_path, content)
    assert str(caught.value).startswith(str(tmp_path / "file.csv"))
    assert "\n" not in str(caught.value)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="absent.csv: expected a table; received no such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="expected a file; received a folder"):
        read_table(str(tmp_path))


def test_names_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="line 1: expected 3 cells, .*; received 2"):
        _read(tmp_path, b"1,2\n3,4\n", names=["a", "b", "c"])
    with pytest.raises(DataError, match="a different name for each column; received 'a' 2 times"):
        _read(tmp_path, b"1,2\n3,4\n", names=["a", "a"])


def test_without_duckdb_it_says_what_to_install(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(
        MissingDependencyError, match=r"duckdb: .*pip install .*pellucid\[tabular\]"
    ):
        _read(tmp_path, PLAIN)


def test_a_table_too_large_for_memory_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(read, "_MOST_CELLS", 5)
    with pytest.raises(DataError, match="expected at most 5 cells; received more"):
        _read(tmp_path, b"a,b\n1,2\n3,4\n5,6\n")


def test_rows_lost_by_the_engine_are_noticed(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(PLAIN)
    inspect = csv_file.inspect_rows
    monkeypatch.setattr(csv_file, "inspect_rows", lambda *given: inspect(*given)._replace(n_rows=3))
    with pytest.raises(DataError, match="expected 3 rows; received another number"):
        read_table(path)


HEADERS = [
    (["age", "sex"], [["1", "m"]], False),
    (["1", "2"], [["3", "4"]], True),
    (["country", "1990", "2000", "2010"], [["France", "1.5", "1.8", "?"]], False),
    (["Ann", "1990", "2000", "2005"], [["Bob", "1.5", "1.8", "1"]], True),
    (["Ann", "1990"], [["Bob", "2000"]], True),
    (["1", "2", "3"], [["4", "5", "6"]], True),
    (["", "2019"], [["0", "3"], ["1", "4"]], False),
    (["", "2019"], [["0", "3"], ["", "4"]], True),
    (["2019", "2020"], [["good", "bad"]], False),
    (["?", "3"], [["2", "3"]], True),
    (["a", "b"], [["a", "c"], ["b", "c"]], False),
    (["a", "b"], [["a", "b"], ["b", "c"]], True),
    (["a", "b"], [], False),
    (["1", "2"], [], False),
]


@pytest.mark.parametrize(("first", "body", "expected"), HEADERS)
def test_telling_names_from_data(first, body, expected: bool) -> None:
    assert looks_like_data(first, body) is expected


TEXT = st.text(st.sampled_from("ab1 .-?,;|\t\"'\n\r%\\_é良🙂\u00a0\u2028\x1c"), max_size=8)


@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.booleans(),
)
def test_what_was_written_is_read(
    tmp_path_factory, rows, delimiter: str, end: str, quoting: int, packed: bool
) -> None:
    file = io.StringIO(newline="")
    if quoting == csv.QUOTE_MINIMAL:  # Python's writer leaves a lone \\r without quotes
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    # A first column that is never empty, so that no row is a blank line.
    writer.writerows([["key", "alpha", "beta", "gamma"], *(["k", *row] for row in rows)])
    content = file.getvalue().encode()
    table = _read(tmp_path_factory.getbasetemp(), gzip.compress(content) if packed else content)
    for k, name in enumerate(("alpha", "beta", "gamma")):
        cells = [row[k].strip(SPACE) for row in rows]
        cells = [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in cells]
        expected = [None if cell == "" or cell in MISSING_MARKS else cell for cell in cells]
        assert table.strings(name).tolist() == (
            expected if not table.is_numeric(name) else [_shortest(cell) for cell in expected]
        )


def _shortest(cell: str | None) -> str | None:
    return None if cell is None else f"{float(cell):g}"


ENCODED = {
    "degrees": ("temp °C,x\n37,1\n", "cp1252"),
    "micrograms": ("dose µg,x\n37,1\n", "cp1252"),
    "capitals with dots": ("Ärzte,Öl\n1,2\n", "cp1252"),
    "French": ("âge,fièvre\n37,été\n", "cp1252"),
    "Swedish": ("Ålder,kön\n37,å\n", "cp1252"),
    "Chinese names": ("姓名,年龄,诊断\n张三,54,良性\n李四,61,恶性\n", "gb18030"),
    "Chinese sexes": ("性别,age\n" + "男,5\n女,6\n" * 50, "gb18030"),
    "a Chinese header": ("年龄,x\n1,2\n", "gb18030"),
    "rare Chinese letters": ("姓名,x\n龘靐,1\n王小明,2\n欧阳修文,3\n诸葛孔明,4\n", "gb18030"),
    "Chinese that is UTF-8 too": ("dose,x\n缺失,1\nlow,2\n", "gb18030"),
    "mostly such Chinese": ("年龄,x\n缺失,1\n缺失,2\nold,3\n", "gb18030"),
    "Vietnamese": ("name,x\nTrương,1\nLương,2\n", "utf-8"),
    "phonetics": ("name,sound\nété,ȱʧ\nb,ȱʧ\n", "utf-8"),
    "traditional Chinese": ("姓名,年齡,診斷\n張三,54,良性\n", "cp950"),
    "traditional sexes": ("性別,年齡\n" + "男,5\n女,6\n" * 50, "cp950"),
}


@pytest.mark.parametrize("name", ENCODED)
def test_the_encoding_of_small_files(tmp_path: Path, name: str) -> None:
    content, encoding = ENCODED[name]
    table = _read(tmp_path, content.encode(encoding))
    assert table.reading.encoding == encoding
    assert ",".join(table.names) == content.partition("\n")[0]
    assert _lists(table) == _lists(_read(tmp_path, content.encode()))
