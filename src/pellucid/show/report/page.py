"""The report as a page: the sections that the study has, a list of them, nothing from outside."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pellucid.errors import ArgumentError
from pellucid.show.report.markup import Markup, element, join
from pellucid.show.report.sections.certainty import certainty
from pellucid.show.report.sections.checklist import checklist
from pellucid.show.report.sections.columns import columns
from pellucid.show.report.sections.data import data, missing, schema
from pellucid.show.report.sections.decisions import decisions
from pellucid.show.report.sections.evaluation import evaluation
from pellucid.show.report.sections.facts import target
from pellucid.show.report.sections.learning import learning
from pellucid.show.report.sections.limits import limits
from pellucid.show.report.sections.model import model
from pellucid.show.report.sections.origin import origin, provenance
from pellucid.show.report.sections.subgroups import subgroups
from pellucid.show.report.sections.summary import summary
from pellucid.show.report.style import style_sheet
from pellucid.show.report.tables import moment, name_of
from pellucid.show.report.values import text
from pellucid.show.report.words import Words
from pellucid.train.files import replacing

# Nothing is loaded and nothing runs, whatever a table may have smuggled in.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}

Section = Callable[[Mapping[str, Any], Words], Markup | None]
SECTIONS: Mapping[str, Section] = {
    "summary": summary,
    "data": data,
    "missing": missing,
    "schema": schema,
    "model": model,
    "evaluation": evaluation,
    "decisions": decisions,
    "columns": columns,
    "subgroups": subgroups,
    "certainty": certainty,
    "learning": learning,
    "limits": limits,
    "provenance": provenance,
    "origin": origin,
}


def write_report(
    study: Mapping[str, Any],
    path: str | os.PathLike[str],
    *,
    language: Literal["en", "zh"] = "en",
) -> Path:
    """Write the report of a study as one HTML file that needs nothing else; its path.

    `study` is the JSON document stored beside a model. What it lacks is left out of the report, or
    shown as a gap in the checklist. The file has light and dark colours, prints on A4, loads and
    runs nothing. The same study gives the same bytes. An existing file is replaced as a whole.

    Raises `ArgumentError` for a study that is no mapping or a language other than these two, and
    `MissingDependencyError` without matplotlib if there is something to draw.

    >>> study = {"task": {"target": "outcome", "kind": "binary", "classes": ["no", "yes"]}}
    >>> write_report(study, "report.html").read_text("utf-8").startswith("<!doctype html>")
    True
    """
    page = render_report(study, language=language)
    target_path = Path(path)
    with replacing(target_path) as beside:
        beside.write_text(page, "utf-8", newline="\n")
    return target_path


def render_report(study: Mapping[str, Any], *, language: str = "en") -> str:
    """The page that `write_report` writes, as text.

    >>> page = render_report({"task": {"target": "<script>"}}, language="zh")
    >>> "&lt;script&gt;" in page, "<script" in page
    (True, False)
    """
    if not isinstance(study, Mapping):
        raise ArgumentError(
            "write_report.study", expected="the dict of a study", received=type(study).__name__
        )
    say = Words(language)
    found = {name: section(study, say) for name, section in SECTIONS.items()}
    present = {name: each for name, each in found.items() if each}
    present["checklist"] = checklist(study, say, frozenset(present))
    order = [name for name in (*SECTIONS, "checklist") if name in present]
    # The checklist goes after the limits: both are about what the numbers do not say.
    order.sort(key=lambda name: _ORDER.index(name))
    body = [
        element("header", _title(study, say), _contents(order, say)),
        element("main", [_section(name, present[name], say) for name in order]),
        element("footer", element("p", element("strong", say("not_a_device")))),
    ]
    return str(_document(say, _headline(study, say), body))


_ORDER = [*list(SECTIONS)[:12], "checklist", *list(SECTIONS)[12:]]


def _headline(study: Mapping[str, Any], say: Words) -> str:
    name = target(study)
    return say("title", target=name) if name else say("title.plain")


def _title(study: Mapping[str, Any], say: Words) -> Markup:
    created, source = text(study, "created"), text(study, "data", "source")
    parts = [*([name_of(source)] if source else []), *([moment(created)] if created else [])]
    below = element("p", " · ".join(parts), class_="muted") if parts else None
    return join([element("h1", _headline(study, say)), below])


def _contents(order: list[str], say: Words) -> Markup:
    links = [element("li", element("a", say(f"section.{name}"), href=f"#{name}")) for name in order]
    return element("nav", element("ol", links), aria_label=say("contents"))


def _section(name: str, content: Markup, say: Words) -> Markup:
    return element("section", element("h2", say(f"section.{name}")), content, id=name)


def _document(say: Words, title: str, body: list[Markup]) -> Markup:
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Markup(style_sheet())),
    )
    html = element("html", head, element("body", body), lang=_LANGUAGE_TAGS[say.language])
    return Markup(f"<!doctype html>\n{html}\n")
