"""What is to be predicted: one of two classes, one of several, several yes-or-no's, or a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pellucid.data.table import Table, is_number
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.overrides import Overrides
from pellucid.tabular.scales import find_order
from pellucid.tabular.schema import infer_column, names_classes

TaskKind = Literal["binary", "multiclass", "multilabel", "regression"]

# A class seen less often cannot be learned, checked inside the training rows and tested, too.
LEAST_CASES_OF_A_CLASS = 8
_LEAST_ROWS = 20
_MOST_CLASSES = 100

# What a table calls the condition that is looked for, in the spellings met in practice.
_POSITIVE = frozenset(
    "true yes y t positive pos malignant m disease diseased sick case died dead death abnormal "
    "present 是 阳性 恶性 患病 死亡 异常 有".split()
)


@dataclass(frozen=True)
class Task:
    """The target column, or columns, and how they are read.

    `classes` are the labels as text, in their order if they have one (numbers, low to high), else
    sorted, for two classes the positive one last; empty for regression. Probabilities stand in this
    order. In a `multilabel` task `classes` are the names of the target columns, which are also
    `targets`; `levels` are the two values of each, the positive one last; `target` joins the names.
    """

    target: str
    kind: TaskKind
    classes: tuple[str, ...] = ()
    levels: tuple[tuple[str, str], ...] = ()

    @property
    def is_classification(self) -> bool:
        """Whether classes are predicted."""
        return self.kind != "regression"

    @property
    def targets(self) -> tuple[str, ...]:
        """The target columns."""
        return self.classes if self.kind == "multilabel" else (self.target,)

    @property
    def n_outputs(self) -> int:
        """How many scores a network gives: 1, or one for each of several classes or labels."""
        return len(self.classes) if self.kind in ("multiclass", "multilabel") else 1

    @property
    def positive(self) -> str:
        """The class that sensitivity, PPV and the threshold speak about."""
        return self.classes[-1]

    def present(self, table: Table) -> np.ndarray:
        """A mask (N,) of the rows in which every target has a value."""
        return ~np.any([table.missing(name) for name in self.targets], axis=0)

    def codes(self, table: Table) -> np.ndarray:
        """The target as class codes (N,) int64, or as numbers (N,) float64 in regression.

        In a multilabel task (N, L) int64, 1 where the label is positive, else 0. Raises `DataError`
        for a missing value or a class that is not one of `classes`.

        >>> table = Table({"cough": ["no", "yes"], "fever": ["yes", "yes"]})
        >>> task = Task("cough, fever", "multilabel", ("cough", "fever"), (("no", "yes"),) * 2)
        >>> task.codes(table).tolist()
        [[0, 1], [1, 1]]
        """
        if self.kind == "regression":
            return _complete(table, self.target, table.numbers(self.target))
        if self.kind == "multilabel":
            pairs = zip(self.targets, self.levels, strict=True)
            return np.stack([_codes(table, name, levels) for name, levels in pairs], axis=1)
        return _codes(table, self.target, self.classes)

    def to_json(self) -> dict[str, Any]:
        """A description that `from_json` reads back: target, kind, classes, for labels levels."""
        facts: dict[str, Any] = {"target": self.target, "kind": self.kind}
        facts["classes"] = list(self.classes)
        if self.levels:
            facts["levels"] = [list(pair) for pair in self.levels]
        return facts

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Task:
        """The task that `to_json` described."""
        levels = tuple((no, yes) for no, yes in facts.get("levels", ()))
        return cls(facts["target"], facts["kind"], tuple(facts["classes"]), levels)


def infer_task(
    table: Table,
    target: str | Sequence[str],
    *,
    kind: Literal["classes", "number"] | None = None,
    positive: str | None = None,
    overrides: Overrides | None = None,
) -> Task:
    """What predicting the column `target` means; rows without a value are passed over.

    Text, yes or no, and whole numbers of at most 10 different values are classes; other numbers are
    regression. `kind` decides otherwise. Of two classes the positive one is `positive`, else the
    larger of two numbers, else the one with a name like `yes`, `malignant` or `died`, else the
    rarer. Several targets, each of two values, are labels that may hold together. `overrides` may
    say the kind, the positive class and an order of the classes, and which values mean missing.

    Raises `DataError` for a target that is absent, constant or different in nearly every row, with
    a class of fewer than 8 rows, or with fewer than 20 rows; `ArgumentError` for a `positive` that
    is no class.

    >>> table = Table({"grade": [2, 5] * 10, "lump": ["benign", "malignant"] * 10})
    >>> infer_task(table, "lump").positive, infer_task(table, "grade").classes
    ('malignant', ('2', '5'))
    >>> infer_task(table, ["lump", "grade"]).levels
    (('benign', 'malignant'), ('2', '5'))
    """
    overrides = overrides or Overrides()
    table = overrides.clean(table)
    kind, positive = kind or overrides.task, positive or overrides.positive
    names = [target] if isinstance(target, str) else list(target)
    if len(names) > 1:
        return _labels(table, names, kind, positive)
    (name,) = names
    where = f"{table.source}, column '{name}'"
    present = table.take(~table.missing(name))
    _check_size(present, name, where)
    if (not names_classes(present[name])) if kind is None else kind == "number":
        if positive is not None:
            raise ArgumentError(
                "positive", expected="a target of two classes", received="a numeric target"
            )
        present.numbers(name)
        return Task(name, "regression")
    classes, counts = _classes(present, name, where, overrides.orders.get(name, ()))
    if len(classes) == 2:
        return Task(name, "binary", _ordered(classes, counts, positive))
    if positive is not None:
        raise ArgumentError(
            "positive", expected="a target of two classes", received=f"{len(classes)} classes"
        )
    return Task(name, "multiclass", classes)


def _labels(table: Table, names: Sequence[str], kind: str | None, positive: str | None) -> Task:
    """Several targets of two values each."""
    if len(set(names)) != len(names):
        raise ArgumentError("target", expected="each column once", received=", ".join(names))
    if kind == "number":
        raise ArgumentError("target", expected="one column of numbers", received=", ".join(names))
    table = table.take(~np.any([table.missing(name) for name in names], axis=0))
    levels = []
    for name in names:
        where = f"{table.source}, column '{name}'"
        _check_size(table, name, where)
        n_distinct = len(set(table.strings(name)))
        if n_distinct != 2:
            raise DataError(
                where,
                expected="two values, as one of several targets",
                received=f"{n_distinct} values",
            )
        classes, counts = _classes(table, name, where, ())
        no, yes = _ordered(classes, counts, positive if positive in classes else None)
        levels.append((no, yes))
    return Task(", ".join(names), "multilabel", tuple(names), tuple(levels))


def _codes(table: Table, name: str, classes: Sequence[str]) -> np.ndarray:
    code = {label: k for k, label in enumerate(classes)}
    labels = _complete(table, name, table.strings(name)).tolist()
    unknown = sorted(set(labels).difference(code))
    if unknown:
        raise DataError(
            f"{table.source}, column '{name}'",
            expected=f"one of {', '.join(classes)}",
            received=unknown[0],
        )
    return np.array([code[label] for label in labels], dtype=np.int64)


def _complete(table: Table, name: str, values: np.ndarray) -> np.ndarray:
    n_missing = int(table.missing(name).sum())
    if n_missing:
        raise DataError(
            f"{table.source}, column '{name}'",
            expected="a value in every row",
            received=f"{n_missing} missing",
        )
    return values


def _check_size(present: Table, target: str, where: str) -> None:
    if len(present) < _LEAST_ROWS:
        raise DataError(
            where, expected=f"{_LEAST_ROWS} rows with a value or more", received=str(len(present))
        )
    column = infer_column(present, target)
    if column.n_distinct < 2:
        raise DataError(
            where,
            expected="a target of two values or more",
            received=f"only {present.strings(target)[0]}",
        )


def _classes(
    present: Table, target: str, where: str, order: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, int]]:
    labels = present.strings(target)
    names, counts = np.unique(labels.astype(str), return_counts=True)
    if len(names) > _MOST_CLASSES or 2 * len(names) > len(labels):
        raise DataError(
            where,
            expected=f"a target of at most {_MOST_CLASSES} classes, or numbers",
            received=f"{len(names)} different values in {len(labels)} rows",
        )
    if counts.min() < LEAST_CASES_OF_A_CLASS:
        rare = counts.argmin()
        raise DataError(
            where,
            expected=f"{LEAST_CASES_OF_A_CLASS} rows of each class or more",
            received=f"{counts[rare]} of class {names[rare]}",
            hint="Merge or leave out rare classes.",
        )
    found = [str(name) for name in names]
    if present.is_numeric(target):
        found.sort(key=float)
    elif known := find_order(found, target):
        found = list(known.levels)
    if order:
        found.sort(key=lambda label: order.index(label) if label in order else len(order))
    return tuple(found), {str(name): int(n) for name, n in zip(names, counts, strict=True)}


def _ordered(
    classes: Sequence[str], counts: Mapping[str, int], positive: str | None
) -> tuple[str, ...]:
    """Two classes, the positive one last."""
    if positive is not None and positive not in classes:
        raise ArgumentError("positive", expected=f"one of {', '.join(classes)}", received=positive)
    chosen = _likely_positive(classes, counts) if positive is None else positive
    return tuple(sorted(classes, key=lambda label: label == chosen))


def _likely_positive(classes: Sequence[str], counts: Mapping[str, int]) -> str:
    if all(map(is_number, classes)):
        return max(classes, key=float)
    known = [label for label in classes if label.lower() in _POSITIVE]
    return known[0] if len(known) == 1 else min(reversed(classes), key=lambda each: counts[each])
