"""Our own recipes: the raw columns go in, nothing is said about them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.tables.problem import Problem
from pellucid.data import Table
from pellucid.tabular import Task, fit_predictor

_TARGET, _GROUP = "(target)", "(group)"


class Ours:
    """`fit_predictor`, with nothing but the recipe, the seed and the column of groups said."""

    def __init__(self, recipe: str = "auto") -> None:
        self.recipe = recipe

    def table(self, problem: Problem) -> Table:
        """The columns; of text, an empty cell is a missing one."""
        columns = {
            name: values if values.dtype.kind == "f" else [cell or None for cell in values.tolist()]
            for name, values in problem.columns.items()
        }
        if problem.group is not None:
            columns[_GROUP] = problem.group
        return Table(columns, problem.name)

    def fit(
        self, x: Table, y: np.ndarray, n_classes: int, seed: int
    ) -> Callable[[Table], np.ndarray]:
        """Learn from the rows of `x`; the answer predicts."""
        outcome = [f"{code:03d}" for code in y] if n_classes else y
        table = Table({**x.columns, _TARGET: outcome}, x.source)
        group = {"group": _GROUP} if _GROUP in table else {}
        classes = tuple(f"{code:03d}" for code in range(n_classes))
        kind = "regression" if not n_classes else "binary" if n_classes == 2 else "multiclass"
        task = Task(_TARGET, kind, classes)  # type: ignore[arg-type]
        predictor = fit_predictor(table, task, recipe=self.recipe, seed=seed, **group)
        return predictor.answers
