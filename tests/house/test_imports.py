"""Imports point one way, down the rooms, and never in a circle."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.imports import cycle, read_imports, upward
from tests.house.tree import ROOMS, modules, rooms

_LOOSE = {"pellucid", "pellucid.__main__", "pellucid.errors", "pellucid.settings"}

# Slow to load, or optional: imported by the function that needs them, when it is called.
_HEAVY = {
    "duckdb",
    "jax",
    "keras",
    "llvmlite",
    "matplotlib",
    "pandas",
    "rich",
    "safetensors",
    "scipy",
    "sklearn",
    "torch",
}


def test_every_import_points_down() -> None:
    assert upward(read_imports(modules())) == []


def test_no_modules_import_each_other() -> None:
    assert cycle(read_imports(modules())) == []


def test_every_module_stands_in_a_room() -> None:
    homeless = {
        name for name in modules() if name not in _LOOSE and name.split(".")[1] not in ROOMS
    }
    assert homeless == set(), "put it into a room, or add its folder to ROOMS in tests/house"


@pytest.mark.parametrize("module", ["pellucid", *(f"pellucid.{room}" for room in rooms())])
def test_importing_loads_nothing_heavy(module: str) -> None:
    program = f"import json, sys, {module}; print(json.dumps(list(sys.modules)))"
    command = [sys.executable, "-c", program]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    loaded = {name.partition(".")[0] for name in json.loads(shown)}
    assert loaded & _HEAVY == set()


# Each planted tree: files below pellucid/, then what must be found.
_UPWARD = {
    "at the top": ({"graph/a.py": "from pellucid.nn import b", "nn/b.py": ""}, 1),
    "in a function": ({"graph/a.py": "def f():\n  import pellucid.nn.b", "nn/b.py": ""}, 1),
    "for types": (
        {"graph/a.py": "if TYPE_CHECKING:\n  from pellucid.nn.b import B", "nn/b.py": ""},
        1,
    ),
    "relative": ({"graph/a.py": "from ..nn import b", "nn/b.py": ""}, 1),
    "by name": ({"graph/a.py": "importlib.import_module('pellucid.nn.b')", "nn/b.py": ""}, 1),
    "the package": ({"nn/b.py": "import pellucid"}, 1),
    "a name of the package": ({"nn/b.py": "from pellucid import Tensor"}, 1),
    "from the foundation": ({"errors.py": "from pellucid import settings", "settings.py": ""}, 1),
    "downward": ({"nn/b.py": "from pellucid.graph.a import A", "graph/a.py": ""}, 0),
    "to the foundation": ({"graph/a.py": "from pellucid import errors", "errors.py": ""}, 0),
}


@pytest.mark.parametrize("case", _UPWARD)
def test_upward_imports_are_found(case: str, tmp_path: Path) -> None:
    sources, expected = _UPWARD[case]
    assert len(upward(read_imports(modules(_plant(tmp_path, sources))))) == expected


_A_IMPORTS_B = "from pellucid.nn.b import B"
_CIRCLES = {
    "at the top": ({"nn/a.py": _A_IMPORTS_B, "nn/b.py": "import pellucid.nn.a"}, True),
    "in a function": (
        {"nn/a.py": _A_IMPORTS_B, "nn/b.py": "def f():\n  from pellucid.nn import a"},
        True,
    ),
    "through the room": (
        {"nn/__init__.py": "from pellucid.nn.a import A", "nn/a.py": "from pellucid.nn import A"},
        True,
    ),
    "for types": (
        {
            "nn/a.py": _A_IMPORTS_B,
            "nn/b.py": "if typing.TYPE_CHECKING:\n  from pellucid.nn.a import A",
        },
        False,
    ),
}


@pytest.mark.parametrize("case", _CIRCLES)
def test_import_cycles_are_found(case: str, tmp_path: Path) -> None:
    sources, expected = _CIRCLES[case]
    assert bool(cycle(read_imports(modules(_plant(tmp_path, sources))))) is expected


def _plant(folder: Path, sources: dict[str, str]) -> Path:
    package = folder / "pellucid"
    initial = {"__init__.py": "", "graph/__init__.py": "", "nn/__init__.py": ""}
    for name, source in (initial | sources).items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
    return package
