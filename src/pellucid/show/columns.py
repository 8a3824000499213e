"""Text in columns that stand straight, also where characters are two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_GAP = "  "


def width(text: str) -> int:
    """How many columns a text takes in a terminal: Chinese characters two, combining marks none.

    >>> width("loss"), width("损失"), width("e\\u0301")
    (4, 4, 1)
    """
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def shorten(text: str, longest: int) -> str:
    """The text, cut to `longest` columns with "…" at its end where it takes more.

    >>> shorten("cross entropy", 8), shorten("交叉熵", 5)
    ('cross e…', '交叉…')
    """
    if width(text) <= longest:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > longest - 1:
            break
        kept += character
    return f"{kept}…"


def align(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Rows of cells as lines; `right` says which columns stand against their right edge.

    Columns without any text are left out.

    >>> align([["价格", "", "1.5"], ["n", "", "20"]], [False, False, True])
    ['价格  1.5', 'n      20']
    """
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [
        _GAP.join(
            _padded(cell, size, to_right)
            for cell, size, to_right in zip(row, widths, right, strict=True)
            if size
        ).rstrip()
        for row in rows
    ]


def _padded(cell: str, size: int, right: bool) -> str:
    blank = " " * (size - width(cell))
    return blank + cell if right else cell + blank
