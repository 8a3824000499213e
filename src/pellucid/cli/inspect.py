"""`pellucid inspect`: what a model file holds, without predicting anything."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid import settings
from pellucid.cli.figures import figure_rows, number
from pellucid.cli.messages import text
from pellucid.cli.modelpath import believed, model_path
from pellucid.cli.parser import Parser
from pellucid.cli.screen import Screen
from pellucid.tabular.columns import Column
from pellucid.tabular.dates import day_text
from pellucid.tabular.predictor import Predictor, load_predictor
from pellucid.tabular.schema import ColumnSchema
from pellucid.train.model_file import describe_model_file

_MOST_COLUMNS_SHOWN = 40
_MOST_LEVELS_SHOWN = 5


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("inspect.about")
    parser.add_argument("model", metavar="MODEL", type=Path, help=text("predict.model"))
    parser.add_argument("--json", action="store_true", help=text("help.json"))


def run(arguments: Namespace, screen: Screen) -> int:
    """Read the file and tell."""
    path = model_path(arguments.model)
    file, predictor = describe_model_file(path), load_predictor(path)
    if arguments.json:
        print(json.dumps(facts(file, predictor), ensure_ascii=False, allow_nan=False))
        return 0
    screen.line(text("inspect.title", path=path), "title")
    with believed(path):
        screen.facts(_file_lines(file, predictor))
        _show_columns(predictor, screen)
        _show_figures(predictor, screen)
    return 0


def facts(file: Mapping[str, Any], predictor: Predictor) -> dict[str, Any]:
    """Everything for programs."""
    return {
        "file": dict(file),
        "task": predictor.task.to_json(),
        "threshold": predictor.threshold,
        **predictor.features.to_json(),
        "study": dict(predictor.about),
    }


def _file_lines(file: Mapping[str, Any], predictor: Predictor) -> list[tuple[str, str]]:
    study = predictor.about
    data = study.get("data", study)
    size = text("inspect.size", kilobytes=f"{file['bytes'] / 1000:,.1f}", **file)
    return [
        (text("inspect.file"), size),
        ("SHA-256", file["sha256"]),
        (text("data.target"), _task_line(predictor)),
        (text("inspect.learned"), text("inspect.rows", n=_rows(study), source=data["source"])),
        (text("inspect.network"), text("inspect.weights", n=f"{file['parameters']:,}")),
        (text("inspect.seed"), str(study.get("seed", ""))),
        (text("inspect.state"), text("inspect.stopped") if study.get("interrupted") else ""),
    ]


def _rows(study: Mapping[str, Any]) -> str:
    n_rows = study.get("split", {}).get("n_train", study.get("n_rows", "?"))
    return f"{n_rows:,}" if isinstance(n_rows, int) else str(n_rows)


def _task_line(predictor: Predictor) -> str:
    task = predictor.task
    if not task.is_classification:
        return text("inspect.number", target=task.target)
    classes = text("comma").join(task.classes)
    if task.kind != "binary":
        return text("data.classes", target=task.target, classes=classes)
    return text(
        "inspect.binary",
        target=task.target,
        classes=classes,
        positive=task.positive,
        threshold=number(predictor.threshold),
    )


def _show_columns(predictor: Predictor, screen: Screen) -> None:
    columns, left_out = predictor.features.columns, predictor.features.left_out
    screen.heading(text("inspect.columns", n=len(columns)))
    rows = [(c.name, text(f"column.{c.kind}"), _values(c)) for c in columns[:_MOST_COLUMNS_SHOWN]]
    screen.table(rows)
    if len(columns) > len(rows):
        screen.line(f"  {text('inspect.more', n=len(columns) - len(rows))}")
    if left_out:
        screen.heading(text("data.left"))
        why = _reasons(predictor)
        screen.facts((c.name, why.get(c.name, c.reason)) for c in left_out[:_MOST_COLUMNS_SHOWN])


def _reasons(predictor: Predictor) -> dict[str, str]:
    """Why columns are not used, in the user's language; the file of version 1 has none."""
    language: Any = settings.get("language")
    schema = predictor.about.get("schema", ())
    return {each["name"]: ColumnSchema.from_json(each).text(language) for each in schema}


def _values(column: Column) -> str:
    """What values training rows had."""
    levels = [text("inspect.blank") if level is None else level for level in column.levels]
    said = text("comma").join(levels[:_MOST_LEVELS_SHOWN])
    if len(levels) > _MOST_LEVELS_SHOWN:
        said = text("inspect.levels", levels=said, n=len(levels))
    if not levels and column.quartiles is not None:
        low, _, median, _, high = column.quartiles
        ends = {"low": low, "median": median, "high": high}
        said = text("inspect.range", **{name: f"{value:,.6g}" for name, value in ends.items()})
        if column.kind == "date":
            said = f"{day_text(low)} – {day_text(high)}"
    if column.n_missing:
        said += text("inspect.missing", n=column.n_missing)
    return said


def _show_figures(predictor: Predictor, screen: Screen) -> None:
    found = predictor.about.get("evaluation", {}).get("network")
    if not found:
        return
    screen.heading(text("figures.title", n=found["n"]))
    screen.table(figure_rows(found, predictor.task.kind))
