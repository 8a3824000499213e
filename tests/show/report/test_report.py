"""The report of real studies: it says what they say, in both languages, and needs nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.errors import ArgumentError
from pellucid.show.report import render_report, write_report
from pellucid.show.report.sections.checklist import ITEMS
from tests.show.report.pages import Reader
from tests.show.report.studies import STUDIES

_LANGUAGES = ("en", "zh")
_FIGURES = {"trained": 9, "binary": 9, "multiclass": 6, "labels": 5, "ten": 6, "regression": 5}
_URL = re.compile(r"""(?:https?:)?//|url\(|@import|\bsrc=""")


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], str]:
    return {
        (name, language): render_report(make(), language=language)
        for name, make in STUDIES.items()
        for language in _LANGUAGES
    }


@pytest.fixture(params=[(n, lang) for n in STUDIES for lang in _LANGUAGES], ids="-".join)
def case(request: pytest.FixtureRequest, pages: dict[tuple[str, str], str]) -> tuple[str, str]:
    return request.param[0], pages[request.param]


def test_every_element_is_closed_and_every_name_is_one(case: tuple[str, str]) -> None:
    page = Reader(case[1])
    assert page.unclosed == []
    names = [each["id"] for _, each in page.tags if "id" in each]
    assert len(names) == len(set(names))


def test_links_lead_to_what_is_there(case: tuple[str, str]) -> None:
    page = Reader(case[1])
    names = {each["id"] for _, each in page.tags if "id" in each}
    targets = {each["href"] for tag in ("a", "use") for each in page.all(tag)}
    assert targets and all(each[0] == "#" and each[1:] in names for each in targets)
    clips = set(re.findall(r"url\(#([^)]*)\)", case[1]))
    assert clips <= names


def test_nothing_comes_from_outside_and_nothing_runs(case: tuple[str, str]) -> None:
    found = Reader(case[1])
    policy = [each["content"] for each in found.all("meta") if "http-equiv" in each]
    assert len(policy) == 1 and policy[0].startswith("default-src 'none'; style-src")
    assert "script" not in policy[0], "scripts are forbidden by default-src"
    assert {tag for tag, _ in found.tags} & {"script", "link", "iframe", "img", "object"} == set()
    assert not [name for _, each in found.tags for name in each if name.startswith("on")]
    outside = _URL.sub("", case[1].replace("url(#", "").replace("http://www.w3.org/", ""))
    assert len(outside) == len(case[1].replace("url(#", "").replace("http://www.w3.org/", ""))


def test_text_of_drawings_is_text_and_large_enough(case: tuple[str, str]) -> None:
    name, page = case
    drawings = re.findall(r'<svg class="plot".*?</svg>', page)
    assert len(drawings) >= _FIGURES[name]
    for drawing in drawings:
        view = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
        assert view and float(view[1]) <= 400
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", drawing)]
        # On a phone 350 pixels are left for 400 units.
        assert sizes and min(sizes) * 350 / 400 >= 11
        assert "#0000" not in drawing and "<image" not in drawing and "font-family" not in drawing


def test_labels_lie_inside_their_drawing(case: tuple[str, str]) -> None:
    for drawing in re.findall(r'<svg class="plot".*?</svg>', case[1]):
        _, _, width, height = map(float, re.findall(r'viewBox="([^"]*)"', drawing)[0].split())
        for x, y in re.findall(r'<text [^>]*?x="([-\d.]+)" y="([-\d.]+)"', drawing):
            assert 0 <= float(x) <= width and 8 <= float(y) <= height


def test_the_numbers_of_the_study_stand_in_the_report(case: tuple[str, str]) -> None:
    name, page = case
    study, text = STUDIES[name](), Reader(page).text
    for figure in ("log_loss", "auc") if name != "regression" else ("rmse", "r2"):
        value = study["evaluation"]["network"]["figures"][figure]["value"]
        shown = f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
        assert shown in text
    for expected in (
        study["data"]["sha256"],
        study["created"][:10],
        str(study["split"]["n_train"]),
    ):
        assert expected in text
    assert all(f" {item.number} " in f" {text} " for item in ITEMS)


def test_the_language_is_said_and_kept(pages: dict[tuple[str, str], str]) -> None:
    english, chinese = pages["binary", "en"], pages["binary", "zh"]
    assert '<html lang="en">' in english and '<html lang="zh-CN">' in chinese
    assert not re.search("[\u4e00-\u9fff]", english)
    known = {"AUROC", "AUPRC", "RealMLP", "TabM", "TRIPOD", "PPV", "NPV", "LR", "Brier", "ROC"}
    sentences = re.findall(r"[A-Za-z]+(?: [A-Za-z]+){3,}", Reader(chinese).text)
    assert [each for each in sentences if not set(each.split()) & known] == []


def test_the_verdict_comes_first(pages: dict[tuple[str, str], str]) -> None:
    verdict = STUDIES["binary"]()["verdict"]["verdict"]
    said = {
        "better": "The network beats logistic regression",
        "worse": "The network is worse than logistic regression",
        "within_noise": "The network is no better than logistic regression",
    }
    text = Reader(pages["binary", "en"]).text
    assert text.index(said[verdict]) < text.index("This model predicts")
    assert "Not a medical device" in text


@pytest.mark.parametrize("verdict", ["better", "worse", "within_noise"])
def test_each_verdict_is_said(verdict: str) -> None:
    study = {"verdict": {**STUDIES["regression"]()["verdict"], "verdict": verdict}}
    text = Reader(render_report({"task": {"kind": "regression"}, **study})).text
    words = {"better": "beats", "worse": "is worse than", "within_noise": "is no better than"}
    assert f"The network {words[verdict]} ridge regression" in text


@pytest.mark.slow
def test_the_same_study_gives_the_same_bytes() -> None:
    program = (
        "from tests.show.report.studies import STUDIES\n"
        "from pellucid.show.report import render_report\n"
        "import hashlib\n"
        "print(hashlib.sha256(render_report(STUDIES['regression']()).encode()).hexdigest())"
    )
    root = Path(__file__).parents[3]
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_a_report_replaces_another_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "报告.html"
    first = write_report({"task": {"target": "a"}}, path)
    assert first == path and "Predicting a" in path.read_text("utf-8")
    write_report({"task": {"target": "b"}}, path, language="zh")
    assert "预测“b”" in path.read_text("utf-8")
    assert [each.name for each in path.parent.iterdir()] == ["报告.html"]


@pytest.mark.parametrize("study", [None, [], "study", 3])
def test_what_is_no_study_is_refused(study: object, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="expected the dict of a study"):
        write_report(study, tmp_path / "r.html")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="'en' or 'zh'"):
        write_report({}, tmp_path / "r.html", language="de")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
