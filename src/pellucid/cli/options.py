"""The switches of `pellucid train`, and what they mean to what reads and learns the table."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from pellucid.cli.messages import LANGUAGES, text
from pellucid.cli.parser import Parser, UsageError, one_of, ranged
from pellucid.cli.reading import add_reading, reading_options

CALIBRATIONS = ("auto", "none", "temperature", "affine", "isotonic")


def configure(parser: Parser) -> None:
    """Add the arguments of the command: the usual ones, then the others by section."""
    parser.description = text("train.about")
    parser.needs = ["--target COLUMN"]
    add = parser.add_argument
    add("file", metavar="FILE", type=Path, help=text("train.file"))
    add("--target", metavar="COLUMN", action="append", default=[], help=text("train.target"))
    add("--out", metavar="DIR", type=Path, help=text("train.out"))
    add("--group", metavar="COLUMN", help=text("train.group"))
    add("--leave-out", metavar="COLUMN", action="append", default=[], help=text("train.leave"))
    add("--positive", metavar="CLASS", help=text("train.positive"))
    add("--by", metavar="COLUMN", action="append", default=[], help=text("train.by"))
    add("--budget", metavar="SECONDS", type=ranged(float, 1, 1e6), help=text("train.budget"))
    add("--seed", metavar="N", type=ranged(int, 0, 2**31), default=0, help=text("train.seed"))
    add("--json", action="store_true", help=text("help.json"))
    add_reading(parser, missing=True)
    _add_columns(parser)
    _add_checking(parser)
    _add_learning(parser)
    _add_output(parser)


def _add_columns(parser: Parser) -> None:
    add = parser.section(text("help.columns")).add_argument
    add("--task", metavar="KIND", type=one_of("classes", "number"), help=text("train.task"))
    add("--kind", metavar="COL=KIND", action="append", default=[], help=text("train.kind"))
    add("--order", metavar="COL=A,B,C", action="append", default=[], help=text("train.order"))
    add("--use", metavar="COLUMN", action="append", default=[], help=text("train.use"))
    add("--schema", "--config", dest="config", metavar="FILE", type=Path, help=text("train.config"))


def _add_checking(parser: Parser) -> None:
    add = parser.section(text("help.checking")).add_argument
    add("--test-fraction", metavar="SHARE", type=_share, help=text("train.test"))
    add("--cv", metavar="K", type=ranged(int, 2, 50), help=text("train.cv"))
    add("--time", metavar="COLUMN", help=text("train.time_column"))
    add("--external", metavar="FILE", type=Path, action="append", default=[],
        help=text("train.external"))  # fmt: skip
    add("--threshold", metavar="P", type=_threshold, default=0.5, help=text("train.threshold"))
    add("--abstain", metavar="RULE", default="set", type=_abstain, help=text("train.abstain"))
    add("--learning-curve", action="store_true", help=text("train.learning_curve"))
    share = ranged(float, 0.0001, 0.9999)
    add("--prevalence", metavar="SHARE", type=share, help=text("train.prevalence"))
    add("--coverage", metavar="SHARE", type=ranged(float, 0.5, 0.999), default=0.9,
        help=text("train.coverage"))  # fmt: skip


def _add_learning(parser: Parser) -> None:
    add = parser.section(text("help.learning")).add_argument
    add("--recipe", metavar="NAME", default="auto", help=text("train.recipe"))
    add("--folds", metavar="K", type=ranged(int, 2, 50), help=text("train.folds"))
    add("--epochs", metavar="N", type=ranged(int, 1, 100_000), help=text("train.epochs"))
    add("--calibration", metavar="KIND", type=one_of(*CALIBRATIONS), default="auto",
        help=text("train.calibration"))  # fmt: skip
    add("--class-weight", metavar="W", type=_class_weight, help=text("train.class_weight"))
    add("--sample-weight", metavar="COLUMN", help=text("train.sample_weight"))


def _add_output(parser: Parser) -> None:
    add = parser.section(text("help.output")).add_argument
    add("--no-report", action="store_true", help=text("train.no_report"))
    add("--language", metavar="LANG", choices=LANGUAGES, help=text("train.language"))


def overrides_of(arguments: Namespace) -> Any:
    """What the user decided about columns: the file of --config, then the switches above it.

    Raises `UsageError` where neither names a target.
    """
    from pellucid.tabular.overrides import Overrides, overrides_from_options, read_overrides

    given = overrides_from_options(
        kind=arguments.kind,
        order=arguments.order,
        missing=arguments.missing,
        use=tuple(arguments.use),
        leave_out=tuple(arguments.leave_out),
        target=tuple(arguments.target),
        task=arguments.task,
        positive=arguments.positive,
        group=arguments.group,
        time=arguments.time,
    )
    overrides = (read_overrides(arguments.config) if arguments.config else Overrides()).merged(
        given
    )
    if not overrides.target:
        raise UsageError("pellucid train", "the following arguments are required: --target")
    return overrides


def external_tables(arguments: Namespace) -> dict[str, Any] | None:
    """The tables of elsewhere, by the names of their files."""
    from pellucid.data.read import read_table

    options = reading_options(arguments)
    return {path.name: read_table(path, **options) for path in arguments.external} or None


def abstention_of(rule: str) -> Any:
    """Which rows get no answer: `none`, `set`, or a distance from the threshold."""
    from pellucid.tabular.abstention import Abstention

    return Abstention(rule) if rule in ("none", "set") else Abstention("band", float(rule))  # type: ignore[arg-type]


def _abstain(word: str) -> str:
    if word not in ("none", "set"):
        ranged(float, 0, 0.5)(word)
    return word


def _share(word: str) -> float:
    return float(ranged(float, 0.01, 0.99)(word))


def _threshold(word: str) -> float | None:
    return None if word == "balanced" else float(ranged(float, 0.001, 0.999)(word))


def _class_weight(word: str) -> Any:
    """`balanced`, or weights by class: `yes=3,no=1`."""
    if word == "balanced":
        return word
    weights = {}
    for part in word.split(","):
        name, _, value = part.rpartition("=")
        weights[name] = float(ranged(float, 1e-6, 1e6)(value))
    return weights
