"""More than a hundred damaged and hostile files, the same at every call."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import pickle
import random
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas
import pyarrow
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet

_ROWS = 400
_RANDOM = random.Random(7)
NUMBERS = [round(_RANDOM.gauss(50, 20), 2) for _ in range(_ROWS)]
WORDS = [_RANDOM.choice(["left", "right", "both"]) for _ in range(_ROWS)]
CSV = "".join(["age,site\n", *(f"{n},{w}\n" for n, w in zip(NUMBERS, WORDS, strict=True))]).encode()
_BOMB = 400 << 20  # bytes, when unpacked
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def hostile_files(folder: Path) -> dict[str, Path]:
    """The files by what is wrong with them, written into `folder`."""
    for part in ("whole", "made"):
        (folder / part).mkdir()
    files = _special(folder / "made")
    for name, content in {**_cut(folder / "whole"), **_made(folder / "whole")}.items():
        path = folder / "made" / f"{len(files):03d}{Path(name).suffix}"
        path.write_bytes(content)
        files[name] = path
    return files


def whole_files(folder: Path) -> dict[str, Path]:
    """One table in every binary format, each of which can be read."""
    frame = pandas.DataFrame({"age": NUMBERS, "site": WORDS})
    table = pyarrow.Table.from_pandas(frame)
    writers: dict[str, Callable[[Path], object]] = {
        "a.csv.gz": lambda path: path.write_bytes(gzip.compress(CSV)),
        "a.csv.bz2": lambda path: path.write_bytes(bz2.compress(CSV)),
        "a.csv.xz": lambda path: path.write_bytes(lzma.compress(CSV)),
        "a.zip": lambda path: path.write_bytes(_zip({"a.csv": CSV})),
        "a.parquet": lambda path: pyarrow.parquet.write_table(table, path),
        "a.feather": lambda path: pyarrow.feather.write_feather(frame, str(path)),
        "a.arrows": lambda path: path.write_bytes(_stream(table)),
        "a.db": lambda path: _sqlite(path, frame),
        "a.duckdb": lambda path: _duckdb(path, frame),
        "a.xlsx": lambda path: path.write_bytes(xlsx(_sheet(frame))),
        "a.ods": lambda path: path.write_bytes(_ods(_ods_rows(frame))),
        "a.json": lambda path: frame.to_json(path, orient="records"),
    }
    for name, write in writers.items():
        write(folder / name)
    return {name: folder / name for name in writers}


def xlsx(sheet: str) -> bytes:
    """The smallest workbook of one sheet, whose `sheetData` is given."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    return _zip(
        {
            "[Content_Types].xml": f"{_XML}<Types/>",
            "_rels/.rels": f'{_XML}<Relationships xmlns="{rels}"><Relationship Id="r1" '
            f'Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{_XML}<workbook {_MAIN} xmlns:r="{kind}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{rels}"><Relationship '
            f'Id="r1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f"{_XML}<worksheet {_MAIN}><sheetData>{sheet}</sheetData>"
            "</worksheet>",
        }
    )


def _sheet(frame: pandas.DataFrame) -> str:
    def cell(place: str, value: object) -> str:
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c r="{place}"><v>{value}</v></c>'

    rows = [list(frame.columns), *frame.values.tolist()]
    return "".join(
        f'<row r="{k}">{cell(f"A{k}", age)}{cell(f"B{k}", site)}</row>'
        for k, (age, site) in enumerate(rows, 1)
    )


