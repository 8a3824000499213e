"""The report in a browser: it fits a phone and a page of paper, and asks for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pellucid.show.report import write_report
from tests.show.report.browser import BINARY, Page, browser
from tests.show.report.studies import STUDIES

pytestmark = [
    pytest.mark.skipif(BINARY is None, reason="there is no Chromium"),
    pytest.mark.slow,
]

_CASES = [
    ("trained", "zh"),
    ("binary", "en"),
    ("ten", "en"),
    ("labels", "zh"),
    ("regression", "zh"),
]
# How far each element reaches beyond the page, unless it scrolls by itself.
_OUTSIDE = """
(() => {
  const wide = document.documentElement.clientWidth, found = [];
  for (const each of document.body.querySelectorAll("*")) {
    const box = each.getBoundingClientRect();
    if (box.width && box.right > wide + 1 && !each.closest(".scroll, svg, details"))
      found.push(each.tagName + "." + each.className + " " + box.right);
  }
  return found;
})()
"""
# Text of drawings that leaves its drawing, or lies over other text of it.
_CLIPPED = """
(() => {
  const found = [];
  for (const svg of document.querySelectorAll("svg.plot")) {
    const frame = svg.getBoundingClientRect(), boxes = [];
    for (const text of svg.querySelectorAll("text")) {
      const box = text.getBoundingClientRect();
      if (!box.width) continue;
      if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.push("outside: " + text.textContent);
      for (const [other, words] of boxes)
        if (Math.min(box.right, other.right) - Math.max(box.left, other.left) > 2 &&
            Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 4)
          found.push("over " + words + ": " + text.textContent);
      boxes.push([box, text.textContent]);
    }
  }
  return found;
})()
"""
_INK = "getComputedStyle(document.body).color"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("reports")
    return {
        (name, lang): write_report(STUDIES[name](), folder / f"{name}-{lang}.html", language=lang)
        for name, lang in _CASES
    }


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as opened:
        yield opened


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("case", _CASES, ids="-".join)
def test_nothing_leaves_the_page(
    case: tuple[str, str], width: int, files: dict[tuple[str, str], Path], page: Page
) -> None:
    page.open(files[case], width=width)
    assert page.value("document.documentElement.scrollWidth") <= width
    assert page.value(_OUTSIDE) == []
    assert page.value(_CLIPPED) == []


@pytest.mark.parametrize("case", _CASES, ids="-".join)
def test_the_file_is_all_that_is_asked_for(
    case: tuple[str, str], files: dict[tuple[str, str], Path], page: Page
) -> None:
    page.requests.clear()
    page.open(files[case])
    page.value("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.requests == [files[case].resolve().as_uri()]


def test_a_script_in_the_page_would_not_run(tmp_path: Path, page: Page) -> None:
    path = write_report({}, tmp_path / "report.html")
    text = path.read_text("utf-8")
    planted = "<script>document.title = 'ran'</script><img src='https://example.org/x.png'></main>"
    path.write_text(text.replace("</main>", planted), "utf-8")
    page.requests.clear()
    page.open(path)
    assert page.value("document.title") != "ran"
    stopped = [(url, why.get("blockedReason")) for url, why in page.refused]
    assert stopped == [("https://example.org/x.png", "csp")]


def test_colours_follow_the_reader_and_paper_is_light(
    files: dict[tuple[str, str], Path], page: Page
) -> None:
    path = files["binary", "en"]
    page.open(path, dark=True)
    dark = page.value(_INK)
    page.call("Emulation.setEmulatedMedia", media="print")
    printed = page.value(_INK)
    page.call("Emulation.setEmulatedMedia", media="")
    page.open(path, dark=False)
    assert (dark, printed) == ("rgb(232, 235, 238)", "rgb(26, 31, 36)")
    assert page.value(_INK) == printed


def test_on_paper_nothing_is_wider_than_the_page(
    files: dict[tuple[str, str], Path], page: Page, tmp_path: Path
) -> None:
    for case in _CASES:
        # A4 less its margins is 182 mm, 688 pixels; tables cannot scroll there.
        page.open(files[case], width=688)
        page.call("Emulation.setEmulatedMedia", media="print")
        wide = page.value(
            "Math.max(...[...document.querySelectorAll('table, svg, p, dl')]"
            ".map(each => each.getBoundingClientRect().right))"
        )
        page.call("Emulation.setEmulatedMedia", media="")
        assert wide <= 689
    page.print(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
