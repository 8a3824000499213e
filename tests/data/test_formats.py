"""One table in every format and packing; and every option changes what is read."""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas
import polars
import pyarrow
import pyarrow.ipc
import pyarrow.parquet
import pytest

from pellucid.data import Table, read_batches, read_table
from pellucid.errors import ArgumentError, DataError, MissingDependencyError
from tests.data.hostile import whole_files, xlsx

FRAME = pandas.DataFrame(
    {
        "id": [10**15 + k for k in range(5)],
        "age": [54.5, None, 61.0, 70.25, 2e-3],
        "count": [1, 2, 3, 4, 5],
        "site": ["left", "right", None, "left", "?"],
        "word": ["12", "7.5", "NA", None, "1,234"],
        "seen": pandas.to_datetime(["2020-01-31", None, "2021-12-01", "2020-02-29", "1999-01-01"]),
        "ill": [True, False, True, True, False],
    }
)
NAN = float("nan")
EXPECTED = {
    "id": [f"{10**15 + k}" for k in range(5)],
    "age": [54.5, NAN, 61.0, 70.25, 0.002],
    "count": [1.0, 2.0, 3.0, 4.0, 5.0],
    "site": ["left", "right", None, "left", None],
    "word": [12.0, 7.5, NAN, NAN, 1234.0],
    "seen": ["2020-01-31", None, "2021-12-01", "2020-02-29", "1999-01-01"],
    "ill": ["true", "false", "true", "true", "false"],
}


def _arrow_stream(path: Path) -> None:
    table = pyarrow.Table.from_pandas(FRAME)
    with pyarrow.ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table)


def _sqlite(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute('CREATE TABLE "my table" (id, age, count, site, word, seen, ill)')
    rows = FRAME.assign(seen=FRAME["seen"].dt.date.astype(str), ill=EXPECTED["ill"])
    values = rows.astype(object).where(FRAME.notna(), None).values.tolist()
    database.executemany('INSERT INTO "my table" VALUES (?,?,?,?,?,?,?)', values)
    database.commit()
    database.close()


def _json(path: Path, **how: object) -> None:
    frame = FRAME.assign(seen=FRAME["seen"].dt.strftime("%Y-%m-%d"))
    frame.to_json(path, orient="records", **how)


def _arff(path: Path) -> None:
    text = FRAME.assign(ill=EXPECTED["ill"]).to_csv(
        index=False, header=False, na_rep="?", quotechar="'", lineterminator="\n"
    )
    kinds = ["string", "numeric", "INTEGER", "{left, right}", "string", "date", "{true,false}"]
    head = [f"@ATTRIBUTE {n} {k}" for n, k in zip(FRAME.columns, kinds, strict=True)]
    path.write_text("\n".join(["% a comment", "@relation 'r s'", *head, "@DATA", text]), "utf-8")


def _xlsx(path: Path) -> None:
    def cell(value: object) -> str:
        if isinstance(value, bool):
            return f'<c t="b"><v>{int(value)}</v></c>'
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return "<c/>" if value is None or value != value else f"<c><v>{value!r}</v></c>"

    frame = FRAME.assign(seen=FRAME["seen"].dt.strftime("%Y-%m-%d"), id=EXPECTED["id"])
    rows = [list(frame.columns), *frame.astype(object).values.tolist()]
    made = ("".join(["<row>", *map(cell, row), "</row>"]) for row in rows)
    path.write_bytes(xlsx("".join(made)))


FORMATS: dict[str, Callable[[Path], object]] = {
    "csv": lambda path: FRAME.assign(ill=EXPECTED["ill"]).to_csv(path, index=False),
    "parquet": lambda path: FRAME.to_parquet(path),
    "parquet of polars": lambda path: polars.from_pandas(FRAME).write_parquet(path),
    "feather": lambda path: FRAME.to_feather(path),
    "arrow stream": _arrow_stream,
    "json lines": lambda path: _json(path, lines=True),
    "json list": _json,
    "json list over lines": lambda path: _json(path, indent=2),
    "arff": _arff,
    "sqlite": _sqlite,
    "xlsx": _xlsx,
}


def _lists(table: Table) -> dict[str, list[object]]:
    return {name: table[name].tolist() for name in table.names}


def _check(table: Table) -> None:
    assert table.names == tuple(EXPECTED)
    for name, values in EXPECTED.items():
        np.testing.assert_array_equal(table[name], np.array(values, dtype=table[name].dtype), name)


@pytest.mark.parametrize("name", FORMATS)
def test_one_table_in_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / "table"
    FORMATS[name](path)
    table = read_table(path)
    _check(table)
    assert table.reading.format == name.split()[0].replace("feather", "arrow")
    missing = {c.name: sum(c.missing.values()) for c in table.reading.columns}
    assert missing == {n: int(table.missing(n).sum()) for n in table.names}
    empty = "?" if name == "arff" else ""
    assert table.reading.to_json()["missing"]["word"]["marks"] == {empty: 1, "NA": 1}


@pytest.mark.parametrize("name", FORMATS)
def test_a_packed_table_of_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / "table"
    FORMATS[name](path)
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    _check(read_table(packed))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "../../outside.csv")
    table = read_table(packed)
    _check(table)
    assert table.reading.packed == "zip"
    assert {inside.name for inside in tmp_path.iterdir()} == {"table", "packed"}


