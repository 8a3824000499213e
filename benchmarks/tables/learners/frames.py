"""What the peers are given: a pandas frame, categories as such, and the usual preprocessing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from benchmarks.tables.problem import Problem

Predict = Callable[[pd.DataFrame], np.ndarray]

NUMBERS = make_column_selector(dtype_include="number")
CATEGORIES = make_column_selector(dtype_include="category")
STOPPING_SHARE = 0.2


def frame(problem: Problem) -> pd.DataFrame:
    """Numbers as float64, categories as pandas categories whose levels are those of the table."""
    columns: dict[str, Any] = {}
    for k, (name, values) in enumerate(problem.columns.items()):
        if name in problem.unused:
            continue
        column = pd.Series(values)
        if name in problem.categories:
            texts = pd.Series([_text(value) for value in values.tolist()], dtype=object)
            column = texts.where(texts != "", np.nan).astype("category")
        # Boosting libraries refuse brackets and the like in names.
        columns[f"c{k}"] = column
    return pd.DataFrame(columns)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:g}"
    return str(value)


def one_hot() -> ColumnTransformer:
    """Median imputation and standard scores of numbers, one column a category."""
    numbers = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
    )
    categories = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("n", numbers, NUMBERS), ("c", categories, CATEGORIES)])


def ordinal() -> ColumnTransformer:
    """Median imputation of numbers, categories as numbers of their own."""
    categories = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
    )
    numbers = SimpleImputer(strategy="median", keep_empty_features=True)
    return ColumnTransformer([("n", numbers, NUMBERS), ("c", categories, CATEGORIES)])


def median_filled(train: pd.DataFrame) -> Predict:
    """A function that fills the numbers of a frame with the medians of `train`."""
    names = list(train.select_dtypes("number").columns)
    medians = train[names].median().fillna(0.0)
    return lambda x: x.assign(**{name: x[name].fillna(medians[name]) for name in names})


def stopping_split(
    x: pd.DataFrame, y: np.ndarray, n_classes: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray, np.ndarray]:
    """A fifth of the rows to stop by; of each class, where every class has two rows or more.

    A class with one row stays whole among those learned from.
    """
    if not n_classes:
        found = train_test_split(x, y, test_size=STOPPING_SHARE, random_state=seed)
        return found[0], found[1], found[2], found[3]
    random = np.random.default_rng(seed)
    held = np.zeros(len(y), bool)
    for code in range(n_classes):
        rows = random.permutation(np.flatnonzero(y == code))
        held[rows[: min(round(STOPPING_SHARE * len(rows)), len(rows) - 1)]] = True
    return x[~held], x[held], y[~held], y[held]
