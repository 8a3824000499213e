"""What `train` and `demo` tell on the way: the table, the training, the files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import numpy as np

from pellucid.cli.figures import number
from pellucid.cli.messages import text
from pellucid.cli.screen import Screen
from pellucid.data.table import Table
from pellucid.tabular.recipe import Progress
from pellucid.tabular.schema import infer_column
from pellucid.tabular.task import Task
from pellucid.tabular.training import Outcome


def show_saved(model: Path, figures: Path, screen: Screen) -> None:
    """Where the files stand."""
    screen.heading(text("saved.title"))
    screen.line("  " + text("saved.model", path=model))
    screen.line("  " + text("saved.figures", path=figures))
    screen.line(f"  {text('saved.next')} pellucid predict {model.parent} NEW.csv")


def show_data(table: Table, outcome: Outcome, arguments: Namespace, screen: Screen) -> None:
    """What was found in the table, and what is made of it."""
    predictor, n_rows = outcome.predictor, len(table) - outcome.n_dropped
    rows = f"{n_rows}"
    if outcome.n_dropped:
        rows = text("data.dropped", n=n_rows, dropped=outcome.n_dropped, target=arguments.target)
    held = {"n": len(outcome.held_out), "share": f"{len(outcome.held_out) / n_rows:.0%}"}
    part = text("data.held_out", **held)
    if arguments.group:
        part = text("data.grouped", group=arguments.group, **held)
    left = [f"{each.name} ({text('kind.' + each.kind)})" for each in predictor.features.left_out]
    screen.heading(text("data.title", file=table.source))
    screen.facts(
        [
            (text("data.rows"), rows),
            (text("data.target"), _target_line(table, predictor.task)),
            (text("data.columns"), _kinds_line(outcome)),
            (text("data.missing"), _missing_line(table, outcome)),
            (text("data.left"), text("comma").join([*left, *(arguments.leave_out or [])])),
            (text("data.held"), part),
        ]
    )
    _warn_of_repeats(table, arguments, screen)


def show_training(outcome: Outcome, seconds: float, screen: Screen) -> None:
    """The networks, where they stopped, how long it took."""
    about = outcome.predictor.about
    encode = outcome.predictor.features.layer()
    answers = max(1, len(outcome.predictor.task.classes)) if _is_multi(outcome) else 1
    layers = "-".join(map(str, (encode.n_features, *about["recipe"]["hidden"], answers)))
    epochs = about["epochs"]
    screen.heading(text("train.title"))
    screen.facts(
        [
            (text("train.networks"), text("train.shape", n=len(epochs), layers=layers)),
            (text("train.stopped"), ", ".join(map(str, epochs))),
            (text("train.time"), text("train.seconds", seconds=f"{seconds:.1f}")),
        ]
    )


def _is_multi(outcome: Outcome) -> bool:
    return outcome.predictor.task.kind == "multiclass"


def progress_line(progress: Progress) -> str:
    """Where training stands, in a line."""
    return text(
        "train.progress",
        network=progress.network,
        total=progress.n_networks,
        epoch=progress.epoch,
        loss=number(progress.loss),
    )


def _target_line(table: Table, task: Task) -> str:
    if not task.is_classification:
        values = table.numbers(task.target)
        low, high = np.nanmin(values), np.nanmax(values)
        return text("data.number", target=task.target, low=f"{low:g}", high=f"{high:g}")
    labels = table.strings(task.target).tolist()
    counted = text("comma").join(f"{label} ({labels.count(label)})" for label in task.classes)
    key = "data.positive" if task.kind == "binary" else "data.classes"
    return text(key, target=task.target, classes=counted, positive=task.positive)


def _kinds_line(outcome: Outcome) -> str:
    kinds = [column.kind for column in outcome.predictor.features.columns]
    named = {"number": "numbers", "boolean": "booleans", "category": "categories"}
    parts = [
        text(f"data.{key}", n=kinds.count(kind)) for kind, key in named.items() if kind in kinds
    ]
    return text("comma").join(parts)


def _missing_line(table: Table, outcome: Outcome) -> str:
    counts = [int(table.missing(c.name).sum()) for c in outcome.predictor.features.columns]
    if not any(counts):
        return ""
    affected = sum(count > 0 for count in counts)
    return text("data.filled", n=sum(counts), columns=affected, total=len(counts))


def _warn_of_repeats(table: Table, arguments: Namespace, screen: Screen) -> None:
    """Rows of one person on both sides of the split would flatter every figure."""
    if arguments.group:
        return
    for name in table.names:
        column = infer_column(table, name)
        if column.kind == "identifier" and column.n_distinct < len(table) - column.n_missing:
            said = text("data.repeats", column=name, n=column.n_distinct, rows=len(table))
            for line in screen.wrapped(said):
                screen.line(line, "warning")
