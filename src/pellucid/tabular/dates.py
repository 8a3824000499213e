"""Dates written as text, read as days since 1970-01-01.

One column has one way of writing: a way that reads every value of it, or the column holds no dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from pellucid.data.table import Table
from pellucid.errors import DataError

_EPOCH = date(1970, 1, 1).toordinal()
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LONG_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_MONTH = {name: k % 12 + 1 for k, name in enumerate((*_MONTHS, *_LONG_MONTHS, *[""] * 8, "sept"))}

_CLOCK = (
    r"(?:(?:[T,]?\s*|\s+)(?P<hour>\d{1,2})\s*[:：时時点]\s*(?P<minute>\d{1,2})\s*分?"
    r"(?:[:：]?\s*(?P<second>\d{1,2}(?:\.\d+)?)\s*秒?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_YEAR, _MONTH_NUMBER, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_WORD = r"(?P<month>[A-Za-z]{3,9})\.?"
_DASH = r"(?P<dash>[-/.])"


def _pattern(text: str, clock: bool = True) -> re.Pattern[str]:
    return re.compile(rf"\s*{text}{_CLOCK if clock else ''}\s*")


# How a date may be written, the most certain first. The names stand in files of models.
FORMATS = {
    "YYYY-MM-DD": _pattern(f"{_YEAR}{_DASH}{_MONTH_NUMBER}(?P=dash){_DAY}"),
    "YYYY年M月D日": _pattern(rf"{_YEAR}\s*年\s*{_MONTH_NUMBER}\s*月\s*{_DAY}\s*[日号]?"),
    "YYYY年M月": _pattern(rf"{_YEAR}\s*年\s*{_MONTH_NUMBER}\s*月", clock=False),
    "DD/MM/YYYY": _pattern(f"{_DAY}{_DASH}{_MONTH_NUMBER}(?P=dash){_YEAR}"),
    "MM/DD/YYYY": _pattern(f"{_MONTH_NUMBER}{_DASH}{_DAY}(?P=dash){_YEAR}"),
    "D Month YYYY": _pattern(rf"{_DAY}[\s-]+{_WORD}[\s,-]+{_YEAR}"),
    "Month D, YYYY": _pattern(rf"{_WORD}\s+{_DAY}\s*,?\s+{_YEAR}"),
    "YYYY-MM": _pattern(rf"{_YEAR}[-/](?P<month>\d{{2}})", clock=False),
    "YYYYMMDD": _pattern(r"(?P<year>(?:18|19|20|21)\d\d)(?P<month>\d\d)(?P<day>\d\d)", clock=False),
}
_LEAST_COMPACT = 10  # eight digits are a date by chance once in thirty


class Dates(NamedTuple):
    """Days since 1970-01-01 (N,) float64, a time being a fraction; how they were written.

    `ambiguous` is True if day and month could change places in every one of them.
    """

    days: np.ndarray
    form: str
    ambiguous: bool = False


def read_dates(texts: Sequence[str]) -> Dates | None:
    """Different texts as dates, if one way of writing reads them all; else None.

    Known are 2020-01-31 (also with / or .), 31/01/2020 and 01/31/2020, told apart by the days above
    12 and taken for the former where there is none, 2020年1月31日, 31 Jan 2020, January 31, 2020,
    2020-01 and 20200131, the first six with or without a time of day. A zone is taken off.

    >>> read_dates(["2020-01-31 06:00", "1969-12-31"]).days.tolist()
    [18292.25, -1.0]
    >>> read_dates(["03/04/2020", "31/01/2020"]).form, read_dates(["3.2.2020"]).ambiguous
    ('DD/MM/YYYY', True)
    """
    for form in FORMATS:
        if form == "YYYYMMDD" and len(texts) < _LEAST_COMPACT:
            continue
        days = parse_dates(texts, form)
        if len(days) and not np.isnan(days).any():
            other = parse_dates(texts, "MM/DD/YYYY") if form == "DD/MM/YYYY" else np.array([np.nan])
            return Dates(days, form, not np.isnan(other).any())
    return None


def parse_dates(texts: Sequence[str], form: str) -> np.ndarray:
    """Texts as days (N,) float64 by one of `FORMATS`; NaN from the first that is no such date on.

    A time after the date is read whatever the format.
    """
    days = np.full(len(texts), np.nan)
    match = FORMATS[form].fullmatch
    for row, text in enumerate(texts):
        found = match(text)
        day = None if found is None else _day(found.groupdict())
        if day is None:
            break
        days[row] = day
    return days


def times_of(table: Table, name: str) -> np.ndarray:
    """The column `name` as times (N,) float64: numbers as they are, dates as days since 1970-01-01.

    Raises `DataError` for a row without a time, and for text that is no date.

    >>> times_of(Table({"seen": ["02/01/1970", "31/01/1970"]}), "seen").tolist()
    [1.0, 30.0]
    """
    where, cells = f"{table.source}, column '{name}'", table[name]
    if n_missing := int(table.missing(name).sum()):
        raise DataError(where, expected="a time in every row", received=f"{n_missing} missing")
    if table.is_numeric(name):
        # 20200131 and 20200201 are a day apart, not seventy.
        distinct, place = np.unique(cells, return_inverse=True)
        read = read_dates([f"{value:.0f}" for value in distinct]) if are_compact(distinct) else None
        return cells if read is None else read.days[place.reshape(-1)]
    texts = sorted(set(cells.tolist()))
    read = read_dates(texts)
    if read is None:
        raise DataError(
            where,
            expected="numbers, or dates all written in one way such as 2020-01-31",
            received=", ".join(texts[:3]) or "no row",
        )
    day_of = dict(zip(texts, read.days.tolist(), strict=True))
    return np.array([day_of[text] for text in cells.tolist()])


def are_compact(distinct: np.ndarray) -> bool:
    """Whether sorted numbers may be dates written as eight digits."""
    if not len(distinct) or distinct[0] < 1.8e7 or distinct[-1] >= 2.2e7:
        return False
    return bool((distinct == np.floor(distinct)).all())


def day_text(days: float) -> str:
    """A number of days since 1970-01-01 as YYYY-MM-DD.

    >>> day_text(18292.25)
    '2020-01-31'
    """
    return (date(1970, 1, 1) + timedelta(days=int(np.floor(days)))).isoformat()


def _day(parts: dict[str, str | None]) -> float | None:
    month = parts["month"] or ""
    number = int(month) if month.isdigit() else _MONTH.get(month.lower(), 0)
    try:
        whole = date(int(parts["year"] or 0), number, int(parts.get("day") or 1)).toordinal()
    except ValueError:
        return None
    fraction = _clock(parts) if parts.get("hour") else 0.0
    return None if fraction is None else whole - _EPOCH + fraction


def _clock(parts: dict[str, str | None]) -> float | None:
    """The time of day as a fraction of a day, in UTC if a zone is told."""
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    second = float(parts["second"] or 0)
    if half := parts["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half[0] in "Pp")
    if hour > 24 or minute > 59 or second >= 61:
        return None
    zone = (parts["zone"] or "Z").replace(":", "")
    ahead = 0 if zone == "Z" else int(zone[:3]) * 60 + int(zone[0] + zone[3:])
    return (hour * 60 + minute - ahead + second / 60) / 1440
