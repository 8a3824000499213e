"""The command `pellucid`: finds the language and the command, and turns every error into a line."""

from __future__ import annotations

import os
import sys
import traceback
from argparse import REMAINDER, SUPPRESS, Namespace
from collections.abc import Callable, Sequence
from importlib import import_module, metadata

from pellucid import settings
from pellucid.cli.messages import LANGUAGES, text
from pellucid.cli.parser import Parser, UsageError
from pellucid.cli.phrases import explained, translated
from pellucid.cli.screen import Screen
from pellucid.errors import PellucidError

# Each is a module of this folder with `configure(parser)` and `run(arguments, screen)`.
COMMANDS = (
    *("train", "predict", "evaluate", "report"),
    *("inspect", "provenance", "source", "demo"),
)

_INTERRUPTED = 130  # 128 and the number of the signal, as shells have it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0, 2 for a mistake of the user, 1 for ours, 130 for Ctrl-C.

    `arguments` default to those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        language = _language(words)
    except PellucidError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    with settings.using(language=language):
        return _guarded(words)


def _language(words: Sequence[str]) -> str:
    """The language asked for, needed before anything can be said about the other arguments."""
    for place, word in enumerate(words):
        name, _, value = word.partition("=")
        if name == "--lang":
            chosen = value or "".join(words[place + 1 : place + 2])
            if chosen in LANGUAGES:
                return chosen
    return str(settings.get("language"))


def _guarded(words: Sequence[str]) -> int:
    """Run, and make a line and an exit code of whatever goes wrong."""
    try:
        code = _run(words)
        sys.stdout.flush()  # so that a closed pipe shows now
        return code
    except SystemExit:  # how argparse ends after --help and --version
        sys.stdout.flush()
        return 0
    except UsageError as error:
        message = translated(str(error))
        return _fail(words, 2, text("error.usage", message=message, program=error.program))
    except PellucidError as error:
        return _fail(words, error.exit_code, text("error", message=explained(error)))
    except KeyboardInterrupt:
        return _fail(words, _INTERRUPTED, text("stopped"))
    except BrokenPipeError:
        # Whoever read the output has had enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        reason = translated(error.strerror or str(error))
        return _fail(words, 2, text("error", message=place + reason))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        return _fail(words, 1, text("error.internal", message=reason))


def _fail(words: Sequence[str], code: int, message: str) -> int:
    if "--debug" in words:
        traceback.print_exc()
    print(message, file=sys.stderr)
    return code


def _run(words: Sequence[str]) -> int:
    chosen = _main_page().parse_args(words)
    if chosen.version:
        print(f"pellucid {metadata.version('pellucid')}")
        return 0
    if chosen.command is None:
        _main_page().print_help()
        return 0
    if chosen.command not in COMMANDS:
        raise UsageError(
            "pellucid", f"expected one of {', '.join(COMMANDS)}; received '{chosen.command}'"
        )
    command = import_module(f"pellucid.cli.{chosen.command}")
    parser = Parser(prog=f"pellucid {chosen.command}")
    command.configure(parser)
    parser.add_common()
    arguments = parser.parse_args(chosen.rest)
    run: Callable[[Namespace, Screen], int] = command.run
    return run(arguments, Screen(quiet=getattr(arguments, "json", False)))


def _main_page() -> Parser:
    parser = Parser(prog="pellucid", description=text("help.about"))
    parser.add_argument("command", nargs="?", help=SUPPRESS)
    parser.add_argument("rest", nargs=REMAINDER, help=SUPPRESS)
    parser.add_argument("--version", action="store_true", help=text("help.version"))
    parser.add_common()
    parser.commands = [(name, text(f"command.{name}")) for name in COMMANDS]
    parser.last_words = f"{text('help.one')}\n\n{text('help.examples')}"
    return parser
