"""The arguments of the command: argparse's parser, with our help pages and one-line errors."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from pellucid.cli.messages import LANGUAGES, text
from pellucid.cli.screen import pad, width, wrap

_COLUMNS = 80
_INDENT = 2
_GAP = 2
_WIDEST_NAME = 26


class UsageError(Exception):
    """Arguments that do not fit; the message is argparse's, in English."""

    def __init__(self, program: str, message: str) -> None:
        self.program = program
        super().__init__(message)


class Parser(argparse.ArgumentParser):
    """argparse's parser; help fits 80 columns also in Chinese, and errors are raised.

    `commands` are (name, sentence) pairs that the help of a parser with subcommands lists.
    """

    def __init__(self, prog: str, description: str = "") -> None:
        self.commands: list[tuple[str, str]] = []
        self.last_words = ""
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False)

    def add_common(self) -> None:
        """Add what every command takes; last, so that its own options come first in the help."""
        self.add_argument("--lang", choices=LANGUAGES, metavar="LANG", help=text("help.lang"))
        self.add_argument("--debug", action="store_true", help=text("help.debug"))
        self.add_argument("--help", "-h", action="help", help=text("help.help"))

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError`."""
        raise UsageError(self.prog, message)

    def format_help(self) -> str:
        """The page that --help prints."""
        parts = [*wrap(self.description or "", _COLUMNS), "", *self._usage()]
        parts += _section(text("help.commands"), self.commands)
        shown = [action for action in self._actions if action.help != argparse.SUPPRESS]
        named = [action for action in shown if action.option_strings]
        placed = [action for action in shown if not action.option_strings]
        parts += _section(text("help.arguments"), [(_name(a), a.help or "") for a in placed])
        parts += _section(text("help.options"), [(_name(a), a.help or "") for a in named])
        if self.last_words:
            parts += ["", *self.last_words.splitlines()]
        return "\n".join(parts) + "\n"

    def _usage(self) -> list[str]:
        shown = [a for a in self._actions if a.help != argparse.SUPPRESS]
        placed = [_name(a) for a in shown if not a.option_strings]
        required = [_name(a) for a in shown if a.option_strings and a.required]
        command = [text("help.command")] if self.commands else []
        words = [self.prog, *command, *placed, *required, text("help.more")]
        return [f"{text('help.usage')} {' '.join(words)}"]


def ranged(kind: Callable[[str], Any], low: float, high: float) -> Callable[[str], Any]:
    """A reader of numbers from `low` to `high`; argparse names the argument before the message."""
    word = "a whole number" if kind is int else "a number"

    def read(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"expected {word} from {low} to {high}; received '{text}'"
            )
        return value

    return read


def one_of(*words: str) -> Callable[[str], str]:
    """A reader of one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise argparse.ArgumentTypeError(f"expected {' or '.join(words)}; received '{text}'")
        return text

    return read


def _name(action: argparse.Action) -> str:
    words = ", ".join(action.option_strings)
    if action.nargs == 0:
        return words
    value = action.metavar or action.dest.upper()
    return f"{words} {value}".strip()


def _section(title: str, rows: list[tuple[str, str]]) -> list[str]:
    if not rows:
        return []
    first = min(max(width(name) for name, _ in rows), _WIDEST_NAME)
    space = " " * _INDENT
    lines = ["", title]
    for name, sentence in rows:
        wrapped = wrap(sentence, _COLUMNS - first - _INDENT - _GAP)
        head = pad(name, first)
        if width(name) > first:
            lines.append(space + name)
            head = " " * first
        for part in wrapped:
            lines.append(f"{space}{head}{' ' * _GAP}{part}")
            head = " " * first
    return lines
