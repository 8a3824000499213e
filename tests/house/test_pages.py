"""Every block of Python in the README and in docs/ runs and prints what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house import pages
from tests.house.tree import ROOT, files

_PAGES = [
    path
    for path in (*ROOT.glob("*.md"), *(files(ROOT / "docs", ".md")))
    if "```python" in path.read_text("utf-8")
]


@pytest.mark.parametrize("path", _PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_page(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pages.run(path)


_RUN = "```python\nx = 1\n```\n\n```python\nprint(x + 1)\n```\n"


def _output(text: str) -> str:
    return f"<!-- output -->\n```text\n{text}\n```\n"


_GOOD = {
    "one namespace": (_RUN, 2),
    "output": (_RUN + _output("2"), 2),
    "output with dots": ("```python\nprint('in 0.12 s')\n```\n" + _output("in ... s"), 1),
    "prompts": (_RUN + "```python\n>>> y = x + 1\n>>> y\n2\n```\n```python\ny\n```\n", 4),
    "left out": ("<!-- not run: needs a camera -->\n```python\nshoot()\n```\n" + _RUN, 2),
    "other languages": ("```bash\nexit 1\n```\n```\nprose\n```\n", 0),
}

_BAD = {
    "error": "```python\nundefined_name\n```\n",
    "other output": _RUN + _output("3"),
    "output of nothing": _output("3"),
    "other answer": "```python\n>>> 1 + 1\n3\n```\n",
    "left out without a reason": "<!-- not run -->\n```python\nshoot()\n```\n",
}


@pytest.mark.parametrize("case", _GOOD)
def test_good_pages_run(case: str, tmp_path: Path) -> None:
    text, expected = _GOOD[case]
    assert pages.run(_written(tmp_path, text)) == expected


@pytest.mark.parametrize("case", _BAD)
def test_bad_pages_fail(case: str, tmp_path: Path) -> None:
    with pytest.raises((AssertionError, NameError)):
        pages.run(_written(tmp_path, _BAD[case]))


def test_a_traceback_shows_the_line_of_the_page(tmp_path: Path) -> None:
    path = _written(tmp_path, "# Title\n\n```python\n\nundefined_name\n```\n")
    with pytest.raises(NameError) as raised:
        pages.run(path)
    assert (raised.traceback[-1].lineno + 1, str(raised.traceback[-1].path)) == (5, str(path))


def _written(folder: Path, text: str) -> Path:
    path = folder / "page.md"
    path.write_text(text, "utf-8")
    return path
