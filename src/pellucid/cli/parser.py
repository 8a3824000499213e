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

    `commands` are (name, sentence) pairs that the help of a parser with subcommands lists. Options
    that few need stand in sections, which --help-all shows. `needs` are options that the usage
    names although a file may give them.
    """

    def __init__(self, prog: str, description: str = "") -> None:
        self.commands: list[tuple[str, str]] = []
        self.last_words = ""
        self.needs: list[str] = []
        self.whole = False
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False)

    def section(self, title: str) -> Any:
        """A group of options under a title of their own; `add_argument` adds to it."""
        if "--help-all" not in self._option_string_actions:
            self.add_argument("--help-all", action=_HelpAll, nargs=0, help=text("help.all"))
        return self.add_argument_group(title)

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
        parts += _section(text("help.arguments"), _rows(self._positionals._group_actions))
        parts += _section(text("help.options"), _rows(self._optionals._group_actions))
        if self.whole:
            for group in self._action_groups[2:]:  # the first two are those above
                parts += _section(group.title or "", _rows(group._group_actions))
        if self.last_words:
            parts += ["", *self.last_words.splitlines()]
        return "\n".join(parts) + "\n"

    def _usage(self) -> list[str]:
        shown = [a for a in self._actions if a.help != argparse.SUPPRESS]
        placed = [_name(a) for a in shown if not a.option_strings]
        required = [_name(a) for a in shown if a.option_strings and a.required]
        command = [text("help.command")] if self.commands else []
        words = [self.prog, *command, *placed, *required, *self.needs, text("help.more")]
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


class _HelpAll(argparse.Action):
    """Shows the help with all sections, and ends as --help does."""

    def __call__(self, parser: Any, *_: Any) -> None:
        parser.whole = True
        parser.print_help()
        parser.exit()


def _rows(actions: list[argparse.Action]) -> list[tuple[str, str]]:
    return [(_name(each), each.help or "") for each in actions if each.help != argparse.SUPPRESS]


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
