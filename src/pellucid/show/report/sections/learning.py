"""Whether it has learned too little or too much, what more rows would bring, and what to try."""

from __future__ import annotations

from pellucid.show.report.figures.curves import learning_curve
from pellucid.show.report.figures.parts import grid
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study
from pellucid.show.report.tables import leftover
from pellucid.show.report.values import at, figure, interval, mapping, text, values
from pellucid.show.report.words import Words


def learning(study: Study, say: Words) -> Markup | None:
    """The learning curve and the diagnosis in plain words."""
    drawn = grid([learning_curve(at(study, "learning_curve"), say)])
    parts = [
        _diagnosis(study, say),
        drawn,
        _said(at(study, "learning_curve"), say),
    ]
    return join(parts) if any(parts) else None


def _diagnosis(study: Study, say: Words) -> Markup | None:
    found = mapping(study, "training", "diagnosis")
    kind = text(found, "kind")
    if kind is None:
        return None
    reasons = [say.name("reason", each) for each in values(found, "reasons")]
    advice = [element("li", say.name("try", each)) for each in values(found, "try")]
    return join(
        [
            element("p", element("strong", say.name("diagnosis", kind))),
            [element("p", each) for each in reasons],
            [element("p", say("learning.try")), element("ul", advice)] if advice else None,
            element("p", say(f"advice.{kind}"))
            if not advice and say.has(f"advice.{kind}")
            else None,
            leftover(mapping(found, "figures"), "diagnosis_figure", say),
        ]
    )


def _said(curve: object, say: Words) -> Markup | None:
    """What the end of the curve says, and by how much the last step lowered the loss."""
    key, gain = f"learning.{text(curve, 'text_key')}", figure(curve, "gain")
    if not say.has(key):
        return None
    by = [] if gain is None else [say("learning.gain", gain=interval(gain))]
    return element("p", say.told([say(key), *by]))
