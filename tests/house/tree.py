"""Where things stand in the repository: rooms, modules, files of text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "pellucid"

# From the bottom up: a room imports only itself and what stands before it.
ROOMS = (
    "graph",
    "compiler",
    "nn",
    "train",
    "data",
    "tabular",
    "insight",
    "show",
    "interchange",
    "serve",
    "studio",
    "cluster",
    "cli",
)

_PASSED_OVER = {"build", "dist", "__pycache__"}


def modules(package: Path = PACKAGE) -> dict[str, Path]:
    """Every module of the package by its dotted name; a folder's name means its ``__init__``."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def rooms() -> list[str]:
    """The rooms that exist so far."""
    return [room for room in ROOMS if (PACKAGE / room / "__init__.py").is_file()]


def files(folder: Path = ROOT, suffix: str = "") -> Iterator[Path]:
    """Every file below `folder` that belongs to the project, in a fixed order."""
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") and path.name not in {".ci", ".gitignore"}
        if hidden or path.name in _PASSED_OVER or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from files(path, suffix)
        elif path.name.endswith(suffix):
            yield path
