"""How sure it is of one case: sets and intervals of stated coverage, and when it should abstain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.show.report.figures.numbers import coverage
from pellucid.show.report.figures.parts import grid
from pellucid.show.report.figures.rows import forest
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study, is_regression
from pellucid.show.report.tables import facts, name_of, plain, table
from pellucid.show.report.values import (
    Figure,
    count,
    entries,
    figure,
    interval,
    mapping,
    number,
    percent,
    real,
    text,
    values,
)
from pellucid.show.report.words import Words

_MOST_ROWS = 30


def certainty(study: Study, say: Words) -> Markup | None:
    """Conformal sets or intervals, then abstention; each with what was promised and what held."""
    parts = [_conformal(study, say), _abstention(mapping(study, "abstention"), say)]
    return join(parts) if any(parts) else None


def _conformal(study: Study, say: Words) -> Markup | None:
    found = mapping(study, "conformal")
    if not found:
        return None
    levels = entries(found, "levels")
    return join(
        [
            element("h3", say("conformal.title")),
            element("p", say("conformal.number" if is_regression(study) else "conformal.said")),
            facts(_promise(found, say)),
            _rows(levels, say),
            _sizes(values(found, "sizes"), say),
            grid([coverage(found, say), _by_class(found, say)]),
        ]
    )


def _promise(found: Mapping[str, Any], say: Words) -> list[tuple[object, object]]:
    """What was promised, on what it rests, and what came of it on the rows held out."""
    method, promised = text(found, "method"), real(found, "coverage")
    observed = figure(found, "observed")
    names = ("n", "n_held_out", "mean_width", "median_width", "size")
    rest = [(say.name("conformal", each), plain(found.get(each), say)) for each in names]
    return [
        (say("conformal.method"), say.name("conformal_method", method) if method else None),
        (say("conformal.coverage"), None if promised is None else percent(promised, 0)),
        (say("conformal.observed"), None if observed is None else _shares(observed, say)),
        *rest,
    ]


def _sizes(shares: list[Any], say: Words) -> Markup | None:
    """How many cases get a set of no class, of one, of two …"""
    known = [(size, real(share)) for size, share in enumerate(shares)]
    rows = [[say("conformal.of", n=size), percent(share)] for size, share in known if share]
    if not rows:
        return None
    head = [say("conformal.size_of"), say("conformal.share")]
    return table(head, rows[:_MOST_ROWS], caption=say("conformal.sizes"))


def _by_class(found: Mapping[str, Any], say: Words) -> Markup | None:
    each = [(name_of(name), figure(share)) for name, share in mapping(found, "by_class").items()]
    rows = [(name, share) for name, share in each if share is not None][:_MOST_ROWS]
    overall = figure(found, "observed")
    if overall is not None and rows:
        rows = [(say("conformal.all"), overall), *rows]
    return forest(
        "coverage-by-class",
        say("plot.coverage_by_class"),
        rows,
        x=say("axis.covered"),
        note=say("note.coverage_by_class"),
        reference=real(found, "coverage"),
    )


def _rows(rows: list[Mapping[str, Any]], say: Words) -> Markup | None:
    """Several promises beside each other: a column for each name."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    keys = [key for key in keys if any(plain(row.get(key), say) for row in rows)]
    if not keys:
        return None
    head = [say.name("conformal_level", key) for key in keys]
    return table(
        head, [[plain(row.get(key), say) or "–" for key in keys] for row in rows[:_MOST_ROWS]]
    )


def _abstention(found: Mapping[str, Any], say: Words) -> Markup | None:
    """How many rows are left to a person, and how right the answers to the others are."""
    if not found:
        return None
    kind, n, left = text(found, "kind"), real(found, "n"), real(found, "n_abstained")
    shown: list[tuple[object, object]] = [
        (say("abstention.kind"), say.name("abstention_kind", kind) if kind else None),
        (say("abstention.width"), _number(real(found, "width")) if kind == "band" else None),
    ]
    if n and left is not None:
        shown.append((say("abstention.left"), say("of", n=count(left), total=count(n))))
    for name in ("answered", "abstained", "all"):
        share = figure(found, "accuracy", name)
        shown.append((say(f"abstention.{name}"), _shares(share, say) if share else None))
    return join(
        [element("h3", say("abstention.title")), element("p", say("abstention.said")), facts(shown)]
    )


def _number(found: float | None) -> str | None:
    return None if found is None else number(found)


def _shares(found: Figure, say: Words) -> str:
    return interval(found) if found.has_interval else percent(found.value)
