"""Runs the real command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from pellucid.data.datasets import wisconsin_original_csv

WISCONSIN = wisconsin_original_csv()

# Training as short as it gets.
QUICK = ("--epochs", "3", "--no-report")


class Result(NamedTuple):
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str


def pellucid(*words: object, folder: Path, lang: str = "en", **env: str) -> Result:
    """Run `pellucid WORDS` in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "pellucid", *map(str, words)],
        cwd=folder,
        env={**os.environ, "PELLUCID_LANG": lang, "PYTHONIOENCODING": "utf-8", **env},
        capture_output=True,
        encoding="utf-8",
        timeout=240,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: the content of files, None for folders."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
