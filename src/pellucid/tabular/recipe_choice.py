"""Which recipe a name means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.tabular.recipes import RealMLP

RECIPES: dict[str, Any] = {"auto": RealMLP, "realmlp": RealMLP}


def chosen_recipe(given: Any, *, epochs: int | None = None) -> Any:
    """The recipe of a name, or the one given, training for at most `epochs`."""
    if isinstance(given, str):
        if given not in RECIPES:
            raise ArgumentError("recipe", expected=", ".join(RECIPES), received=given)
        given = RECIPES[given]()
    return given if epochs is None else replace(given, epochs=min(epochs, given.epochs))
