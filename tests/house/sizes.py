"""Measures files and functions. Run as a program it prints the size report."""

from __future__ import annotations

import ast
import io
import statistics
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.house.tree import PACKAGE, ROOT, files

MOST_LINES_IN_A_FILE = 600
REVIEWED_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 60

_LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT}


class Function(NamedTuple):
    """A function and the lines of its body; its signature and docstring do not count."""

    lines: int
    place: str


class File(NamedTuple):
    """A file of Python: its lines, those that hold code, their tokens, its functions."""

    place: str
    lines: int
    code: int
    tokens: int
    functions: tuple[Function, ...]


def measure(path: Path, root: Path = ROOT) -> File:
    """The sizes of one file."""
    text = path.read_text("utf-8")
    place = path.relative_to(root).as_posix()
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in _LAYOUT and token.string.strip()
    ]
    code = len({token.start[0] for token in tokens})
    functions = tuple(_functions(ast.parse(text), place))
    return File(place, len(text.splitlines()), code, len(tokens), functions)


def _functions(tree: ast.Module, place: str) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node, clean=False) else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            yield Function(lines, f"{place}:{node.lineno} {node.name}")


def report() -> str:
    """Lines a room, the shape of its functions, and the largest of each."""
    measured = [measure(path) for path in files(suffix=".py")]
    groups: dict[str, list[File]] = {}
    for file in measured:
        groups.setdefault(_group(file.place), []).append(file)
    header = ("", "files", "lines", "code", "tokens/line", "functions", "median", "90 %", "longest")
    rows = [header, *(_row(name, members) for name, members in groups.items())]
    table = "\n".join(f"{row[0]:16}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in rows)
    largest = sorted(measured, key=lambda file: -file.lines)[:5]
    longest = sorted((f for file in measured for f in file.functions), reverse=True)[:5]
    return "\n".join(
        [
            table,
            "\nLargest files",
            *(f"{file.lines:6}  {file.place}{_remark(file.lines)}" for file in largest),
            "\nLongest functions (body lines)",
            *(f"{function.lines:6}  {function.place}" for function in longest),
        ]
    )


def _group(place: str) -> str:
    """The room for files of the package, otherwise the folder at the top."""
    inside = (
        Path(place).relative_to(PACKAGE.relative_to(ROOT)) if place.startswith("src/") else None
    )
    parts = (inside or Path(place)).parts
    return parts[0] if len(parts) > 1 else "pellucid" if inside else "(root)"


def _row(name: str, members: list[File]) -> tuple[str, ...]:
    bodies = sorted(function.lines for file in members for function in file.functions) or [0]
    code = sum(file.code for file in members)
    tokens = sum(file.tokens for file in members)
    figures = (
        len(members),
        sum(file.lines for file in members),
        code,
        f"{tokens / max(code, 1):.1f}",
        sum(len(file.functions) for file in members),
        f"{statistics.median(bodies):.0f}",
        bodies[int(0.9 * (len(bodies) - 1))],
        bodies[-1],
    )
    return (name, *(str(figure) for figure in figures))


def _remark(lines: int) -> str:
    return f"  (over {REVIEWED_LINES_IN_A_FILE}: why?)" if lines > REVIEWED_LINES_IN_A_FILE else ""


if __name__ == "__main__":
    print(report())
