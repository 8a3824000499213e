"""The command `python -m benchmarks tables`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import environment
from benchmarks.tables import catalogue, page, running, store
from benchmarks.tables.learners import LEARNERS, OURS, USUAL
from benchmarks.tables.running import Plan

LATEST = Path(__file__).with_name("latest.json")


def main(arguments: Sequence[str]) -> int:
    """Run the command; its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    folder = _folder(options.data)
    if options.page:
        for path in page.write(store.read(options.json), folder, environment.ROOT / "docs"):
            print(path.relative_to(environment.ROOT))
        return 0
    sources = catalogue.sources(folder)
    for name in options.tables:
        if name not in sources:
            parser.error(f"no table {name!r} in {folder}; there are {', '.join(sources) or 'none'}")
    for name in options.learners:
        if name not in LEARNERS:
            parser.error(f"no learner {name!r}; there are {', '.join(LEARNERS)}")
    found = _opened(options, parser)
    chosen = [sources[name] for name in options.tables or sources]
    try:
        whole = running.run(found, _plan(options, folder), chosen, _say)
    except KeyboardInterrupt:
        whole = False
    if found.runs:
        print(page.summary_text(found))
    _say("all done" if whole else "cut; the same command goes on where this one ended")
    return 0


def _opened(options: argparse.Namespace, parser: argparse.ArgumentParser) -> store.Store:
    file, machine = options.json, {**environment.machine(), "threads": _threads(options)}
    if not file.is_file():
        return store.Store(machine)
    found = store.read(file)
    if found.machine != machine:
        parser.error(
            f"{file} was measured on another machine or with other threads: name another --json"
        )
    return found


def _plan(options: argparse.Namespace, folder: Path) -> Plan:
    recipes = [OURS if name in ("auto", "realmlp") else f"{OURS}-{name}" for name in options.recipe]
    learners = list(dict.fromkeys([*recipes, *(options.learners or ([] if recipes else USUAL))]))
    return Plan(
        learners,
        folder,
        options.json,
        environment.peer_python(options.peer_python),
        _threads(options),
        rows=options.rows_at_most,
        minutes=options.minutes,
        patience=options.patience,
    )


def _threads(options: argparse.Namespace) -> int:
    return options.threads or environment.cores()


def _folder(given: Path | None) -> Path:
    named = os.environ.get("PELLUCID_DATA")
    return given or (Path(named) if named else environment.ROOT.parent / "shared" / "data")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks tables",
        description="Our recipes beside other learners, outer 5-fold cross-validation.",
    )
    add = parser.add_argument
    add("--tables", type=_list, default=[], metavar="A,B", help="only these tables (all)")
    add("--learners", type=_list, default=[], metavar="A,B", help=f"of {', '.join(LEARNERS)}")
    add(
        "--recipe",
        action="append",
        default=[],
        choices=("auto", "realmlp", "plain", "tabm"),
        help="one of our recipes, beside --learners or alone",
    )
    add("--rows-at-most", type=int, metavar="N", help="leave out larger tables")
    add("--minutes", type=float, metavar="M", help="begin no fold after so long")
    add("--patience", type=float, default=900.0, metavar="S", help="seconds that a fold may take")
    add("--threads", type=int, metavar="N", help="of every learner (as many as cores)")
    add("--data", type=Path, metavar="FOLDER", help="the tables (PELLUCID_DATA, ../shared/data)")
    add("--json", type=Path, default=LATEST, metavar="FILE", help="results, old ones kept")
    add("--peer-python", metavar="PATH", help="the peers' interpreter (PELLUCID_PEERS_PYTHON)")
    add(
        "--page",
        action="store_true",
        help="measure nothing, write docs/tables.md, both languages",
    )
    return parser


def _list(text: str) -> list[str]:
    return [name for name in text.split(",") if name]
