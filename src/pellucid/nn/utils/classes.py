"""Classes written as rows of 0 and 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.graph import Array


def to_categorical(x: Any, num_classes: int | None = None) -> Array:
    """Class numbers as one-hot rows: 1 in the column of the class, 0 elsewhere.

    `x` holds whole numbers in [0, num_classes), of any shape; a last axis of size 1 is dropped.
    The result (float64, as in Keras) has one axis more, of size `num_classes` (by default the
    largest class + 1). Raises `ArgumentError` for numbers that are no class.

    >>> to_categorical([0, 2, 1]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    classes = np.asarray(x)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    whole = classes.astype(np.int64)
    count = int(whole.max(initial=-1)) + 1 if num_classes is None else num_classes
    wrong = classes[(whole != classes) | (whole < 0) | (whole >= count)]
    if wrong.size:
        raise ArgumentError(
            "to_categorical",
            expected=f"whole numbers from 0 to {count - 1}",
            received=repr(wrong.flat[0].item()),
            hint="np.unique(x, return_inverse=True) numbers any labels",
        )
    return np.eye(count)[whole]
