"""Where a table begins in its rows: titles above it, names or values in its first row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pellucid.data.columns.marks import MISSING_MARKS
from pellucid.data.columns.numerals import COMMA, POINT
from pellucid.data.table import is_number
from pellucid.errors import DataError

_MOST_ABOVE = 30
_MOST_HEADERS = 4
_FEWEST_BELOW = 4
_QUANTITY = re.compile(r"[+-]?[0-9][0-9.,'\u00a0\u202f ]*")
_PARTED = re.compile(f"(?![+-]?[0-9]+$)(?:{POINT}|{COMMA})")
_MARKS = frozenset(MISSING_MARKS)


def usual_width(rows: Sequence[list[str]]) -> int:
    """How many cells most rows have; of two numbers equally common, the larger."""
    widths = Counter(map(len, rows))
    return max(widths, key=lambda width: (widths[width], width))


def first_row(rows: Sequence[list[str]]) -> int:
    """Which row the table begins with: the first that is filled for more than half.

    What stands above are titles and notes, provided that the row below them reads like names.

    >>> first_row([["Table 1", "", ""], ["age", "sex", "dose"], ["54", "f", "2.5"]])
    1
    """
    width = usual_width(rows)
    for k, row in enumerate(rows[: _MOST_ABOVE + 1]):
        if len(row) >= width and n_filled(row) * 2 > width:
            body = [below for below in rows[k + 1 :] if len(below) == len(row)]
            return 0 if k and looks_like_data(row, body) else k
    return 0


def n_filled(row: list[str]) -> int:
    """How many cells of a row hold more than space."""
    return sum(bool(cell.strip()) for cell in row)


def check_one_header(where: str, first: list[str], body: Sequence[list[str]]) -> None:
    """Raise `DataError` if words stand between the names and columns of numbers: more headers."""
    n_headers, n_number_columns = 0, 0
    for column in zip(*body, strict=True):
        present = [cell.strip() for cell in column]
        tail = [cell for cell in present[_MOST_HEADERS:] if cell and cell not in _MARKS]
        if len(tail) < _FEWEST_BELOW or not all(map(is_quantity, tail)):
            continue
        n_number_columns += 1
        n_headers += any(
            cell and cell not in _MARKS and not is_quantity(cell)
            for cell in present[:_MOST_HEADERS]
        )
    if n_headers > n_number_columns / 2:
        raise DataError(
            where,
            expected="one row of names above the values",
            received="more rows of words above columns of numbers",
            hint="Join names and units into one row.",
        )


def unique_names(cells: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The names in a header row, one for each column, and which were given here.

    An empty name becomes `column_3`; a second `call` becomes `call_2`.

    >>> unique_names(["id", "", "call", "call"])
    (('id', 'column_2', 'call', 'call_2'), {'column_2': '', 'call_2': 'call'})
    """
    written = [" ".join(cell.split()) for cell in cells]
    taken, names = set(written), list[str]()
    seen: Counter[str] = Counter()
    for k, name in enumerate(written, 1):
        seen[name] += 1
        unique = name
        if not name or seen[name] > 1:
            stem, number = (name, seen[name]) if name else ("column", k)
            while (unique := f"{stem}_{number}") in taken:
                number += 1
            taken.add(unique)
        names.append(unique)
    renamed = {new: old for new, old in zip(names, written, strict=True) if new != old}
    return tuple(names), renamed


def looks_like_data(first: list[str], body: Sequence[list[str]]) -> bool:
    """Whether the first row holds values like those below it rather than names.

    A word above a column of numbers is a name, whatever stands in the other columns; a number above
    a column of numbers is data, unless these numbers are a run of years. Among words alone, the
    first row is data if most of its cells occur again below them, or one is a decimal number.

    >>> looks_like_data(["63", "?", "male"], [["67", "2", "male"], ["37", "1", "female"]])
    True
    >>> looks_like_data(["country", "2019", "2020"], [["France", "1.5", "1.8"]])
    False
    """
    numbers: list[str] = []
    n_repeated = 0
    for name, *column in zip(first, *body, strict=True):
        name, cells = name.strip(), [cell.strip() for cell in column]
        present = [cell for cell in cells if cell and cell not in _MARKS]
        if present and all(map(is_quantity, present)):
            if is_quantity(name):
                numbers.append(name)
            elif name not in _MARKS and (name or len(present) == len(cells)):
                return False
        n_repeated += bool(name) and name in present
    if any(_PARTED.fullmatch(name.strip()) for name in first):
        return True
    if numbers:
        return not _are_years(numbers, in_a_corner=not first[0].strip())
    return n_repeated > len(first) / 2


def is_quantity(cell: str) -> bool:
    """Whether a cell is a number, in whatever way it may be written: `1.5`, `1,5`, `1 234`."""
    return bool(_QUANTITY.fullmatch(cell)) or is_number(cell)


def _are_years(texts: list[str], in_a_corner: bool) -> bool:
    """Whether numbers are years in even steps, or in any beside an empty corner of the table."""
    if not all(map(is_number, texts)):
        return False
    numbers = list(map(float, texts))
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    rising = in_a_corner and len(numbers) > 2 and min(steps) > 0
    in_range = all(1800 <= year <= 2100 for year in numbers)
    return in_range and (rising or (len(steps) == 1 and 0 not in steps))
