"""How good it is on rows that had no part in it: figures with intervals, and drawings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.show.report.figures import classes as drawn
from pellucid.show.report.figures import numbers
from pellucid.show.report.figures.parts import grid
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import (
    Study,
    classes,
    is_crossed,
    is_regression,
    kind,
    model_name,
    models,
    network,
    target,
)
from pellucid.show.report.tables import hidden, name_of, scrolling, stacked, table
from pellucid.show.report.values import (
    Figure,
    aligned,
    count,
    figure,
    largest,
    mapping,
    named,
    percent,
    real,
)
from pellucid.show.report.words import Words

_MOST_CELLS = 10
_MOST_CLASSES = 40
_MOST_LABELS = 5
_PER_CLASS = ("sensitivity", "specificity", "ppv", "auc", "auprc")
_PER_LABEL = ("auc", "auprc", "sensitivity", "specificity", "log_loss")


def evaluation(study: Study, say: Words) -> Markup | None:
    """Everything measured on the rows held out, then on other centres' rows."""
    compared = models(study)
    external = dict(named(mapping(study, "evaluation", "external")))
    if not compared and not external:
        return None
    parts = [
        element("p", _where(study, say)),
        _figures(study, compared, say),
        grid(_drawings(study, compared, say)),
        _confusion(study, say),
        _per_class(study, say),
        *[_external(study, name, each, say) for name, each in external.items()],
    ]
    return join(parts)


def _where(study: Study, say: Words) -> str:
    n, groups = real(network(study), "n"), real(network(study), "n_groups")
    key = "evaluation.crossed" if is_crossed(study) else "evaluation.where"
    said = say(key, n=count(n)) if n is not None else say("evaluation.where_unknown")
    return say.told([said, say("evaluation.groups", n=count(groups))]) if groups else said


def _figures(study: Study, compared: Mapping[str, Mapping[str, Any]], say: Words) -> Markup | None:
    """A row for each figure, a column for each model."""
    names = list(dict.fromkeys(name for each in compared.values() for name in _names(each)))
    if not names:
        return None
    head = [say("figure"), *(model_name(study, model, say) for model in compared)]
    rows = [
        [
            say.name("figure", name),
            *(_told(model, figure(each, "figures", name), say) for model, each in compared.items()),
        ]
        for name in names
    ]
    return join([table(head, rows), element("p", say("evaluation.intervals"), class_="note")])


def _names(found: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in mapping(found, "figures")]


def _told(model: str, found: Figure | None, say: Words) -> object:
    # The same answer for all has no luck to have: its interval would be noise.
    return stacked(found._replace(low=math.nan) if found and model == "constant" else found, say)


def _drawings(
    study: Study, compared: Mapping[str, Mapping[str, Any]], say: Words
) -> list[Markup | None]:
    own = network(study)
    if is_regression(study):
        name = target(study) or say("the_target")
        return [
            numbers.predicted_observed(own, name, say),
            numbers.residuals(own, name, say),
        ]
    if kind(study) == "multilabel":
        return _labels_drawn(own, say)
    return [
        drawn.roc(compared, say),
        drawn.precision_recall(compared, say),
        drawn.calibration(own, say, top=kind(study) == "multiclass"),
        drawn.distribution(own, say, top=kind(study) == "multiclass"),
    ]


def _labels_drawn(own: Mapping[str, Any], say: Words) -> list[Markup | None]:
    """One ROC curve and one calibration for each of the first labels."""
    labels = list(named(mapping(own, "parts")))[:_MOST_LABELS]
    calibrations = [
        drawn.calibration(part, say, key=f"calibration {place}", label=name_of(name))
        for place, (name, part) in enumerate(labels)
    ]
    return [drawn.roc(dict(labels), say), *calibrations]


def _confusion(study: Study, say: Words) -> Markup | None:
    rows = mapping(network(study)).get("confusion")
    counts = np.array(aligned(*rows)) if isinstance(rows, list) and rows else np.empty((0, 0))
    n = len(counts)
    if n < 2 or counts.shape != (n, n) or counts.sum() <= 0:
        return None
    labels = classes(study)
    labels = labels if len(labels) == n else [str(k) for k in range(n)]
    if n > _MOST_CELLS:
        drawing = grid([drawn.confusion_map(counts, labels, say)])
        return join([drawing, _mistakes(counts, labels, say)])
    threshold = real(network(study), "threshold")
    key = "confusion.said" if threshold is None else "confusion.at"
    said = say(key, threshold=f"{threshold or 0:g}")
    return join(
        [
            element("h3", say("plot.confusion")),
            element("p", said),
            scrolling(_cells(counts, labels, say), say("plot.confusion")),
        ]
    )


