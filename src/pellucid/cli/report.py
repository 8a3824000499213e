"""`pellucid report`: the report of a model as one HTML file."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid import settings
from pellucid.cli.files import check_file
from pellucid.cli.messages import text
from pellucid.cli.modelpath import FIGURES_NAME, REPORT_NAME, believed, model_path, study_of
from pellucid.cli.parser import Parser
from pellucid.cli.screen import Screen


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("report.about")
    add = parser.add_argument
    add("model", metavar="MODEL", type=Path, help=text("predict.model"))
    add("--out", metavar="FILE", type=Path, help=text("report.out"))
    add("--json", action="store_true", help=text("help.json"))


def run(arguments: Namespace, screen: Screen) -> int:
    """Read the study in the model file and write it as a page."""
    from pellucid.show.report import write_report

    path = model_path(arguments.model)
    target = arguments.out or path.with_name(REPORT_NAME)
    check_file(target)
    language = settings.get("language")
    with screen.progress() as show, believed(path):
        show(text("report.progress"))
        write_report(_with_times(study_of(path), path), target, language=language)
    if arguments.json:
        print(json.dumps({"report": str(target), "language": language}, ensure_ascii=False))
    screen.line(text("report.done", path=target))
    return 0


def _with_times(study: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """The study with when and how long, which stand beside the model and not in it."""
    try:
        beside = json.loads(path.with_name(FIGURES_NAME).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return study
    same = isinstance(beside, dict) and beside.get("evaluation") == study.get("evaluation")
    return beside if same else study
