"""How a file is to be read: the options of every command that takes a table."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from pellucid.cli.messages import text
from pellucid.cli.parser import Parser, one_of
from pellucid.data.read import read_batches
from pellucid.data.table import Table

_ROWS_OF_A_BATCH = 20_000


def add_reading(parser: Parser, *, missing: bool = False) -> None:
    """Add the options, in a section of their own; with `missing` those of marks, too."""
    section = parser.section(text("help.reading"))
    add = section.add_argument
    add("--header", action="store_true", default=None, help=text("read.header"))
    add("--no-header", dest="header", action="store_false", help=text("read.no_header"))
    add("--sheet", metavar="NAME", help=text("read.sheet"))
    add("--table", metavar="NAME", help=text("read.table"))
    add("--query", metavar="SQL", help=text("read.query"))
    add("--encoding", metavar="NAME", help=text("read.encoding"))
    add("--delimiter", metavar="SIGN", type=_sign, help=text("read.delimiter"))
    add("--decimal", metavar="SIGN", type=one_of(".", ","), help=text("read.decimal"))
    if missing:
        add("--missing", metavar="MARKS", action="append", default=[], help=text("read.missing"))


def _sign(word: str) -> str:
    return {"tab": "\t", "space": " ", "\\t": "\t"}.get(word, word)


def reading_options(arguments: Namespace) -> dict[str, Any]:
    """The options that were given, as `read_table` takes them."""
    names = ("header", "sheet", "table", "query", "encoding", "delimiter", "decimal")
    given = {name: getattr(arguments, name, None) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def batches(arguments: Namespace) -> Iterator[Table]:
    """The rows of the file, some at a time: it may be larger than memory."""
    yield from read_batches(arguments.file, rows=_ROWS_OF_A_BATCH, **reading_options(arguments))
