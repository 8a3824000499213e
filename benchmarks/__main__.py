"""Measures this library beside others, in one run.

    python -m benchmarks [NAME ...] [--rounds K] [--json FILE] [--quick]
    python -m benchmarks --page [--json FILE]
    python -m benchmarks tables [--help]

README.md beside this file says what is measured and how the peers are set up.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import chart, environment, page, report, results, runner
from benchmarks.results import Results
from benchmarks.runner import Plan
from benchmarks.tables import command as tables
from benchmarks.workloads import LIBRARIES, WORKLOADS

LATEST = Path(__file__).with_name("latest.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["tables"]:
        return tables.main(given[1:])
    parser = _parser()
    options = parser.parse_args(given)
    for name in options.names:
        if name not in WORKLOADS:
            parser.error(f"no workload {name!r}; there are {', '.join(WORKLOADS)}")
    for name in options.only:
        if name not in LIBRARIES:
            parser.error(f"no library {name!r}; there are {', '.join(LIBRARIES)}")
    file = options.json or (None if options.quick else LATEST)
    if options.page:
        found = results.read(options.json or LATEST)
        for path in page.write(found, environment.ROOT / "docs"):
            print(path.relative_to(environment.ROOT))
        return 0
    _measure(options.names or list(WORKLOADS), _plan(options), file)
    return 0


def _measure(names: Sequence[str], plan: Plan, file: Path | None) -> None:
    found = Results(environment.machine())
    for name in names:
        found.results[name] = runner.run(WORKLOADS[name], plan, _say)
        print(report.text(found.results[name]), end="\n\n", flush=True)
        if file:
            # After every workload, so that an interrupted run keeps what it has.
            together = results.read(file).merged(found) if file.is_file() else found
            together.write(file)
    if file:
        chart.write(results.read(file), file.with_suffix(".svg"))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _plan(options: argparse.Namespace) -> Plan:
    python = environment.peer_python(options.peer_python)
    rounds = options.rounds or (2 if options.quick else 7)
    seconds = options.seconds or (0.05 if options.quick else 0.5)
    return Plan(rounds, seconds, 120.0 if options.quick else 900.0, python, tuple(options.only))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure this library beside others, in one run."
    )
    add = parser.add_argument
    add("names", nargs="*", metavar="NAME", help=f"workloads (all): {', '.join(WORKLOADS)}")
    add("--rounds", type=_positive, metavar="K", help="how often each library runs (7)")
    add("--seconds", type=float, metavar="S", help="how long it runs each time (0.5)")
    add("--only", type=_list, default=(), metavar="A,B", help="only these libraries")
    add("--json", type=Path, metavar="FILE", help=f"keep the results in FILE ({LATEST.name})")
    add("--quick", action="store_true", help="2 short rounds, kept only where --json says so")
    add("--peer-python", metavar="PATH", help="the peers' interpreter (PELLUCID_PEERS_PYTHON)")
    add("--page", action="store_true", help="measure nothing, write the pages from the results")
    return parser


def _positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more; received {text}")
    return int(text)


def _list(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


if __name__ == "__main__":
    sys.exit(main())
