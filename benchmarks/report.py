"""What stands in the terminal: a table a workload, and which goals were reached."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.results import Result, Row
from benchmarks.timer import digits, readable, spread
from benchmarks.workloads import OURS


def text(result: Result) -> str:
    """The table of a workload."""
    work = result.work
    lines = [
        f"{work.title} ({result.date}, {result.rounds} rounds, target {result.target})",
        *_aligned(
            [[*header(result), ""], *([*cells(result, row), row.note] for row in result.measured)]
        ),
        *(f"  {row.label}: not measured, {row.error}" for row in result.rows if row.error),
        *(f"  {row.label}: {disagreement(row)}" for row in result.rows if row.agrees is False),
    ]
    for verdict in result.verdicts():
        word = "reached" if verdict.reached else "NOT REACHED"
        lines.append(f"  goal {verdict.goal}: {verdict.measured}, {word}")
    return "\n".join(lines)


def header(result: Result) -> list[str]:
    """The names of the columns; those of `cells` in the same order."""
    names = ["", f"a {result.work.unit}", "spread", "× ours"]
    if result.work.flops:
        names.append("GFLOP/s")
    if result.work.kind == "process":
        names += ["all cores", "memory"]
    if not _as_processes(result):
        names.append("first")
    return names


def cells(result: Result, row: Row) -> list[str]:
    """A row of the table."""
    middle, low, high = row.spread
    factor = result.ratio(row)
    own = "1" if row.name == OURS else digits(factor) if factor is not None else "–"
    found = [row.label, readable(middle), f"{readable(low)} – {readable(high)}", own]
    rate = result.gflops(row)
    if rate is not None:
        found.append(digits(rate))
    if result.work.kind == "process":
        found += [readable(spread(row.cpu).median), f"{spread(row.memory).median / 1e6:.0f} MB"]
    if not _as_processes(result):
        found.append("–" if row.first is None else readable(row.first))
    return found


def disagreement(row: Row) -> str:
    """How far the numbers of a row are from what they should be."""
    if row.difference is None:
        return "its numbers could not be compared"
    return f"ITS NUMBERS DIFFER by {row.difference:.1e} of their size"


def _as_processes(result: Result) -> bool:
    return result.work.kind in ("process", "import")


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
