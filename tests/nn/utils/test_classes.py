"""Classes as rows of 0 and 1, beside Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.nn.utils import to_categorical

_CASES: dict[str, tuple[Any, int | None]] = {
    "a list": ([0, 2, 1], None),
    "more classes than seen": ([0, 2, 1], 5),
    "a column": ([[1], [0]], None),
    "a table": ([[1, 0, 3], [2, 2, 0]], 4),
    "one": ([0], None),
    "bytes": (np.array([3, 1], np.uint8), None),
}


@pytest.mark.parametrize("case", _CASES)
def test_rows_are_those_of_keras(case: str) -> None:
    keras = pytest.importorskip("keras")
    x, classes = _CASES[case]
    found, expected = to_categorical(x, classes), keras.utils.to_categorical(x, classes)
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(("x", "wrong"), [([0, 3], "3"), ([-1], "-1"), ([0.5], "0.5")])
def test_what_is_no_class_is_refused(x: Any, wrong: str) -> None:
    with pytest.raises(ArgumentError, match=f"from 0 to 2; received {wrong}"):
        to_categorical(x, 3)


def test_no_samples_give_no_rows() -> None:
    assert to_categorical([], 3).shape == (0, 3)
