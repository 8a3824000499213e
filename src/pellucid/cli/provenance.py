"""`pellucid provenance`: which rows decided what, and which decided nothing."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from pellucid.cli.messages import text
from pellucid.cli.modelpath import model_path, study_of
from pellucid.cli.parser import Parser
from pellucid.cli.screen import Screen


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
    screen.line(text("provenance.title", path=path), "title")
    screen.facts((name, json.dumps(each, ensure_ascii=False)) for name, each in record.items())
    return 0
