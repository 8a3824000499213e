"""`pellucid provenance`: which rows decided what, and which decided nothing."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid.cli.messages import MESSAGES, text
from pellucid.cli.modelpath import believed, model_path, study_of
from pellucid.cli.parser import Parser
from pellucid.cli.screen import Screen, format_table

_LONGEST_LINE = 100


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("provenance.about")
    parser.add_argument("model", metavar="MODEL", type=Path, help=text("predict.model"))
    parser.add_argument("--json", action="store_true", help=text("help.json"))


def run(arguments: Namespace, screen: Screen) -> int:
    """Read the record in the model file and show it."""
    path = model_path(arguments.model)
    record = study_of(path).get("provenance") or {}
    if arguments.json:
        print(json.dumps(record, ensure_ascii=False, allow_nan=False))
        return 0
    with believed(path):
        _show(record, path, screen)
    return 0


def use(name: str) -> str:
    """What rows were used for, in words; a name that is not known as it stands."""
    key = f"use.{name}"
    return text(key) if key in MESSAGES else name


def _show(record: Mapping[str, Any], path: Path, screen: Screen) -> None:
    screen.line(text("provenance.title", path=path), "title")
    screen.say(text("provenance.said", n=f"{record.get('n_rows', 0):,}"))
    rows = [[text("provenance.what"), text("data.rows"), text("provenance.share"), ""]]
    for each in record.get("choices", ()):
        said = text("provenance.numbers", rows=each["rows"])
        rows.append([use(each["what"]), f"{each['n']:,}", f"{each['share']:.0%}", said])
    for line in format_table(rows):
        screen.line(line[:_LONGEST_LINE])
