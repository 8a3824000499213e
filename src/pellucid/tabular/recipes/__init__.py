"""Recipes: how a table is learned, by several networks at once."""

from pellucid.tabular.members import Members
from pellucid.tabular.recipes.base import Dials, Plan, Progress, Recipe
from pellucid.tabular.recipes.members import train_members
from pellucid.tabular.recipes.realmlp import RealMLP

__all__ = ["Dials", "Members", "Plan", "Progress", "RealMLP", "Recipe", "train_members"]
