"""What every way of learning from a table hands back: a model, and left-out predictions."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pellucid.train.model import Model


class Members(NamedTuple):
    """What one recipe learned.

    `model` takes the raw columns (N, columns) float64 of `Features.matrix` to scores (N, K): one
    logit for two classes, C logits for more, one a label for several labels, one number in units
    of the target. `left_out` (N, K) float64 holds the same scores of each training row by the
    members that did not learn from it; NaN where there is none. `record` says what was done, in
    numbers and text.
    """

    model: Model
    left_out: np.ndarray
    record: dict[str, Any]
