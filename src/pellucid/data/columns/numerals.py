"""Numbers as people write them: 1,234.5 and 1.234,5 and 1 234,5; which is meant, column by column.

A cell such as 1,234 can be read both ways. What decides is, in this order: what the user says, the
other cells of the column, the other columns of the table, the delimiter (files that need commas for
decimals are separated by semicolons).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_SPACES = "[ '’\u00a0\u202f]"
_EXPONENT = "(?:[eE][+-]?[0-9]{1,2})?"
# Digits in groups of three cannot begin with a zero, and keys of 16 digits or more are no numbers.
_LEAD = "[+-]?[1-9][0-9]{0,2}"
_WHOLE = "[+-]?(?:0|[1-9][0-9]{0,14})"
POINT = (
    f"{_WHOLE}{_EXPONENT}|[+-]?(?:[0-9]{{1,15}}\\.[0-9]*|\\.[0-9]+){_EXPONENT}"
    f"|{_LEAD}(?:,[0-9]{{3}}){{1,4}}(?:\\.[0-9]*)?|{_LEAD}(?:{_SPACES}[0-9]{{3}}){{1,4}}(?:\\.[0-9]*)?"
)
COMMA = (
    f"{_WHOLE}{_EXPONENT}|[+-]?[0-9]{{0,15}},[0-9]+{_EXPONENT}"
    f"|{_LEAD}(?:\\.[0-9]{{3}}){{1,4}}(?:,[0-9]*)?|{_LEAD}(?:{_SPACES}[0-9]{{3}}){{1,4}}(?:,[0-9]*)?"
)
POSSIBLE = "[+-]?[0-9,][0-9., '’\u00a0\u202f]*(?:[eE][+-]?[0-9]{1,3})?"

AS_POINT, AS_COMMA = "1,234.5", "1.234,5"
# What is deleted, and what becomes the decimal point.
_DELETED = {AS_POINT: ", '’\u00a0\u202f", AS_COMMA: ". '’\u00a0\u202f"}


class Count(NamedTuple):
    """Of the cells of a column that are not missing: how many are numbers, and how written.

    `point` and `comma` count cells that are numbers with a decimal point (or comma), `commas` those
    with a comma in them.
    """

    n: int
    point: int
    comma: int
    commas: int

    @property
    def verdict(self) -> str:
        """`"point"`, `"comma"`, `"either"` or `"neither"`."""
        fits = {"point": self.point == self.n, "comma": self.comma == self.n}
        if all(fits.values()):
            return "either"
        return next((name for name, fit in fits.items() if fit), "neither")


def decimal_of(counts: Mapping[str, Count], chosen: str | None, delimiter: str | None) -> str:
    """The decimal sign of a table, `"."` or `","`: as chosen, else as most columns prove.

    >>> decimal_of({"a": Count(5, 0, 5, 5), "b": Count(5, 5, 5, 5)}, None, ",")
    ','
    """
    if chosen is not None:
        return chosen
    verdicts = [count.verdict for count in counts.values() if count.n]
    n_point, n_comma = verdicts.count("point"), verdicts.count("comma")
    if n_point == n_comma == 0 and any(c.verdict == "either" and c.commas for c in counts.values()):
        return "," if delimiter == ";" else "."
    return "," if n_comma > n_point else "."


def numerals_of(count: Count, decimal: str, strict: bool) -> str | None:
    """How a column of numbers is written, None if it is none; `strict` allows no other decimal."""
    if not count.n or count.verdict == "neither":
        return None
    preferred = "comma" if decimal == "," else "point"
    if strict and count.verdict not in (preferred, "either"):
        return None
    verdict = preferred if count.verdict == "either" else count.verdict
    return AS_COMMA if verdict == "comma" else AS_POINT


def as_number(cell: str, numerals: str) -> str:
    """The SQL that makes a plain number of a cell written in `numerals`."""
    deleted = _DELETED[numerals].replace("'", "''")
    plain = f"translate({cell}, '{deleted}', '')"
    return plain if numerals == AS_POINT else f"replace({plain}, ',', '.')"
