"""What can be asked of training on a table, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np

from pellucid.data.table import Table
from pellucid.errors import ArgumentError
from pellucid.tabular.abstention import Abstention
from pellucid.tabular.calibration import METHODS
from pellucid.tabular.overrides import Overrides


@dataclass(frozen=True)
class Options:
    """How a table is read, learned and checked; `train_predictor` takes each by its name.

    Columns: `group` names the one whose equal values stay together, `time` the one by which rows
    are split, `leave_out` those not to learn from; `kind` ("classes" or "number") and `positive`
    settle what is predicted; `overrides` hold all of these, and more, as read from a file.

    Checking: `test_size` is the part of the rows held out; `cv` holds out each of so many parts in
    turn instead, and the predictor then learns from all rows; `external` are tables of elsewhere,
    by name. Of two classes the positive one is predicted from the probability `threshold` on; None
    takes the one of the largest sensitivity + specificity among left-out training rows.
    `prevalence` is that of the place of use. Sets and intervals cover the share `coverage`. `by`
    names columns by whose values figures are given.

    Learning: `recipe` is a name or a recipe of `tabular.recipes`; `folds` members, each leaving out
    another part, times the repeats of the recipe; `epochs` is the most. `calibration` is "auto",
    "none", "temperature", "affine" or "isotonic"; `abstain` says which rows get no answer.
    `class_weight` ("balanced", or weights by class) and `sample_weight` (a column, or numbers (N,))
    multiply the losses of learning, blending and calibrating, so probabilities are those of a
    population so weighted. `budget` is a time in seconds to search in. `learning_curve` asks for
    that of the whole predictor, which takes twelve trainings more; without it the linear member's
    is told. `file` is the path the table was read from, for its check sum. `seed` fixes every draw.

    Raises `ArgumentError` for values out of range.
    """

    group: str | None = None
    time: str | None = None
    leave_out: tuple[str, ...] = ()
    kind: Literal["classes", "number"] | None = None
    positive: str | None = None
    overrides: Overrides = field(default_factory=Overrides)
    test_size: float = 0.2
    cv: int | None = None
    external: Mapping[str, Table] = field(default_factory=dict)
    threshold: float | None = 0.5
    prevalence: float | None = None
    coverage: float = 0.9
    by: tuple[str, ...] = ()
    recipe: Any = "auto"
    folds: int | None = None
    epochs: int | None = None
    calibration: str = "auto"
    abstain: Abstention = field(default_factory=Abstention)
    class_weight: Any = None
    sample_weight: Any = None
    budget: float | None = None
    learning_curve: bool = False
    file: Any = None
    seed: int = 0

    def __post_init__(self) -> None:
        shares = {name: getattr(self, name) for name in ("threshold", "prevalence", "coverage")}
        for name, value in shares.items():
            if value is not None and not 0 < value < 1:
                raise ArgumentError(name, expected="a number in (0, 1)", received=value)
        for name, least in (("cv", 2), ("folds", 2), ("epochs", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ArgumentError(name, expected=f"{least} or more", received=value)
        if self.calibration not in METHODS:
            raise ArgumentError(
                "calibration", expected=", ".join(METHODS), received=self.calibration
            )

    @property
    def columns(self) -> Overrides:
        """All that was said about columns."""
        leave_out = dict.fromkeys((*self.overrides.leave_out, *self.leave_out, *self._weights()))
        return replace(
            self.overrides,
            leave_out=tuple(name for name in leave_out if name not in self.overrides.use),
            task=self.kind or self.overrides.task,
            positive=self.positive or self.overrides.positive,
            group=self.group or self.overrides.group,
            time=self.time or self.overrides.time,
        )

    def _weights(self) -> tuple[str, ...]:
        return (self.sample_weight,) if isinstance(self.sample_weight, str) else ()

    def to_json(self) -> dict[str, Any]:
        """What differs from the defaults, by name, in JSON's types."""
        usual = Options()
        return {
            each.name: _plain(getattr(self, each.name))
            for each in fields(self)
            if each.name not in ("overrides", "file") and _differs(self, usual, each.name)
        }


def _differs(one: Options, other: Options, name: str) -> bool:
    value = getattr(one, name)
    return isinstance(value, np.ndarray) or value != getattr(other, name)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return f"{len(value)} numbers"
    if isinstance(value, Mapping):
        keep = (str, int, float)
        return {str(k): v if isinstance(v, keep) else str(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return list(value)
    return value.to_json() if hasattr(value, "to_json") else value
