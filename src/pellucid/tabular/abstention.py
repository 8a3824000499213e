"""When not to answer: rows that are left to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.tabular.conformal import Conformal
from pellucid.tabular.evaluation import decide


@dataclass(frozen=True)
class Abstention:
    """Which rows get no answer.

    "none": every row gets one. "set": none where the conformal set does not hold exactly one class.
    "band": of two classes, none where the positive one's probability is less than `width` away from
    the threshold; of more, none where the two most probable are less than `width` apart.

    >>> Abstention("band", 0.1).flags(np.array([[0.55, 0.45], [0.8, 0.2]]), 0.5).tolist()
    [True, False]
    """

    kind: Literal["none", "set", "band"] = "none"
    width: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in ("none", "set", "band"):
            raise ArgumentError("abstain", expected="none, set or band", received=self.kind)
        if not 0 <= self.width < 1:
            raise ArgumentError("abstain.width", expected="a number in [0, 1)", received=self.width)

    def flags(
        self, probabilities: np.ndarray, threshold: float = 0.5, conformal: Conformal | None = None
    ) -> np.ndarray:
        """A mask (N,) of the rows of probabilities (N, C) that get no answer."""
        if self.kind == "set" and conformal is not None:
            return conformal.sets(probabilities).sum(axis=1) != 1
        if self.kind != "band":
            return np.zeros(len(probabilities), dtype=bool)
        if probabilities.shape[1] == 2:
            return np.abs(probabilities[:, 1] - threshold) < self.width
        best = np.sort(probabilities, axis=1)[:, -2:]
        return best[:, 1] - best[:, 0] < self.width

    def to_json(self) -> dict[str, Any]:
        """``kind, width``."""
        return {"kind": self.kind, "width": self.width}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Abstention:
        """What `to_json` described."""
        return cls(facts["kind"], float(facts["width"]))


def answered(
    y: np.ndarray, probabilities: np.ndarray, flags: np.ndarray, threshold: float = 0.5
) -> dict[str, Any]:
    """What abstaining is worth on rows whose truth `y` (N,) is known.

    ``n``, ``abstained`` (rows), and the accuracy of the rows answered, of those left to a person,
    and of all, each None if there is no row.
    """
    right = decide(probabilities, threshold) == y
    parts = {"answered": right[~flags], "abstained": right[flags], "all": right}
    accuracy = {name: float(part.mean()) if len(part) else None for name, part in parts.items()}
    return {"n": len(y), "n_abstained": int(flags.sum()), "accuracy": accuracy}
