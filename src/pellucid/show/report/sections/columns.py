"""Which columns the predictions rest on."""

from __future__ import annotations

from pellucid.show.report.figures.parts import grid
from pellucid.show.report.figures.rows import forest
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study
from pellucid.show.report.tables import hidden, name_of, table
from pellucid.show.report.values import (
    Figure,
    at,
    count,
    entries,
    figure,
    interval,
    largest,
    text,
)
from pellucid.show.report.words import Words

_MOST_DRAWN = 20
_MOST_LISTED = 100


def columns(study: Study, say: Words) -> Markup | None:
    """How much worse the answers become when a column is shuffled, with intervals."""
    rows = entries(study, "importance") or entries(study, "importance", "columns")
    known = [row for row in rows if _value(row) is not None]
    if not known:
        return None
    known, more = largest([{**row, "_": _size(row)} for row in known], _MOST_LISTED, "_")
    pairs = [(name_of(row.get("column") or row.get("name")), _value(row)) for row in known]
    drawn = [(name, found) for name, found in pairs[:_MOST_DRAWN] if found is not None]
    loss = say.name("figure", text(at(study, "importance"), "loss") or _loss(study))
    plot = forest(
        "importance",
        say("plot.importance"),
        drawn,
        x=say("axis.importance", loss=loss),
        note=say("note.importance"),
        reference=0.0,
        bars=True,
    )
    listed = table(
        [say("column"), say("importance.value")],
        [[name, interval(found)] for name, found in pairs],
    )
    return join(
        [
            element("p", say("importance.said", loss=loss)),
            grid([plot]),
            hidden(say("importance.all", n=count(len(pairs))), listed)
            if len(pairs) > _MOST_DRAWN
            else None,
            element("p", say("and_more", n=count(more)), class_="note") if more else None,
            element("p", say("importance.care"), class_="note"),
        ]
    )


def _value(row: object) -> Figure | None:
    """The figure as it stands in the row, or under `value` as a figure of its own."""
    return figure(row) or figure(row, "value") or figure(row, "importance")


def _loss(study: Study) -> str:
    return "mse" if at(study, "task", "kind") == "regression" else "log_loss"


def _size(row: object) -> float:
    found = _value(row)
    return 0.0 if found is None else found.value
