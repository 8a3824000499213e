"""Reads who imports whom from the source: at the top, in functions, for type checking only."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

from tests.house.tree import ROOMS

# Below all rooms, each importing only what stands before it.
_FOUNDATION = ("pellucid.errors", "pellucid.settings")


class Import(NamedTuple):
    """One module importing another. `for_types`: under ``if TYPE_CHECKING``, so never run."""

    importer: str
    imported: str
    place: str
    for_types: bool


def read_imports(modules: Mapping[str, Path]) -> list[Import]:
    """Every import of one of `modules` by another."""
    found = []
    for name, path in modules.items():
        tree = ast.parse(path.read_text("utf-8"), str(path))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node, for_types in _statements(tree, for_types=False):
            found += [
                Import(name, imported, f"{path}:{node.lineno}", for_types)
                for imported in _targets(node, package, modules)
            ]
    return found


def _statements(tree: ast.AST, for_types: bool) -> Iterator[tuple[ast.stmt | ast.expr, bool]]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Import | ast.ImportFrom | ast.Call):
            yield child, for_types
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for node in child.body:
                yield from _statements(ast.Module([node], []), for_types=True)
            for node in child.orelse:
                yield from _statements(ast.Module([node], []), for_types)
        else:
            yield from _statements(child, for_types)


def _targets(node: ast.AST, package: str, modules: Mapping[str, Path]) -> Iterator[str]:
    """The modules of ours that one statement imports; in ``from a import b``, b may be a module."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
        names = [f"{base}.{alias.name}" for alias in node.names]
        names = [name if name in modules else base for name in names]
    elif isinstance(node, ast.Call) and _is_import_call(node):
        names = [node.args[0].value]
    else:
        names = []
    yield from (name for name in names if name in modules)


def _is_import_call(node: ast.Call) -> bool:
    called = ast.unparse(node.func).rpartition(".")[2]
    return (
        called in {"import_module", "__import__"}
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
    )


def rank(module: str) -> int:
    """How high a module stands; the package itself, which offers all rooms, stands above them."""
    if module in _FOUNDATION:
        return _FOUNDATION.index(module) - len(_FOUNDATION)
    room = module.partition(".")[2].partition(".")[0]
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)


def upward(imports: Iterable[Import]) -> list[str]:
    """A line for every import of something that stands higher."""
    return [
        f"{edge.place}: {edge.importer} imports {edge.imported}, which stands above it"
        for edge in imports
        if rank(edge.imported) > rank(edge.importer)
    ]


def cycle(imports: Iterable[Import]) -> list[str]:
    """The modules of one import cycle, or nothing if there is none."""
    graph: dict[str, set[str]] = {}
    for edge in imports:
        if not edge.for_types:
            graph.setdefault(edge.importer, set()).add(edge.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
