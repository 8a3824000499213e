"""What follows from acting at one threshold or another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.show.report.figures.classes import decision_curve
from pellucid.show.report.figures.parts import grid
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study, classes, network
from pellucid.show.report.tables import stacked, table
from pellucid.show.report.values import (
    Figure,
    at,
    entries,
    figure,
    percent,
    real,
    text,
)
from pellucid.show.report.words import Words

_COLUMNS = ("sensitivity", "specificity", "ppv", "npv", "lr_plus", "lr_minus")
_AT_PREVALENCE = ("ppv_at_prevalence", "npv_at_prevalence")


def decisions(study: Study, say: Words) -> Markup | None:
    """The table of thresholds, also for the prevalence where it is to be used, and net benefit."""
    rows = [row for row in entries(network(study), "thresholds") if real(row, "threshold")]
    curve = at(study, "decision_curve")
    curves = grid([decision_curve(curve, say)])
    if not rows and not curves:
        return None
    return join([_thresholds(study, rows, say), curves])


def _thresholds(study: Study, rows: list[Mapping[str, Any]], say: Words) -> Markup | None:
    if not rows:
        return None
    prevalence = real(study, "threshold", "prevalence") or real(study, "settings", "prevalence")
    chosen = real(study, "threshold", "value") or real(network(study), "threshold")
    shown = [each for each in _COLUMNS if any(figure(row, each) for row in rows)]
    extra = _AT_PREVALENCE if prevalence is not None else ()
    # The short names stand in the table; what they mean stands below it.
    head = [say("threshold.column"), *(say(f"short.{each}") for each in (*shown, *extra))]
    body = [
        [
            _named(row, say),
            *(stacked(figure(row, each), say) for each in shown),
            *(stacked(_predictive(row, each, prevalence), say) for each in extra),
        ]
        for row in rows
    ]
    marked = [place for place, row in enumerate(rows) if real(row, "threshold") == chosen]
    labels = classes(study)
    positive = labels[-1] if len(labels) == 2 else say("positive_class")
    said = [say("threshold.said", positive=positive), _choice(study, say)]
    if prevalence is not None:
        said.append(say("threshold.prevalence", share=percent(prevalence)))
    return join(
        [
            element("p", say.told([each for each in said if each])),
            table(head, body, marked=marked),
            element("p", say("threshold.legend"), class_="note"),
        ]
    )


def _choice(study: Study, say: Words) -> str | None:
    """Which rows and which rule set the threshold, as far as that is known."""
    rule = text(study, "threshold", "rule") or text(study, "threshold", "kind")
    if rule in ("given", "default"):
        return say("threshold.given")
    return say("threshold.rule", rule=say.name("rule", rule)) if rule else None


def _named(row: Mapping[str, Any], say: Words) -> str:
    name = text(row, "name")
    value = f"{real(row, 'threshold'):.3g}"
    return f"{value} ({say.name('rule', name)})" if name else value


def _predictive(row: Mapping[str, Any], name: str, prevalence: float | None) -> Figure | None:
    """As it was measured, or by Bayes's rule from sensitivity and specificity."""
    found = figure(row, name)
    sensitivity, specificity = figure(row, "sensitivity"), figure(row, "specificity")
    if found or prevalence is None or sensitivity is None or specificity is None:
        return found
    ill, well = prevalence, 1 - prevalence
    if name.startswith("ppv"):
        right, wrong = sensitivity.value * ill, (1 - specificity.value) * well
    else:
        right, wrong = specificity.value * well, (1 - sensitivity.value) * ill
    return Figure(right / (right + wrong)) if right + wrong > 0 else None