def _cells(counts: np.ndarray, labels: list[str], say: Words) -> Markup:
    """The table of cases, each cell as dark as its share of the row."""
    head = [element("th", say("confusion.true"), scope="col")]
    head += [element("th", say("confusion.called", label=each), scope="col") for each in labels]
    body = []
    for place, (label, row) in enumerate(zip(labels, counts, strict=True)):
        cells = [
            element(
                "td",
                count(cell),
                class_="cell right" if k == place else "cell",
                style=f"--share:{cell / max(row.sum(), 1):.3f}",
            )
            for k, cell in enumerate(row.tolist())
        ]
        body.append(element("tr", element("th", label, scope="row", class_="name"), cells))
    return element("table", element("thead", element("tr", head)), element("tbody", body))


def _mistakes(counts: np.ndarray, labels: list[str], say: Words) -> Markup | None:
    """Which classes are most often taken for which."""
    wrong = counts * (1 - np.eye(len(counts)))
    order = np.argsort(-wrong, axis=None, kind="stable")[:_MOST_CELLS]
    pairs = [divmod(int(place), len(counts)) for place in order if wrong.flat[place] > 0]
    rows = [
        [
            labels[true],
            labels[called],
            count(wrong[true, called]),
            percent(_of(counts, true, called)),
        ]
        for true, called in pairs
    ]
    head = [say("confusion.true"), say("confusion.taken"), say("cases"), say("confusion.share")]
    return table(head, rows, kinds="h nn", caption=say("confusion.mistakes")) if rows else None


def _of(counts: np.ndarray, true: int, called: int) -> float:
    return float(counts[true, called] / max(counts[true].sum(), 1))


def _per_class(study: Study, say: Words) -> Markup | None:
    """A row for each class or label."""
    parts: list[Mapping[str, Any]] = [
        {"name": name, **each} for name, each in named(mapping(network(study), "parts"))
    ]
    if not parts:
        return None
    labels = kind(study) == "multilabel"
    shown, more = parts, 0
    if len(parts) > _MOST_CLASSES:
        shown, more = largest(parts, _MOST_CLASSES, "n")
    wanted = _PER_LABEL if labels else _PER_CLASS
    names = [name for name in wanted if any(figure(each, "figures", name) for each in shown)]
    rows = [
        [
            name_of(each["name"]),
            count(real(each, "n")),
            *(stacked(figure(each, "figures", name), say) for name in names),
        ]
        for each in shown
    ]
    head = [
        say("label" if labels else "class"),
        say("cases"),
        *(say.name("figure", n) for n in names),
    ]
    rest = element("p", say("and_more", n=count(more)), class_="note") if more else None
    title = say("evaluation.per_label" if labels else "evaluation.per_class")
    return join([element("h3", title), table(head, rows), rest])


def _external(study: Study, name: str, found: Mapping[str, Any], say: Words) -> Markup:
    """The same figures in a table from elsewhere, beside those of the rows held out."""
    inner: dict[str, Mapping[str, Any]] = dict(named(found))
    if "network" not in inner:
        inner = {"network": found}
    measured = {key: inner[key] for key in ("network", "linear") if key in inner}
    own = network(study)
    rows = [
        [
            say.name("figure", each),
            stacked(figure(own, "figures", each), say),
            *(stacked(figure(other, "figures", each), say) for other in measured.values()),
        ]
        for each in _names(measured["network"])
    ]
    models_there = [say("external.model", name=model_name(study, key, say)) for key in measured]
    head = [say("figure"), say("external.held_out"), *models_there]
    plots = [drawn.calibration(measured["network"], say, key=f"calibration {name}")]
    n = real(measured["network"], "n")
    return join(
        [
            element("h3", say("external.title", name=name_of(name))),
            element("p", say("external.said", n=count(n))),
            table(head, rows) if rows else None,
            hidden(say("external.calibration"), grid(plots)) if any(plots) else None,
        ]
    )
