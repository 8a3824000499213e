"""Writes the pages of the results, English and Chinese, and the summary in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.tables import catalogue, summary
from benchmarks.tables.learners import LEARNERS, OURS, USUAL
from benchmarks.tables.store import Store
from benchmarks.tables.words import CHINESE, ENGLISH, Language

_BUSY = 1.0  # processes a core in the minute before that wanted it, our own among them


def write(store: Store, folder: Path, docs: Path) -> list[Path]:
    """Write the pages below `docs`; their paths. `folder` holds the tables there could be."""
    written = []
    for language in (ENGLISH, CHINESE):
        place = docs / language.folder / "tables.md"
        place.write_text(text(store, language, catalogue.sources(folder)), "utf-8")
        written.append(place)
    return written


def text(store: Store, language: Language, known: Iterable[str]) -> str:
    """A page in Markdown; `known` names all tables there are, measured or not."""
    learners = summary.ranked(store)
    parts = [
        f"# {language.title}\n",
        language.opening,
        _conditions(store, language),
        *_summary(store, language, learners),
        *_tables(store, language, learners),
        *_not_run(store, language, learners, known),
        *_versions(store, language),
    ]
    return "\n".join(parts)


def summary_text(store: Store) -> str:
    """What stands in the terminal: ranks, the distance from the best, duels."""
    return "\n".join(_summary(store, ENGLISH, summary.ranked(store)))


def _summary(store: Store, language: Language, learners: Sequence[str]) -> list[str]:
    """Ranks and calibration among all learners, and among those that lack no table of ours."""
    groups = [list(learners)]
    whole = summary.whole(store, learners)
    if 1 < len(whole) < len(learners):
        groups.append(whole)
    shared = [summary.common(store, group) for group in groups]
    parts = [f"## {language.ranks}\n"]
    for group, tables in zip(groups, shared, strict=True):
        parts += _ranks(store, language, group, tables)
        parts += _distance(store, language, group, tables)
    parts += _duels(store, language)
    calibration = [
        line
        for group, tables in zip(groups, shared, strict=True)
        for line in _calibration(store, language, group, tables)
    ]
    if calibration:
        parts += [f"## {language.calibration}\n", language.calibration_about, *calibration]
    return parts


def _conditions(store: Store, language: Language) -> str:
    runs = store.runs.values()
    dates = sorted(run.date for run in runs)
    loads = [run.load for run in runs if run.load == run.load]
    lines = [language.machine.format(**store.machine)]
    lines.append(language.measured.format(first=dates[0], last=dates[-1], n=len(dates)))
    busy = float(np.median(loads)) if loads else 0.0
    if busy > _BUSY * int(store.machine["cores"]):
        lines.append(language.busy.format(load=busy))
    return "\n".join([*lines, ""])


def _ranks(
    store: Store, language: Language, learners: Sequence[str], shared: Sequence[str]
) -> list[str]:
    parts = [language.ranks_about.format(n=len(shared), learners=len(learners))]
    groups = {
        True: [t for t in shared if summary.is_classes(store, t)],
        False: [t for t in shared if not summary.is_classes(store, t)],
    }
    columns = [
        (summary.mean_ranks(store, learners, tables, loss=loss), len(tables))
        for loss in (True, False)
        for tables in (shared, groups[True], groups[False])
    ]
    kept = [k for k, (_, n) in enumerate(columns) if n]
    names = [f"{language.rank_columns[k]} ({columns[k][1]})" for k in kept]
    order = sorted(learners, key=lambda name: columns[0][0].get(name, 0.0))
    rows = [
        [_label(name, language), *(f"{columns[k][0][name]:.2f}" for k in kept)] for name in order
    ]
    return [*parts, *_grid([language.learner, *names], rows), ""] if kept else [*parts, ""]


def _distance(
    store: Store, language: Language, learners: Sequence[str], shared: Sequence[str]
) -> list[str]:
    found = summary.behind(store, learners, shared) if OURS in learners else {}
    if not found:
        return []
    far = {table: by for table, by in found.items() if by > summary.BEHIND}
    listed = language.comma.join(f"{table} {by:+.0%}" for table, by in far.items())
    line = language.behind.format(far=len(far), n=len(found), share=len(far) / len(found))
    return [line + (f"{language.colon}{listed}" if listed else "") + language.stop, ""]


def _duels(store: Store, language: Language) -> list[str]:
    rows = [
        [
            _label(duel.other, language),
            str(duel.n),
            f"{duel.better} – {duel.equal} – {duel.n - duel.better - duel.equal}",
            f"{duel.ratio:.3f}",
            f"{duel.times:.2f}",
        ]
        for duel in summary.duels(store)
    ]
    if not rows:
        return []
    return [
        f"## {language.duels}\n",
        language.duels_about,
        *_grid(language.duel_columns, rows),
        "",
    ]


def _calibration(
    store: Store, language: Language, learners: Sequence[str], shared: Sequence[str]
) -> list[str]:
    found = summary.mean_calibration(store, learners, shared)
    n_tables = sum(summary.is_classes(store, table) for table in shared)
    rows = [
        [_label(name, language), f"{raw:.4f}", f"{after:.4f}"]
        for name, (raw, after) in sorted(found.items(), key=lambda item: item[1][0])
    ]
    if not rows:
        return []
    first, *others = language.calibration_columns
    return [*_grid([f"{first} ({n_tables})", *others], rows), ""]


def _tables(store: Store, language: Language, learners: Sequence[str]) -> list[str]:
    parts = [f"## {language.each}\n", language.each_about]
    for classes in (True, False):
        figure = summary.LOSS[classes]
        rows = []
        by_size = sorted(store.tables, key=lambda table: store.tables[table]["rows"])
        for table in by_size:
            if summary.is_classes(store, table) == classes:
                rows.append(_row(store, table, learners, figure))
        rows = [row for row in rows if any(cell != "–" for cell in row[2:])]
        if rows:
            names = [_label(name, language) for name in learners]
            title = language.losses[not classes]
            parts += [f"### {title}\n", *_grid([language.table, language.rows, *names], rows), ""]
    return parts


def _row(store: Store, table: str, learners: Sequence[str], figure: str) -> list[str]:
    values = [store.mean(table, name, figure) for name in learners]
    known = [value for value in values if value == value]
    cells = ["–" if v != v else f"**{v:.4g}**" if v == min(known) else f"{v:.4g}" for v in values]
    return [table, f"{store.tables[table]['rows']:,}", *cells]


def _not_run(
    store: Store, language: Language, learners: Sequence[str], known: Iterable[str]
) -> list[str]:
    done = {name: summary.finished(store, name) for name in LEARNERS}
    never = [table for table in known if not any(table in tables for tables in done.values())]
    everything = set(store.tables) | set(known)
    lines = [f"## {language.absent}\n"]
    for name in USUAL:
        lines.append(
            f"- {_label(name, language)}{language.colon}"
            + language.finished.format(done=len(done[name]), n=len(everything))
        )
    if never:
        lines += ["", language.never.format(n=len(never)) + language.comma.join(never)]
    failed = [run for _, run in sorted(store.runs.items()) if run.error]
    if failed:
        lines += ["", language.failed, ""]
        lines += [
            f"- {_label(run.learner, language)}, {run.table}, {run.fold + 1}: `{run.error}`"
            for run in failed
        ]
    return [*lines, ""]


def _versions(store: Store, language: Language) -> list[str]:
    found = {
        (LEARNERS[run.learner].package, run.version, run.code)
        for run in store.runs.values()
        if run.version
    }
    listed = [f"- {name} {version} {code}".rstrip() for name, version, code in sorted(found)]
    return [f"## {language.versions}\n", *listed, ""]


def _label(name: str, language: Language) -> str:
    return language.labels.get(name, LEARNERS[name].label)


def _grid(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [names, ["---", *["--:"] * (len(names) - 1)], *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]
