"""Results: ratios, goals, the file, the table in the terminal, the pages and the charts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from benchmarks import chart, page, report
from benchmarks.results import Results, read
from benchmarks.workloads import LIBRARIES

from tests.benchmarks import sample


def test_goals_are_judged() -> None:
    verdicts = {each.goal: (each.measured, each.reached) for each in sample.small().verdicts()}
    assert verdicts == {
        "≥ 50 × PyTorch": ("45.0 ×", False),
        "≥ 5 × JAX": ("6.00 ×", True),
        "≤ 3.00 µs": ("2.00 µs", True),
    }


def test_the_fastest_peer_is_a_library() -> None:
    verdicts = {each.goal: (each.measured, each.reached) for each in sample.process().verdicts()}
    assert verdicts == {
        "≥ 2.5 × scikit-learn": ("3.00 ×", True),
        "≤ 120 MB": ("100 MB", True),
    }


def test_the_share_of_the_peak() -> None:
    wide = sample.wide()
    last = list(wide.verdicts())[-1]
    assert last == ("≥ 75% of peak", "80%", True)
    # Three products of 512-1024-1024-10, less the input gradient of the first, at 256 rows.
    pairs = 512 * 1024 + 1024 * 1024 + 1024 * 10
    assert wide.work.flops == 2 * 256 * (3 * pairs - 512 * 1024)
    assert wide.gflops(wide.rows[0]) == pytest.approx(wide.work.flops / 5e6)


def test_the_report_names_what_is_wrong() -> None:
    text = report.text(sample.small())
    assert "NumPy by hand: ITS NUMBERS DIFFER by 2.5e-01" in text
    assert "scikit-learn: not measured, No module named 'sklearn'" in text
    assert "goal ≥ 50 × PyTorch: 45.0 ×, NOT REACHED" in text
    ours = text.splitlines()[2].split()
    assert ours == "Pellucid 2.00 µs 2.00 µs – 4.00 µs 1 32.3 100 ms".split()


def test_without_ours_there_is_no_ratio() -> None:
    result = sample.small()
    result.rows = result.rows[1:]
    assert list(result.verdicts()) == []
    assert result.ratio(result.rows[0]) is None
    assert "PyTorch" in report.text(result)


def test_the_file_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    sample.results().write(path)
    assert read(path) == sample.results()
    assert [each.name for each in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize("content", ['{"format": 99}', "[]", "{}"])
def test_files_of_another_kind_are_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(content, "utf-8")
    with pytest.raises(ValueError, match="results of benchmarks"):
        read(path)


def test_newer_results_replace_older_ones_of_the_same_machine() -> None:
    newer = sample.small()
    newer.date = "2026-02-03"
    together = sample.results().merged(Results(sample.MACHINE, {"small": newer}))
    assert list(together.results) == ["small", "process-cold", "wide"]
    assert together.results["small"].date == "2026-02-03"
    elsewhere = sample.results().merged(Results({"processor": "other"}, {"small": newer}))
    assert list(elsewhere.results) == ["small"]


def test_pages_in_both_languages(tmp_path: Path) -> None:
    written = page.write(sample.results(), tmp_path)
    assert [each.relative_to(tmp_path).as_posix() for each in written] == [
        "benchmarks.md",
        "benchmarks.svg",
        "zh/benchmarks.md",
        "zh/benchmarks.svg",
    ]
    english, chinese = (written[k].read_text("utf-8") for k in (0, 2))
    for text in (english, chinese):
        assert "Example 3000" in text
        assert "2026-01-02" in text
        assert "- torch 3.4" in text
        assert text.count("\n## ") == 4
    assert "| PyTorch | 90.0 µs | 90.0 µs – 180 µs | 45.0 |" in english
    assert "| ≥ 5 × JAX | 6.00 × | reached |" in english
    assert "Not measured: scikit-learn (No module named 'sklearn')." in english
    assert "Numbers that differ from the NumPy twin's: NumPy by hand." in english
    assert english.count("Other programs were running") == 1
    assert "| 手写 NumPy |" in chinese
    assert "| ≥ 75%峰值 | 80% | 达到 |" in chinese


def test_tables_are_whole(tmp_path: Path) -> None:
    text = page.text(sample.results(), page.CHINESE)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table


def test_every_label_has_its_chinese_words() -> None:
    english = {"Pellucid", "PyTorch", "JAX", "scikit-learn", "onnxruntime"}  # names stay
    for library in LIBRARIES.values():
        assert library.label in english or library.label in page.CHINESE.words


def test_the_chart_keeps_its_text_and_its_bytes(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    for path in (first, second):
        chart.write(sample.results(), path)
    assert first.read_bytes() == second.read_bytes()
    words = [each.text for each in ElementTree.parse(first).iter() if each.tag.endswith("text")]
    assert "Train 30-16-1 on 448 rows, batch 32" in words
    assert "90.0 µs  (45.0 ×)" in words
    assert "scikit-learn" in words


def test_results_are_json_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    sample.results().write(path)
    content = json.loads(path.read_text("utf-8"))
    assert content["workloads"]["small"]["rows"][0]["samples"] == [2e-6, 2e-6, 4e-6]
