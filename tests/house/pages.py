"""Finds and runs the Python in a page of Markdown.

Every block fenced as ``python`` runs, from the top of the page down, in one namespace; with ``>>>``
prompts its output is compared too. Two comments, each on the line above a fence, change that::

    <!-- not run: why -->    the block below is only read
    <!-- output -->          the block below is what the block before it printed
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.house import examples

_FENCE = re.compile(
    r"^(?:<!--[ ]*(?P<remark>[^\n]*?)[ ]*-->\n+)?^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_NOT_RUN = re.compile(r"not run: \w.*")


class Block(NamedTuple):
    """One fenced block: its text, the line it starts on, the comment above it."""

    language: str
    text: str
    line: int
    remark: str


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page in order."""
    for match in _FENCE.finditer(page):
        line = page.count("\n", 0, match.start("text")) + 1
        yield Block(match["language"], match["text"], line, match["remark"] or "")


def run(path: Path) -> int:
    """Run a page; the number of blocks run. Raises AssertionError where it does not hold."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    printed = None
    count = 0
    for block in blocks(path.read_text("utf-8")):
        if block.remark == "output":
            assert printed is not None, f"{path}:{block.line}: no block before this output"
            _compare(printed, block, path)
        elif block.language == "python" and not _is_left_out(block, path):
            printed = _run_block(block, path, namespace)
            count += 1
    return count


def _is_left_out(block: Block, path: Path) -> bool:
    if not block.remark.startswith("not run"):
        return False
    assert _NOT_RUN.fullmatch(block.remark), f"{path}:{block.line}: not run, but why?"
    return True


def _run_block(block: Block, path: Path, namespace: dict[str, Any]) -> str:
    if block.text.lstrip().startswith(">>>"):
        return _run_prompts(block, path, namespace)
    shown = io.StringIO()
    # Empty lines in front, so that a traceback shows the line of the page.
    code = compile("\n" * (block.line - 1) + block.text, str(path), "exec")
    with contextlib.redirect_stdout(shown):
        exec(code, namespace)
    return shown.getvalue()


def _run_prompts(block: Block, path: Path, namespace: dict[str, Any]) -> str:
    parser = doctest.DocTestParser()
    test = parser.get_doctest(block.text, namespace, path.name, str(path), block.line - 1)
    test.globs = namespace  # get_doctest made a copy; later blocks need these names
    examples.run(test)
    return ""


def _compare(printed: str, block: Block, path: Path) -> None:
    checker = examples.Checker()
    if not checker.check_output(block.text, printed, examples.FLAGS):
        flags = examples.FLAGS | doctest.REPORT_NDIFF
        difference = checker.output_difference(doctest.Example("", block.text), printed, flags)
        raise AssertionError(f"{path}:{block.line}: the page shows another output\n{difference}")