def _ods(rows: str, prologue: str = "") -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"{_XML}{prologue}<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f"{_XML}<manifest:manifest xmlns:manifest='urn:x'/>"
    return _zip({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _ods_rows(frame: pandas.DataFrame) -> str:
    def cell(value: object) -> str:
        text = f"<text:p>{value}</text:p>"
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'

    rows = [list(frame.columns), *frame.values.tolist()]
    return "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)


def _zip(files: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def _stream(table: pyarrow.Table) -> bytes:
    content = io.BytesIO()
    with pyarrow.ipc.new_stream(content, table.schema) as writer:
        writer.write_table(table)
    return content.getvalue()


def _sqlite(path: Path, frame: pandas.DataFrame) -> None:
    database = sqlite3.connect(path)
    frame.to_sql("t", database, index=False)
    database.close()


def _duckdb(path: Path, frame: pandas.DataFrame) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.register("frame", frame)
        connection.execute("CREATE TABLE t AS SELECT * FROM frame")


def _cut(folder: Path) -> dict[str, bytes]:
    """Each binary format without its end."""
    cut = {}
    for name, path in whole_files(folder).items():
        content = path.read_bytes()
        for share in (0.2, 0.5, 0.8, 0.95):
            cut[f"{share:.0%} of {name}"] = content[: int(len(content) * share)]
    return cut


def _sql(folder: Path, name: str, *statements: str) -> bytes:
    path = folder / name
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()
    return path.read_bytes()


def _made(folder: Path) -> dict[str, bytes]:
    return {
        **_wrong_content(),
        **_bad_text(),
        **_bad_archives(),
        **_bad_sheets(),
        **_bad_data(folder),
    }


def _wrong_content() -> dict[str, bytes]:
    noise = random.Random(1).randbytes(20_000)
    files = {f"nothing.{end}": b"" for end in ("csv", "xlsx", "parquet", "json", "db", "gz", "zip")}
    files |= {f"noise.{end}": noise for end in ("csv", "tsv", "json", "xlsx", "parquet", "arff")}
    marks = {"gz": b"\x1f\x8b\x08", "zip": b"PK\x03\x04", "parquet": b"PAR1", "arrow": b"ARROW1",
             "db": b"SQLite format 3\0", "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "bz2": b"BZh9",
             "xz": b"\xfd7zXZ\0", "feather": b"FEA1", "arrows": b"\xff\xff\xff\xff"}  # fmt: skip
    files |= {f"noise behind a mark.{end}": mark + noise for end, mark in marks.items()}
    files |= {f"a mark alone.{end}": mark for end, mark in marks.items()}
    return files | {
        "database behind a mark.duckdb": bytes(8) + b"DUCK" + noise,
        "picture.csv": b"\x89PNG\r\n\x1a\n" + noise,
        "document.csv": b"%PDF-1.7\n" + noise,
        "program.csv": b"\x7fELF\x02\x01\x01" + noise,
        "pickle.csv": pickle.dumps({"age": NUMBERS}),
        "page.csv": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
        "numbers.csv": struct.pack("<200d", *NUMBERS[:200]),
    }


def _bad_text() -> dict[str, bytes]:
    body = CSV.partition(b"\n")[2]
    return {
        "zeros.csv": CSV.replace(b"left", b"le\0ft"),
        "zeros far below.csv": CSV * 200 + b"1,\0\n",
        "control characters.csv": b"a,b\n" + b"\x01\x02,\x03\x04\n" * 400,
        "a line of 10 MB.csv": b"a,b\n1," + b"x" * 10_000_000 + b"\n",
        "one line of 10 MB.csv": b"x" * 10_000_000,
        "30000 columns.csv": b",".join(b"c%d" % k for k in range(30_000)) + b"\n" + b"1," * 29_999,
        "a million cells in a row.csv": b"a,b\n" + b"," * 1_900_000 + b"\n",
        "open quote.csv": b'a,b\n1,"2\n' + body * 20,
        "endless quote.csv": b'a,b\n1,"' + b"x\n" * 500_000,
        "rows of any length.csv": b"".join(b"1," * (k % 7) + b"2\n" for k in range(300)),
        "half the rows short.csv": b"a,b,c\n" + b"1,2,3\n1,2\n" * 100,
        "only a header.csv": b"age,site\n",
        "only delimiters.csv": b",,,\n" * 100,
        "only blanks.csv": b" \n\t\n" * 100,
        "three rows of names.csv": b"a,b\ncm,kg\nx,y\n" + b"1,2\n" * 50,
        "damaged UTF-8.csv": b"a,b\n" + "é,ü\n".encode() * 50 + b"\xc3,1\n",
        "half a UTF-16.csv": CSV.decode().encode("utf-16")[:-1],
        "lone surrogates.csv": "a,b\n".encode("utf-16") + b"\x00\xd8,\x00" * 40 + b"\n\x00",
        "a number.json": b"[1, 2, 3]",
        "lists.json": b"[[1, 2], [3, 4]]",
        "empty list.json": b"[]",
        "empty objects.json": b"[{}, {}]",
        "open list.json": b'[{"a": 1}, {"a": 2}',
        "open object.json": b'{"a": 1, "b": ',
        "a key twice.json": b'{"a": 1, "a": 2}\n' * 9,
        "deep lists.json": b"[" * 1_000_000,
        "deep objects.json": b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
        "deep in lines.json": b'{"a": 1}\n' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n",
        "half the lines broken.json": b'{"a": 1}\n{"a": \n' * 50,
        "long number.json": b'{"a": ' + b"9" * 100_000 + b"}\n",
        "text after.json": b'[{"a": 1}] and more',
        "30000 keys.json": json.dumps([{f"k{k}": k for k in range(30_000)}]).encode(),
        "no data.arff": b"@relation r\n@attribute a numeric\n",
        "no columns.arff": b"@relation r\n@data\n1,2\n",
        "relational.arff": b"@relation r\n@attribute a relational\n@data\n1\n",
        "open quote.arff": b"@relation r\n@attribute a string\n@attribute b string\n@data\n'x,1\n"
        * 2,
        "far place.arff": b"@relation r\n@attribute a real\n@attribute b real\n@data\n{7 1}\n",
    }


def _bad_archives() -> dict[str, bytes]:
    zeros = bytes(1 << 20)
    packer, pieces = zlib.compressobj(9, zlib.DEFLATED, 31), list[bytes]()
    pieces += [packer.compress(zeros) for _ in range(_BOMB >> 20)]
    gz = b"".join(pieces) + packer.flush()
    line = b"1,2\n" * (1 << 18)
    xz = lzma.compress(b"a,b\n" + line * (_BOMB >> 20), preset=0)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("a.csv", "w", force_zip64=True) as file:
            for _ in range(_BOMB >> 20):
                file.write(zeros)
    inner = _zip({"a.csv": CSV})
    locked = bytearray(inner)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    method = bytearray(inner)
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        method[method.index(mark) + place] = 97
    lying = bytearray(inner)
    struct.pack_into("<I", lying, lying.index(b"PK\x01\x02") + 24, 10)
    return {
        "bomb.csv.gz": gz,
        "bomb.csv.xz": xz,
        "bomb.csv.bz2": bz2.compress(zeros * (_BOMB >> 20)),
        "bomb.zip": bomb.getvalue(),
        "bomb.xlsx": bomb.getvalue().replace(b"a.csv", b"xl/a."),
        "zip in zip in zip.zip": _zip({"b.zip": _zip({"c.zip": _zip({"d.zip": inner})})}),
        "gzip in gzip in gzip.gz": gzip.compress(gzip.compress(gzip.compress(gzip.compress(CSV)))),
        "password.zip": bytes(locked),
        "unknown method.zip": bytes(method),
        "lying about its size.zip": bytes(lying),
        "two tables.zip": _zip({"a.csv": CSV, "b.csv": CSV}),
        "no table.zip": _zip({}),
        "only a folder.zip": _zip({"folder/": b""}),
        "many files.zip": _zip({f"{k}.csv": b"" for k in range(10_001)}),
        "a picture.zip": _zip({"a.csv": b"\x89PNG\r\n\x1a\n\0\0"}),
        "a document.docx": _zip({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}),
        "bytes after.csv.gz": gzip.compress(CSV)[:-8] + bytes(8),
    }


def _bad_sheets() -> dict[str, bytes]:
    far = '<row><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    repeated = (
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
        'table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>"
    )
    laughs = "".join(f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10))
    prologue = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    cell = "<table:table-cell><text:p>&l9;</text:p></table:table-cell>"
    row = f"<table:table-row>{cell}</table:table-row>"
    return {
        "far apart.xlsx": xlsx(far),
        "no cells.xlsx": xlsx(""),
        "a header only.xlsx": xlsx('<row r="1"><c r="A1"><v>1</v></c></row>'),
        "broken XML.xlsx": xlsx("<row><c></row>"),
        "wrong shared text.xlsx": xlsx('<row r="1"><c r="A1" t="s"><v>99999</v></c></row>' * 3),
        "repeated.ods": _ods(repeated),
        "entities.ods": _ods(row * 3, prologue),
        "broken XML.ods": _ods("<table:table-row>"),
    }


def _bad_data(folder: Path) -> dict[str, bytes]:
    whole = (folder / "a.db").read_bytes()
    page = bytearray(whole)
    page[4096:8192] = random.Random(2).randbytes(4096)
    parquet = bytearray((folder / "a.parquet").read_bytes())
    parquet[-200:-20] = random.Random(3).randbytes(180)
    empty = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"a": pyarrow.array([], "int64")}), empty)
    return {
        "no tables.db": _sql(folder, "b.db", "CREATE TABLE x (a)", "DROP TABLE x"),
        "two tables.db": _sql(folder, "c.db", "CREATE TABLE x (a)", "CREATE TABLE y (a)"),
        "no rows.db": _sql(folder, "d.db", "CREATE TABLE x (a)"),
        "pictures.db": _sql(folder, "e.db", "CREATE TABLE x (a)", "INSERT INTO x VALUES (x'00ff')"),
        "an endless view.db": _sql(
            folder, "f.db", "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
            "SELECT i + 1 FROM n) SELECT i FROM n"),
        "bad text.db": _sql(
            folder, "g.db", "CREATE TABLE x (a)", "INSERT INTO x VALUES (CAST(x'ff' AS TEXT))"),
        "noise in a page.db": bytes(page),
        "noise in the footer.parquet": bytes(parquet),
        "no rows.parquet": empty.getvalue(),
    }  # fmt: skip


def _special(folder: Path) -> dict[str, Path]:
    """What stands where a file should: folders, pipes, links."""
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    (folder / "link to a folder.csv").symlink_to(folder / "folder.csv")
    (folder / "link to nothing.csv").symlink_to(folder / "absent")
    (folder / "link to itself.csv").symlink_to(folder / "link to itself.csv")
    names = ("folder", "pipe", "link to a folder", "link to nothing", "link to itself")
    return {name: folder / f"{name}.csv" for name in names} | {
        "absent": folder / "absent.csv",
        "below a file": Path(__file__) / "a.csv",
        "a device": Path("/dev/null"),
        "a zero in the name": Path("a\0b.csv"),
    }
