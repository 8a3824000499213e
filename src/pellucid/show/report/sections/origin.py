"""Who chose what from which rows, and all that is needed to get the same again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study
from pellucid.show.report.tables import facts, hidden, leftover, moment, name_of, plain, table
from pellucid.show.report.values import at, entries, mapping, named, percent, real, text
from pellucid.show.report.words import Words

_MOST_ROWS = 60


def provenance(study: Study, say: Words) -> Markup | None:
    """A row for each thing that was chosen: from which rows, how many, by whom."""
    found = at(study, "provenance")
    rows = entries(study, "provenance") or _steps(found)
    if not rows:
        told = leftover(mapping(found), "provenance", say)
        return join([element("p", say("provenance.said")), told]) if told else None
    keys = list(dict.fromkeys(key for row in rows for key in row))
    keys = [key for key in keys if any(_cell(row.get(key), key, say) for row in rows)][:6]
    head = [say.name("provenance", key) for key in keys]
    body = [[_cell(row.get(key), key, say) or "–" for key in keys] for row in rows[:_MOST_ROWS]]
    shown = table(head, body, kinds="h" + "w" * (len(keys) - 1))
    return join([element("p", say("provenance.said")), shown])


def origin(study: Study, say: Words) -> Markup | None:
    """When, with what, from which start of the random numbers, on which data."""
    versions = [f"{name_of(k)} {name_of(v)}" for k, v in mapping(study, "versions").items()]
    created = text(study, "created")
    data_hash = text(study, "data", "sha256")
    listed = facts(
        [
            (say("origin.created"), moment(created) if created else None),
            (say("origin.versions"), say.listed(versions[:30]) or None),
            (say("origin.seed"), plain(at(study, "seed"), say)),
            (say("origin.hash"), element("code", data_hash) if data_hash else None),
            (say("origin.study"), plain(at(study, "version"), say)),
        ]
    )
    settings = leftover(mapping(study, "settings"), "setting", say)
    parts = [listed, hidden(say("origin.settings"), settings) if settings else None]
    return join(parts) if any(parts) else None


def _steps(found: object) -> list[Mapping[str, Any]]:
    """A dict of dicts, or a list inside a dict, as rows."""
    return entries(found, "choices") or [
        {"what": name, **each} for name, each in named(mapping(found))
    ]


def _cell(thing: object, key: str, say: Words) -> str | None:
    if isinstance(thing, str) and say.has(f"provenance_{key}.{thing}"):
        return say(f"provenance_{key}.{thing}")
    if key == "share" and (share := real(thing)) is not None:
        return percent(share)
    if isinstance(thing, Mapping) and not {"value", "low"} & set(thing):
        parts = [(say.name("provenance", k), plain(v, say)) for k, v in list(thing.items())[:8]]
        return say.listed([f"{name}: {value}" for name, value in parts if value]) or None
    return plain(thing, say)
