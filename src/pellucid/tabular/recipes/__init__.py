"""Recipes: how a table is learned, by several networks at once."""

from pellucid.tabular.members import Members
from pellucid.tabular.recipes.base import Dials, Plan, Progress, Recipe
from pellucid.tabular.recipes.members import train_members
from pellucid.tabular.recipes.plain import PlainMLP
from pellucid.tabular.recipes.realmlp import RealMLP
from pellucid.tabular.recipes.search import Searched, Trial, make_recipe, search_recipes
from pellucid.tabular.recipes.tabm import TabM

__all__ = [
    "Dials",
    "Members",
    "Plan",
    "PlainMLP",
    "Progress",
    "RealMLP",
    "Recipe",
    "Searched",
    "TabM",
    "Trial",
    "make_recipe",
    "search_recipes",
    "train_members",
]
