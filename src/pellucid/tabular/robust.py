"""The layers that make a network's features of raw columns as RealMLP does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pellucid.tabular.columns import Column
from pellucid.tabular.encoding import (
    CategoryCodes,
    RobustScaleSmoothClip,
    SpreadColumns,
    robust_scale,
)

# Categories of more levels are embedded (Holzmüller et al. 2024).
MOST_ONE_HOT = 9


class Encoding(NamedTuple):
    """Layers that share one input, the raw columns (N, C), and what comes out of them.

    `scale(spread(columns))` are the features (N, F) float32: `names` names them, `sources` the
    column each is made of. `codes(columns)`, or None if there is nothing to embed, are codes (N, E)
    int32 of the columns `embedded`, for embeddings of `n_codes` rows each. `is_number` (F) tells
    features that measure (numbers, levels in order, days) from flags, signs and waves.
    """

    spread: SpreadColumns
    scale: RobustScaleSmoothClip
    names: tuple[str, ...]
    sources: tuple[str, ...]
    is_number: tuple[bool, ...]
    codes: CategoryCodes | None
    embedded: tuple[str, ...]
    n_codes: tuple[int, ...]


class _Feature(NamedTuple):
    name: str
    source: str
    center: float
    scale: float
    is_number: bool = False


def robust_encoding(columns: Sequence[Column], max_one_hot: int = MOST_ONE_HOT) -> Encoding:
    """The layers for columns as `Features` orders them; see `Features.robust`."""
    place = {column.name: k for k, column in enumerate(columns)}
    numbers = [c for c in columns if c.kind in ("number", "ordinal", "date")]
    categories = [c for c in columns if c.kind == "category"]
    signs = [c for c in columns if c.kind == "boolean"]
    signs += [c for c in categories if _n_levels(c) <= 2]
    marked = [c for c in columns if c.is_number and c.marks_missing]
    one_hot = [c for c in categories if 2 < _n_levels(c) <= max_one_hot]
    embedded = [c for c in categories if _n_levels(c) > max(max_one_hot, 2)]
    waves = [(c, period) for c in numbers for period in c.cycles]
    features = [_number(c) for c in numbers]
    features += [_sign(c) for c in signs]
    features += [_mark(c) for c in marked]
    # Waves are between -1 and 1 as they are.
    features += [
        _Feature(f"{wave} of {c.name} over {period:g} days", c.name, 0.0, 1.0)
        for wave in ("sine", "cosine")
        for c, period in waves
    ]
    features += [_flag(c, level) for c in one_hot for level in range(_n_levels(c))]
    return Encoding(
        SpreadColumns(
            [place[c.name] for c in numbers],
            [c.fill for c in numbers],
            [place[c.name] for c in signs],
            [place[c.name] for c in marked],
            [[place[c.name], period] for c, period in waves],
            [[place[c.name], _n_levels(c)] for c in one_hot],
            name="spread",
        ),
        RobustScaleSmoothClip(
            [each.center for each in features], [each.scale for each in features], name="scale"
        ),
        tuple(each.name for each in features),
        tuple(each.source for each in features),
        tuple(each.is_number for each in features),
        CategoryCodes([place[c.name] for c in embedded], name="codes") if embedded else None,
        tuple(c.name for c in embedded),
        tuple(len(c.levels) + 1 for c in embedded),
    )


def _n_levels(column: Column) -> int:
    """How many categories there are, a missing value not counted."""
    return len(column.levels) - (None in column.levels)


def _number(column: Column) -> _Feature:
    low, first, median, third, high = column.quartiles or (0.0, 0.0, column.fill, 0.0, 0.0)
    return _Feature(
        column.name, column.name, *robust_scale(median, first, third, low, high), is_number=True
    )


def _sign(column: Column) -> _Feature:
    no, yes = (*column.counts[: _n_levels(column)], 0, 0)[:2]
    known = [(-1.0, no), (0.0, column.n_missing), (1.0, yes)]
    label = column.name
    if column.kind == "category":
        label = f"{column.name} = {column.levels[_n_levels(column) - 1]}"
    return _Feature(label, column.name, *_of_counts(known))


def _mark(column: Column) -> _Feature:
    known = [(0.0, column.n_rows - column.n_missing), (1.0, column.n_missing)]
    return _Feature(f"missing {column.name}", column.name, *_of_counts(known))


def _flag(column: Column, level: int) -> _Feature:
    ones = column.counts[level]
    known = [(0.0, column.n_rows - ones), (1.0, ones)]
    return _Feature(f"{column.name} = {column.levels[level]}", column.name, *_of_counts(known))


def _of_counts(known: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """Center and scale of a feature of few values, each so often; the values ascend."""
    values = [(value, n) for value, n in known if n]
    if not values:
        return 0.0, 0.0
    last = sum(n for _, n in values) - 1

    def at(share: float) -> float:
        place = share * last
        below, above = _ranked(values, int(place)), _ranked(values, min(int(place) + 1, last))
        return below + (place - int(place)) * (above - below)

    return robust_scale(at(0.5), at(0.25), at(0.75), values[0][0], values[-1][0])


def _ranked(values: Sequence[tuple[float, int]], rank: int) -> float:
    """The value in place `rank`, from 0, if all stood in a row."""
    for value, n in values:
        if rank < n:
            return value
        rank -= n
    return values[-1][0]
