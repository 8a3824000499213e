"""First of all: what this predicts, whether it is any better than the simple model, how good."""

from __future__ import annotations

from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import (
    Study,
    classes,
    is_crossed,
    is_regression,
    linear_name,
    network,
    target,
    used_columns,
)
from pellucid.show.report.tables import gap, name_of, tiles
from pellucid.show.report.values import (
    Figure,
    count,
    figure,
    interval,
    mapping,
    number,
    percent,
    real,
    text,
)
from pellucid.show.report.words import Words

_HEADLINE = {
    "binary": ("auc", "log_loss", "sensitivity", "specificity"),
    "multiclass": ("auc", "log_loss", "accuracy", "balanced_accuracy"),
    "multilabel": ("auc", "log_loss", "f1", "subset_accuracy"),
    "regression": ("rmse", "mae", "r2", "coverage"),
}


def summary(study: Study, say: Words) -> Markup:
    """The verdict, the story in one paragraph, and the figures that matter most."""
    purpose = text(study, "settings", "purpose")
    return join(
        [
            _verdict(study, say),
            element("p", say("summary.interrupted"), class_="warning")
            if study.get("interrupted") is True
            else None,
            element("p", say.told(_story(study, say))),
            tiles(_tiles(study, say)),
            element("p", say("summary.purpose", purpose=purpose))
            if purpose
            else gap(say("summary.no_purpose")),
        ]
    )


def verdict_sentence(study: Study, say: Words) -> str | None:
    """Whether the network beats the linear model, by how much, and whether that may be chance."""
    found = mapping(study, "verdict")
    key, difference = text(found, "verdict"), figure(found, "difference")
    if key not in ("better", "worse", "within_noise"):
        return None
    if key == "worse" and difference is not None:
        difference = Figure(-difference.value, -difference.high, -difference.low)
    loss = say.name("figure", text(found, "loss") or "log_loss")
    said = say(f"verdict.{key}", linear=linear_name(study, say), loss=loss)
    own, other = figure(found, "network"), figure(found, "other")
    if difference is None or own is None or other is None:
        return said
    values = {"own": number(own.value), "other": number(other.value)}
    by = say("verdict.by", loss=loss, difference=_signed(difference), **values)
    return say.told([said, by])


def _verdict(study: Study, say: Words) -> Markup:
    said = verdict_sentence(study, say)
    if said is None:
        return element("div", gap(say("verdict.unknown")), class_="verdict")
    parts = [element("p", element("strong", said))]
    share = real(study, "verdict", "share_better")
    if share is not None:
        parts.append(element("p", say("verdict.share", share=percent(share, 0)), class_="note"))
    return element("div", parts, class_=f"verdict {text(study, 'verdict', 'verdict')}")


def _signed(found: Figure) -> str:
    if not found.has_interval:
        return number(found.value)
    return f"{number(found.value)} ({number(found.low)} … {number(found.high)})"


def _story(study: Study, say: Words) -> list[str]:
    """One paragraph in plain words, of what is known."""
    parts = []
    name, columns = target(study), used_columns(study)
    if name:
        labels = classes(study)
        what = "summary.number" if is_regression(study) else "summary.classes"
        shown = say.listed([*labels[:6], *(["…"] if len(labels) > 6 else [])])
        parts.append(say(what, target=name, classes=shown))
    if columns is not None:
        source = text(study, "data", "source")
        key = "summary.columns" if source else "summary.columns_only"
        parts.append(say(key, n=count(len(columns)), source=name_of(source)))
    n_train, n_test = real(study, "split", "n_train"), real(study, "split", "n_test")
    if n_train and n_test:
        key = "summary.crossed" if is_crossed(study) else "summary.rows"
        parts.append(say(key, train=count(n_train), test=count(n_test)))
    return [*parts, *_how_good(study, say)]


def _how_good(study: Study, say: Words) -> list[str]:
    found = network(study)
    parts = []
    if is_regression(study):
        error = figure(found, "figures", "mae")
        if error is not None:
            parts.append(say("summary.error", error=interval(error)))
        return parts
    area, slope = figure(found, "figures", "auc"), figure(found, "calibration", "slope")
    if area is not None:
        parts.append(say("summary.area", area=interval(area)))
    if slope is not None:
        parts.append(say(f"summary.slope.{_calibrated(slope)}", slope=interval(slope)))
    return parts


def _calibrated(slope: Figure) -> str:
    """What the slope says, where its interval is wide enough to hold 1 nothing is proved."""
    if slope.has_interval and slope.low <= 1 <= slope.high:
        return "fair"
    return "extreme" if slope.value < 1 else "timid"


def _tiles(study: Study, say: Words) -> list[tuple[str, str, str]]:
    names = _HEADLINE.get(text(study, "task", "kind") or "", ())
    found = []
    for name in names:
        estimate = figure(network(study), "figures", name)
        if estimate is not None:
            bounds = say("between", low=number(estimate.low), high=number(estimate.high))
            below = bounds if estimate.has_interval else ""
            found.append((say.name("figure", name), number(estimate.value), below))
    return found
