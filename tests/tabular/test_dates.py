"""Dates as people write them, against Python's own calendar."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data.table import Table
from pellucid.errors import DataError
from pellucid.tabular.dates import FORMATS, day_text, parse_dates, read_dates, times_of

DATES = st.lists(st.dates(date(1000, 1, 1)), min_size=1, max_size=20, unique=True)
DAYS_TO_1970 = date(1970, 1, 1).toordinal()

WAYS = {
    "YYYY-MM-DD": lambda d: d.isoformat(),
    "YYYY-MM-DD with dots": lambda d: f"{d.year:04}.{d.month}.{d.day}",
    "YYYY-MM-DD with strokes": lambda d: f"{d.year:04}/{d.month:02}/{d.day:02}",
    "YYYY年M月D日": lambda d: f"{d.year:04}年{d.month}月{d.day}日",
    "YYYY年M月D日 with spaces": lambda d: f"{d.year:04} 年 {d.month} 月 {d.day} 日",
    "DD/MM/YYYY": lambda d: f"{d.day:02}/{d.month:02}/{d.year:04}",
    "DD/MM/YYYY with dots": lambda d: f"{d.day}.{d.month}.{d.year:04}",
    "D Month YYYY": lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year:04}",
    "D Month YYYY with dashes": lambda d: f"{d.day:02}-{MONTHS[d.month - 1][:3]}-{d.year:04}",
    "Month D, YYYY": lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year:04}",
    "Month D, YYYY in short": lambda d: f"{MONTHS[d.month - 1][:3]}. {d.day} {d.year:04}",
}
MONTHS = "January February March April May June July August September October November December"
MONTHS = MONTHS.split()


@pytest.mark.parametrize("way", WAYS)
@given(DATES)
def test_dates_in_every_way_of_writing(way: str, dates: list[date]) -> None:
    read = read_dates([WAYS[way](each) for each in dates])
    assert read is not None
    assert read.form == way.partition(" with")[0].partition(" in")[0]
    assert read.days.tolist() == [each.toordinal() - DAYS_TO_1970 for each in dates]
    assert [day_text(day) for day in read.days] == [each.isoformat() for each in dates]


@given(st.lists(st.datetimes(datetime(1900, 1, 1)), min_size=1, max_size=10))
def test_times_of_day(times: list[datetime]) -> None:
    texts = [each.isoformat(" ", timespec="seconds") for each in times]
    read = read_dates(texts)
    assert read is not None
    expected = np.array(texts, "M8[s]").astype(np.int64) / 86400
    assert read.days == pytest.approx(expected, abs=1e-9)


# What is written, and which day of 1970 it is.
TIMES = {
    "2 January": ("1970-01-02T06:00:00Z", 1.25),
    "with a zone": ("1970-01-02 06:00+06:00", 1.0),
    "behind": ("1970-01-02 18:30:00-0530", 2.0),
    "afternoon": ("02/01/1970 06:00 PM", 1.75),
    "midnight": ("02/01/1970 12:00 am", 1.0),
    "in Chinese": ("1970年1月2日 18时30分", 1 + 18.5 / 24),
    "with parts of seconds": ("1970-01-02 00:00:00.864", 1.00001),
}


@pytest.mark.parametrize("case", TIMES)
def test_clocks(case: str) -> None:
    text, day = TIMES[case]
    read = read_dates([text])
    assert read is not None
    assert read.days == pytest.approx([day], abs=1e-9)


def test_day_and_month_are_told_apart_by_what_is_above_twelve() -> None:
    assert read_dates(["01/02/2020", "13/02/2020"]).form == "DD/MM/YYYY"
    american = read_dates(["01/02/2020", "02/13/2020"])
    assert (american.form, american.ambiguous) == ("MM/DD/YYYY", False)
    either = read_dates(["01/02/2020", "12/11/2020"])
    assert (either.form, either.ambiguous) == ("DD/MM/YYYY", True)


def test_months_and_compact_dates() -> None:
    assert read_dates(["1970-02", "1970-01"]).days.tolist() == [31, 0]
    assert read_dates(["1970年2月"]).days.tolist() == [31]
    compact = [f"197001{day:02}" for day in range(1, 11)]
    assert read_dates(compact).days.tolist() == list(range(10))
    assert read_dates(compact[:9]) is None


NO_DATES = [
    ["2020-02-30"], ["2020-13-01"], ["31/04/2020"], ["2020-01-01", "yesterday"], ["10-14"],
    ["1-01"], ["2020-01/02"], ["12.5"], ["2020"], [""], [], ["2020-01-01 25:00"], ["5 Foo 2020"],
    ["2020-01-01 13:00 pm"], ["2020-01-01", "01/01/2020"], ["0000-01-01"], ["1999-2003"],
]  # fmt: skip


@pytest.mark.parametrize("texts", NO_DATES)
def test_what_is_no_date(texts: list[str]) -> None:
    assert read_dates(texts) is None


@given(st.text(), st.sampled_from(sorted(FORMATS)))
def test_any_text_is_a_date_or_not(text: str, form: str) -> None:
    days = parse_dates([text], form)
    assert days.shape == (1,) and not np.isinf(days).any()


def test_times_to_split_by() -> None:
    numbers = Table({"t": [3.5, 1, 2]})
    assert times_of(numbers, "t").tolist() == [3.5, 1, 2]
    days = Table({"t": [19700110 - k for k in range(10)]})
    assert times_of(days, "t").tolist() == list(range(9, -1, -1))
    for cells, told in (
        (["2020-01-01", None], "a time in every row; received 1 missing"),
        (["soon", "later"], "or dates all written in one way .*received later, soon"),
    ):
        with pytest.raises(DataError, match=told):
            times_of(Table({"t": cells}), "t")
