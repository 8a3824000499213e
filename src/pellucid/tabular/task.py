"""What is to be predicted: one of two classes, one of several, or a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from pellucid.data.table import Table, is_number
from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.schema import infer_column

TaskKind = Literal["binary", "multiclass", "regression"]

# Whole numbers of no more than this many values name classes; more of them measure something.
_MOST_NUMBERED_CLASSES = 10
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
    """The target column and how it is read.

    `classes` are the labels as text, sorted, for two classes the positive one last; empty for
    regression. Probabilities stand in this order.
    """

    target: str
    kind: TaskKind
    classes: tuple[str, ...] = ()

    @property
    def is_classification(self) -> bool:
        """Whether classes are predicted."""
        return self.kind != "regression"

    @property
    def positive(self) -> str:
        """The class that sensitivity, PPV and the threshold speak about."""
        return self.classes[-1]

    def codes(self, table: Table) -> np.ndarray:
        """The target as class codes (N,) int64, or as numbers (N,) float64 in regression.

        Raises `DataError` for a missing value or a class that is not one of `classes`.
        """
        if not self.is_classification:
            return self._complete(table, table.numbers(self.target))
        code = {label: k for k, label in enumerate(self.classes)}
        labels = self._complete(table, table.strings(self.target))
        unknown = sorted({label for label in labels if label not in code})
        if unknown:
            raise DataError(
                f"{table.source}, column '{self.target}'",
                expected=f"one of {', '.join(self.classes)}",
                received=unknown[0],
            )
        return np.array([code[label] for label in labels], dtype=np.int64)

    def to_json(self) -> dict[str, Any]:
        """A description that `from_json` reads back."""
        return {**asdict(self), "classes": list(self.classes)}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Task:
        """The task that `to_json` described."""
        return cls(facts["target"], facts["kind"], tuple(facts["classes"]))

    def _complete(self, table: Table, values: np.ndarray) -> np.ndarray:
        n_missing = int(table.missing(self.target).sum())
        if n_missing:
            raise DataError(
                f"{table.source}, column '{self.target}'",
                expected="a value in every row",
                received=f"{n_missing} missing",
            )
        return values


def infer_task(
    table: Table,
    target: str,
    *,
    kind: Literal["classes", "number"] | None = None,
    positive: str | None = None,
) -> Task:
    """What predicting the column `target` means; rows without a value are passed over.

    Text, yes or no, and whole numbers of at most 10 different values are classes; other numbers are
    regression. `kind` decides otherwise. Of two classes the positive one is `positive`, else the
    larger of two numbers, else the one with a name like `yes`, `malignant` or `died`, else the
    rarer.

    Raises `DataError` for a target that is absent, constant or different in nearly every row, with
    a class of fewer than 8 rows, or with fewer than 20 rows; `ArgumentError` for a `positive` that
    is no class.

    >>> table = Table({"grade": [2, 5] * 10, "lump": ["benign", "malignant"] * 10})
    >>> infer_task(table, "lump").positive, infer_task(table, "grade").classes
    ('malignant', ('2', '5'))
    """
    where = f"{table.source}, column '{target}'"
    present = table.take(~table.missing(target))
    _check_size(present, target, where)
    numeric = _is_measured(present, target) if kind is None else kind == "number"
    if numeric:
        if positive is not None:
            raise ArgumentError(
                "positive", expected="a target of two classes", received="a numeric target"
            )
        present.numbers(target)
        return Task(target, "regression")
    classes, counts = _classes(present, target, where)
    if len(classes) == 2:
        return Task(target, "binary", _ordered(classes, counts, positive))
    if positive is not None:
        raise ArgumentError(
            "positive", expected="a target of two classes", received=f"{len(classes)} classes"
        )
    return Task(target, "multiclass", classes)


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


def _is_measured(present: Table, target: str) -> bool:
    """Whether the target is a number to be estimated and not the number of a class."""
    if not present.is_numeric(target):
        return False
    values = np.unique(present[target])
    whole = bool((values == np.floor(values)).all())
    return len(values) > (_MOST_NUMBERED_CLASSES if whole else 2)


def _classes(present: Table, target: str, where: str) -> tuple[tuple[str, ...], dict[str, int]]:
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