@pytest.mark.parametrize("name", FORMATS)
def test_batches_are_parts_of_the_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "table"
    FORMATS[name](path)
    batches = list(read_batches(path, rows=2))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    whole = {n: np.concatenate([batch[n] for batch in batches]) for n in EXPECTED}
    _check(Table(whole))
    # One decision for all: the first two cells of `word` alone would do, the third is a mark.
    assert all(batch.reading is batches[0].reading for batch in batches)
    assert all(batch.is_numeric("word") for batch in batches)


@pytest.mark.parametrize("name", FORMATS)
def test_a_query_in_every_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / "table"
    FORMATS[name](path)
    source = '"my table"' if name == "sqlite" else "data"
    table = read_table(path, query=f"SELECT site, count * 2 AS twice FROM {source} WHERE count > 3")
    assert _lists(table) == {"site": ["left", None], "twice": [8.0, 10.0]}
    assert table.reading.query.startswith("SELECT")


FRAMES = {
    "pandas": FRAME,
    "polars": polars.from_pandas(FRAME),
    "polars, lazy": polars.from_pandas(FRAME).lazy(),
    "pyarrow": pyarrow.Table.from_pandas(FRAME),
    "pandas with types of its own": FRAME.convert_dtypes(),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames(name: str) -> None:
    table = read_table(FRAMES[name])
    _check(table)
    assert (table.source, table.reading.format) == ("frame", name.split(",")[0].split()[0])
    plain = Table.from_frame(FRAMES[name], "ward")
    assert plain["site"].tolist() == ["left", "right", None, "left", "?"]
    assert plain["word"].tolist() == ["12", "7.5", "NA", None, "1,234"]
    np.testing.assert_array_equal(plain["age"], EXPECTED["age"])
    assert (plain.source, plain.reading) == ("ward", None)
    assert [len(batch) for batch in read_batches(FRAMES[name], rows=3)] == [3, 2]


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_there_and_back(backend: str) -> None:
    table = Table({"age": [54, None, 61], "site": ["left", None, "right"]})
    frame = table.to_frame(backend)
    assert type(frame).__module__.startswith(backend)
    back = Table.from_frame(frame)
    np.testing.assert_array_equal(back["age"], table["age"])
    assert back["site"].tolist() == table["site"].tolist()


def test_what_is_no_frame() -> None:
    with pytest.raises(ArgumentError, match="expected a path or a data frame; received int"):
        read_table(5)
    with pytest.raises(DataError, match="expected a table with rows; received none"):
        read_table(pandas.DataFrame({"a": []}))
    with pytest.raises(ArgumentError, match="one of pandas, polars, pyarrow; received dask"):
        Table({"a": [1]}).to_frame("dask")


def test_missing_libraries_are_named(tmp_path: Path, monkeypatch) -> None:
    files = whole_files(tmp_path)
    for module, name, extra in (
        ("pyarrow", "a.feather", "arrow"),
        ("python_calamine", "a.xlsx", "tabular"),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with pytest.raises(MissingDependencyError, match=rf"{module}.*pellucid\[{extra}\]"):
                read_table(files[name])
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow", None)
        assert len(read_table(files["a.parquet"])) == 400


SWITCHES: dict[str, tuple[bytes, dict[str, object], dict[str, list[object]]]] = {
    "names": (b"a,b\n1,2\n", {"names": ["x", "y"]}, {"x": ["a", "1"], "y": ["b", "2"]}),
    "names and header": (b"a\n1\n", {"names": ["x"], "header": True}, {"x": [1]}),
    "names that the file repeats": (b"a,b\n1,2\n", {"names": ["A", "B"]}, {"A": [1], "B": [2]}),
    "missing": (b"a\n1\n-9\n?\n", {"missing": ["-9", "?"]}, {"a": [1, NAN, NAN]}),
    "no missing": (b"a\nx\nNA\n", {"missing": []}, {"a": ["x", "NA"]}),
    "header": (b"1,2\n3,4\n", {"header": True}, {"1": [3], "2": [4]}),
    "no header": (b"a\nb\n", {"header": False}, {"column_1": ["a", "b"]}),
    "delimiter": (b"a;b,c\n1;2,3\n", {"delimiter": ","}, {"a;b": ["1;2"], "c": [3]}),
    "spaces": (b"a,1 b\nc,2 d\n", {"delimiter": " ", "header": False}, {"column_1": ["a,1", "c,2"],
               "column_2": ["b", "d"]}),
    "encoding": (b"a\n\xe9\n", {"encoding": "cp1251"}, {"a": ["й"]}),
    "decimal": (b"a;b\n1,234;x\n", {"decimal": "."}, {"a": [1234], "b": ["x"]}),
    "query": (b"a\n1\n2\n", {"query": "SELECT sum(a) AS s FROM data"}, {"s": [3]}),
}  # fmt: skip


@pytest.mark.parametrize("name", SWITCHES)
def test_every_switch_changes_what_is_read(tmp_path: Path, name: str) -> None:
    content, options, expected = SWITCHES[name]
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    table = read_table(path, **options)
    assert repr(_lists(table)) == repr({n: _plain(v) for n, v in expected.items()})
    assert repr(_lists(read_table(path))) != repr(_lists(table))
    batches = list(read_batches(path, rows=1, **options))
    assert [batch.names for batch in batches] == [table.names] * len(table)


def _plain(values: list[object]) -> list[object]:
    return [float(v) if isinstance(v, int) else v for v in values]


def test_sheets_and_tables_are_chosen(tmp_path: Path, shared_data: Path) -> None:
    large = shared_data / "messy-tables-horror" / "large.xlsx"
    by_name, by_number = read_table(large, sheet="data"), read_table(large, sheet=2)
    assert by_name.names == by_number.names == read_table(large, sheet="2").names
    assert by_name.shape == (8544, 11)
    assert (by_name.reading.part, by_name.reading.others) == ("data", ("Report", "criteria"))
    with pytest.raises(DataError, match="expected a sheet 'dat'; received Report, data, criteria"):
        read_table(large, sheet="dat")
    database = sqlite3.connect(tmp_path / "a.db")
    for name in ("x", "y"):
        database.execute(f"CREATE TABLE {name} (a)")
        database.execute(f"INSERT INTO {name} VALUES ('{name}')")
    database.commit()
    database.close()
    assert read_table(tmp_path / "a.db", table="y")["a"].tolist() == ["y"]
    with pytest.raises(DataError, match="expected a table 'z'; received x, y"):
        read_table(tmp_path / "a.db", table="z")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.csv", "a\nx\n")
        archive.writestr("y.csv", "a\ny\n")
    assert read_table(tmp_path / "a.zip", table="y.csv")["a"].tolist() == ["y"]


WRONG_OPTIONS = {
    "a sheet of a CSV file": (
        {"sheet": 1},
        "sheet: expected a file of xlsx, .*; received csv",
    ),
    "a table of a CSV file": ({"table": "t"}, "table: expected a file of sqlite"),
    "an unknown encoding": ({"encoding": "x"}, "expected the name of a text encoding"),
    "a long delimiter": ({"delimiter": "::"}, "delimiter: expected one character"),
    "a quote as delimiter": ({"delimiter": '"'}, "delimiter: expected one character"),
    "another decimal sign": ({"decimal": "'"}, "decimal: expected '.' or ','"),
    "a header of three kinds": ({"header": "yes"}, "header: expected True, False or None"),
}


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_options_that_mean_nothing_are_refused(tmp_path: Path, name: str) -> None:
    options, told = WRONG_OPTIONS[name]
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(ArgumentError, match=told):
        read_table(tmp_path / "a.csv", **options)


FORBIDDEN = {
    "another file": "SELECT * FROM read_csv('{other}')",
    "another file by its name": "SELECT * FROM '{other}'",
    "the text of a file": "SELECT content FROM read_text('{other}')",
    "a list of files": "SELECT * FROM glob('{folder}/*')",
    "writing": "COPY (SELECT 1) TO '{folder}/new.csv'",
    "another database": "ATTACH '{folder}/new.db'",
    "settings": "SET enable_external_access = true",
    "two queries": "SELECT 1; SELECT 2",
    "no query": "",
    "no SQL": "elephants",
    "a table that is not there": "SELECT * FROM absent",
    "a variable of the program": "SELECT * FROM frame",
    "extensions": "INSTALL httpfs",
    "no rows": "SELECT * FROM data WHERE a > 99",
}


@pytest.mark.parametrize("name", FORBIDDEN)
@pytest.mark.parametrize("kind", ["csv", "parquet", "sqlite"])
def test_a_query_reaches_nothing_else(tmp_path: Path, kind: str, name: str) -> None:
    other, path = tmp_path / "other.csv", tmp_path / "table"
    other.write_text("secret\n1\n")
    if kind == "csv":
        path.write_text("a\n1\n")
    elif kind == "parquet":
        pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)
    else:
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE data (a)")
        database.commit()
        database.close()
    before = sorted(tmp_path.iterdir())
    query = FORBIDDEN[name].format(other=other, folder=tmp_path)
    with pytest.raises(DataError) as caught:
        read_table(path, query=query)
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_json_of_many_shapes(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": {"b": 1, "c": {"d": "x"}}, "e": [1, 2]}\n\n{"a": null, "f": true}\n')
    table = read_table(path)
    assert {n: table.strings(n).tolist() for n in table.names} == {
        "a.b": ["1", None],
        "a.c.d": ["x", None],
        "e": ["[1, 2]", None],
        "a": [None, None],
        "f": [None, "true"],
    }
    good = [json.dumps({"a": k}) for k in range(40)]
    path.write_text("\n".join([*good[:20], '{"a": ', "[1]", *good[20:]]))
    table = read_table(path)
    assert table["a"].tolist() == [float(k) for k in range(40)]
    assert [(row.line, row.reason_key) for row in table.reading.refused] == [
        (21, "json"),
        (22, "json"),
    ]


def test_sparse_arff(tmp_path: Path) -> None:
    head = "@relation r\n@attribute a numeric\n@attribute 'b c' {x, y}\n@data\n"
    (tmp_path / "a.arff").write_text(head + "{0 5}\n{1 y}\n{}\n{0 ?, 1 'y'}\n")
    table = read_table(tmp_path / "a.arff")
    np.testing.assert_array_equal(table["a"], [5, 0, 0, NAN])
    assert table["b c"].tolist() == ["x", "y", "x", "y"]


def test_the_log_of_a_database_counts(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "a.db")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE t (a)")
    database.execute("INSERT INTO t VALUES (1)")
    database.commit()
    assert (tmp_path / "a.db-wal").stat().st_size
    assert read_table(tmp_path / "a.db")["a"].tolist() == [1.0]
    database.close()
