"""Pellucid: deep learning you can see through.

Every public name is listed below beside the module that defines it. The module is imported when
the name is first used, so ``import pellucid`` itself costs next to nothing and loads no other
package.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Modules offered as namespaces, such as pellucid.layers; they can be imported by that name too.
_MODULES: dict[str, str] = {
    "activations": "pellucid.nn.activations",
    "callbacks": "pellucid.train.callbacks",
    "constraints": "pellucid.nn.constraints",
    "data": "pellucid.data",
    "datasets": "pellucid.data.datasets",
    "errors": "pellucid.errors",
    "initializers": "pellucid.nn.initializers",
    "layers": "pellucid.nn.layers",
    "losses": "pellucid.nn.losses",
    "metrics": "pellucid.nn.metrics",
    "models": "pellucid.train",
    "ops": "pellucid.graph.ops",
    "optimizers": "pellucid.train.optimizers",
    "regularizers": "pellucid.nn.regularizers",
    "settings": "pellucid.settings",
    "show": "pellucid.show",
    "tabular": "pellucid.tabular",
    "utils": "pellucid.nn.utils",
}

# Public names, grouped by the module that defines them.
_NAMES: dict[str, tuple[str, ...]] = {
    "pellucid.compiler": ("compile",),
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
    "pellucid.graph": (
        "N",
        "Tensor",
        "Variable",
        "as_tensor",
        "check_gradient",
        "constant",
        "difference_quotient",
        "evaluate",
        "gradient",
        "hessian",
        "jacobian",
        "label",
        "origin",
        "placeholder",
        "substitute",
    ),
    "pellucid.nn": ("Layer",),
    "pellucid.nn.initializers": ("Initializer",),
    "pellucid.nn.layers": ("Input",),
    "pellucid.nn.losses": ("Loss",),
    "pellucid.nn.metrics": ("Metric",),
    "pellucid.nn.regularizers": ("Regularizer",),
    "pellucid.tabular": ("load_predictor", "train_predictor"),
    "pellucid.train": ("Model", "Sequential", "compile_step", "load_model"),
    "pellucid.train.optimizers": ("Optimizer",),
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


if TYPE_CHECKING:
    from importlib.abc import Loader, MetaPathFinder

    class _Finder(MetaPathFinder, Loader):
        pass
else:
    _Finder = object  # importlib.abc takes 9 ms to load, and imports ask for no base class


class _Aliases(_Finder):
    """Lets ``from pellucid.layers import Dense`` find `pellucid.nn.layers`: itself, not a copy."""

    _inner = {"pellucid.optimizers.schedules": "pellucid.train.schedules"}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module stands that is offered under another name; None for all others."""
        package, _, rest = name.partition(".")
        alias, *inside = rest.split(".")
        if package != __name__ or alias not in _MODULES:
            return None
        home = self._inner.get(name) or ".".join([_MODULES[alias], *inside])
        return None if home == name else ModuleSpec(name, self, origin=home)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself; its own spec is kept, for the import will write another over it."""
        assert spec.origin is not None
        module = import_module(spec.origin)
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Put the module's own spec back."""
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


# First in the row: the parent's folder would give a second copy of a module inside an alias.
sys.meta_path.insert(0, _Aliases())
