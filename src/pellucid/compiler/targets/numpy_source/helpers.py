"""Functions that a printed program needs beside NumPy, as text.

They are the ops' own NumPy rules, taken with all they use from where they are defined, without
docstrings and annotations; so a printed program and the interpreter cannot drift apart.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from pellucid.graph import special
from pellucid.graph.primitives import contraction, indexing, movement, random


def _scan(
    step: Any,
    *arrays: Any,
    carries: int,
    sequences: int,
    length: int,
    reverse: bool,
    empty: Any = (),
) -> tuple[Any, ...]:
    values, tracks = arrays[:carries], arrays[carries : carries + sequences]
    stacks: list[list[Any]] = []
    for position in reversed(range(length)) if reverse else range(length):
        values, results = step(*values, *[track[position] for track in tracks])
        stacks = stacks or [[] for _ in results]
        for stack, result in zip(stacks, results, strict=True):
            stack.append(result)
    if not length:
        return (*values, *empty)
    return (*values, *[np.stack(stack[::-1] if reverse else stack) for stack in stacks])


HELPERS: dict[str, Callable[..., Any]] = {
    "sigmoid": special.sigmoid,
    "erf": special.erf,
    "pad": movement._pad_numpy,
    "scatter_add": indexing._scatter_numpy,
    "gather_along": indexing._gather_along_numpy,
    "scatter_add_along": indexing._scatter_along_numpy,
    "windows": indexing._windows_numpy,
    "overlap_add": indexing._overlap_numpy,
    "random_uniform": random._uniform_numpy,
    "pure": contraction.pure,
    "contraction": contraction._contraction_numpy,
    "scan": _scan,
}

# Checks whose error type is ours; NumPy's own IndexError stands in for them.
_DROPPED = ("_check_range",)


def helper_text(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Import lines, and definitions in an order in which each stands after what it needs."""
    imports: dict[str, None] = {}
    blocks: dict[str, str] = {}
    for name in names:
        function = HELPERS[name]
        needed_imports, needed_blocks = _collect(function.__module__, function.__name__, name)
        imports.update(dict.fromkeys(needed_imports))
        blocks.update(needed_blocks)
    return list(imports), list(blocks.values())


@cache
def _collect(module: str, name: str, printed: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """All that one helper needs: its definition and, before it, what that refers to."""
    imports: dict[str, None] = {}
    blocks: dict[str, str] = {}

    def visit(module_name: str, symbol: str, printed_as: str) -> None:
        key = f"{module_name}.{symbol}"
        if key in blocks:
            return
        source = sys.modules.get(module_name) or importlib.import_module(module_name)
        found = _definition(source, symbol)
        if isinstance(found, ast.Import | ast.ImportFrom):
            _visit_import(found, symbol)
            return
        cleaned = _clean(found, printed_as)
        for used in _names_used(cleaned):
            if used not in (symbol, "np") and not hasattr(builtins, used):
                visit(module_name, used, used)
        blocks[key] = ast.unparse(cleaned)

    def _visit_import(found: ast.Import | ast.ImportFrom, symbol: str) -> None:
        if isinstance(found, ast.ImportFrom) and str(found.module).startswith("pellucid"):
            visit(str(found.module), symbol, symbol)
        else:
            imports[ast.unparse(found)] = None

    visit(module, name, printed)
    return tuple(imports), blocks


@cache
def _definitions(module: ModuleType) -> dict[str, ast.stmt]:
    """The statement that defines each top-level name of a module."""
    found: dict[str, ast.stmt] = {}
    for statement in ast.parse(inspect.getsource(module)).body:
        for name in _defined(statement):
            found[name] = statement
    return found


def _defined(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        yield statement.target.id
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            yield alias.asname or alias.name


def _definition(module: ModuleType, symbol: str) -> ast.stmt:
    found = _definitions(module)[symbol]
    if isinstance(found, ast.ImportFrom):
        names = [alias for alias in found.names if (alias.asname or alias.name) == symbol]
        return ast.ImportFrom(found.module, names, found.level)
    return found


class _Cleaner(ast.NodeTransformer):
    """Removes docstrings, annotations of functions and variables, and dropped checks."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        arguments = node.args
        for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
            argument.annotation = None
        for variadic in (arguments.vararg, arguments.kwarg):
            if variadic is not None:
                variadic.annotation = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.body = [
            item if isinstance(item, ast.AnnAssign) else self.visit(item)
            for item in (node.body[1:] if ast.get_docstring(node) is not None else node.body)
        ]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.Assign([node.target], node.value, lineno=node.lineno)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        value = node.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            return None if value.func.id in _DROPPED else node
        return node


def _clean(statement: ast.stmt, printed_as: str) -> ast.stmt:
    copy: ast.stmt = ast.parse(ast.unparse(statement)).body[0]
    if isinstance(copy, ast.FunctionDef):
        copy.name = printed_as
    cleaned = _Cleaner().visit(copy)
    return ast.fix_missing_locations(cleaned)  # type: ignore[no-any-return]


def _names_used(statement: ast.stmt) -> list[str]:
    """Names that a definition reads and does not bind itself."""
    nodes = list(ast.walk(statement))
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    bound |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    annotations = {
        id(child) for n in nodes if isinstance(n, ast.AnnAssign) for child in ast.walk(n.annotation)
    }
    read = [n.id for n in nodes if isinstance(n, ast.Name) and id(n) not in annotations]
    return [name for name in dict.fromkeys(read) if name not in bound]
