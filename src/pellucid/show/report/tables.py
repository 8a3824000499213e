"""Tables, lists of facts and tiles: the same look everywhere, and none wider than its page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.show.report.markup import Markup, clean, element
from pellucid.show.report.values import Figure, count, figure, interval, number, real, text
from pellucid.show.report.words import Words

_LONGEST_NAME = 80


def name_of(thing: object) -> str:
    """A column, class or file by its own name, cut if it is very long.

    >>> name_of("age"), len(name_of("x" * 500)), name_of("  ")
    ('age', 80, '␣')
    """
    return clean(thing, _LONGEST_NAME) or "␣"


def moment(written: str) -> str:
    """A point in time to the minute, as a person writes it; any other text as it is.

    >>> moment("2026-11-21T01:40:08+00:00"), moment("yesterday")
    ('2026-11-21 01:40 UTC', 'yesterday')
    """
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?(Z|\+00:00)", written)
    return f"{found[1]} {found[2]} UTC" if found else name_of(written)


def table(
    head: Sequence[object],
    rows: Sequence[Sequence[object]],
    *,
    kinds: str = "",
    caption: str | None = None,
    marked: Sequence[int] = (),
) -> Markup:
    """A table that scrolls by itself where it is too wide.

    `kinds` has a letter for each column: ``h`` the name of the row, ``n`` number, ``w`` words,
    ``s`` what is too short to be broken, any other plain. `marked` are the numbers of the rows
    that stand out.
    """
    kinds = kinds or "h" + "n" * (len(head) - 1)
    top = element("tr", [_cell(each, kind, "col") for each, kind in zip(head, kinds, strict=True)])
    body = [
        element(
            "tr",
            [_cell(each, kind) for each, kind in zip(row, kinds, strict=True)],
            class_="chosen" if place in marked else None,
        )
        for place, row in enumerate(rows)
    ]
    title = element("caption", caption) if caption else None
    inner = element("table", title, element("thead", top), element("tbody", body))
    return scrolling(inner, caption)


def stacked(found: Figure | None, say: Words) -> object:
    """A number with its interval below it, for tables of many columns."""
    if found is None or not found.has_interval:
        return interval(found)
    bounds = say("bounds", low=number(found.low), high=number(found.high))
    return [number(found.value), element("small", bounds)]


def scrolling(inner: Markup, label: str | None = None) -> Markup:
    """A box that can be scrolled sideways, with the keyboard too."""
    return element("div", inner, class_="scroll", tabindex="0", role="region", aria_label=label)


def _cell(content: object, kind: str, scope: str | None = None) -> Markup:
    classes = {"n": "number", "w": "words", "h": "name", "s": "short"}.get(kind)
    if scope:
        return element("th", content, scope=scope, class_=None if kind == "w" else classes)
    if kind == "h":
        return element("th", content, scope="row", class_="name")
    return element("td", content, class_=classes)


def facts(pairs: Sequence[tuple[object, object]]) -> Markup | None:
    """Names and what is known of each; None if nothing is."""
    known = [(name, each) for name, each in pairs if each not in (None, "")]
    if not known:
        return None
    return element("dl", [[element("dt", name), element("dd", each)] for name, each in known])


def leftover(found: Mapping[str, Any], group: str, say: Words, told: Sequence[str] = ()) -> Any:
    """What a part of the study holds of plain numbers and texts, by the names of `group`."""
    pairs = [
        (say.name(group, key), plain(each, say)) for key, each in found.items() if key not in told
    ]
    return facts(pairs)


def plain(thing: object, say: Words) -> str | None:
    """A number, text, figure with interval, or short list of them; None for anything else.

    >>> plain({"value": 0.5, "low": 0.4, "high": 0.6}, Words()), plain([1, 2], Words())
    ('0.500 (0.400 – 0.600)', '1, 2')
    """
    if isinstance(thing, bool):
        return say("yes") if thing else say("no")
    if isinstance(thing, int):
        return str(thing) if abs(thing) < 10_000 else count(real(thing))
    if isinstance(thing, list | tuple):
        parts = [plain(each, say) for each in thing[:12]]
        more = ["…"] if len(thing) > len(parts) else []
        return say.listed([part for part in parts if part] + more) or None
    if text(thing):
        return name_of(thing)
    found = figure(thing)
    return (
        None
        if found is None
        else number(found.value)
        if not found.has_interval
        else interval(found)
    )


def tiles(pairs: Sequence[tuple[str, str, str]]) -> Markup | None:
    """The figures that matter most, large: name, value, and what stands below."""
    if not pairs:
        return None
    each = [
        element("li", element("span", name), element("b", value), element("span", below))
        for name, value, below in pairs
    ]
    return element("ul", each, class_="tiles")


def gap(sentence: str) -> Markup:
    """A sentence that says what is not known."""
    return element("p", sentence, class_="gap")


def hidden(title: str, content: object) -> Markup:
    """What is shown when it is asked for."""
    return element("details", element("summary", title), content)
