"""What was trained, how it went, how the parts were weighted and the probabilities corrected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.show.report.figures.curves import training_curves
from pellucid.show.report.figures.parts import grid
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study
from pellucid.show.report.tables import facts, hidden, leftover, name_of, plain, table
from pellucid.show.report.values import (
    aligned,
    at,
    count,
    mapping,
    number,
    percent,
    real,
    text,
    values,
)
from pellucid.show.report.words import Words


def model(study: Study, say: Words) -> Markup | None:
    """The recipe, its members, the curves, the blend, the calibration."""
    training = mapping(study, "training")
    if not training:
        return None
    inner = mapping(training, "settings") or mapping(training, "candidates", "network", "settings")
    settings = leftover(inner, "setting", say)
    parts = [
        facts(_recipe(study, training, say)),
        hidden(say("training.settings"), settings) if settings else None,
        grid([training_curves(training, say)]),
        _blend(training, say),
        _calibration(training, say),
    ]
    return join(parts) if any(parts) else None


def _recipe(study: Study, training: Mapping[str, Any], say: Words) -> list[tuple[object, object]]:
    recipe = at(training, "recipe")
    name = text(recipe, "name") or text(recipe) or text(recipe, "recipe")
    return [
        (say("training.recipe"), say.name("recipe", name) if name else None),
        (say("training.members"), _members(training, say)),
        (say("training.epochs"), _epochs(training, say)),
        (say("training.seconds"), _seconds(real(training, "seconds"), say)),
        (say("training.total"), _seconds(real(study, "seconds"), say)),
        (say("training.interrupted"), say("yes") if study.get("interrupted") is True else None),
    ]


def _seconds(found: float | None, say: Words) -> str | None:
    return None if found is None else say("seconds", n=f"{found:,.1f}")


def _members(training: Mapping[str, Any], say: Words) -> str | None:
    found = at(training, "members")
    if isinstance(found, Mapping):
        return say.listed([f"{name_of(k)}: {plain(v, say)}" for k, v in list(found.items())[:12]])
    return count(len(found)) if isinstance(found, list) else plain(found, say)


def _epochs(training: Mapping[str, Any], say: Words) -> str | None:
    each = aligned(values(training, "epochs"))[0]
    if not len(each):
        return plain(at(training, "epochs"), say)
    shown = {"low": count(each.min()), "high": count(each.max()), "middle": count(np.median(each))}
    return say("training.stopped", **shown)


def _blend(training: Mapping[str, Any], say: Words) -> Markup | None:
    weights = [(name, real(weight)) for name, weight in mapping(training, "blend").items()]
    known = [(name, weight) for name, weight in weights if weight is not None]
    if not known:
        return None
    known.sort(key=lambda each: -each[1])
    losses = {name: real(training, "left_out_loss", name) for name, _ in known}
    head = [say("blend.candidate"), say("blend.weight"), say("blend.loss")]
    rows = [
        [say.name("candidate", name), [percent(weight, 0), _bar(weight)], number(losses[name])]
        for name, weight in known
    ]
    if not any(losses.values()):
        head, rows = head[:2], [row[:2] for row in rows]
    return join(
        [element("h3", say("blend.title")), element("p", say("blend.said")), table(head, rows)]
    )


def _calibration(training: Mapping[str, Any], say: Words) -> Markup | None:
    found = mapping(training, "calibration")
    method = text(found, "method")
    if not found:
        return None
    before, after = real(found, "log_loss_before"), real(found, "log_loss_after")
    shown = [(say("recalibration.method"), say.name("recalibration", method) if method else None)]
    if before is not None and after is not None:
        change = say("recalibration.change", before=number(before), after=number(after))
        shown.append((say("recalibration.loss"), change))
    parameters = leftover(mapping(found, "parameters"), "recalibration", say)
    tried = mapping(found, "tried")
    rows = [[say.name("recalibration", name), number(real(each))] for name, each in tried.items()]
    head = [say("recalibration.method"), say("recalibration.loss")]
    return join(
        [
            element("h3", say("recalibration.title")),
            facts(shown),
            parameters,
            table(head, rows, caption=say("recalibration.tried")) if len(rows) > 1 else None,
        ]
    )


def _bar(share: float) -> Markup:
    width = min(max(share, 0.0), 1.0)
    return element("span", element("i", style=f"--share:{width:.4f}"), class_="bar")
