"""`pellucid evaluate`: a model on labelled rows that had no part in it."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.cli.figures import confusion_lines, figure_rows, show_subgroups
from pellucid.cli.files import check_file
from pellucid.cli.messages import text
from pellucid.cli.modelpath import believed, model_path
from pellucid.cli.parser import Parser, ranged
from pellucid.cli.reading import add_reading, batches
from pellucid.cli.rows import Notes
from pellucid.cli.screen import Screen
from pellucid.data.table import Table, is_number
from pellucid.errors import DataError
from pellucid.tabular.evaluation import ColumnProfile, drift, evaluate
from pellucid.tabular.predictor import Predictions, Predictor, load_predictor
from pellucid.tabular.provenance import Provenance
from pellucid.train.files import replacing

_MOST_COLUMNS_SHOWN = 10


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("evaluate.about")
    add = parser.add_argument
    add("model", metavar="MODEL", type=Path, help=text("predict.model"))
    add("file", metavar="LABELLED", type=Path, help=text("evaluate.file"))
    add("--out", metavar="FILE", type=Path, help=text("evaluate.out"))
    share = ranged(float, 0.001, 0.999)
    add("--threshold", metavar="P", type=share, help=text("evaluate.threshold"))
    add("--prevalence", metavar="SHARE", type=share, help=text("train.prevalence"))
    add("--group", metavar="COLUMN", help=text("evaluate.group"))
    add("--by", metavar="COLUMN", action="append", default=[], help=text("train.by"))
    add("--json", action="store_true", help=text("help.json"))
    add_reading(parser)


def run(arguments: Namespace, screen: Screen) -> int:
    """Read, predict, measure, tell."""
    if arguments.out:
        check_file(arguments.out)
    path = model_path(arguments.model)
    predictor = load_predictor(path)
    with screen.progress() as show:
        show(text("evaluate.progress"))
        table = joined(list(batches(arguments)))
        seen = check_unseen(predictor, table, path)
        notes = Notes()
        notes.add(predictor.features.warnings(table))
        facts = measure(predictor, table, arguments)
        facts |= {"also_in_training": seen, "drift": drift_of(predictor, table, path)}
    facts["notes"] = notes.to_json()
    if arguments.out:
        _write(facts, arguments.out)
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=False, allow_nan=False))
    _show(facts, screen)
    notes.show(screen)
    return 0


def check_unseen(predictor: Predictor, table: Table, path: Path) -> int:
    """Refuse rows that chose something about the model; how many look so by chance.

    A model of the first version has no record of its rows, and nothing to check.
    """
    record = predictor.about.get("provenance")
    if record is None:
        return 0
    with believed(path):
        return Provenance.from_json(record).check_unseen(table).count


def drift_of(predictor: Predictor, table: Table, path: Path) -> dict[str, Any] | None:
    """How the rows differ from those learned from; None for a model that does not know those."""
    profiles = predictor.about.get("profile")
    if profiles is None:
        return None
    with believed(path):
        return drift([ColumnProfile.from_json(each) for each in profiles], table)


def joined(parts: list[Table]) -> Table:
    """The rows of all the parts."""
    if len(parts) == 1:
        return parts[0]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0].names}
    return Table(columns, parts[0].source, parts[0].reading)


def measure(predictor: Predictor, table: Table, arguments: Namespace) -> dict[str, Any]:
    """The figures on the rows that have a target, of all of them and of each part of --by."""
    task = predictor.task
    present = np.flatnonzero(~table.missing(task.target))
    rows = table.take(present)
    if not len(rows):
        raise DataError(
            f"{table.source}, column '{task.target}'",
            expected="a value in one row or more",
            received="none",
        )
    y, found = task.codes(rows), predictor.predict(rows)
    groups = None if arguments.group is None else rows.strings(arguments.group).astype(str)
    whole = _figures(predictor, y, found, arguments, groups, np.arange(len(rows)))
    parts = {}
    for column in arguments.by:
        labels = rows.strings(column).astype(str)
        parts[column] = {
            level: _figures(predictor, y, found, arguments, groups, np.flatnonzero(labels == level))
            for level in _sorted(set(labels))
        }
    return {
        "source": table.source,
        "n": len(rows),
        "without_target": len(table) - len(rows),
        "task": task.to_json(),
        "evaluation": whole,
        "subgroups": parts,
    }


def _sorted(levels: set[str]) -> list[str]:
    return sorted(levels, key=float if all(map(is_number, levels)) else str)


def _figures(
    predictor: Predictor,
    y: np.ndarray,
    found: Predictions,
    arguments: Namespace,
    groups: np.ndarray | None,
    rows: np.ndarray,
) -> dict[str, Any]:
    """One evaluation, of some of the rows."""
    options: dict[str, Any] = {"threshold": arguments.threshold or predictor.threshold}
    if groups is not None:
        options["groups"] = np.unique(groups[rows], return_inverse=True)[1]
    if arguments.prevalence is not None:
        options["prevalence"] = arguments.prevalence
    answers = found.labels if found.probabilities is None else found.probabilities
    if found.low is not None and found.high is not None:
        options["interval"] = (found.low[rows], found.high[rows])
    return evaluate(predictor.task, y[rows], answers[rows], **options).to_json()


def _write(facts: Mapping[str, Any], path: Path) -> None:
    with replacing(path) as beside:
        written = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
        beside.write_text(written + "\n", "utf-8")


def _show(facts: Mapping[str, Any], screen: Screen) -> None:
    kind = facts["task"]["kind"]
    screen.heading(text("figures.external", name=facts["source"], n=facts["n"]))
    if facts["without_target"]:
        screen.say(text("evaluate.without", n=facts["without_target"]))
    screen.table(figure_rows(facts["evaluation"], kind))
    screen.line()
    for line in confusion_lines(facts["evaluation"], facts["task"]):
        screen.say(line)
    show_subgroups(facts, screen)
    _show_drift(facts["drift"], screen)
    if facts["also_in_training"]:
        screen.say(text("evaluate.twins", n=facts["also_in_training"]))


def _show_drift(found: Mapping[str, Any] | None, screen: Screen) -> None:
    """Which columns differ from training by more than chance, most different first."""
    if found is None:
        return
    screen.heading(text("drift.title"))
    n, total = found["n_different"], found["n_columns"]
    screen.say(text(f"drift.{found['verdict']}", n=n, total=total))
    different = [each for each in found["columns"] if each["size"] != "none"]
    if not different:
        return
    rows = [["", text("drift.size"), "PSI", text("drift.missing")]]
    for each in different[:_MOST_COLUMNS_SHOWN]:
        gaps = f"{each['missing_then']:.0%} → {each['missing_now']:.0%}"
        rows.append([each["column"], text(f"size.{each['size']}"), _psi(each["psi"]), gaps])
    screen.table(rows)


def _psi(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
