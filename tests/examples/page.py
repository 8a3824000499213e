"""Runs a page of docs/ and hands out the names it defines."""

from __future__ import annotations

import contextlib
import functools
import io
from typing import Any, NamedTuple

from tests.house import pages
from tests.house.tree import ROOT


class Run(NamedTuple):
    """What a page defined, and what it printed."""

    names: dict[str, Any]
    printed: str

    def __getitem__(self, name: str) -> Any:
        return self.names[name]


@functools.cache
def run(page: str) -> Run:
    """Run the Python of ``docs/<page>.md`` from the top down."""
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        for block in python_blocks(page):
            exec(compile(block.text, f"{page}:{block.line}", "exec"), names)
    return Run(names, shown.getvalue())


def python_blocks(page: str) -> list[pages.Block]:
    """The blocks of Python that run."""
    text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
    return [
        block
        for block in pages.blocks(text)
        if block.language == "python" and not block.remark.startswith("not run")
    ]
