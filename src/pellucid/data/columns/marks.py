"""Words that stand for a missing value, always or by what else is in the column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pellucid.data.engine import quoted

MISSING_MARKS = tuple(
    "? NA N/A n/a na NaN nan NAN null NULL None - -- — . .. N.A. n.a. #N/A #NA <NA> NaT (null) \\N "
    "#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! 无 缺失 缺失值 空值 无数据 未测 未填".split()
)
# Words that are a value where their opposite occurs: no symptom beside mild and severe, a negative
# strip beside ++. Where the other cells are numbers they always mean that there is none.
_OPPOSITES = {
    "-": r"[+±]+[+±-]*|[+-]?\(\+\)",
    "None": r"(?i)mild.*|moderate.*|severe.*|some|slight.*|minimal|partial|low|high|yes|no",
    "无": r"有.*|轻.*|中.?|中度.*|重.*|少.*|偶.*|大量|是|否",
}
# Not finite, so no number to learn from; among words, a word.
_BETWEEN = "\x1f"  # stands between words, never in one
_NOT_FINITE = ("inf", "-inf", "+inf", "Inf", "-Inf", "INF", "Infinity", "-Infinity", "∞")


class Marks(NamedTuple):
    """What counts as missing: `always`, and `among_numbers` only beside numbers.

    `opposites` maps a mark to the pattern of cells beside which it is a value after all.
    """

    always: tuple[str, ...]
    among_numbers: tuple[str, ...] = ()
    opposites: Mapping[str, str] = {}

    def test(self, cell: str) -> str:
        """The SQL that tells whether `cell`, itself SQL, is empty or one of them.

        A search in one text, because 64 patterns of 40 words take half a second to compile, and an
        IN list of 15 words in 1000 columns takes 18 GB.
        """
        words = _BETWEEN.join(("", "", *self.always, *self.among_numbers, ""))
        found = f"contains({quoted(words)}, concat('{_BETWEEN}', {cell}, '{_BETWEEN}'))"
        return f"({found} AND NOT contains({cell}, '{_BETWEEN}'))"


def marks_from(missing: Sequence[str] | None) -> Marks:
    """The marks a user names, which count everywhere; or, for None, ours with their exceptions.

    >>> marks_from(["-999"]).always
    ('-999',)
    """
    if missing is not None:
        return Marks(tuple(missing))
    return Marks(MISSING_MARKS, _NOT_FINITE, _OPPOSITES)
