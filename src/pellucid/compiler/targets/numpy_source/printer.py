"""A whole program as the text of a Python module with one function, that needs only NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.compiler.program import PHASES, Program, samples_from
from pellucid.compiler.targets.numpy_source.emitter import (
    Emitter,
    Names,
    Statement,
    array_text,
    statement_lines,
    tuple_text,
)
from pellucid.compiler.targets.numpy_source.helpers import helper_text
from pellucid.graph import Tensor

_WIDTH = 100
_SECTIONS = dict(zip(PHASES, PHASES, strict=True))


@dataclass(frozen=True)
class PrintedProgram:
    """The text, the function's name, and the leaves whose arrays its `variables` argument takes."""

    text: str
    function: str
    variables: tuple[Tensor, ...]


def print_program(program: Program) -> PrintedProgram:
    """The program as NumPy source.

    The function takes `variables` (their arrays, in order) and the inputs; it returns the outputs,
    and the new arrays of the updated variables.
    """
    names = Names()
    function = names.new(program.name)
    emitter = Emitter(program.nodes, program.results, names)
    held: dict[str, Tensor] = {}
    for variable in program.variables:
        held[names.new(str(variable.name))] = variable
        emitter.bind(variable, next(reversed(held)))
    inputs = [names.new(str(tensor.name)) for tensor in program.inputs]
    for tensor, name in zip(program.inputs, inputs, strict=True):
        emitter.bind(tensor, name)
    emitter.run()
    _rename_updates(program, emitter, {t: name for name, t in held.items()})
    held.update(emitter.arrays)
    body = _header(program, list(held), inputs) + _sections(emitter.statements)
    body += _returns(program, emitter)
    signature = ", ".join((["variables"] if held else []) + inputs)
    lines = [
        *_top(emitter),
        f"def {function}({signature}):",
        *(f"    {x}" if x else "" for x in body),
    ]
    return PrintedProgram("\n".join(lines) + "\n", function, tuple(held.values()))


def _top(emitter: Emitter) -> list[str]:
    imports, blocks = helper_text(emitter.helpers)
    lines = [*sorted({"import numpy as np", *imports}), "", ""]
    for block in blocks:
        lines += [*block.split("\n"), "", ""]
    for name, node in emitter.printed.items():
        lines += [f"{name} = {array_text(node.attrs['value'].array)}", ""]
    return [*lines, ""] if emitter.printed else lines


def _header(program: Program, held: Sequence[str], inputs: Sequence[str]) -> list[str]:
    lines = []
    if held:
        lines = _wrap(", ".join(held) + ("," if len(held) == 1 else ""), " = variables")
    if any(_mentions_samples(node) for node in program.nodes):
        number, axis, multiple = next(samples_from(program))
        size = f"{inputs[number]}.shape[{axis}]"
        lines.append(f"N = {size}" + (f" // {multiple}" if multiple != 1 else ""))
    return lines


def _mentions_samples(node: Tensor) -> bool:
    """Whether the text of a node may use N."""
    values: list[Any] = [
        node.attrs.get(key) for key in ("shape", "size", "sizes", "length", "stops")
    ]
    return any(
        not isinstance(dim, int | type(None))
        for value in values
        for dim in (value if isinstance(value, tuple) else (value,))
    )


def _wrap(text: str, end: str, room: int = _WIDTH - 4) -> list[str]:
    """A comma-separated list, on several lines in parentheses where it is longer than `room`."""
    if len(text) + len(end) <= room:
        return [text + end]
    lines, current = ["("], ""
    for item in text.rstrip(",").split(", "):
        if len(current) + len(item) + 6 > _WIDTH - 4:
            lines.append(f"    {current.rstrip()}")
            current = ""
        current += f"{item}, "
    return [*lines, f"    {current.rstrip()}", f"){end}"]


def _rename_updates(program: Program, emitter: Emitter, held: dict[Tensor, str]) -> None:
    """A variable's new value takes the variable's name where the old value is no longer needed."""
    statements = emitter.statements
    position = {statement.node: i for i, statement in enumerate(statements)}
    last_read: dict[Tensor, int] = {}
    for i, statement in enumerate(statements):
        for leaf in statement.reads:
            last_read[leaf] = i
    outputs = set().union(*(emitter.reads(t) for t in program.outputs), set())
    taken: set[Tensor] = set(program.outputs)
    for variable, value in program.updates:
        place = position.get(value)
        kept = variable in outputs or value in taken
        if place is None or kept or last_read.get(variable, -1) > place:
            continue
        taken.add(value)
        _rename(statements, emitter, statements[place], held[variable])


def _rename(
    statements: Sequence[Statement], emitter: Emitter, statement: Statement, name: str
) -> None:
    """Give a statement another name, also where later statements use it."""
    import re

    pattern = re.compile(rf"\b{re.escape(statement.name)}\b")
    for other in statements:
        if statement.node in other.reads:
            other.text = [pattern.sub(name, line) for line in other.text]
    emitter.bind(statement.node, name)
    statement.name = name


def _sections(statements: Sequence[Statement]) -> list[str]:
    """The statements under a heading for each phase (none if there is only one)."""
    lines: list[str] = []
    current = ""
    several = len({statement.node.origin.phase for statement in statements}) > 1
    for statement in statements:
        phase = _SECTIONS.get(statement.node.origin.phase, current or "forward")
        if several and PHASES.index(phase) > (PHASES.index(current) if current else -1):
            lines.append(f"# {phase}")
            current = phase
        lines += statement_lines(statement)
    return lines


def _returns(program: Program, emitter: Emitter) -> list[str]:
    outputs = tuple_text(emitter.text(tensor) for tensor in program.outputs)
    if not program.updates:
        return [f"return {outputs}"]
    new = [emitter.text(value) for _, value in program.updates]
    line = f"return {outputs}, {tuple_text(new)}"
    if len(line) <= _WIDTH - 4:
        return [line]
    head, *rest = _wrap(", ".join(new), "", room=0)
    return [f"return {outputs}, {head}", *rest]
