"""What the user decides: from options, from files, and above every rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.data import read_table
from pellucid.data.table import Table
from pellucid.errors import ArgumentError, DataError, PellucidError
from pellucid.tabular.features import Features
from pellucid.tabular.overrides import Overrides, overrides_from_options, read_overrides
from pellucid.tabular.reasons import REASONS
from pellucid.tabular.schema import ColumnSchema, infer_schema
from pellucid.tabular.schema_file import schema_text, write_schema


def _repeated(values: list, seed: int) -> list:
    """Each value ten times, in an order of its own."""
    return [values[k % len(values)] for k in np.random.default_rng(seed).permutation(40)]


GRADE, SICK = _repeated([1, 2, 3, -9], 4), _repeated([0, 1], 5)
TABLE = Table(
    {
        "id": range(100, 140),
        "age": _repeated(["41", "55", "unknown", "60"], 0),
        "size": _repeated(["small", "S", "XL", "none"], 1),
        "smoker": _repeated(["yes", None], 2),
        "seen": _repeated(["01/02/2020", "05/06/2020", "07/08/2021", "02/03/2022"], 3),
        "grade": GRADE,
        "copy": [10 * value for value in GRADE],
        "sick": SICK,
        "ill": [["no", "yes"][value] for value in SICK],
    },
    "ward.csv",
)


def column(name: str, target: str | None = None, **decided: object) -> ColumnSchema:
    schema = infer_schema(TABLE, target=target, overrides=Overrides(**decided))
    return next(each for each in schema if each.name == name)


# The column, what is decided, and what it is then: kind, role, categories.
DECIDED = {
    "a number stays": ("grade", {}, ("numeric", "feature", ())),
    "a number names classes": (
        "grade",
        {"kinds": {"grade": "categorical"}},
        ("categorical", "feature", ("-9", "1", "2", "3")),
    ),
    "a number has an order": (
        "grade",
        {"kinds": {"grade": "ordinal"}},
        ("ordinal", "feature", ("-9", "1", "2", "3")),
    ),
    "an order is given": (
        "size",
        {"orders": {"size": ("none", "S", "small", "XL")}},
        ("ordinal", "feature", ("none", "S", "small", "XL")),
    ),
    "text that is not": (
        "age",
        {"missing": {"age": ("unknown",)}},
        ("numeric", "feature", ()),
    ),
    "a mark in every column": ("grade", {"missing": {"*": ("-9",)}}, ("numeric", "feature", ())),
    "blank means no": (
        "smoker",
        {"kinds": {"smoker": "boolean"}},
        ("boolean", "feature", ("", "yes")),
    ),
    "no date": ("seen", {"kinds": {"seen": "categorical"}}, ("categorical", "feature", None)),
    "a key is used": ("id", {"use": ("id",)}, ("numeric", "feature", ())),
    "a key is classes": ("id", {"kinds": {"id": "categorical"}}, ("categorical", "feature", None)),
    "no key is one": ("grade", {"kinds": {"grade": "identifier"}}, ("identifier", "left_out", ())),
    "left out": ("grade", {"leave_out": ("grade",)}, ("numeric", "left_out", ())),
    "grouped by": ("id", {"group": "id"}, ("identifier", "group", ())),
    "ordered by": ("seen", {"time": "seen"}, ("date", "time", ())),
    "turned round": (
        "sick",
        {"orders": {"sick": ("1", "0")}, "kinds": {"sick": "boolean"}},
        ("boolean", "feature", ("1", "0")),
    ),
    "a copy": ("copy", {}, ("numeric", "duplicate", ())),
    "a copy is used": ("copy", {"use": ("copy",)}, ("numeric", "feature", ())),
    "what a used copy repeats": ("grade", {"use": ("copy",)}, ("numeric", "duplicate", ())),
    "what is left out is no original": (
        "copy",
        {"leave_out": ("grade",)},
        ("numeric", "feature", ()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DECIDED)
def test_the_user_decides(case: str) -> None:
    name, decided, (kind, role, categories) = DECIDED[case]
    found = column(name, **decided)
    assert (found.kind, found.role) == (kind, role)
    assert categories is None or found.categories == categories
    assert found.is_feature == (role == "feature")


def test_who_decided_is_told() -> None:
    assert column("grade").decided_by == "rule"
    assert column("grade", kinds={"grade": "numeric"}).decided_by == "rule"
    assert column("grade", kinds={"grade": "ordinal"}).decided_by == "user"
    assert column("grade", leave_out=("grade",)).decided_by == "user"
    both = column("copy", use=("copy", "grade"))
    assert (both.role, both.decided_by, both.warnings[0].key) == ("feature", "user", "affine")
    used = column("ill", "sick", use=("ill",))
    assert (used.role, used.decided_by, used.warnings[0].key) == ("feature", "user", "leak_copy")


# The column, what is decided, what is told.
REFUSED = {
    "not numbers": ({"kinds": {"age": "numeric"}}, "column 'age': expected numbers, as was said; "
                    "received 'unknown' in row .*. If it means that the value is missing"),
    "not two": ({"kinds": {"grade": "boolean"}}, "two values, as was said.*received 4 values"),
    "no order": ({"kinds": {"size": "ordinal"}}, "an order for its values.*--order size="),
    "half an order": ({"orders": {"size": ("S", "XL")}}, "values among S, XL.*received none, sma"),
    "no dates": ({"kinds": {"size": "date"}}, "dates, all written in one way"),
    "no column": ({"leave_out": ("grad",)}, "a column 'grad'.*Did you mean 'grade'"),
    "no group": ({"group": "hospital"}, "a column 'hospital'"),
    "no kind": ({"kinds": {"age": "numerical"}}, "kind of column 'age': .*Did you mean 'numeric'"),
    "no task": ({"task": "class"}, "task: .*received class. Did you mean 'classes'"),
    "both": ({"use": ("age",), "leave_out": ("age",)}, "column 'age': expected use or leave out"),
    "twice": ({"orders": {"size": ("S", "S")}}, "order of column 'size': .*received S, S"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused(case: str) -> None:
    decided, told = REFUSED[case]
    with pytest.raises(PellucidError, match=told):
        infer_schema(TABLE, overrides=Overrides(**decided))


def test_options_of_a_command_line() -> None:
    found = overrides_from_options(
        kind=["age=numeric", "ward=categorical"],
        order=['size=S,"M, or so",L'],
        missing=["-9,unknown", "dose=0", "dose=999"],
        group="patient",
    )
    assert found == Overrides(
        kinds={"age": "numeric", "ward": "categorical"},
        orders={"size": ("S", "M, or so", "L")},
        missing={"*": ("-9", "unknown"), "dose": ("0", "999")},
        group="patient",
    )
    for wrong in ({"kind": ["age"]}, {"order": ["=a,b"]}, {"kind": ["age="]}):
        with pytest.raises(ArgumentError, match="expected COLUMN=VALUE"):
            overrides_from_options(**wrong)


def test_later_decisions_stand() -> None:
    first = Overrides(kinds={"a": "numeric", "b": "date"}, use=("c", "d"), target=("y",))
    later = Overrides(kinds={"a": "ordinal"}, leave_out=("c",), group="g")
    assert first.merged(later) == Overrides(
        kinds={"a": "ordinal", "b": "date"},
        use=("d",),
        leave_out=("c",),
        target=("y",),
        group="g",
    )


FILE = """
target = "sick"
task = "classes"
positive = 1
time = "seen"
missing = [-9, "unknown"]
leave_out = "copy"

