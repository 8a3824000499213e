"""How sure it is of one case: sets and intervals of stated coverage, and when it should abstain."""

from __future__ import annotations

from pellucid.show.report.figures.numbers import coverage
from pellucid.show.report.figures.parts import grid
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study, is_regression
from pellucid.show.report.tables import leftover, plain, table
from pellucid.show.report.values import entries, mapping
from pellucid.show.report.words import Words

_MOST_ROWS = 30


def certainty(study: Study, say: Words) -> Markup | None:
    """Conformal sets or intervals, then abstention; each with what was promised and what held."""
    parts = [_part(study, name, say) for name in ("conformal", "abstention")]
    return join(parts) if any(parts) else None


def _part(study: Study, name: str, say: Words) -> Markup | None:
    found = mapping(study, name)
    if not found:
        return None
    key = f"{name}.number" if is_regression(study) and name == "conformal" else f"{name}.said"
    tables = [_rows(entries(found, inner), name, say) for inner in found]
    return join(
        [
            element("h3", say(f"{name}.title")),
            element("p", say(key)),
            leftover(found, name, say, told=[inner for inner in found if entries(found, inner)]),
            *tables,
            grid([coverage(found, say)]) if name == "conformal" else None,
        ]
    )


def _rows(rows: list, name: str, say: Words) -> Markup | None:
    """A list of dicts of numbers as a table: a column for each name."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    keys = [key for key in keys if any(plain(row.get(key), say) for row in rows)]
    if not keys:
        return None
    head = [say.name(name, key) for key in keys]
    body = [[plain(row.get(key), say) or "–" for key in keys] for row in rows[:_MOST_ROWS]]
    return table(head, body)
