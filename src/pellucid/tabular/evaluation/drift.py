"""Whether new rows are like those a model learned from: column by column, and on the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data.table import Table

_POINTS = 101
_BINS = 10
_MOST_LEVELS = 200
_MOST_SHOWN = 10
# Usual rules of thumb for the population stability index (Siddiqi, Credit Risk Scorecards, 2006).
_MODERATE, _LARGE = 0.1, 0.25
# Of so many columns, none shall be called different by chance in 99 of 100 comparisons.
_ALPHA = 0.01


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """How one column lay in the rows learned from: what drift is measured against.

    `n` rows, `missing` of them without a value. Of numbers `points` (up to 101 quantiles) and
    `reached`, the share of values at or below each; of words `levels`, how often each of the
    200 most frequent occurred, and `others`, how often the rest.
    """

    name: str
    n: int
    missing: int
    points: np.ndarray | None = None
    reached: np.ndarray | None = None
    levels: Mapping[str, int] | None = None
    others: int = 0

    @classmethod
    def of(cls, table: Table, name: str) -> ColumnProfile:
        """The profile of a column of `table`."""
        missing = table.missing(name)
        n, n_missing = len(table), int(missing.sum())
        values = table[name][~missing]
        if table.is_numeric(name):
            levels = np.linspace(0, 1, _POINTS)
            points = np.zeros(0)
            if len(values):
                points = np.unique(np.quantile(values, levels, method="inverted_cdf"))
            return cls(name, n, n_missing, points, _shares_below(values, points))
        names, counts = np.unique(_words(values), return_counts=True)
        order = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
        kept = {str(names[k]): int(counts[k]) for k in order}
        return cls(name, n, n_missing, levels=kept, others=int(counts.sum()) - sum(kept.values()))

    def to_json(self) -> dict[str, Any]:
        """`name`, `n`, `missing`, and `points`, `reached` of numbers or `levels`, `others`."""
        facts: dict[str, Any] = {"name": self.name, "n": self.n, "missing": self.missing}
        if self.points is not None and self.reached is not None:
            return facts | {"points": self.points.tolist(), "reached": self.reached.tolist()}
        return facts | {"levels": dict(self.levels or {}), "others": self.others}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> ColumnProfile:
        """The profile that `to_json` described."""
        name, n, missing = str(facts["name"]), int(facts["n"]), int(facts["missing"])
        if "points" in facts:
            points, reached = (np.asarray(facts[key], np.float64) for key in ("points", "reached"))
            return cls(name, n, missing, points, reached)
        levels = {str(level): int(count) for level, count in facts["levels"].items()}
        return cls(name, n, missing, levels=levels, others=int(facts["others"]))


def profile(table: Table, columns: Iterable[str]) -> list[ColumnProfile]:
    """The profiles of these columns, to be kept with a model."""
    return [ColumnProfile.of(table, name) for name in columns]


def drift(profiles: Iterable[ColumnProfile], table: Table) -> dict[str, Any]:
    """How the columns of `table` differ from those of the rows learned from.

    A dict to be stored as JSON. `columns`, most different first, each with

    - `column`, `psi` (population stability index, over ten equally filled bins or over the levels),
      `ks` (of numbers: the largest distance of the distributions, at up to 101 points);
    - `missing_then`, `missing_now`: shares; `outside`: of numbers, how many lie beyond all learned
      from; `new_levels`: of words {level: rows} never seen, at most 10, and `n_new` rows of any;
    - `p`: how probable such a difference is if nothing has changed, by Kolmogorov and Smirnov's
      test for numbers and the chi-square test for words and for missing values, the smaller of the
      two doubled;
    - `size`: `none` where, by Holm's rule over all columns at 1 %, chance explains it; else `small`
      (psi < 0.1), `moderate` or `large` (from 0.25).

    On the whole `n`, `n_columns`, `n_different`, `share_new` (rows with a level never seen or a
    number outside), and `verdict`, the largest of the sizes. Columns that are absent from `table`
    stand in `absent`.

    >>> learned = profile(Table({"age": list(range(20, 80)) * 5}), ["age"])
    >>> found = drift(learned, Table({"age": list(range(40, 100)) * 5}))
    >>> found["verdict"], found["columns"][0]["outside"], round(found["columns"][0]["ks"], 2)
    ('large', 100, 0.33)
    """
    known = list(profiles)
    absent = [each.name for each in known if each.name not in table]
    compared = [_compared(each, table) for each in known if each.name in table]
    new = np.zeros(len(table), dtype=bool)
    for _, is_new in compared:
        new |= is_new
    columns = [facts for facts, _ in compared]
    _judge(columns)
    sizes = ("none", "small", "moderate", "large")
    columns.sort(key=lambda each: (-sizes.index(each["size"]), -(each["psi"] or 0.0)))
    return {
        "n": len(table),
        "n_columns": len(columns),
        "n_different": sum(each["size"] != "none" for each in columns),
        "share_new": float(new.mean()) if len(new) else 0.0,
        "verdict": max((each["size"] for each in columns), key=sizes.index, default="none"),
        "absent": absent,
        "columns": columns,
    }


def _compared(known: ColumnProfile, table: Table) -> tuple[dict[str, Any], np.ndarray]:
    """The facts of a column, and a mask (N,) of rows whose value was never met."""
    compare = _words_compared if known.points is None else _numbers_compared
    facts, is_new, p = compare(known, table)
    missing = int(facts.pop("missing"))
    p_missing = _p_of_shares(known.missing, known.n, missing, len(table))
    facts |= {
        "missing_then": known.missing / known.n if known.n else None,
        "missing_now": missing / len(table) if len(table) else None,
        "p": min(1.0, 2 * min(p, p_missing)),
    }
    return {"column": known.name} | facts, is_new


def _numbers_compared(
    known: ColumnProfile, table: Table
) -> tuple[dict[str, Any], np.ndarray, float]:
    from scipy.special import kolmogorov

    values = table.numbers(known.name)
    missing = np.isnan(values)
    points, reached = known.points, known.reached
    assert points is not None and reached is not None
    present = values[~missing]
    n, then = len(present), known.n - known.missing
    facts: dict[str, Any] = {"psi": None, "ks": None, "outside": 0, "missing": missing.sum()}
    if not n or not then:
        return facts, np.zeros(len(values), dtype=bool), 1.0
    now = _shares_below(present, points)
    distance = float(np.abs(now - reached).max())
    beyond = ~missing & ((values < points[0]) | (values > points[-1]))
    edges = _tenths(reached)
    expected = np.diff(np.concatenate([[0.0], reached[edges], [1.0]]))
    observed = np.diff(np.concatenate([[0.0], now[edges], [1.0]]))
    facts |= {"psi": _psi(expected * then, observed * n), "ks": distance}
    facts["outside"] = int(beyond.sum())
    return facts, beyond, float(kolmogorov(np.sqrt(n * then / (n + then)) * distance))


def _words_compared(known: ColumnProfile, table: Table) -> tuple[dict[str, Any], np.ndarray, float]:
    missing = table.missing(known.name)
    words = np.where(missing, "", table.strings(known.name))
    levels = known.levels or {}
    names, place = np.unique(_words(words), return_inverse=True)
    counts = np.bincount(place.reshape(len(words))[~missing], minlength=len(names))
    # Of a column with more levels than were kept, one that is not known may be an old one.
    fresh = np.array([name not in levels and not known.others for name in names], dtype=bool)
    is_new = fresh[place.reshape(len(words))] & ~missing
    now = {str(name): int(count) for name, count in zip(names, counts, strict=True)}
    unknown = sum(count for name, count in now.items() if name not in levels)
    expected = np.array([*levels.values(), known.others], dtype=np.float64)
    observed = np.array([*(now.get(level, 0) for level in levels), unknown], dtype=np.float64)
    new = sorted(
        (name for name, is_fresh in zip(now, fresh, strict=True) if is_fresh and now[name]),
        key=lambda name: -now[name],
    )
    facts = {
        "psi": _psi(expected, observed) if observed.sum() and expected.sum() else None,
        "ks": None,
        "new_levels": {name: now[name] for name in new[:_MOST_SHOWN]},
        "n_new": int(is_new.sum()),
        "missing": missing.sum(),
    }
    return facts, is_new, _p_of_counts(expected, observed)


def _words(values: np.ndarray) -> np.ndarray:
    return np.array([str(value).strip() for value in values.tolist()], dtype=str)


def _shares_below(values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The share of values at or below each point."""
    return np.searchsorted(np.sort(values), points, side="right") / max(len(values), 1)


