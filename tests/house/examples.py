"""Runs examples with prompts, for docstrings and pages alike, and compares what they print."""

from __future__ import annotations

import doctest
import re

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

_DECIMAL = re.compile(r"(?<![\w.])[+-]?\d+\.(\d*)(?:[eE]([+-]?\d+))?")


class Checker(doctest.OutputChecker):
    """Decimal numbers agree if they differ by at most one in the last digit that is shown.

    An example shows the digits that matter to a reader; the last bits of a sum differ from one
    processor to the next.
    """

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Whether the output is the expected one."""
        return super().check_output(want, got, optionflags) or super().check_output(
            want, _as_shown(want, got), optionflags
        )


def run(example: doctest.DocTest) -> int:
    """Run one docstring's or block's examples; how many. Raises AssertionError for a wrong one."""
    runner = doctest.DocTestRunner(checker=Checker(), optionflags=FLAGS)
    shown: list[str] = []
    runner.run(example, out=shown.append, clear_globs=False)
    assert not runner.failures, "".join(shown)
    return runner.tries


def _as_shown(want: str, got: str) -> str:
    """`got`, with each number that agrees with the one in its place in `want` written like it."""
    wanted = list(_DECIMAL.finditer(want))
    received = list(_DECIMAL.finditer(got))
    if len(wanted) != len(received):
        return got
    pieces = []
    end = 0
    for expected, actual in zip(wanted, received, strict=True):
        pieces += [got[end : actual.start()], _nearer(expected, actual)]
        end = actual.end()
    return "".join([*pieces, got[end:]])


def _nearer(expected: re.Match[str], actual: re.Match[str]) -> str:
    unit = 10.0 ** (int(expected[2] or 0) - len(expected[1]))
    agree = abs(float(expected[0]) - float(actual[0])) <= unit
    return expected[0] if agree else actual[0]
