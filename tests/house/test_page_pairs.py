"""Pages come in both languages with the same code; links lead to files; help is current."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from pathlib import Path

import pytest

from pellucid.cli.main import COMMANDS, main
from tests.house import pages
from tests.house.tree import ROOT, files

_DOCS = ROOT / "docs"
_CHINESE = _DOCS / "zh"
_DESIGN = _DOCS / "design"  # for those who work on Pellucid; English only

_PAGES = [
    path.relative_to(_DOCS)
    for path in files(_DOCS, ".md")
    if not path.is_relative_to(_CHINESE) and not path.is_relative_to(_DESIGN)
]
_PAIRS = [(_DOCS / page, _CHINESE / page) for page in _PAGES]
_PAIRS.append((ROOT / "README.md", ROOT / "README.zh.md"))
_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)[^)]*\)")


def test_every_page_is_there_in_both_languages() -> None:
    chinese = [path.relative_to(_CHINESE) for path in files(_CHINESE, ".md")]
    assert sorted(chinese) == sorted(_PAGES)


@pytest.mark.parametrize(("english", "chinese"), _PAIRS, ids=[pair[0].stem for pair in _PAIRS])
def test_both_languages_have_the_same_blocks(english: Path, chinese: Path) -> None:
    mine, other = ([_meant(b) for b in _blocks(path)] for path in (english, chinese))
    assert mine == other


@pytest.mark.parametrize(
    "path", [*files(_DOCS, ".md"), *ROOT.glob("*.md")], ids=lambda path: str(path.relative_to(ROOT))
)
def test_links_lead_to_files(path: Path) -> None:
    prose = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = [link for link in _LINK.findall(prose) if not (path.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_page_of_the_command_shows_its_help(command: str, language: str) -> None:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        main([*command.split(), "--help", "--lang", language])
    page = _blocks((_DOCS if language == "en" else _CHINESE) / "cli.md")
    (block,) = [b for b in page if b.remark == f"help: {command or 'pellucid'}"]
    assert block.text == shown.getvalue(), "run: python tools/fill_pages.py docs/cli.md …/zh/cli.md"


def _blocks(path: Path) -> list[pages.Block]:
    return list(pages.blocks(path.read_text("utf-8")))


def _meant(block: pages.Block) -> tuple[str, str, str]:
    """What must be the same in both languages: comments in code may differ, and so may help."""
    text = block.text
    if block.language == "python" and not text.lstrip().startswith(">>>"):
        text = ast.dump(ast.parse(text))
    return block.language, block.remark, "" if block.remark.startswith("help:") else text
