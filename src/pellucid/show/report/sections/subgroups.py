"""Whether it serves all alike: the main figure in each part of the people, on one axis."""

from __future__ import annotations

import re

from pellucid.show.report.figures.parts import grid
from pellucid.show.report.figures.rows import forest
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study, is_regression, level_name, network
from pellucid.show.report.tables import name_of, stacked, table
from pellucid.show.report.values import count, figure, mapping, named, real
from pellucid.show.report.words import Words

_MOST_COLUMNS = 12
_MOST_LEVELS = 20
_SHOWN = {
    False: ("auc", "log_loss", "sensitivity", "specificity", "accuracy"),
    True: ("rmse", "mae", "r2", "coverage"),
}


def subgroups(study: Study, say: Words) -> Markup | None:
    """For each column asked for: a drawing of the main figure, and a table of several."""
    found = list(named(mapping(study, "subgroups")))
    parts = [_column(study, name, each, say) for name, each in found[:_MOST_COLUMNS]]
    if not any(parts):
        return None
    return join([element("p", say("subgroups.said")), *parts])


def _column(study: Study, column: str, found: object, say: Words) -> Markup | None:
    inner = mapping(found, "levels") or mapping(found)
    levels = [(name, each) for name, each in named(inner) if mapping(each, "figures")]
    shown = levels[:_MOST_LEVELS]
    names = [
        name
        for name in _SHOWN[is_regression(study)]
        if any(figure(each, "figures", name) for _, each in shown)
    ]
    if not names:
        return None
    main = names[0]
    overall = figure(network(study), "figures", main)
    points = [
        (say("subgroups.level", name=level_name(name, say), n=count(real(each, "n"))), point)
        for name, each in shown
        if (point := figure(each, "figures", main)) is not None
    ]
    title = say("subgroups.title", column=name_of(column))
    plot = forest(
        f"by-{re.sub('[^0-9A-Za-z]+', '-', column)[:30]}-{len(column)}",
        title,
        points,
        x=say.name("figure", main),
        note=say("note.subgroups") if overall else "",
        reference=None if overall is None else overall.value,
    )
    rows = [
        [
            level_name(name, say),
            count(real(each, "n")),
            *(stacked(figure(each, "figures", f), say) for f in names),
        ]
        for name, each in shown
    ]
    head = [name_of(column), say("cases"), *(say.name("figure", each) for each in names)]
    more = len(levels) - len(shown)
    rest = element("p", say("and_more", n=count(more)), class_="note") if more > 0 else None
    return join([grid([plot]), table(head, rows), rest])
