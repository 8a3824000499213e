"""`pellucid train`: from a table to a model, its report, and how good it is on rows held out."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid import settings
from pellucid.cli.figures import show_figures, show_importance, show_subgroups
from pellucid.cli.files import check_folder, writing_folder
from pellucid.cli.messages import text
from pellucid.cli.modelpath import (
    FIGURES_NAME,
    MODEL_NAME,
    REFUSED_NAME,
    REPORT_NAME,
    SCHEMA_NAME,
)
from pellucid.cli.options import abstention_of, configure, external_tables, overrides_of
from pellucid.cli.phrases import explained
from pellucid.cli.reading import reading_options
from pellucid.cli.screen import Screen
from pellucid.cli.story import progress_line, show_data, show_saved, show_training
from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.errors import MissingDependencyError
from pellucid.tabular.training import Outcome, train_predictor

__all__ = ["configure", "run"]

_INTERRUPTED = 130


@dataclass(frozen=True)
class Trained:
    """What training gave: the outcome, and what is written beside the model."""

    outcome: Outcome
    facts: dict[str, Any]
    table: Table
    overrides: Any


def run(arguments: Namespace, screen: Screen) -> int:
    """Train, show, save."""
    folder = arguments.out or Path(f"{_stem(arguments.file)}-model")
    check_folder(folder)
    overrides = overrides_of(arguments)
    table = read_table(arguments.file, **reading_options(arguments))
    trained = train(table, overrides, arguments, screen)
    written = save(trained, folder, arguments, screen)
    if arguments.json:
        model = {"model": str(folder / MODEL_NAME), "files": written}
        json.dump({**model, **trained.facts}, sys.stdout, ensure_ascii=False, allow_nan=False)
        print()
    show_saved(folder, written, screen)
    if trained.outcome.interrupted:
        screen.warn(text("stopped.kept", path=folder / MODEL_NAME))
        return _INTERRUPTED
    return 0


def train(table: Table, overrides: Any, arguments: Namespace, screen: Screen) -> Trained:
    """Train on a table and show how it went."""
    with screen.progress() as show:
        outcome = train_predictor(
            table,
            overrides.target[0] if len(overrides.target) == 1 else overrides.target,
            on_progress=lambda at: show(progress_line(at), at.done),
            **_options(overrides, arguments),
        )
    facts = outcome.to_json()
    show_data(facts, screen)
    show_training(facts, screen)
    show_figures(facts, screen)
    show_subgroups(facts, screen)
    show_importance(facts, screen)
    return Trained(outcome, facts, table, overrides)


def _options(overrides: Any, arguments: Namespace) -> dict[str, Any]:
    """What was asked for, as `train_predictor` takes it; what was not keeps its default."""
    asked = {
        "overrides": overrides,
        "file": arguments.file,
        "test_size": arguments.test_fraction,
        "cv": arguments.cv,
        "external": external_tables(arguments),
        "prevalence": arguments.prevalence,
        "coverage": arguments.coverage,
        "by": tuple(arguments.by) or None,
        "recipe": arguments.recipe,
        "folds": arguments.folds,
        "epochs": arguments.epochs,
        "calibration": arguments.calibration,
        "abstain": abstention_of(arguments.abstain),
        "class_weight": arguments.class_weight,
        "sample_weight": arguments.sample_weight,
        "budget": arguments.budget,
        "learning_curve": arguments.learning_curve,
        "seed": arguments.seed,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    # Here None is a choice: the threshold that balances sensitivity and specificity.
    return {**given, "threshold": arguments.threshold}


def save(trained: Trained, folder: Path, arguments: Namespace, screen: Screen) -> list[str]:
    """Write the model, the figures, the schema, the report and the refused rows: all or none.

    The names of the files.
    """
    with writing_folder(folder) as beside:
        trained.outcome.predictor.save(beside / MODEL_NAME)
        figures = json.dumps(trained.facts, indent=1, ensure_ascii=False, allow_nan=False)
        (beside / FIGURES_NAME).write_text(figures + "\n", "utf-8")
        _save_schema(trained, beside / SCHEMA_NAME)
        reading = trained.table.reading
        if reading is not None and reading.refused:
            reading.write_refused(beside / REFUSED_NAME)
        if not arguments.no_report:
            _save_report(trained.facts, beside / REPORT_NAME, arguments.language, screen)
        return sorted(path.name for path in beside.iterdir())


def _save_schema(trained: Trained, path: Path) -> None:
    from pellucid.tabular.schema import ColumnSchema
    from pellucid.tabular.schema_file import write_schema

    schema = [ColumnSchema.from_json(each) for each in trained.facts["schema"]]
    write_schema(path, schema, trained.overrides, language=settings.get("language"))


def _save_report(
    study: Mapping[str, Any], path: Path, language: str | None, screen: Screen
) -> None:
    from pellucid.show.report import write_report

    with screen.progress() as show:
        show(text("report.progress"))
        try:
            chosen: Any = language or settings.get("language")
            write_report(study, path, language=chosen)
        except MissingDependencyError as error:
            screen.warn(text("report.without", message=explained(error)))


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz").removesuffix(".zip")
    return name.rpartition(".")[0] or name
