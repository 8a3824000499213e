"""What TRIPOD+AI asks a study of a prediction model to report, and where this report says it.

Source: G. S. Collins et al., "TRIPOD+AI statement: updated guidance for reporting clinical
prediction models that use regression or machine learning methods", BMJ 385 (2024), e078378.
The items are in words of our own; the statement itself is what counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study
from pellucid.show.report.tables import table
from pellucid.show.report.values import at, mapping, text
from pellucid.show.report.words import Words


class Item(NamedTuple):
    """A numbered item: its part of a paper, and what decides how far this report fills it.

    `sections` are where it is said; `known` decides whether it is. An item without sections is
    for the authors alone. `whole` is whether nothing remains for them to add.
    """

    number: str
    part: str
    sections: tuple[str, ...] = ()
    known: Callable[[Study], object] = lambda study: None
    whole: bool = False


def _has(*path: str) -> Callable[[Study], object]:
    return lambda study: at(study, *path)


def _missing(study: Study) -> object:
    # A table without gaps has an empty dict here, which is an answer too.
    return at(study, "data", "missing") is not None


def _purpose(study: Study) -> object:
    return text(study, "settings", "purpose")


def _compared(study: Study) -> object:
    return mapping(study, "evaluation", "external")


ITEMS = (
    Item("1", "title", ("summary",), _has("task", "target")),
    Item("2", "abstract", ("summary",), _has("evaluation", "network")),
    Item("3a", "introduction"),
    Item("3b", "introduction", ("summary",), _purpose),
    Item("3c", "introduction"),
    Item("4", "introduction", ("summary",), _has("task", "target")),
    Item("5a", "methods", ("data",), _has("data", "source")),
    Item("5b", "methods"),
    Item("6a", "methods"),
    Item("6b", "methods"),
    Item("6c", "methods"),
    Item("7", "methods", ("data", "schema"), _has("schema"), True),
    Item("8a", "methods", ("summary",), _has("task", "target")),
    Item("8b", "methods"),
    Item("8c", "methods"),
    Item("9a", "methods", ("schema",), _has("schema")),
    Item("9b", "methods", ("schema",), _has("schema")),
    Item("9c", "methods"),
    Item("10", "methods", ("data", "learning"), _has("data", "n_rows")),
    Item("11", "methods", ("missing",), _missing, True),
    Item("12a", "methods", ("data", "provenance"), _has("split"), True),
    Item("12b", "methods", ("schema", "model"), _has("schema"), True),
    Item("12c", "methods", ("model",), _has("training"), True),
    Item("12d", "methods", ("subgroups",), _has("subgroups")),
    Item("12e", "methods", ("evaluation",), _has("evaluation", "network"), True),
    Item("12f", "methods", ("model",), _has("training", "calibration")),
    Item("12g", "methods", ("origin",), _has("versions"), True),
    Item("13", "methods", ("data", "decisions"), _has("settings", "class_weight")),
    Item("14", "methods", ("subgroups",), _has("subgroups")),
    Item("15", "methods", ("decisions",), _has("threshold")),
    Item("16", "methods", ("evaluation",), _compared),
    Item("17", "methods"),
    Item("18a", "open"),
    Item("18b", "open"),
    Item("18c", "open"),
    Item("18d", "open"),
    Item("18e", "open", ("origin",), _has("data", "sha256")),
    Item("18f", "open", ("origin",), _has("versions")),
    Item("19", "public"),
    Item("20a", "results", ("data",), _has("data", "n_rows"), True),
    Item("20b", "results", ("missing",), _missing),
    Item("20c", "results", ("evaluation",), _compared),
    Item("21", "results", ("data", "evaluation"), _has("split", "n_train")),
    Item("22", "results", ("origin",), _has("training")),
    Item("23a", "results", ("evaluation", "subgroups"), _has("evaluation", "network"), True),
    Item("23b", "results", ("subgroups", "evaluation"), _compared),
    Item("24", "results"),
    Item("25", "discussion", ("summary",), _has("verdict")),
    Item("26", "discussion", ("limits",), _has("evaluation")),
    Item("27a", "discussion", ("missing",), _missing),
    Item("27b", "discussion"),
    Item("27c", "discussion", ("learning",), _has("learning_curve")),
)


def checklist(study: Study, say: Words, present: frozenset[str] = frozenset()) -> Markup:
    """A row for each item: what it asks, and where it is answered or that it is not.

    `present` are the sections that this report has; an item never points to another.
    """
    states = [_state(item, study, present) for item in ITEMS]
    rows = [
        [item.number, _asked(item, say), _answer(item, state, present, say)]
        for item, state in zip(ITEMS, states, strict=True)
    ]
    counted = {state: str(states.count(state)) for state in ("filled", "partly", "open")}
    head = [say("checklist.item"), say("checklist.asks"), say("checklist.answer")]
    return join(
        [
            element("p", say("checklist.said")),
            element("p", say("checklist.count", n=len(ITEMS), **counted)),
            table(head, rows, kinds=" ww"),
            element("p", say("checklist.source"), class_="note"),
        ]
    )


def _state(item: Item, study: Study, present: frozenset[str]) -> str:
    if not item.known(study) or not present.intersection(item.sections):
        return "open"
    return "filled" if item.whole else "partly"


def _asked(item: Item, say: Words) -> list[object]:
    part = element("span", say(f"tripod.part.{item.part}"), class_="muted")
    return [part, element("br"), say(f"tripod.{item.number}")]


def _answer(item: Item, state: str, present: frozenset[str], say: Words) -> list[object]:
    classes = {"filled": "good", "partly": "warning", "open": "gap"}
    mark = element("b", say(f"checklist.{state}"), class_=classes[state])
    if state == "open":
        return [mark]
    links = [
        element("a", say(f"section.{section}"), href=f"#{section}")
        for section in item.sections
        if section in present
    ]
    parts: list[object] = [mark, ": "]
    for place, link in enumerate(links):
        parts += [say("comma") if place else None, link]
    return parts
