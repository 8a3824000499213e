"""`pellucid demo tumour`: all of it once, on the Wisconsin table, in a few seconds."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from pellucid.cli import train
from pellucid.cli.figures import probability
from pellucid.cli.files import check_folder
from pellucid.cli.messages import text
from pellucid.cli.modelpath import MODEL_NAME
from pellucid.cli.options import overrides_of
from pellucid.cli.parser import Parser, one_of, ranged
from pellucid.cli.screen import Screen
from pellucid.cli.story import show_saved
from pellucid.data.datasets import wisconsin_original_csv
from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.tabular.predictor import Predictor, load_predictor
from pellucid.tabular.training import Outcome

_CASES_SHOWN = 5
_LINES_SHOWN = 12
_LONGEST_LINE = 79


def configure(parser: Parser) -> None:
    """Add the arguments of the command."""
    parser.description = text("demo.about")
    add = parser.add_argument
    add("name", metavar="NAME", type=one_of("tumour"), help=text("demo.name"))
    add("--out", metavar="DIR", type=Path, default=Path("tumour-demo"), help=text("demo.out"))
    add("--seed", metavar="N", type=ranged(int, 0, 2**31), default=0, help=text("train.seed"))


def run(arguments: Namespace, screen: Screen) -> int:
    """Train, measure, save, load, predict, look inside."""
    check_folder(arguments.out)
    screen.line(text("demo.title"), "title")
    for line in screen.wrapped(text("demo.story")):
        screen.line(line)
    words = _as_for_train(arguments)
    table = read_table(wisconsin_original_csv())
    trained = train.train(table, overrides_of(words), words, screen)
    written = train.save(trained, arguments.out, words, screen)
    show_saved(arguments.out, written, screen)
    # Read back from the file, so that what is shown is what the file can do.
    predictor = load_predictor(arguments.out / MODEL_NAME)
    outcome = trained.outcome
    _show_cases(predictor, outcome, table, screen)
    _show_inside(predictor, arguments.out, screen)
    screen.line()
    screen.line(text("demo.disclaimer"), "note")
    return 0


def _as_for_train(arguments: Namespace) -> Namespace:
    """What `pellucid train wisconsin_original.csv --target class --group id` would have parsed."""
    parser = Parser(prog="pellucid train")
    train.configure(parser)
    words = [str(wisconsin_original_csv()), "--target", "class", "--group", "id"]
    return parser.parse_args([*words, "--seed", str(arguments.seed)])


def _show_cases(predictor: Predictor, outcome: Outcome, table: Table, screen: Screen) -> None:
    """A few held-out cases: sure ones, and the one nearest to the threshold."""
    cases = table.take(outcome.held_out)
    malignant = predictor.answers(cases)[:, 1]
    order = malignant.argsort()
    places = [round(k * (len(order) - 1) / (_CASES_SHOWN - 1)) for k in range(_CASES_SHOWN)]
    doubtful = int(abs(malignant - predictor.threshold).argmin())
    chosen = sorted({*order[places].tolist(), doubtful}, key=lambda row: malignant[row])
    shown = cases.take(chosen)
    labels = predictor.predict(shown).labels
    names = [column.name for column in predictor.features.columns]
    grades = [shown.strings(name) for name in names]
    screen.heading(text("demo.new"))
    rows = [
        [
            text("demo.grades"),
            text("demo.probability", label=predictor.task.positive),
            text("predict.label"),
            text("demo.truth"),
        ]
    ]
    for row, case in enumerate(chosen):
        grade = " ".join(f"{values[row] or '?':>2}" for values in grades)
        truth = shown.strings(predictor.task.target)[row]
        rows.append([grade, probability(malignant[case]), labels[row], truth])
    screen.table(rows)


def _show_inside(predictor: Predictor, folder: Path, screen: Screen) -> None:
    """The first lines of the program that say what shape they give."""
    lines = [line for line in predictor.source().splitlines() if "  # (" in line]
    screen.heading(text("demo.inside"))
    for line in lines[:_LINES_SHOWN]:
        screen.line(f"  {line.strip()}"[:_LONGEST_LINE])
    screen.line(f"  {text('demo.more', folder=folder)}")
