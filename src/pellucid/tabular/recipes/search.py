"""Search: more recipes for more time, judged by rows that their members left out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.tabular.features import Features
from pellucid.tabular.members import Members
from pellucid.tabular.recipes.base import Recipe, Report
from pellucid.tabular.recipes.draws import Folds
from pellucid.tabular.recipes.members import train_members
from pellucid.tabular.recipes.plain import PlainMLP
from pellucid.tabular.recipes.realmlp import RealMLP
from pellucid.tabular.recipes.tabm import TabM
from pellucid.tabular.recipes.targets import Targets
from pellucid.tabular.task import Task

RECIPES: dict[str, type[Any]] = {"realmlp": RealMLP, "plain": PlainMLP, "tabm": TabM}

# What a variation may change, and to what; a recipe without the setting is not asked for it.
_CHOICES: dict[str, Sequence[Any]] = {
    "hidden": ((32,), (64,), (64, 64), (128, 128), (64, 64, 64), (256, 256), (256, 256, 256)),
    "dropout": (0.0, 0.05, 0.1, 0.15, 0.3, 0.5),
    "weight_decay": (0.0, 0.005, 0.02, 0.1, 0.3),
    "rate": (0.3, 1.0, 3.0),
    "embed_numbers": (True, False),
    "opinions": (4, 8, 16, 32),
    "bins": (4, 8, 16, 32),
}


class Trial(NamedTuple):
    """A recipe that was tried, what it gave, and its loss on the rows its members left out."""

    recipe: Recipe
    members: Members
    loss: float


@dataclass(frozen=True)
class Searched:
    """The trials, best first, the seconds they took, and whether Ctrl-C ended the search."""

    trials: list[Trial]
    seconds: float
    interrupted: bool = False

    def to_json(self) -> dict[str, Any]:
        """What was tried, in numbers and text."""
        return {
            "seconds": self.seconds,
            "interrupted": self.interrupted,
            "trials": [
                {"recipe": t.recipe.name, "settings": t.recipe.to_json(), "loss": t.loss}
                for t in self.trials
            ],
        }


def make_recipe(name: str, **settings: Any) -> Recipe:
    """The recipe of a name: "realmlp", "plain" or "tabm".

    >>> make_recipe("plain", hidden=(8,)).name
    'plain'
    """
    if name not in RECIPES:
        raise ArgumentError("recipe", expected=f"one of {', '.join(RECIPES)}", received=name)
    recipe: Recipe = RECIPES[name](**settings)
    return recipe


def search_recipes(
    first: Recipe,
    task: Task,
    features: Features,
    matrix: np.ndarray,
    y: np.ndarray,
    folds: Folds,
    budget: float,
    *,
    keep: int = 8,
    most: int | None = None,
    sample_weight: np.ndarray | None = None,
    seed: int = 0,
    on_progress: Report | None = None,
) -> Searched:
    """Train `first`, then other recipes, for about `budget` seconds; the best `keep` come back.

    A recipe is begun if there is time for as long a one as any before, and no more than `most`.

    The other two families follow with their defaults, then variations of the best recipe so far, in
    one or two settings and with another seed. All are judged by the mean loss of `left_out`, so no
    recipe is judged by rows it learned from; but the best of many looks a little better than it is,
    which only rows that had no part in the search can tell. The first recipe is trained to its end,
    even if that takes longer than the budget. Ctrl-C ends the search with what there is.
    """
    start = time.perf_counter()
    random = np.random.Generator(np.random.Philox(seed))
    targets = Targets.of(task, y)
    trials: list[Trial] = []
    dearest, stopped = 0.0, False
    for number, recipe in enumerate(_candidates(first, trials, random)):
        spent = time.perf_counter() - start
        if trials and (number == most or budget - spent < dearest):
            break
        try:
            members = train_members(
                recipe, task, features, matrix, y, folds,
                sample_weight=sample_weight, seed=seed + number, on_progress=on_progress,
            )  # fmt: skip
        except KeyboardInterrupt:
            if not trials:
                raise
            stopped = True
            break
        stopped = members.record["interrupted"]
        dearest = max(dearest, members.record["seconds"])
        trials.append(Trial(recipe, members, _loss(targets, members, sample_weight)))
        trials.sort(key=lambda trial: trial.loss)
        del trials[keep:]
        if stopped:
            break
    return Searched(trials, time.perf_counter() - start, stopped)


def _loss(targets: Targets, members: Members, weight: np.ndarray | None) -> float:
    """The mean loss on the rows that some member left out."""
    rows = np.flatnonzero(~np.isnan(members.left_out).any(axis=1))
    losses = targets.losses(rows, members.left_out[rows])
    return float(np.average(losses, weights=None if weight is None else weight[rows]))


def _candidates(
    first: Recipe, trials: Sequence[Trial], random: np.random.Generator
) -> Iterator[Recipe]:
    """`first`, the other families, then variations without end."""
    yield first
    for name, family in RECIPES.items():
        if name != first.name:
            yield family()
    while True:
        yield _varied(trials[0].recipe if trials else first, random)


def _varied(recipe: Any, random: np.random.Generator) -> Recipe:
    """The recipe with one or two settings drawn anew."""
    known = {field.name for field in fields(recipe)}
    names = [name for name in _CHOICES if name in known or name == "rate"]
    changes: dict[str, Any] = {}
    for name in random.choice(names, int(random.integers(1, 3)), replace=False):
        drawn = _CHOICES[name][int(random.integers(len(_CHOICES[name])))]
        if name == "rate":
            if recipe.learning_rate is not None:
                changes["learning_rate"] = recipe.learning_rate * drawn
        else:
            changes[name] = drawn
    varied: Recipe = replace(recipe, **changes)
    return varied
