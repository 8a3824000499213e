"""The part of a model file that describes the table: brought up to date and checked on reading.

Nothing in it is believed: a description that was tampered with, and its check sum made right, is
refused here, before anything is made of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args, get_type_hints

from pellucid.tabular.columns import Column
from pellucid.tabular.conformal import Conformal
from pellucid.tabular.features import Features
from pellucid.tabular.task import Task, TaskKind

SECTION = "tabular"

# What a wrong description can provoke in whatever is made of it.
BROKEN = (
    *(KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError),
    *(RecursionError, ZeroDivisionError),
)


def read_task(facts: Mapping[str, Any]) -> Task:
    """The task; raises one of `BROKEN` for one that is none."""
    task = Task.from_json(facts)
    if task.kind not in get_args(TaskKind):
        raise ValueError(f"a task of kind {task.kind!r}")
    if not isinstance(task.target, str):
        raise TypeError(f"a target named {task.target!r}")
    least, most = {"binary": (2, 2), "regression": (0, 0)}.get(task.kind, (2, 10_000))
    if not least <= len(task.classes) <= most or len(set(task.classes)) != len(task.classes):
        raise ValueError(f"a task of kind {task.kind} with {len(task.classes)} classes")
    if not all(isinstance(label, str) for label in task.classes):
        raise TypeError("a class that is no text")
    return task


def read_features(facts: Mapping[str, Any]) -> Features:
    """The features; raises one of `BROKEN` for some that are none."""
    features = Features.from_json(facts)
    if not features.columns:
        raise ValueError("no columns")
    for column in features.columns:
        _check(column)
    names = [column.name for column in features.columns]
    if len(set(names)) != len(names):
        raise ValueError("two columns of the same name")
    return features


def read_threshold(value: Any) -> float:
    """The threshold of two classes; raises one of `BROKEN` for one that is none."""
    threshold = float(value)
    if not 0 < threshold < 1:
        raise ValueError(f"a threshold of {threshold}")
    return threshold


def read_conformal(facts: Mapping[str, Any], task: Task) -> Conformal:
    """Sets or intervals; raises one of `BROKEN` for what is neither, or not for this task."""
    found = Conformal.from_json(facts)
    if not 0 < found.coverage < 1:
        raise ValueError(f"a coverage of {found.coverage}")
    if (found.method in _INTERVALS) is task.is_classification or found.method not in _METHODS:
        raise ValueError(f"sets by {found.method!r} for {task.kind}")
    n_wanted = len(task.classes) if found.method == "lac_by_class" else 1
    if len(found.quantiles) != n_wanted or any(math.isnan(each) for each in found.quantiles):
        raise ValueError(f"{len(found.quantiles)} quantiles")
    return found


_METHODS = get_args(get_type_hints(Conformal)["method"])
_INTERVALS = ("residual", "scaled_residual")


def _check(column: Column) -> None:
    if not isinstance(column.name, str):
        raise TypeError(f"a column named {column.name!r}")
    if column.kind not in get_args(get_type_hints(Column)["kind"]):
        raise ValueError(f"a column of kind {column.kind!r}")
    for each in fields(column):
        value = getattr(column, each.name)
        values = value if isinstance(value, tuple) else (value,)
        if any(isinstance(part, float) and not math.isfinite(part) for part in values):
            raise ValueError(f"column {column.name}: {each.name} is {value}")
    if not all(level is None or isinstance(level, str) for level in column.levels):
        raise TypeError(f"column {column.name}: a level that is no text")
