"""The one family of errors. Whatever Pellucid refuses, it refuses with one of these.

::

    PellucidError                 any of those below; catch this to catch them all
    ├── ArgumentError             ValueError: an argument out of its range, or unknown
    ├── ShapeError                ValueError: shapes that do not fit together
    ├── DTypeError                TypeError: a data type that cannot be used here
    ├── GraphError                ValueError: an expression or a program that is not valid
    ├── NumericsError             ArithmeticError: a loss or a value that is no longer finite
    ├── DataError                 ValueError: a table, file or column that cannot be used
    ├── ModelFileError            a model file that is missing, foreign or broken
    └── MissingDependencyError    ImportError: an optional package that is not installed

Each has four parts: where it happened, what was expected, what was received, what to do about it.
The built-in error named above is a second parent: it is what NumPy, Keras or scikit-learn would
raise in the same place, so code that already catches it keeps working.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

# A whole array or table pasted into a message would bury the sentence that explains it.
_LONGEST_PART = 300


class PellucidError(Exception):
    """Any refusal by Pellucid: a one-line message made of four parts, each kept as an attribute.

    `where` names the function, argument, file or layer. `expected` and `received` may be any
    object: text is shown as it is, everything else by its `repr`. `hint` says what to do.
    Parts that are None are left out of the message. `exit_code` is what the command line returns:
    2 for a mistake in what the user gave, 1 for a computation that failed.

    >>> print(PellucidError("Dropout.rate", expected="a number in [0, 1)", received=1.5))
    Dropout.rate: expected a number in [0, 1); received 1.5
    >>> print(PellucidError("new.csv", expected="a column 'age'", hint="Check the header."))
    new.csv: expected a column 'age'. Check the header.
    """

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        where: str,
        *,
        expected: object = None,
        received: object = None,
        hint: str | None = None,
    ) -> None:
        self.where = where
        self.expected = expected
        self.received = received
        self.hint = hint
        super().__init__(where)

    def __str__(self) -> str:
        parts = (("expected", self.expected), ("received", self.received))
        facts = "; ".join(f"{word} {_one_line(part)}" for word, part in parts if part is not None)
        message = f"{_one_line(self.where)}: {facts}" if facts else _one_line(self.where)
        return f"{message.rstrip('.')}. {_one_line(self.hint)}" if self.hint else message


class ArgumentError(PellucidError, ValueError):
    """An argument is outside its range, unknown, or contradicts another one."""


class ShapeError(PellucidError, ValueError):
    """Shapes do not fit together; the message shows each of them with its axis letters."""


class DTypeError(PellucidError, TypeError):
    """A data type cannot be used here."""


class GraphError(PellucidError, ValueError):
    """An expression, or a program made from one, is not valid."""


class NumericsError(PellucidError, ArithmeticError):
    """A loss, a gradient or a value is NaN or infinite; the message names the step and the layer.

    What the user gave was well formed, so the command line returns 1, not 2.
    """

    exit_code = 1


class DataError(PellucidError, ValueError):
    """A table, a file, an image or a column cannot be used as it is."""


class ModelFileError(PellucidError):
    """A model file is missing, damaged, or not one of ours."""


class MissingDependencyError(PellucidError, ImportError):
    """An optional package is needed for this and is not installed."""


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Turn a failed import inside the block into the name of the extra that provides it.

    >>> with needs("tabular"):
    ...     import a_package_that_is_absent
    Traceback (most recent call last):
    ...
    pellucid.errors.MissingDependencyError: a_package_that_is_absent: expected it to be ...
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            error.name or "import",
            expected="it to be installed",
            hint=f'Run: pip install "pellucid[{extra}]"',
        ) from error


def _one_line(part: object) -> str:
    text = " ".join((part if isinstance(part, str) else repr(part)).split())
    return text if len(text) <= _LONGEST_PART else f"{text[: _LONGEST_PART - 1]}…"
