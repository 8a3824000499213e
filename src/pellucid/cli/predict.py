"""`pellucid predict`: the rows of a new table, with probabilities."""

from __future__ import annotations

import csv
import io
import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from pellucid.cli.files import check_file
from pellucid.cli.messages import text
from pellucid.cli.parser import Parser
from pellucid.cli.screen import Screen
from pellucid.cli.train import MODEL_NAME
from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.errors import ModelFileError
from pellucid.tabular.predictor import Predictor, load_predictor
from pellucid.train.files import replacing

_MOST_VALUES_SHOWN = 5


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("predict.about")
    add = parser.add_argument
    add("model", metavar="MODEL", type=Path, help=text("predict.model"))
    add("file", metavar="NEW", type=Path, help=text("predict.file"))
    add("--out", metavar="FILE", type=Path, help=text("predict.out"))
    add("--json", action="store_true", help=text("help.json"))


def run(arguments: Namespace, screen: Screen) -> int:
    """Read, predict, write."""
    if arguments.out:
        check_file(arguments.out)
    predictor = load_predictor(model_path(arguments.model))
    table = read_table(arguments.file)
    records = predicted_rows(predictor, table)
    warn_of_unseen(predictor, table, screen)
    written = as_json(records) if arguments.json else as_csv(records)
    if not arguments.out:
        sys.stdout.write(written)
        return 0
    with replacing(arguments.out) as beside:
        # Excel takes a file without this mark for one in the system's old encoding.
        beside.write_text(written, "utf-8" if written.isascii() else "utf-8-sig", newline="")
    screen.line(text("predict.done", n=len(table), path=arguments.out))
    return 0


def model_path(path: Path) -> Path:
    """The model file: `path`, or in the folder `path` the one that `train` wrote."""
    if not path.is_dir():
        return path
    if not (path / MODEL_NAME).is_file():
        raise ModelFileError(
            str(path), expected=f"a model file, or a folder with {MODEL_NAME}", received="neither"
        )
    return path / MODEL_NAME


def predicted_rows(predictor: Predictor, table: Table) -> list[dict[str, Any]]:
    """A record for each row: its number, the columns the model does not use, the prediction."""
    predictions = predictor.predict(table)
    used = {column.name for column in predictor.features.columns}
    kept = {name: table.strings(name) for name in table.names if name not in used}
    records = []
    for row, label in enumerate(predictions.labels):
        record: dict[str, Any] = {"row": row + 1}
        record |= {name: values[row] for name, values in kept.items()}
        record["prediction"] = label if predictions.probabilities is not None else _shown(label)
        if predictions.probabilities is not None:
            for name, share in zip(
                predictor.task.classes, predictions.probabilities[row], strict=True
            ):
                record[f"probability_{name}"] = _shown(share)
        records.append(record)
    return records


def as_csv(records: list[dict[str, Any]]) -> str:
    """Records as CSV with a header."""
    written = io.StringIO()
    writer = csv.DictWriter(written, list(records[0]) if records else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return written.getvalue()


def as_json(records: list[dict[str, Any]]) -> str:
    """Records as a JSON list, one in a line."""
    lines = ",\n ".join(json.dumps(each, ensure_ascii=False) for each in records)
    return f"[{lines}]\n"


def warn_of_unseen(predictor: Predictor, table: Table, screen: Screen) -> None:
    """A line for each column with categories that no training row had."""
    for column, values in predictor.features.unseen(table).items():
        shown = ", ".join(repr(value) for value in values[:_MOST_VALUES_SHOWN])
        more = ", …" if len(values) > _MOST_VALUES_SHOWN else ""
        screen.warn(text("predict.unseen", column=column, values=shown + more))


def _shown(value: float) -> float:
    """The digits a float32 has: nine tell any two of them apart."""
    return float(f"{value:.9g}")
