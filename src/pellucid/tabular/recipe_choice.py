"""Which recipe is meant, and what it gives in the time there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.tabular.features import Features
from pellucid.tabular.members import Members
from pellucid.tabular.recipes import Progress, make_recipe, search_recipes, train_members
from pellucid.tabular.task import Task

DEFAULT = "realmlp"
# Of the recipes that a search finds, so many go into the blend.
_MOST_BLENDED = 3


def chosen_recipe(given: Any, *, epochs: int | None = None) -> Any:
    """The recipe of a name ("auto" is the default one), or the one given; at most `epochs` long."""
    recipe = given
    if isinstance(given, str):
        recipe = make_recipe(DEFAULT if given == "auto" else given)
    if epochs is None:
        return recipe
    if "epochs" not in {each.name for each in fields(recipe)}:
        raise ArgumentError("epochs", expected="a recipe of epochs", received=recipe.name)
    return replace(recipe, epochs=min(epochs, recipe.epochs))


def train_networks(
    recipe: Any,
    task: Task,
    features: Features,
    matrix: np.ndarray,
    y: np.ndarray,
    folds: Any,
    *,
    budget: float | None,
    sample_weight: np.ndarray | None,
    seed: int,
    on_progress: Callable[[Progress], None],
) -> tuple[dict[str, Members], bool]:
    """The members of the recipe, or the best found in `budget` seconds, and whether Ctrl-C came.

    They are called network, network_2 and so on, best first; none if Ctrl-C came before there were
    any.
    """
    shared: Any = {"sample_weight": sample_weight, "seed": seed, "on_progress": on_progress}
    given = (recipe, task, features, matrix, y, folds)
    try:
        if budget is None:
            found = [train_members(*given, **shared)]
            stopped = bool(found[0].record.get("interrupted"))
        else:
            searched = search_recipes(*given, budget, keep=_MOST_BLENDED, **shared)
            found, stopped = [each.members for each in searched.trials], searched.interrupted
            found[0].record["search"] = searched.to_json()
    except KeyboardInterrupt:
        return {}, True
    names = ["network", *(f"network_{k}" for k in range(2, len(found) + 1))]
    return dict(zip(names, found, strict=True)), stopped
