"""`pellucid train`: from a table to a model, and how good it is on rows held out."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from pellucid.cli.figures import show_figures
from pellucid.cli.files import check_folder, writing_folder
from pellucid.cli.messages import text
from pellucid.cli.modelpath import FIGURES_NAME, MODEL_NAME
from pellucid.cli.parser import Parser, one_of, ranged
from pellucid.cli.screen import Screen
from pellucid.cli.story import progress_line, show_data, show_saved, show_training
from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.tabular.recipe import Recipe
from pellucid.tabular.training import Outcome, train_predictor


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("train.about")
    add = parser.add_argument
    add("file", metavar="FILE", type=Path, help=text("train.file"))
    add("--target", metavar="COLUMN", required=True, help=text("train.target"))
    add("--out", metavar="DIR", type=Path, help=text("train.out"))
    add("--test-fraction", metavar="SHARE", type=_share, default=0.2, help=text("train.test"))
    add("--group", metavar="COLUMN", help=text("train.group"))
    add("--leave-out", metavar="COLUMN", action="append", default=[], help=text("train.leave"))
    add("--positive", metavar="CLASS", help=text("train.positive"))
    add("--threshold", metavar="P", type=_threshold, default=0.5, help=text("train.threshold"))
    add("--task", metavar="KIND", type=one_of("classes", "number"), help=text("train.task"))
    add("--epochs", metavar="N", type=ranged(int, 1, 100_000), help=text("train.epochs"))
    add("--seed", metavar="N", type=ranged(int, 0, 2**31), default=0, help=text("train.seed"))
    add("--json", action="store_true", help=text("help.json"))


def run(arguments: Namespace, screen: Screen) -> int:
    """Train, show, save."""
    folder = arguments.out or Path(f"{_stem(arguments.file)}-model")
    check_folder(folder)
    table = read_table(arguments.file)
    outcome, facts = train(table, arguments, screen)
    save(outcome, facts, folder)
    if arguments.json:
        print(json.dumps({"model": str(folder / MODEL_NAME), **facts}, ensure_ascii=False))
    show_saved(folder / MODEL_NAME, folder / FIGURES_NAME, screen)
    return 0


def train(table: Table, arguments: Namespace, screen: Screen) -> tuple[Outcome, dict]:
    """Train on a table and show how it went; the outcome, and what a program may want of it."""
    for name in (arguments.target, arguments.group, *arguments.leave_out):
        if name is not None:
            _ = table[name]  # raises for a name that is not in the table
    recipe = Recipe(epochs=arguments.epochs) if arguments.epochs else Recipe()
    start = time.perf_counter()
    with screen.progress() as show:
        outcome = train_predictor(
            table,
            arguments.target,
            test_size=arguments.test_fraction,
            group=arguments.group,
            leave_out=tuple(arguments.leave_out),
            kind=arguments.task,
            positive=arguments.positive,
            threshold=arguments.threshold,
            recipe=recipe,
            seed=arguments.seed,
            on_progress=lambda progress: show(progress_line(progress)),
        )
    seconds = time.perf_counter() - start
    show_data(table, outcome, arguments, screen)
    show_training(outcome, seconds, screen)
    show_figures(_study(outcome), screen)
    return outcome, {"seconds": round(seconds, 3), **outcome.to_json()}


def _study(outcome: Outcome) -> dict[str, Any]:
    facts = outcome.to_json()
    difference = facts["lower_loss_than_linear"]
    kind = "better" if difference["low"] > 0 else "worse" if difference["high"] < 0 else ""
    verdict = {"verdict": kind or "within_noise", "difference": difference}
    return {"task": facts["task"], "evaluation": facts["held_out"], "verdict": verdict}


def save(outcome: Outcome, facts: dict, folder: Path) -> None:
    """Write the model and the figures, both or neither."""
    with writing_folder(folder) as beside:
        outcome.predictor.save(beside / MODEL_NAME)
        figures = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
        (beside / FIGURES_NAME).write_text(figures + "\n", "utf-8")


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return name.rpartition(".")[0] or name


def _share(word: str) -> float:
    return float(ranged(float, 0.01, 0.99)(word))


def _threshold(word: str) -> float | None:
    return None if word == "balanced" else float(ranged(float, 0.001, 0.999)(word))
