"""The kind of one column, from its name and its values alone: rules, tried in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from pellucid.data.table import Table, is_number
from pellucid.tabular.dates import are_compact, day_text, read_dates
from pellucid.tabular.reasons import Reason
from pellucid.tabular.scales import find_order

Kind = Literal[
    "numeric", "categorical", "boolean", "ordinal", "date", "identifier", "text", "constant"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

# More categories than this are hardly ever seen often enough, each, to learn from.
MOST_CATEGORIES = 256
# In a shorter column, values that never repeat prove nothing.
_LEAST_ROWS_OF_KEYS = 10
_LEAST_ROWS_COUNTED = 50
# A column that is all numbers but for so few cells was meant to be numeric.
_SHARE_OF_NUMBERS = 0.9
# So many short steps up make a column a count of the rows, though it may begin anew here and there.
# Rows held out leave gaps: of two rows in five the first ten are never all away.
_SHARE_OF_STEPS, _LONGEST_STEP = 0.9, 5
_LAST_START, _LEAST_DENSITY = 10, 0.4
# Numbers in a first column without a name are keys if so many differ, over so many times the rows.
_SHARE_OF_KEYS, _SPARSE = 0.9, 10
_MOST_SHOWN = 60

_BOOLEANS = (
    "0 1|false true|no yes|n y|f t|否 是|无 有|阴性 阳性|negative positive|neg pos|absent present"
)
_PAIRS = {tuple(pair.split()) for pair in _BOOLEANS.split("|")}

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_ID_WORDS = {"id", "ids", "uuid", "guid", "rowname", "rownames", "mrn", "ssn", "barcode"}
_ID_NAMES = {"index", "key", "unnamed 0", "row", "row number", "row no", "row num", "row index"}
_ID_IN_CHINESE = (
    "编号", "序号", "学号", "病历号", "住院号", "门诊号", "身份证", "身份证号", "手机号", "电话",
    "流水号", "卡号", "姓名",
)  # fmt: skip
_NUMBER_WORDS = {"number", "no", "num", "nr", "code"}
_OWNERS = set(
    "hospital patient customer client account phone mobile telephone record ticket passport case "
    "registration policy order invoice serial sample subject participant student employee member "
    "admission accession chart card specimen hosp".split()
)


class Facts(NamedTuple):
    """What a column holds: present values and their rows, and the different values, sorted."""

    name: str
    n_rows: int
    rows: np.ndarray
    values: np.ndarray
    distinct: np.ndarray
    numeric: bool

    @classmethod
    def of(cls, table: Table, name: str) -> Facts:
        """Those of one column of a table."""
        cells = table[name]
        if numeric := cells.dtype != object:
            rows = np.flatnonzero(~np.isnan(cells))
            values = cells[rows]
            distinct = np.unique(values)
        else:
            rows = np.flatnonzero(cells != None)  # noqa: E711  compares cell by cell
            values = cells[rows]
            distinct = np.array(sorted(set(values.tolist())), object)
        return cls(name, len(cells), rows, values, distinct, numeric)

    @property
    def labels(self) -> list[str]:
        """The different values as text."""
        return [number_text(v) for v in self.distinct] if self.numeric else self.distinct.tolist()


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
    if why := _why_identifier(facts):
        return Found("identifier", why)
    if facts.numeric:
        return numeric(distinct)
    many = len(distinct) > MOST_CATEGORIES or 2 * len(distinct) > n
    if not many or n < _LEAST_ROWS_OF_KEYS:
        if order := find_order(distinct.tolist(), facts.name):
            return ordinal(order.levels, order.key)
        return categorical(facts)
    return Found("text", _why_text(facts))


def categorical(facts: Facts) -> Found:
    """The column as categories, in sorted order (numbers in theirs)."""
    why = Reason("categorical", {"n_distinct": len(facts.distinct)})
    return Found("categorical", why, tuple(facts.labels))


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


def is_whole(values: np.ndarray) -> bool:
    """Whether no number has a fraction."""
    return bool((values == np.floor(values)).all())


def number_text(value: float) -> str:
    """A number as a table's text shows it: whole ones without a point."""
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)


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


def _why_identifier(facts: Facts) -> Reason | None:
    values, n = facts.values, len(facts.values)
    n_distinct = len(facts.distinct)
    if facts.numeric and not is_whole(facts.distinct):
        return None
    words = [word.lower() for word in _WORD.findall(facts.name)]
    if _names_an_id(facts.name, words) and n_distinct > min(n / 2, MOST_CATEGORIES):
        return Reason("id_name", {"n_distinct": n_distinct, "n": n})
    if facts.numeric:
        if facts.name == "column_1" and (values[1:] > values[:-1]).all():
            return Reason("id_growing")
        if facts.name == "column_1" and _looks_like_keys(facts):
            return Reason("id_unnamed", {"n_distinct": n_distinct, "n": n})
        if n == facts.n_rows >= _LEAST_ROWS_COUNTED and _counts_rows(values):
            return Reason("id_rows", {"first": int(values[0])})
        onward = (values[1:] > values[:-1]) & (values[1:] <= values[:-1] + _LONGEST_STEP)
        counted = n >= _LEAST_ROWS_OF_KEYS and onward.mean() >= _SHARE_OF_STEPS
        if counted and _NUMBER_WORDS.intersection(words) and n_distinct > n / 4:
            return Reason("id_counts")
    elif n_distinct == n >= _LEAST_ROWS_OF_KEYS and 2 * n > facts.n_rows:
        return Reason("id_text")
    return None


def _looks_like_keys(facts: Facts) -> bool:
    """Whether whole numbers hardly ever repeat and are far apart, as keys given out elsewhere."""
    n, n_distinct = len(facts.values), len(facts.distinct)
    apart = facts.distinct[-1] / _SPARSE - facts.distinct[0] / _SPARSE > n
    return bool(n >= _LEAST_ROWS_COUNTED and n_distinct > _SHARE_OF_KEYS * n and apart)


def _counts_rows(values: np.ndarray) -> bool:
    """Whether numbers grow from about 1 and leave few out, as do those of some rows of a table."""
    dense = values[-1] - values[0] < len(values) / _LEAST_DENSITY
    return bool(values[0] in range(_LAST_START + 1) and dense and (values[1:] > values[:-1]).all())


def _names_an_id(name: str, words: list[str]) -> bool:
    owned = bool(_NUMBER_WORDS.intersection(words) and _OWNERS.intersection(words))
    plain = bool(_ID_WORDS.intersection(words)) or " ".join(words) in _ID_NAMES
    return plain or owned or name.endswith(_ID_IN_CHINESE)


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
