#!/usr/bin/env python3
"""Write into pages what Pellucid prints today.

    python tools/fill_pages.py docs/concept.md docs/examples/*.md

Blocks under ``<!-- output -->`` get what the Python above them prints; the page runs from the top
down in an empty folder, as the tests run it. Blocks under ``<!-- help: NAME -->`` get the help of a
command, in the language of the page. Look at the difference before keeping it: a page should change
because Pellucid did, and for no other reason.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.house import pages  # noqa: E402

from pellucid.cli.main import main as main_of_command  # noqa: E402


def filled(path: Path) -> str:
    """The text of a page with the outputs of today."""
    text = path.read_text("utf-8")
    names: dict[str, Any] = {"__name__": "__main__"}
    pieces, end, printed = [], 0, ""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for block in pages.blocks(text):
        start = starts[block.line - 1]
        shown = printed if block.remark == "output" else None
        if block.remark.startswith("help:"):
            shown = command_help(block.remark, "zh" if "zh" in path.parts else "en")
        if shown is not None:
            pieces += [text[end:start], shown.rstrip("\n") + "\n"]
            end = start + len(block.text)
        if block.language == "python" and not block.remark.startswith("not run"):
            printed = _printed(block, path, names)
    return "".join([*pieces, text[end:]])


def command_help(remark: str, language: str) -> str:
    """What ``pellucid NAME --help`` prints, for the remark ``help: NAME``."""
    name = remark.removeprefix("help:").strip().removeprefix("pellucid").strip()
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        main_of_command([*name.split(), "--help", "--lang", language])
    return shown.getvalue()


def _printed(block: pages.Block, path: Path, names: dict[str, Any]) -> str:
    if block.text.lstrip().startswith(">>>"):
        return ""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(compile("\n" * (block.line - 1) + block.text, str(path), "exec"), names)
    return shown.getvalue()


def main(arguments: list[str]) -> int:
    """Fill every page that is named."""
    warnings.simplefilter("error")
    for path in [Path(argument).resolve() for argument in arguments]:
        before = Path.cwd()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                text = filled(path)
            finally:
                os.chdir(before)
        if text != path.read_text("utf-8"):
            path.write_text(text, "utf-8")
            print(f"{path.relative_to(ROOT)} changed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
