"""From a graph to something that runs: programs, passes, targets."""

from pellucid.compiler.compiled import CompiledProgram, compile
from pellucid.compiler.passes import PIPELINE, run_passes, stages
from pellucid.compiler.program import Program, check, format_program, make_program

__all__ = [
    "PIPELINE",
    "CompiledProgram",
    "Program",
    "check",
    "compile",
    "format_program",
    "make_program",
    "run_passes",
    "stages",
]
