"""What the user says about one column, made good or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from pellucid.data.table import Table, is_number
from pellucid.errors import DataError
from pellucid.tabular import kinds
from pellucid.tabular.dates import read_dates
from pellucid.tabular.facts import Facts
from pellucid.tabular.kinds import Found
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.reasons import Reason
from pellucid.tabular.scales import find_order


def chosen_kind(table: Table, facts: Facts, overrides: Overrides) -> Found | None:
    """What a column is by the user's word, or None if the rules are to decide.

    An order alone makes it ordinal; to use a column that looks like a key or like text makes it
    numbers or categories. Raises `DataError` if its values cannot be that.
    """
    name = facts.name
    kind, order = overrides.kinds.get(name), overrides.orders.get(name)
    if kind is None and order is not None:
        kind = "ordinal"
    if kind is None and name in overrides.use and len(facts.distinct) > 1:
        found = kinds.find_kind(facts)
        if found.kind in ("identifier", "text"):
            kind = "numeric" if facts.numeric else "categorical"
    if kind is None:
        return None
    if kind in ("identifier", "text", "constant"):
        return Found(kind, Reason("chosen_kind"))
    return _MAKERS[kind](facts, order, f"{table.source}, column '{name}'")


def _numeric(facts: Facts, order: Sequence[str] | None, where: str) -> Found:
    if facts.numeric:
        return kinds.numeric(facts.distinct)
    for row, cell in zip(facts.rows.tolist(), facts.values.tolist(), strict=True):
        if not is_number(cell):
            raise DataError(
                where,
                expected="numbers, as was said",
                received=f"{cell!r} in row {row + 1}",
                hint="If it means that the value is missing, say so with missing.",
            )
    return kinds.numeric(np.unique(facts.values.astype(np.float64)))


def _categorical(facts: Facts, order: Sequence[str] | None, where: str) -> Found:
    return kinds.categorical(facts)


def _boolean(facts: Facts, order: Sequence[str] | None, where: str) -> Found:
    labels = _in_order(facts, order, where) if order else facts.labels
    if len(labels) == 1 and len(facts.values) < facts.n_rows:
        return kinds.boolean(("", labels[0]))
    if len(labels) != 2:
        raise DataError(
            where,
            expected="two values, as was said, or one and blanks",
            received=f"{len(labels)} values: {', '.join(labels[:8])}",
        )
    found = None if order else kinds.find_kind(facts)
    if found is not None and found.kind == "boolean":
        return found
    return kinds.boolean((labels[0], labels[1]))


def _ordinal(facts: Facts, order: Sequence[str] | None, where: str) -> Found:
    if order:
        return kinds.ordinal(_in_order(facts, order, where))
    if facts.numeric:
        return kinds.ordinal(facts.labels)
    known = find_order(facts.labels, facts.name)
    if known is None:
        raise DataError(
            where,
            expected="an order for its values, which have none that is generally known",
            received=", ".join(facts.labels[:8]),
            hint=f"Say it, least first: --order {facts.name}={','.join(facts.labels[:4])}",
        )
    return kinds.ordinal(known.levels, known.key)


def _date(facts: Facts, order: Sequence[str] | None, where: str) -> Found:
    read = read_dates(facts.labels)
    if read is None:
        raise DataError(
            where,
            expected="dates, all written in one way such as 2020-01-31 or 31/01/2020",
            received=", ".join(facts.labels[:3]) or "no value",
        )
    return kinds.dated(read.days, read.form, read.ambiguous)


def _in_order(facts: Facts, order: Sequence[str], where: str) -> tuple[str, ...]:
    absent = [label for label in facts.labels if label not in order]
    if absent:
        raise DataError(
            where,
            expected=f"values among {', '.join(order)}, the order that was given",
            received=", ".join(absent[:8]),
        )
    return tuple(order)


_MAKERS: Mapping[str, Callable[[Facts, Sequence[str] | None, str], Found]] = {
    "numeric": _numeric,
    "categorical": _categorical,
    "boolean": _boolean,
    "ordinal": _ordinal,
    "date": _date,
}
