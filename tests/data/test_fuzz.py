"""Random tables, written in random dialects, encodings and formats, come back as they were."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pellucid.data import read_batches, read_table
from pellucid.errors import DataError, PellucidError
from tests.data.hostile import whole_files

_WESTERN = "Größe Äpfel naïve façade señor"
_CHINESE = "患者年龄性别良性恶性肿瘤大小诊断医院血压"
_ALPHABETS = {
    "utf-8": "aZ é良🙂'.\"\n,;\t|",
    "utf-16": "aZ é良🙂'.\"\n,;",
    "gb18030": _CHINESE + "a, \"",
    "cp950": "患者年齡性別良性惡性腫瘤大小診斷醫院血壓a,",
    "cp1252": _WESTERN + ", \"",
}  # fmt: skip
# Enough of a language for its encoding to show: what a handful of letters is in, no one can tell.
_BODY = {"gb18030": "患者年龄与性别", "cp950": "患者年齡與性別", "cp1252": "größer café señor"}
_DECIMALS = {".": ("", ","), ",": ("", ".", " ", "'")}

NUMBER = st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3))
COLUMN = st.one_of(
    st.lists(st.one_of(st.none(), NUMBER), min_size=6, max_size=6),
    st.lists(st.integers(-(10**6), 10**6).map(float), min_size=6, max_size=6),
)


def _written(value: float | None, decimal: str, group: str) -> str:
    if value is None:
        return ""
    whole, _, part = f"{value:.3f}".partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", group)
    return f"{sign}{grouped}{decimal}{part}"


@st.composite
def _texts(draw: st.DrawFn, encoding: str) -> list[str]:
    letters = st.text(st.sampled_from(_ALPHABETS[encoding]), max_size=12)
    cells = draw(st.lists(letters, min_size=6, max_size=6))
    return [f"x{_BODY.get(encoding, '')}{k}{cell}x" for k, cell in enumerate(cells)]


@st.composite
def _tables(draw: st.DrawFn) -> dict[str, object]:
    encoding = draw(st.sampled_from(sorted(_ALPHABETS)))
    delimiter = draw(st.sampled_from(",;\t|"))
    decimal = draw(st.sampled_from(".,"))
    # A first number that can be read one way only, in every column: else no reader can know.
    group = draw(st.sampled_from(_DECIMALS[decimal]))
    proof = 1234567.25
    numbers = [[proof, *column] for column in draw(st.lists(COLUMN, min_size=1, max_size=3))]
    return {
        "encoding": encoding, "delimiter": delimiter, "decimal": decimal, "group": group,
        "numbers": numbers, "texts": ["text", *draw(_texts(encoding))],
        "header": draw(st.booleans()), "end": draw(st.sampled_from(["\n", "\r\n"])),
        "packed": draw(st.booleans()), "all": draw(st.booleans()),
    }  # fmt: skip


@pytest.mark.slow
@settings(max_examples=60)
@given(_tables())
def test_what_was_written_in_any_dialect_is_read(tmp_path_factory, made) -> None:
    columns = [
        [_written(value, made["decimal"], made["group"]) for value in column]
        for column in made["numbers"]
    ]
    rows = list(zip(made["texts"], *columns, strict=True))
    header = ["word", *(f"number {k}" for k in range(len(columns)))]
    file = io.StringIO(newline="")
    how = csv.QUOTE_ALL if made["all"] else csv.QUOTE_MINIMAL
    writer = csv.writer(file, delimiter=made["delimiter"], lineterminator=made["end"], quoting=how)
    writer.writerows([header, *rows] if made["header"] else rows)
    content = file.getvalue().encode(made["encoding"])
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(gzip.compress(content) if made["packed"] else content)
    table = read_table(path)
    assert table.reading.header is made["header"]
    assert table.reading.encoding == made["encoding"]
    assert table.reading.delimiter == made["delimiter"]
    word, *names = table.names
    assert table[word].tolist() == [t.replace("\r\n", "\n") for t in made["texts"]]
    for name, values in zip(names, made["numbers"], strict=True):
        expected = np.array([np.nan if v is None else v for v in values])
        np.testing.assert_array_equal(table[name], expected)
    parts = [batch[names[0]] for batch in read_batches(path, rows=3)]
    np.testing.assert_array_equal(np.concatenate(parts), table[names[0]])


PLAIN = st.one_of(st.none(), st.booleans(), NUMBER, st.text(max_size=5))


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), PLAIN, min_size=1), min_size=1, max_size=9))
def test_json_in_lines_and_in_lists_reads_the_same(tmp_path_factory, rows) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.json"
    tables = []
    for text in ("\n".join(map(json.dumps, rows)), json.dumps(rows), json.dumps(rows, indent=1)):
        path.write_text(text, "utf-8")
        try:
            table = read_table(path)
            tables.append({name: table.strings(name).tolist() for name in table.names})
        except PellucidError as error:
            tables.append(str(error).partition("expected")[2])
    assert tables[0] == tables[1] == tables[2]


@pytest.mark.slow
@given(st.binary(max_size=400))
@example(b"")
@example(b"a,b\n\x00")
@example(b"\xff\xfe")
@example(b"[")
@example(b"{")
@example(b"@relation")
@example(b"PK\x03\x04")
def test_any_bytes_are_a_table_or_one_line(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    try:
        table = read_table(path)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        assert table.shape == (table.reading.n_rows, len(table.reading.columns))


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bytes_are_noticed_or_harmless(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    for name, path in whole_files(tmp_path).items():
        content = bytearray(path.read_bytes())
        for _ in range(3):
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        try:
            table = read_table(path)
        except DataError as error:
            assert "\n" not in str(error), name
        else:
            assert table.shape[0] == table.reading.n_rows, name