[columns.size]
order = ["none", "S", "small", "XL"]

[columns."id"]
use = false

[columns.grade]
kind = "categorical"
use = true
missing = [3]
"""


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "schema.toml"
    path.write_text(FILE, "utf-8")
    found = read_overrides(path)
    assert found == Overrides(
        kinds={"grade": "categorical"},
        orders={"size": ("none", "S", "small", "XL")},
        use=("grade",),
        leave_out=("copy", "id"),
        missing={"grade": ("3",), "*": ("-9", "unknown")},
        target=("sick",),
        task="classes",
        positive="1",
        time="seen",
    )
    grade = next(c for c in infer_schema(TABLE, overrides=found) if c.name == "grade")
    assert grade.categories == ("1", "2")


BAD_FILES = {
    "no toml": ("kind = = 3", "expected a TOML file; received .*line 1"),
    "no utf-8": (b"a = '\xff'", "expected a TOML file"),
    "unknown key": ("targets = 'y'", "received targets. Did you mean 'target'"),
    "unknown key of a column": ("[columns.age]\ntype = 1", "column 'age': .*received type"),
    "unknown kind": ("[columns.a]\nkind = 'number'", "kind of column 'a': .*mean 'numeric'"),
    "kind of a wrong type": ("[columns.a]\nkind = 3", "kind: expected text in quotes; received 3"),
    "use of a wrong type": ("[columns.a]\nuse = 'no'", "expected true or false"),
    "a column without a section": ("columns = 3", "expected sections"),
    "a column that is none": ("[columns]\nage = 'numeric'", "expected a section"),
    "nested": ("leave_out = [['a']]", "leave_out: expected a list of values"),
    "twice": ("use = ['a']\nleave_out = ['a']", "column 'a': expected use or leave out"),
    "too long": ("#" * 4_000_001, "at most 4 MB"),
    "deep": ("a = " + "[" * 100_000, "expected a TOML file"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_are_refused_in_one_line(case: str, tmp_path: Path) -> None:
    content, told = BAD_FILES[case]
    path = tmp_path / "schema.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=told) as raised:
        read_overrides(path)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_absent(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none.toml: expected a file to read"):
        read_overrides(tmp_path / "none.toml")
    with pytest.raises(DataError, match=r"schema.toml: expected a place to write to"):
        write_schema(tmp_path / "no folder" / "schema.toml", infer_schema(TABLE))


ROUND_TRIPS = {
    "titanic/titanic-seaborn.csv": "survived",
    "churn-modelling/Churn_Modelling.csv": "Exited",
    "penguins/penguins_raw.csv": "Species",
    "stroke/healthcare-dataset-stroke-data.csv": "stroke",
    "messy-real/oecd_bli_2015.csv": "Value",
    "messy-real/taxis.csv": "tip",
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_schema_comes_back_from_its_file(
    name: str, language: str, shared_data: Path, tmp_path: Path
) -> None:
    table = read_table(shared_data / name)
    schema = infer_schema(table, target=ROUND_TRIPS[name])
    write_schema(tmp_path / "schema.toml", schema, language=language)
    assert [path.name for path in tmp_path.iterdir()] == ["schema.toml"]
    again = infer_schema(table, overrides=read_overrides(tmp_path / "schema.toml"))
    assert again == schema
    # Edited, it decides.
    text = (tmp_path / "schema.toml").read_text("utf-8").replace("use = true", "use = false")
    (tmp_path / "schema.toml").write_text(text, "utf-8")
    edited = infer_schema(table, overrides=read_overrides(tmp_path / "schema.toml"))
    assert not any(each.is_feature for each in edited)


def test_names_of_any_kind_come_back(tmp_path: Path) -> None:
    names = ['a"b', "a=b", "a\nb", "年龄", "a\\b", "#", "a.b", "\x7f", "[x]", "\u2028"]
    table = Table({name: ["u", "v\n", "w"] * 4 for name in names})
    overrides = Overrides(orders=dict.fromkeys(names, ("w", "v\n", "u")), group="年龄")
    schema = infer_schema(table, target="#", overrides=overrides)
    write_schema(tmp_path / "schema.toml", schema, overrides)
    read = read_overrides(tmp_path / "schema.toml")
    assert infer_schema(table, overrides=read) == schema
    assert (read.group, read.target) == ("年龄", ("#",))


def test_every_decision_stands_in_the_file_with_its_reason() -> None:
    overrides = Overrides(missing={"grade": ("-9",)}, time="seen", positive="1")
    text = schema_text(infer_schema(TABLE, target="sick", overrides=overrides), overrides)
    assert 'target = "sick"\npositive = "1"\ntime = "seen"\n' in text
    assert "whole numbers from 1 to 3; 3 values; 10 of 40 rows missing" in text
    assert 'kind = "numeric"\nmissing = ["-9"]\nuse = true' in text
    assert "'sick' under other names, one to one: the answer itself" in text
    chinese = schema_text(infer_schema(TABLE, target="sick"), language="zh")
    assert "与目标“sick”一一对应：它就是答案本身" in chinese


def test_reasons_in_both_languages_take_the_same_values() -> None:
    for key, (english, chinese) in REASONS.items():
        fields = [set(_fields(text)) for text in (english, chinese)]
        assert fields[0] == fields[1], key


def _fields(text: str) -> list[str]:
    import string

    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def test_features_are_made_as_the_user_decides() -> None:
    overrides = Overrides(
        kinds={"smoker": "boolean"},
        orders={"size": ("none", "S", "small", "XL")},
        missing={"*": ("-9", "unknown")},
        leave_out=("copy", "sick", "ill", "seen"),
    )
    features = Features.fit(TABLE, overrides=overrides)
    assert [c.name for c in features.columns] == ["age", "size", "smoker", "grade"]
    again = Features.from_json(features.to_json())
    found = again.matrix(TABLE)
    expected = {
        "age": {"41": 41, "55": 55, "60": 60, "unknown": np.nan},
        "size": {"none": 0, "S": 1, "small": 2, "XL": 3},
        "smoker": {None: 0, "yes": 1},
        "grade": {1: 1, 2: 2, 3: 3, -9: np.nan},
    }
    for place, (name, codes) in enumerate(expected.items()):
        np.testing.assert_array_equal(found[:, place], [codes[cell] for cell in TABLE[name]])
