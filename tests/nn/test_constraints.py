"""Allowed weights: by hand, by their property, by Keras."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.nn import constraints
from pellucid.nn.constraints import MaxNorm, MinMaxNorm, NonNeg, UnitNorm

W = np.array([[3.0, -0.3, 0.0], [4.0, 0.4, 0.0]])

# Columns of norm 5, 0.5 and 0.
CASES: dict[str, tuple[Any, list[list[float]]]] = {
    "MaxNorm": (MaxNorm(), [[1.2, -0.3, 0.0], [1.6, 0.4, 0.0]]),
    "MaxNorm rows": (MaxNorm(2.5, axis=1), [[2.48759, -0.248759, 0], [2.48759, 0.248759, 0]]),
    "NonNeg": (NonNeg(), [[3.0, 0.0, 0.0], [4.0, 0.4, 0.0]]),
    "UnitNorm": (UnitNorm(), [[0.6, -0.6, 0.0], [0.8, 0.8, 0.0]]),
    "UnitNorm all": (UnitNorm(axis=[0, 1]), (W / np.sqrt(25.25)).tolist()),
    "MinMaxNorm": (MinMaxNorm(), [[0.6, -0.3, 0.0], [0.8, 0.4, 0.0]]),
    "MinMaxNorm low": (MinMaxNorm(1.0, 2.0), [[1.2, -0.6, 0.0], [1.6, 0.8, 0.0]]),
    "MinMaxNorm rate": (MinMaxNorm(rate=0.5), [[1.8, -0.3, 0.0], [2.4, 0.4, 0.0]]),
}


@pytest.mark.parametrize("name", CASES)
def test_values(name: str) -> None:
    constraint, expected = CASES[name]
    assert constraint(W).numpy() == pytest.approx(np.array(expected), rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("name", [name for name in CASES if "rate" not in name])
def test_what_is_allowed_stays(name: str) -> None:
    constraint = CASES[name][0]
    once = constraint(W).numpy()
    assert constraint(once).numpy() == pytest.approx(once, rel=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_keras_agrees(name: str) -> None:
    keras = pytest.importorskip("keras")
    ours = CASES[name][0]
    theirs = getattr(keras.constraints, type(ours).__name__).from_config(ours.get_config())
    assert theirs.get_config() == ours.get_config()
    w = np.random.default_rng(0).normal(size=(5, 4, 3)).astype("float32")
    assert ours(w).numpy() == pytest.approx(np.asarray(theirs(w)), rel=1e-5, abs=1e-7)


def test_defaults_are_those_of_keras() -> None:
    keras = pytest.importorskip("keras")
    for name in ("max_norm", "non_neg", "unit_norm", "min_max_norm"):
        ours, theirs = constraints.get(name), keras.constraints.get(name)
        assert ours.get_config() == theirs.get_config()  # type: ignore[union-attr]
        assert type(getattr(constraints, name)()) is type(ours)


@pytest.mark.parametrize("name", CASES)
def test_configs_go_there_and_back(name: str) -> None:
    constraint = CASES[name][0]
    config = json.loads(json.dumps(constraints.serialize(constraint)))
    assert repr(constraints.get(config)) == repr(constraint)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: MaxNorm(-1), "MaxNorm.max_value: expected a number >= 0; received -1"),
        (lambda: MinMaxNorm(2.0, 1.0), "MinMaxNorm.max_value: expected a number >= 2"),
        (lambda: MinMaxNorm(rate=1.5), r"MinMaxNorm.rate: expected a number in \[0, 1\]"),
        (lambda: constraints.get("maxnorm"), "MaxNorm|max_norm"),
    ],
)
def test_wrong_arguments(build: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        build()
