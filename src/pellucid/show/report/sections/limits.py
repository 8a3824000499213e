"""What this study cannot tell: what is always true, and what its own numbers show."""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.show.report.markup import Markup, element
from pellucid.show.report.sections.facts import Study, is_regression, level_name, network
from pellucid.show.report.tables import name_of
from pellucid.show.report.values import (
    aligned,
    at,
    count,
    entries,
    figure,
    mapping,
    named,
    percent,
    real,
    text,
)
from pellucid.show.report.words import Words

# Riley et al., Statistics in Medicine 40 (2021), 4230-4251: fewer events than this leave
# calibration uncertain.
_ENOUGH_EVENTS = 100
_FEW_ROWS = 200
_MUCH_MISSING = 0.2
_SMALL_GROUP = 50
_RARE = 0.1


def limits(study: Study, say: Words) -> Markup:
    """A list, what is special to this study first."""
    own = [element("li", each) for each in _of_this(study, say)]
    general = [element("li", say(f"limit.{name}")) for name in ("place", "cause", "time", "human")]
    return element("ul", own, general)


def _of_this(study: Study, say: Words) -> Iterator[str]:
    yield from _rows(study, say)
    yield from _checks(study, say)
    yield from _people(study, say)


def _rows(study: Study, say: Words) -> Iterator[str]:
    n, events = real(network(study), "n"), _events(study)
    if is_regression(study):
        if n is not None and n < _FEW_ROWS:
            yield say("limit.few_rows", n=count(n))
    elif events is not None and events < _ENOUGH_EVENTS:
        yield say("limit.few_events", n=count(events))
    if n and events is not None and events / n < _RARE:
        yield say("limit.rare", share=percent(events / n))
    refused = real(study, "data", "refused", "count")
    if refused:
        yield say("limit.refused", n=count(refused))
    columns = named(mapping(study, "data", "missing"))
    bad = [name for name, each in columns if (real(each, "share") or 0) > _MUCH_MISSING]
    if bad:
        yield say("limit.missing", n=count(len(bad)), columns=_few(bad, say))
    suspects = [name_of(each.get("name")) for each in entries(study, "schema") if _suspect(each)]
    if suspects:
        yield say("limit.suspect", columns=_few(suspects, say))


def _checks(study: Study, say: Words) -> Iterator[str]:
    if not mapping(study, "evaluation", "external"):
        yield say("limit.no_external")
    kind = text(study, "split", "kind")
    if kind in ("holdout", "cv", "group"):
        yield say("limit.random_split")
    slope = figure(network(study), "calibration", "slope")
    if slope is not None and slope.has_interval and not slope.low <= 1 <= slope.high:
        yield say("limit.line" if is_regression(study) else "limit.calibration")
    if text(study, "verdict", "verdict") in ("worse", "within_noise"):
        yield say("limit.no_better")


def _people(study: Study, say: Words) -> Iterator[str]:
    found = mapping(study, "subgroups")
    if not found:
        yield say("limit.no_subgroups")
        return
    small = [
        level_name(level, say)
        for _, levels in named(found)
        for level, each in named(mapping(levels, "levels") or levels)
        if (real(each, "n") or _SMALL_GROUP) < _SMALL_GROUP
    ]
    if small:
        yield say("limit.small_groups", groups=_few(small, say))


def _events(study: Study) -> float | None:
    """The cases of the rarest class among those measured."""
    rows = at(network(study), "confusion")
    table = aligned(*rows) if isinstance(rows, list) and rows else []
    whole = len(table) > 1 and all(len(row) == len(table) for row in table)
    return min(float(row.sum()) for row in table) if whole else None


def _suspect(column: object) -> bool:
    keys = {text(each, "key") for each in entries(column, "warnings")}
    return bool(keys & {"nearly_tells", "gap_nearly_tells"})


def _few(names: list[str], say: Words) -> str:
    return say.listed([*names[:5], *(["…"] if len(names) > 5 else [])])
