"""Reading a study that may lack anything, and writing its numbers for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np


class Figure(NamedTuple):
    """A number and its 95 % interval; the bounds are NaN where there is none."""

    value: float
    low: float = math.nan
    high: float = math.nan

    @property
    def has_interval(self) -> bool:
        """Whether both bounds are known."""
        return not math.isnan(self.low + self.high)


def at(study: object, *path: str) -> Any:
    """What stands in nested dicts under the names of `path`; None where the way ends.

    >>> at({"a": {"b": 1}}, "a", "b"), at({"a": None}, "a", "b"), at([], "a")
    (1, None, None)
    """
    for name in path:
        if not isinstance(study, Mapping):
            return None
        study = study.get(name)
    return study


def mapping(study: object, *path: str) -> Mapping[str, Any]:
    """The dict under `path`, or an empty one."""
    found = at(study, *path)
    return found if isinstance(found, Mapping) else {}


def entries(study: object, *path: str) -> list[Mapping[str, Any]]:
    """The dicts in the list under `path`, or none."""
    return [each for each in values(study, *path) if isinstance(each, Mapping)]


def values(study: object, *path: str) -> list[Any]:
    """The list under `path`, or an empty one."""
    found = at(study, *path)
    return list(found) if isinstance(found, list | tuple) else []


def real(study: object, *path: str) -> float | None:
    """The finite number under `path`, or None.

    >>> real({"n": 3}, "n"), real({"n": float("nan")}, "n"), real({"n": "3"}, "n"), real(True)
    (3.0, None, None, None)
    """
    found = at(study, *path)
    if isinstance(found, bool) or not isinstance(found, int | float | np.number):
        return None
    try:
        number = float(found)
    except OverflowError:  # a whole number of a thousand digits
        return None
    return number if math.isfinite(number) else None


def text(study: object, *path: str) -> str | None:
    """The text under `path`, or None."""
    found = at(study, *path)
    return found if isinstance(found, str) and found.strip() else None


def figure(study: object, *path: str) -> Figure | None:
    """The number under `path`, alone or with its bounds ``{"value", "low", "high"}``.

    >>> figure({"auc": {"value": 0.9, "low": 0.8, "high": None}}, "auc")
    Figure(value=0.9, low=0.8, high=nan)
    """
    found = at(study, *path)
    value = real(found, "value") if isinstance(found, Mapping) else real(found)
    if value is None:
        return None
    low, high = real(found, "low"), real(found, "high")
    return Figure(value, math.nan if low is None else low, math.nan if high is None else high)


def aligned(*columns: object) -> list[np.ndarray]:
    """Columns of numbers, cut to the rows in which each is a finite number; empty if none is.

    >>> [column.tolist() for column in aligned([1, None, 3], [4, 5, 6, 7])]
    [[1.0, 3.0], [4.0, 6.0]]
    """
    lists = [column if isinstance(column, list | tuple) else [] for column in columns]
    rows = [[real(cell) for cell in row] for row in zip(*lists, strict=False)]
    kept = [row for row in rows if None not in row]
    table = np.array(kept, dtype=float).reshape(len(kept), len(columns))
    return list(table.T)


def number(value: float | None) -> str:
    """Three decimals, or as many digits as large or tiny numbers need; – for none.

    >>> [number(each) for each in (0.9714, 12.0, -1234.5678, 0.0000123, -0.0, None)]
    ['0.971', '12.0', '−1,235', '1.23e-05', '0', '–']
    """
    if value is None or math.isnan(value):
        return "–"
    size = abs(value)
    if size == 0:
        return "0"
    if not 0.0005 <= size < 1e7:
        shown = f"{size:.3g}"
    else:
        shown = f"{size:.3f}" if size < 10 else f"{size:.1f}" if size < 1000 else f"{size:,.0f}"
    return f"−{shown}" if value < 0 else shown


def count(value: float | None) -> str:
    """A whole number.

    >>> count(70000.0), count(None)
    ('70,000', '–')
    """
    return "–" if value is None else f"{value:,.0f}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share of one in percent; what is not quite nothing is not shown as nothing.

    >>> percent(0.256), percent(0.0001), percent(0.0), percent(None)
    ('25.6 %', '< 0.1 %', '0 %', '–')
    """
    if share is None:
        return "–"
    least = 10.0**-digits
    if 0 < 100 * share < least:
        return f"< {least:g} %"
    return "0 %" if share == 0 else f"{100 * share:.{digits}f} %"


def interval(found: Figure | None) -> str:
    """A number with its interval.

    >>> interval(Figure(0.5, 0.25, 0.75)), interval(Figure(0.5)), interval(None)
    ('0.500 (0.250 – 0.750)', '0.500', '–')
    """
    if found is None:
        return "–"
    bounds = f" ({number(found.low)} – {number(found.high)})" if found.has_interval else ""
    return number(found.value) + bounds


def largest(
    rows: Sequence[Mapping[str, Any]], most: int, *path: str
) -> tuple[list[Mapping[str, Any]], int]:
    """The `most` rows of the largest number under `path`, and how many are left out."""
    order = sorted(rows, key=lambda row: -(real(row, *path) or -math.inf))
    return order[:most], max(0, len(rows) - most)


def named(table: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and dict of each entry that is a dict."""
    for name, entry in table.items():
        if isinstance(entry, Mapping):
            yield str(name), entry
