"""Columns that say what another column says: copies, other units, other names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pellucid.data.table import Table
from pellucid.tabular.partitions import least_evidence, log_divisions, log_orders, numbered
from pellucid.tabular.reasons import Reason

# Rows looked at first; what falls together in them is looked at in all.
_MOST_ROWS = 20_000
# Two numbers in other units agree to this part of their range: the last digits may be rounded.
_TOLERANCE = 1e-9
# Values that hardly repeat divide the rows alike where rows are repeated, whatever they are.
_LEAST_REPEATS = 5
# Divisions of more parts are not compared, nor more divisions; a few rows tell most of them apart.
MOST_PARTS = 50
_MOST_COMPARED, _A_FEW = 100, 200
# Columns stacked at a time, in cells.
_BLOCK = 4_000_000


class Candidate(NamedTuple):
    """A column that may be a copy: of two the one of the lower `rank` is kept, then the first."""

    name: str
    rank: int


def find_duplicates(table: Table, columns: Sequence[Candidate]) -> dict[str, Reason]:
    """The columns that repeat one of the others, with the reason, which names the other.

    `same`: the same values; `affine`: numbers that are a multiple plus a constant, such as another
    unit; `recoded`: one value there for each value here and the other way about, such as a name and
    its number, each in five rows on average. (Not of two columns of numbers: this month's price and
    this month's wages go together, too, and are two things.) In few rows that may be chance: a pair
    is believed if it is so by chance in less than one table of a million.

    >>> table = Table({"f": [50, 59, 41, 68] * 9, "c": [10, 15, 5, 20] * 9})
    >>> found = find_duplicates(table, [Candidate("c", 0), Candidate("f", 0)])
    >>> print(found["f"])
    'c' in another unit: a multiple of it plus a constant
    """
    ordered = sorted(columns, key=lambda column: column.rank)
    names = [column.name for column in ordered]
    sample = _sample(table)
    found: dict[str, Reason] = {}
    for name, other in (_recoded(sample, names) | _affine(sample, names)).items():
        # A copy of a copy is told as a copy of the first.
        first = found[other].values["other"] if other in found else other
        if key := _relation(table[first], table[name], len(names)):
            found[name] = Reason(key, {"other": first})
    return {name: found[name] for name in table.names if name in found}


def find_told(table: Table, names: Sequence[str]) -> dict[str, Reason]:
    """The columns `names` that another of them says already, with the reason, which names it.

    `told_by`: each value of the other, of at most 50, goes with one value of this one, which has
    fewer; such as a person's class with whether he is grown up. Such a column is no copy, and does
    no harm. Of more than 100 names nothing is told.

    >>> who = ["man", "woman", "child", "man"] * 9
    >>> table = Table({"who": who, "grown": [word != "child" for word in who]})
    >>> print(find_told(table, table.names)["grown"])
    'who' says it already: each of its values goes with one value here
    """
    if len(names) > _MOST_COMPARED:
        return {}
    sample = _sample(table)
    parts = {name: numbered(sample[name]) for name in names}
    small = {name: codes for name, codes in parts.items() if 0 < codes.max(initial=0) < MOST_PARTS}
    order = sorted(small, key=lambda name: -small[name].max())
    found: dict[str, Reason] = {}
    for name in order:
        teller = next(
            (other for other in order if _tells(small[other], small[name], len(order))), None
        )
        if teller is not None:
            found[name] = Reason("told_by", {"other": teller})
    return {name: found[name] for name in names if name in found}


def _tells(codes: np.ndarray, other: np.ndarray, n_columns: int) -> bool:
    """Whether each part of the rows lies in one part of another, coarser division of them."""
    n_parts, n_others = int(codes.max()) + 1, int(other.max()) + 1
    if n_others >= n_parts:
        return False
    first = slice(None, _A_FEW)
    if _n_pairs(codes[first], other[first]) > int(codes[first].max()) + 1:
        return False
    if _n_pairs(codes, other) > n_parts:
        return False
    # By chance one of the ways to join the parts is met; there are no more ways than this.
    ways = n_parts * np.log10(n_others)
    return bool(log_divisions(other) - ways >= least_evidence(n_columns))


def _n_pairs(codes: np.ndarray, other: np.ndarray) -> int:
    pairs = codes * (int(other.max()) + 1) + other
    return int(np.count_nonzero(np.bincount(pairs)))


def _sample(table: Table) -> Table:
    n = len(table)
    return table if n <= _MOST_ROWS else table.take(np.linspace(0, n - 1, _MOST_ROWS).astype(int))


def _recoded(table: Table, names: Sequence[str]) -> dict[str, str]:
    """Of columns that divide the rows alike, each but the first, with the first."""
    least = least_evidence(len(names))
    firsts: dict[bytes, str] = {}
    found: dict[str, str] = {}
    for name in names:
        codes = numbered(table[name])
        if (codes.max(initial=0) + 1) * _LEAST_REPEATS > len(codes):
            continue
        other = firsts.setdefault(codes.tobytes(), name)
        if other != name and log_divisions(codes) >= least:
            found[name] = other
    return found


def _affine(table: Table, names: Sequence[str]) -> dict[str, str]:
    """Of number columns that differ by unit only, each but the first, with the first."""
    numbers = [name for name in names if table.is_numeric(name)]
    width = max(_BLOCK // max(len(table), 1), 1)
    marks = [
        _marks(np.stack([table[name] for name in numbers[k : k + width]], axis=1))
        for k in range(0, len(numbers), width)
    ]
    if not marks:
        return {}
    mark = np.concatenate(marks)
    order = np.lexsort((np.arange(len(mark)), mark[:, 1], mark[:, 0]))
    found: dict[str, str] = {}
    first = order[0]
    for place in order[1:]:
        if np.abs(mark[place] - mark[first]).max() > 1e-6:
            first = place
            continue
        first, later = min(first, place), max(first, place)
        found[numbers[later]] = numbers[first]
    return found


def _marks(columns: np.ndarray) -> np.ndarray:
    """Two numbers for each column of (N, C), the same for columns that differ by unit only."""
    weights = np.random.Generator(np.random.Philox(7)).uniform(-1, 1, (2, len(columns)))
    missing = np.isnan(columns)
    scaled = np.where(missing, 0.5, _scaled(columns))
    first, turned = weights @ scaled, weights @ (1 - scaled)
    chosen = np.where(first[0] >= turned[0], first, turned)
    return (chosen + weights[::-1] @ missing).T


def _scaled(columns: np.ndarray) -> np.ndarray:
    """Each column (N, C) from 0 to 1."""
    low, high = np.fmin.reduce(columns), np.fmax.reduce(columns)
    # Halves, because the range of numbers may be too large for a number.
    width = high / 2 - low / 2
    return (columns / 2 - low / 2) / np.where(width > 0, width, 1.0)


def _relation(first: np.ndarray, second: np.ndarray, n_columns: int) -> str | None:
    """How two columns (N,) are the same, in all rows: the key of the reason, or None."""
    codes = numbered(first)
    if first.dtype != object and second.dtype != object:
        if log_orders(codes) < least_evidence(n_columns):
            return None
        if np.array_equal(first, second, equal_nan=True):
            return "same"
        return "affine" if _differ_by_unit(first, second) else None
    if (codes != numbered(second)).any() or log_divisions(codes) < least_evidence(n_columns):
        return None
    return "same" if first.tolist() == second.tolist() else "recoded"


def _differ_by_unit(first: np.ndarray, second: np.ndarray) -> bool:
    if (np.isnan(first) != np.isnan(second)).any():
        return False
    pair = _scaled(np.stack([first, second], axis=1)[~np.isnan(first)])
    gap = np.abs(pair[:, 0] - pair[:, 1]).max(initial=0.0)
    turned = np.abs(pair[:, 0] + pair[:, 1] - 1).max(initial=0.0)
    return bool(min(gap, turned) <= _TOLERANCE)
