"""Passes: from a program to a simpler one that computes the same."""

from __future__ import annotations

from collections.abc import Callable

from pellucid import settings
from pellucid.compiler.passes.algebra import algebra
from pellucid.compiler.passes.fold import fold
from pellucid.compiler.passes.loops import join_scans, simplify_bodies, trim_scans
from pellucid.compiler.passes.merge import merge
from pellucid.compiler.passes.rewriting import own_nodes
from pellucid.compiler.passes.strip import strip
from pellucid.compiler.program import Program, check


# The second round finds what the first one uncovered; a third finds nothing (tests/compiler).
def bodies(program: Program) -> Program:
    """Simplify the step of every scan by the same passes."""
    return simplify_bodies(program, run_passes)


PIPELINE: tuple[Callable[[Program], Program], ...] = (
    join_scans,
    trim_scans,
    bodies,
    strip,
    merge,
    fold,
    algebra,
    merge,
    fold,
    algebra,
    merge,
)


def run_passes(program: Program) -> Program:
    """The program after all passes; with the setting `checks` on, each result is typed anew."""
    return stages(program)[-1][1]


def stages(program: Program) -> list[tuple[str, Program]]:
    """The program as built and after every pass, each with the name of the pass."""
    verify = settings.get("checks")
    program = own_nodes(program)
    found = [("built", check(program) if verify else program)]
    for run in PIPELINE:
        program = check(run(program)) if verify else run(program)
        found.append((run.__name__, program))
    return found


__all__ = ["PIPELINE", "algebra", "fold", "merge", "run_passes", "stages", "strip"]
