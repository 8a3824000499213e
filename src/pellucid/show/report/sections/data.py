"""Where the rows came from, which fell away and why, what is missing, what each column is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.facts import Study
from pellucid.show.report.tables import facts, hidden, leftover, name_of, table
from pellucid.show.report.values import (
    at,
    count,
    entries,
    largest,
    mapping,
    named,
    percent,
    real,
    text,
    values,
)
from pellucid.show.report.words import Words
from pellucid.tabular.reasons import REASONS, Reason

_MOST_ROWS = 40
_MOST_LINES = 20
# What of the way of reading is said elsewhere.
_TOLD = ("source", "n_rows", "n_columns", "refused", "missing")


def data(study: Study, say: Words) -> Markup | None:
    """The flow of rows, and where they were read from."""
    flow = _flow(study, say)
    reading = mapping(study, "data", "reading")
    source = facts(
        [
            (
                say("data.source"),
                name_of(source) if (source := text(study, "data", "source")) else None,
            ),
            (say("data.columns"), _count(study, "data", "n_columns")),
            (say("data.hash"), _code(text(study, "data", "sha256"))),
            (say("data.hash_of"), _hash_of(study, say)),
        ]
    )
    told = leftover(reading, "reading", say, told=_TOLD)
    parts = [
        flow,
        source,
        hidden(say("data.reading"), told) if told else None,
        _refused(study, say),
    ]
    return join(parts) if any(parts) else None


def missing(study: Study, say: Words) -> Markup | None:
    """The columns that lack most, with the marks that stood for nothing."""
    if not isinstance(at(study, "data", "missing"), Mapping):
        return None
    columns = [{"name": name, **each} for name, each in named(mapping(study, "data", "missing"))]
    lacking = [each for each in columns if real(each, "n")]
    total = real(study, "data", "n_columns") or len(columns)
    if not lacking:
        return element("p", say("missing.none"))
    shown, more = largest(lacking, _MOST_ROWS, "n")
    rows = [
        [
            name_of(each["name"]),
            count(real(each, "n")),
            [percent(real(each, "share")), _bar(real(each, "share"))],
            _marks(each, say),
        ]
        for each in shown
    ]
    head = [say("column"), say("missing.n"), say("missing.share"), say("missing.marks")]
    intro = say("missing.said", n=count(len(lacking)), total=count(total))
    return join([element("p", intro), table(head, rows, kinds="hnnw"), _more(more, say)])


def schema(study: Study, say: Words) -> Markup | None:
    """What each column was taken for, why, and by whom: first those that are not plain."""
    columns = entries(study, "schema")
    if not columns:
        return None
    order = sorted(columns, key=lambda each: (not _warnings(each, say), each.get("used") is True))
    rows = [_column(each, say) for each in order]
    head = [say("column"), say("schema.kind"), say("schema.used"), say("schema.why")]
    used = sum(each.get("used") is True for each in columns)
    intro = say("schema.said", n=count(used), total=count(len(columns)))
    parts = [element("p", intro), table(head, rows[:_MOST_ROWS], kinds="hssw")]
    rest = rows[_MOST_ROWS:][: 10 * _MOST_ROWS]
    if rest:
        parts.append(
            hidden(say("schema.rest", n=count(len(rest))), table(head, rest, kinds="hssw"))
        )
    return join([*parts, _more(len(rows) - _MOST_ROWS - len(rest), say)])


def _flow(study: Study, say: Words) -> Markup | None:
    """Read → refused → without target → training and held out, each with its count."""
    n_rows = real(study, "data", "n_rows")
    if n_rows is None:
        return None
    refused = real(study, "data", "refused", "count") or 0.0
    without = real(study, "data", "without_target") or 0.0
    train, test = real(study, "split", "n_train"), real(study, "split", "n_test")
    used = n_rows - without
    parts = [_step(say("flow.lines"), n_rows + refused)] if refused else []
    if refused:
        parts += [_arrow(_aside(say("flow.refused"), refused)), _step(say("flow.read"), n_rows)]
    else:
        parts += [_step(say("flow.read"), n_rows)]
    parts += [_arrow(_aside(say("flow.without"), without)), _step(say("flow.used"), used)]
    other = 0.0 if train is None else used - train - (test or 0.0)
    if other > 0:
        parts += [_arrow(_aside(say("flow.other"), other)), _step(say("flow.kept"), used - other)]
    kind = say.name("split", text(study, "split", "kind") or "holdout")
    ends = [
        _step(say("flow.train"), train, "train") if train is not None else None,
        _step(say("flow.test", kind=kind), test, "test") if test else None,
    ]
    if other < 0:  # rows learned from are measured too, each by a model that had not seen it
        test = None
        ends = [_step(say("flow.crossed"), train, "train")]
    if any(ends):
        fork = element("li", element("i"), class_="arrow fork") if test else _arrow(None)
        parts += [fork, element("li", ends, class_="ends")]
    return element("ol", parts, class_="flow", aria_label=say("flow.title"))


def _step(what: str, n: float | None, kind: str = "") -> Markup:
    inner = [element("b", count(n)), " ", what]
    # Ends stand two in one item of the list; the others are items themselves.
    return element("div" if kind else "li", inner, class_=f"step {kind}".strip())


def _arrow(aside: Markup | None) -> Markup:
    return element("li", aside, class_="arrow")


def _aside(what: str, n: float) -> Markup:
    return element("div", element("b", count(n)), " ", what, class_="aside")


def _refused(study: Study, say: Words) -> Markup | None:
    n = real(study, "data", "refused", "count")
    if not n:
        return None
    file = text(study, "data", "refused", "file")
    lines = [_line(each, say) for each in values(study, "data", "refused", "lines")[:_MOST_LINES]]
    said = say("refused.said", n=count(n))
    where = [say("refused.file", file=name_of(file))] if file else []
    listed = element("ul", [element("li", each) for each in lines if each]) if lines else None
    return join([element("p", say.told([said, *where]), class_="warning"), listed])


def _line(found: object, say: Words) -> str:
    """A refused line: its number alone, or with the reason and the text."""
    if isinstance(found, Mapping):
        number = real(found, "line")
        reason, content = text(found, "reason_key") or text(found, "reason"), text(found, "text")
        parts = [say("refused.line", n=count(number))] if number is not None else []
        parts += [say.name("refused_reason", reason)] if reason else []
        return " – ".join([*parts, *([name_of(content)] if content else [])])
    return say("refused.line", n=count(real(found))) if real(found) is not None else ""


def _column(column: Mapping[str, Any], say: Words) -> list[object]:
    kind = say.name("kind", column.get("kind"))
    used = say("schema.yes") if column.get("used") is True else say("schema.no")
    if column.get("decided_by") == "user":
        used = say("schema.by_user", used=used)
    reasons = [_reason(column.get(key), say) for key in ("why", "role_why")]
    said = [each for each in reasons if each] or [text(column, "reason") or ""]
    shown: list[object] = ["; ".join(said) if say.language == "en" else "；".join(said)]
    for each in _warnings(column, say):
        shown.append(element("div", each, class_="warning"))
    return [name_of(column.get("name")), kind, used, shown]


def _reason(found: object, say: Words) -> str | None:
    key = text(found, "key")
    if key is None or key not in REASONS:
        return text(found, "text")
    try:
        return Reason(key, mapping(found, "values")).text(say.language)
    except (KeyError, ValueError, TypeError, ArithmeticError):
        return text(found, "text")


def _warnings(column: Mapping[str, Any], say: Words) -> list[str]:
    found = [_reason(each, say) for each in entries(column, "warnings")]
    return [each for each in found if each]


def _marks(column: Mapping[str, Any], say: Words) -> str:
    marks = mapping(column, "marks")
    shown = [
        f"{name_of(mark) if str(mark).strip() else say('missing.empty')} × {count(real(n))}"
        for mark, n in list(marks.items())[:8]
    ]
    return say.listed(shown)


def _bar(share: float | None) -> Markup | None:
    if share is None:
        return None
    width = min(max(share, 0.0), 1.0)
    return element("span", element("i", style=f"--share:{width:.4f}"), class_="bar")


def _more(n: int, say: Words) -> Markup | None:
    return element("p", say("and_more", n=count(n)), class_="note") if n > 0 else None


def _count(study: Study, *path: str) -> str | None:
    found = real(study, *path)
    return None if found is None else count(found)


def _hash_of(study: Study, say: Words) -> str | None:
    found = text(study, "data", "sha256_of")
    return say.name("hash_of", found) if found else None


def _code(found: str | None) -> Markup | None:
    return element("code", found) if found else None