def _tenths(reached: np.ndarray) -> np.ndarray:
    """Indices of the points that end a tenth of the values each, as far as ties allow."""
    wanted = np.arange(1, _BINS) / _BINS
    found = np.unique(np.searchsorted(reached, wanted - 1e-12))
    return found[reached[found] < 1]


def _psi(expected: np.ndarray, observed: np.ndarray) -> float:
    """Σ (q - p) ln(q / p), p and q the shares, with half a case added to each so none is 0."""
    used = (expected + observed) > 0
    p, q = expected[used] + 0.5, observed[used] + 0.5
    p, q = p / p.sum(), q / q.sum()
    return float(((q - p) * np.log(q / p)).sum())


def _p_of_counts(expected: np.ndarray, observed: np.ndarray) -> float:
    """The chi-square test of two rows of counts; levels of fewer than 5 together are one."""
    from scipy.special import chdtrc

    both = np.stack([expected, observed])
    rare = both.sum(axis=0) * both.sum(axis=1).min() / max(both.sum(), 1) < 5
    both = np.concatenate([both[:, ~rare], both[:, rare].sum(axis=1, keepdims=True)], axis=1)
    both = both[:, both.sum(axis=0) > 0]
    if both.shape[1] < 2 or not both.sum(axis=1).all():
        return 1.0
    even = np.outer(both.sum(axis=1), both.sum(axis=0)) / both.sum()
    return float(chdtrc(both.shape[1] - 1, ((both - even) ** 2 / even).sum()))


def _p_of_shares(hits: int, n: int, other_hits: int, other_n: int) -> float:
    rows = ([hits, n - hits], [other_hits, other_n - other_hits])
    expected, observed = (np.array(row, dtype=np.float64) for row in rows)
    return _p_of_counts(expected, observed)


def _judge(columns: list[dict[str, Any]]) -> None:
    """Add `size` to each column, by Holm's rule: the k-th smallest p against α / (m - k + 1)."""
    alive = True
    for k, each in enumerate(sorted(columns, key=lambda each: each["p"])):
        alive = alive and each["p"] <= _ALPHA / (len(columns) - k)
        psi = each["psi"] or 0.0
        size = "large" if psi >= _LARGE else "moderate" if psi >= _MODERATE else "small"
        each["size"] = size if alive else "none"
