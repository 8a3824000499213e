"""Whether it has learned too little or too much, what more rows would bring, and what to try."""

from __future__ import annotations

from pellucid.show.report.figures.curves import learning_curve
from pellucid.show.report.figures.parts import grid
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study
from pellucid.show.report.tables import leftover
from pellucid.show.report.values import at, mapping, text
from pellucid.show.report.words import Words


def learning(study: Study, say: Words) -> Markup | None:
    """The learning curve and the diagnosis in plain words."""
    drawn = grid([learning_curve(at(study, "learning_curve"), say)])
    parts = [
        _diagnosis(study, say),
        drawn,
        _said(text(study, "learning_curve", "text_key"), say),
    ]
    return join(parts) if any(parts) else None


def _diagnosis(study: Study, say: Words) -> Markup | None:
    found = mapping(study, "training", "diagnosis")
    kind = text(found, "kind")
    if kind is None:
        return None
    key = f"diagnosis.{kind}"
    said = say(key) if say.has(key) else say.name("diagnosis", kind)
    advice = f"advice.{kind}"
    return join(
        [
            element("p", element("strong", said)),
            element("p", say(advice)) if say.has(advice) else None,
            leftover(mapping(found, "figures"), "diagnosis_figure", say),
        ]
    )


def _said(key: str | None, say: Words) -> Markup | None:
    found = f"learning.{key}"
    return element("p", say(found)) if key and say.has(found) else None
