"""`pellucid predict`: the rows of a new table, with probabilities, and how sure they are."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pellucid.cli.files import check_file
from pellucid.cli.messages import text
from pellucid.cli.modelpath import model_path
from pellucid.cli.parser import Parser, ranged
from pellucid.cli.reading import add_reading, batches
from pellucid.cli.rows import CsvWriter, JsonWriter, Notes, kept_columns, records
from pellucid.cli.screen import Screen, Shown
from pellucid.data.table import Table
from pellucid.tabular.predictor import Predictor, load_predictor
from pellucid.train.files import replacing

_MARK = b"\xef\xbb\xbf"


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("predict.about")
    add = parser.add_argument
    add("model", metavar="MODEL", type=Path, help=text("predict.model"))
    add("file", metavar="NEW", type=Path, help=text("predict.file"))
    add("--out", metavar="FILE", type=Path, help=text("predict.out"))
    share = ranged(float, 0.5, 0.999)
    add("--coverage", metavar="SHARE", type=share, help=text("predict.coverage"))
    add("--only-columns", metavar="NAMES", type=_names, help=text("predict.only"))
    add("--json", action="store_true", help=text("help.json"))
    add_reading(parser)


def run(arguments: Namespace, screen: Screen) -> int:
    """Read, predict and write, batch by batch."""
    if arguments.out:
        check_file(arguments.out)
    predictor = load_predictor(model_path(arguments.model))
    notes = Notes()
    with screen.progress() as show:
        if not arguments.out:
            n_rows = _predict(predictor, arguments, sys.stdout, notes, show)
        else:
            with _whole_file(arguments.out) as file:
                n_rows = _predict(predictor, arguments, file, notes, show)
    notes.show(screen)
    if arguments.out:
        screen.line(text("predict.done", n=n_rows, path=arguments.out))
    return 0


def _predict(
    predictor: Predictor, arguments: Namespace, file: TextIO, notes: Notes, show: Shown
) -> int:
    """Write what is predicted of every row; their number."""
    writer = (JsonWriter if arguments.json else CsvWriter)(file)
    kept, start = None, 0
    for table in batches(arguments):
        if kept is None:
            kept = kept_columns(predictor, table, arguments.only_columns)
        predictions = predictor.predict(table, coverage=arguments.coverage)
        warnings = predictor.features.warnings(table)
        notes.add(warnings)
        writer.write(records(predictor, table, predictions, warnings, kept=kept, start=start))
        start += len(table)
        show(text("predict.progress", n=f"{start:,}"), _share(start, table))
    writer.end()
    return start


def _share(done: int, table: Table) -> float | None:
    return done / table.reading.n_rows if table.reading and table.reading.n_rows else None


@contextmanager
def _whole_file(path: Path) -> Iterator[TextIO]:
    """A text file that appears when the block ends well.

    Excel takes a file that is not all ASCII for one in the system's old encoding, unless it begins
    with a mark; whether it is shows at the end alone.
    """
    with replacing(path) as beside:
        with beside.open("w", encoding="utf-8", newline="") as file:
            yield file
        if not _is_ascii(beside):
            marked = beside.with_name(f"{beside.name}.marked")
            with beside.open("rb") as plain, marked.open("wb") as copy:
                copy.write(_MARK)
                shutil.copyfileobj(plain, copy)
            marked.replace(beside)


def _is_ascii(path: Path) -> bool:
    with path.open("rb") as file:
        return all(block.isascii() for block in iter(lambda: file.read(1 << 20), b""))


def _names(word: str) -> list[str]:
    import csv

    return next(csv.reader([word], skipinitialspace=True))
