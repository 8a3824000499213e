"""Pellucid: deep learning you can see through.

Every public name is listed below beside the module that defines it. The module is imported when
the name is first used, so ``import pellucid`` itself costs next to nothing and loads no other
package.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Modules offered as namespaces, such as pellucid.datasets.
_MODULES: dict[str, str] = {
    "datasets": "pellucid.data.datasets",
    "errors": "pellucid.errors",
    "settings": "pellucid.settings",
}

# Public names, grouped by the module that defines them.
_NAMES: dict[str, tuple[str, ...]] = {
    "pellucid.errors": (
        "ArgumentError",
        "DTypeError",
        "DataError",
        "GraphError",
        "MissingDependencyError",
        "ModelFileError",
        "NumericsError",
        "PellucidError",
        "ShapeError",
    ),
}

_HOME: dict[str, str] = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [*_MODULES, *_HOME]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value: Any = import_module(_MODULES[name])
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'pellucid' has no attribute {name!r}", name=name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
