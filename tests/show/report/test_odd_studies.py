"""Whatever a study lacks or holds, a report comes of it, and nothing of it becomes markup."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pellucid.show.report import render_report
from pellucid.show.report.page import SECTIONS
from pellucid.show.report.words import Words
from pellucid.tabular.evaluation import evaluate
from pellucid.tabular.task import Task
from tests.show.report.pages import Reader
from tests.show.report.studies import STUDIES

_HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</svg><iframe src=//evil.example>",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;",
    "$\\frac{a}{b}$ and $broken",
    "{target} {0} {} %s",
    "a\nb\tc\x00d\x1b[31m",
    "\ud800 half a pair",
    "\u202egnirts desrever",
    "年龄（岁）——入院时测量的收缩压与舒张压之比值",
    "ΑΒΓ עברית العربية 😀👩\u200d⚕️",
    "x" * 500,
    "",
    " ",
    "]]> --> <!-- ",
)
_WRONG: tuple[Any, ...] = (None, math.nan, math.inf, "text", -1, 10**400, [], {}, [None], [[{}]])


def _study(names: list[str], labels: tuple[str, ...]) -> dict[str, Any]:
    """A study whose columns, classes, files and levels have these names."""
    found = STUDIES["binary" if len(labels) == 2 else "multiclass"]()
    random_ = np.random.default_rng(1)
    y = np.arange(12 * len(labels)) % len(labels)
    p = random_.dirichlet(np.ones(len(labels)), len(y))
    task = Task(names[0] or "target", "binary" if len(labels) == 2 else "multiclass", labels)
    one = {**found["schema"][1]}
    found["task"] = task.to_json()
    found["schema"] = [
        {**one, "name": name, "why": {"key": "x", "text": name}, "used": True} for name in names
    ]
    found["data"]["missing"] = {
        name: {"n": k + 1, "share": 0.5, "marks": {name: k}} for k, name in enumerate(names)
    }
    found["data"]["source"] = names[-1] + names[0]
    found["importance"] = [
        {"column": name, "value": 1 / (k + 1), "low": 0.0, "high": 1.0}
        for k, name in enumerate(names)
    ]
    measured = evaluate(task, y, p).to_json()
    found["evaluation"] = {
        "network": measured,
        "linear": measured,
        "external": dict.fromkeys(names[:3], measured),
    }
    found["subgroups"] = {name: {name: found["evaluation"]["network"]} for name in names[:4]}
    found["settings"] = {name or "none": name for name in names[:30]}
    found["training"]["blend"] = dict.fromkeys(names[:5], 0.1)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_names_are_text_and_never_markup(language: str) -> None:
    # A hundred columns: each hostile name alone, and before something else.
    names = [*_HOSTILE, *(f"{name} {k}" for k in range(5) for name in _HOSTILE)][:100]
    page = render_report(_study(names, (_HOSTILE[0], _HOSTILE[1])), language=language)
    page.encode("utf-8")
    found = Reader(page)
    assert found.unclosed == []
    allowed = {"style", "svg", "path", "defs", "clippath", "rect", "use", "g", "text"}
    plain = Reader(render_report(STUDIES["trained"](), language=language))
    assert {tag for tag, _ in found.tags} <= {tag for tag, _ in plain.tags} | allowed
    assert not [name for _, each in found.tags for name in each if name.startswith("on")]
    assert all(each["href"][0] == "#" for tag in ("a", "use") for each in found.all(tag))
    assert "<script>alert(1)</script>" in found.text, "it is shown as what it is"
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", page)


@pytest.mark.slow
def test_thirty_classes_are_told() -> None:
    labels = tuple(f"class number {k}" for k in range(30))
    found = Reader(render_report(_study(["a", "b"], labels)))
    assert all(label in found.text for label in labels)
    assert "The most frequent mistakes" in found.text


def test_seven_thousand_columns_are_bounded() -> None:
    names = [f"gene_{k}_at" for k in range(7000)]
    study = _study(names, ("ALL", "AML"))
    start = time.perf_counter()
    page = render_report(study)
    assert len(page) < 700_000
    assert time.perf_counter() - start < 30
    assert "7,000 of 7,000 columns are learned from" in Reader(page).text
    assert "more, not shown" in page


def test_nothing_at_all_is_a_report_of_gaps() -> None:
    for study in ({}, {"task": None}, dict.fromkeys(STUDIES["binary"]())):
        found = Reader(render_report(study))
        assert found.unclosed == []
        assert "Whether the network beats a linear model was not measured." in found.text
        assert "Of 52 items this report fills 0, 0 in part; 52 are open." in found.text


@pytest.mark.parametrize("name", ["binary", "regression"])
@pytest.mark.parametrize("key", ["n_rows", "split", "task", "schema", "network", "calibration"])
def test_a_part_that_is_absent_is_left_out(name: str, key: str) -> None:
    study = STUDIES[name]()
    for inside in (study, study["data"], study["evaluation"], study["evaluation"]["network"]):
        inside.pop(key, None)
    assert Reader(render_report(study)).unclosed == []


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("name", ["trained", "multiclass", "regression"])
def test_spoiled_studies_never_break_a_section(
    section: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Many spoils at once, so that one does not hide another; drawings keep to every third.
    draw = random.Random(f"{section} {name}")
    for _ in range(4):
        study = STUDIES[name]()
        places = list(_places(study))
        for holder, key in draw.sample(places, k=max(3, len(places) // 15)):
            holder[key] = draw.choice(_WRONG)
        for language in ("en", "zh"):
            found = SECTIONS[section](study, Words(language))
            assert found is None or Reader(found).unclosed == []


@pytest.mark.parametrize("wrong", _WRONG, ids=lambda each: type(each).__name__)
def test_a_part_of_the_wrong_kind_is_left_out(wrong: Any) -> None:
    study = STUDIES["trained"]()
    for key in list(study):
        spoiled = {**study, key: wrong}
        for section in ("summary", "data", "missing", "limits", "provenance", "origin"):
            SECTIONS[section](spoiled, Words("en"))
    assert Reader(render_report(dict.fromkeys(study, wrong))).unclosed == []


def test_no_missing_values_answer_the_question_for_them() -> None:
    told = render_report({"data": {"missing": {}}})
    assert "No cell of the table is empty." in told and "this report fills 1, 2 in part" in told
    assert "this report fills 0, 0 in part" in render_report({"data": {"missing": None}})


def test_names_in_drawings_stay_as_they_are() -> None:
    # Each looks like something that is taken out of the drawings' tags.
    names = ["#000001", "1.23456789", "font-family: x; y", "xlink:href", "rotate(-0 1", "a > b"]
    study = {"importance": [{"column": name, "value": 0.125} for name in names]}
    drawing = re.search("<svg.*?</svg>", SECTIONS["columns"](study, Words("en")) or "")
    assert drawing
    texts = [" ".join(each.split()) for each in Reader(drawing[0]).texts]
    assert [name for name in names if name not in texts] == []


def test_a_subgroup_of_one_class_has_no_auc_and_is_told() -> None:
    study = STUDIES["binary"]()
    task = Task.from_json(study["task"])
    y, p = np.zeros(20, dtype=np.int64), np.tile([0.9, 0.1], (20, 1))
    study["subgroups"] = {"ward": {"north": evaluate(task, y, p).to_json()}}
    found = Reader(SECTIONS["subgroups"](study, Words("en")) or "")
    assert "north" in found.text and "log-loss" in found.text and "AUROC" not in found.text


def _places(found: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document at which something stands: its holder and its key."""
    keys = list(found) if isinstance(found, dict) else range(len(found))
    for key in keys:
        yield found, key
        if isinstance(found[key], dict | list):
            # Of long lists a few entries stand for all.
            inner = found[key]
            if isinstance(inner, list) and len(inner) > 12:
                inner = inner[:12]
                found[key] = inner
            yield from _places(inner)
