"""The kind of one column, from its name and its values alone: rules, tried in order."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from pellucid.data.table import is_number
from pellucid.tabular.dates import are_compact, day_text, read_dates
from pellucid.tabular.facts import Facts, is_whole
from pellucid.tabular.identifiers import LEAST_ROWS_OF_KEYS, MOST_CATEGORIES, why_identifier
from pellucid.tabular.reasons import Reason
from pellucid.tabular.scales import find_order

Kind = Literal[
    "numeric", "categorical", "boolean", "ordinal", "date", "identifier", "text", "constant"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

# A column that is all numbers but for so few cells was meant to be numeric.
_SHARE_OF_NUMBERS = 0.9
_MOST_SHOWN = 60

_BOOLEANS = (
    "0 1|false true|no yes|n y|f t|否 是|无 有|阴性 阳性|negative positive|neg pos|absent present"
)
_PAIRS = {tuple(pair.split()) for pair in _BOOLEANS.split("|")}


class Found(NamedTuple):
    """A kind, why, and what belongs to it; see `ColumnSchema` for the fields."""

    kind: Kind
    why: Reason
    categories: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    date_form: str = ""
    note: Reason | None = None


def find_kind(facts: Facts) -> Found:
    """What a column is: the first of these rules that applies.

    1. one value or none: `constant`;
    2. `0` and `1`, `no` and `yes`, `true` and `false` or the like, whatever their case: `boolean`;
    3. text that is a date in every row, or ten or more different numbers like 20200131: `date`;
    4. whole numbers or text under a name such as `id` or `hospital number`, different in most rows
       or of more than 256 values; whole numbers under a name such as `No` that count the rows;
       whole numbers in a first column without a name that grow or, in 50 rows or more, hardly ever
       repeat over a range of ten times the rows; in 50 rows or more whole numbers that grow from at
       most 10 and leave out fewer than three in five; and, in 10 rows or more, text that never
       repeats: `identifier`;
    5. numbers: `numeric`;
    6. text on one scale, see `scales.find_order`: `ordinal`;
    7. text of at most 256 different values, each in two rows on average; in fewer than 10 rows, any
       text: `categorical`;
    8. any other: `text`. If at least 90 % of the cells are numbers, the reason names the first one
       that is not: it is more likely a slip of the pen than a word.

    Numbers under an ordinary name stay `numeric` even if they never repeat: so do measurements.
    """
    distinct, n = facts.distinct, len(facts.values)
    if len(distinct) < 2:
        return _constant(facts)
    if pair := _boolean_pair(facts):
        return boolean(pair)
    if dates := _dates(facts):
        return dates
    if why := why_identifier(facts):
        return Found("identifier", why)
    if facts.numeric:
        return numeric(distinct)
    many = len(distinct) > MOST_CATEGORIES or 2 * len(distinct) > n
    if not many or n < LEAST_ROWS_OF_KEYS:
        if order := find_order(distinct.tolist(), facts.name):
            return ordinal(order.levels, order.key)
        return categorical(facts)
    return Found("text", _why_text(facts))


def categorical(facts: Facts) -> Found:
    """The column as categories, in sorted order (numbers in theirs)."""
    why, labels = Reason("categorical", {"n_distinct": len(facts.distinct)}), tuple(facts.labels)
    return Found("categorical", why, labels, note=None if facts.numeric else _spellings(labels))


def boolean(pair: tuple[str, str]) -> Found:
    """The column as no and yes."""
    return Found("boolean", Reason("boolean", {"negative": pair[0], "positive": pair[1]}), pair)


def ordinal(levels: Sequence[str], key: str = "ordinal") -> Found:
    """The column as levels, from least to most."""
    return Found("ordinal", Reason(key, {"levels": _shown(" < ".join(levels))}), tuple(levels))


def numeric(distinct: np.ndarray) -> Found:
    """The column as numbers; `distinct` are the different ones, sorted."""
    if not len(distinct):
        return Found("numeric", Reason("nothing"))
    low, high, whole = float(distinct[0]), float(distinct[-1]), is_whole(distinct)
    why = Reason("whole_numbers" if whole else "numbers", {"low": low, "high": high})
    return Found("numeric", why, minimum=low, maximum=high, whole=whole)


def dated(days: np.ndarray, form: str, ambiguous: bool = False) -> Found:
    """The column as days since 1970-01-01."""
    low, high, whole = float(days.min()), float(days.max()), is_whole(days)
    why = Reason("date", {"low": day_text(low), "high": day_text(high), "form": form})
    note = Reason("day_or_month") if ambiguous else None
    return Found("date", why, (), low, high, whole, form, note)


def _spellings(labels: Sequence[str]) -> Reason | None:
    """Two values that a person would write the same, if there are such."""
    seen: dict[str, str] = {}
    for label in labels:
        plain = "".join(unicodedata.normalize("NFKC", label).casefold().split())
        first = seen.setdefault(plain, label)
        if first != label:
            return Reason("spellings", {"one": _shown(first), "other": _shown(label)})
    return None


def _constant(facts: Facts) -> Found:
    if not len(facts.distinct):
        return Found("constant", Reason("nothing"))
    n, value = len(facts.values), _shown(facts.labels[0])
    note = Reason("value_or_blank", {"value": value, "n_present": n}) if n < facts.n_rows else None
    return Found("constant", Reason("one_value", {"value": value}), note=note)


def _boolean_pair(facts: Facts) -> tuple[str, str] | None:
    """The negative and the positive value, if these two are the two of a yes-or-no question."""
    if len(facts.distinct) != 2:
        return None
    first, second = facts.labels
    if (first.lower(), second.lower()) in _PAIRS:
        return first, second
    return (second, first) if (second.lower(), first.lower()) in _PAIRS else None


def _dates(facts: Facts) -> Found | None:
    if facts.numeric and not are_compact(facts.distinct):
        return None
    read = read_dates(facts.labels)
    return None if read is None else dated(read.days, read.form, read.ambiguous)


def _why_text(facts: Facts) -> Reason:
    n = len(facts.values)
    words = {text for text in facts.distinct.tolist() if not is_number(text)}
    places = [k for k, text in enumerate(facts.values.tolist()) if text in words]
    if places and len(places) <= (1 - _SHARE_OF_NUMBERS) * n:
        cell, row = _shown(facts.values[places[0]]), int(facts.rows[places[0]]) + 1
        return Reason("slips", {"count": len(places), "n": n, "cell": cell, "row": row})
    return Reason("text", {"n_distinct": len(facts.distinct), "n": n})


def _shown(text: Any) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= _MOST_SHOWN else f"{line[: _MOST_SHOWN - 1]}…"
