"""Penalties: by hand, by difference quotient, by Keras."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Variable, check_gradient, gradient
from pellucid.nn import regularizers
from pellucid.nn.regularizers import L1, L1L2, L2, OrthogonalRegularizer

W = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])

# The first two by hand; the cosine of the rows is (3 - 0.5 - 0.5) / sqrt(5.25 * 10.0625).
CASES: dict[str, tuple[Any, float]] = {
    "L1": (L1(0.1), 0.775),
    "L1 default": (L1(), 0.0775),
    "L2": (L2(0.1), 1.53125),
    "L2 default": (L2(), 0.153125),
    "L1L2": (L1L2(0.1, 0.2), 0.775 + 3.0625),
    "L1L2 l1": (L1L2(l1=0.1), 0.775),
    "L1L2 l2": (L1L2(l2=0.2), 3.0625),
    "rows": (OrthogonalRegularizer(0.5), 0.5 * 2 / np.sqrt(5.25 * 10.0625)),
    "columns": (
        OrthogonalRegularizer(mode="columns"),
        0.01 / 3 * (1.25 / np.sqrt(40.625) + 2.5 / np.sqrt(12.5) + 1.25 / np.sqrt(5.078125)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_values(name: str) -> None:
    regularizer, expected = CASES[name]
    assert float(regularizer(W)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_gradients(name: str) -> None:
    assert check_gradient(CASES[name][0], W) <= 1e-6


@pytest.mark.parametrize("name", CASES)
def test_keras_agrees(name: str) -> None:
    keras = pytest.importorskip("keras")
    jax = pytest.importorskip("jax")
    ours = CASES[name][0]
    theirs = getattr(keras.regularizers, type(ours).__name__).from_config(ours.get_config())
    assert theirs.get_config() == pytest.approx(ours.get_config())
    w = Variable(W, dtype="float32")
    value, slope = jax.value_and_grad(lambda x: theirs(x))(W.astype("float32"))
    assert float(ours(w)) == pytest.approx(float(value), rel=1e-5)
    assert gradient(ours(w), w).numpy() == pytest.approx(np.asarray(slope), rel=1e-5, abs=1e-7)


def test_defaults_are_those_of_keras() -> None:
    keras = pytest.importorskip("keras")
    for name in ("l1", "l2", "l1l2", "orthogonal_regularizer"):
        ours, theirs = regularizers.get(name), keras.regularizers.get(name)
        assert ours.get_config() == pytest.approx(theirs.get_config())  # type: ignore[union-attr]


def test_nothing_to_penalize() -> None:
    w = Variable(np.zeros((3, 3)))
    assert float(L1L2()(w)) == 0.0
    assert L1L2()(w).dtype == "float64"
    for regularizer in (L1(), L2(), OrthogonalRegularizer()):
        assert float(regularizer(w)) == 0.0
        assert np.all(gradient(regularizer(w), w).numpy() == 0)


@pytest.mark.parametrize("name", CASES)
def test_configs_go_there_and_back(name: str) -> None:
    regularizer = CASES[name][0]
    config = json.loads(json.dumps(regularizers.serialize(regularizer)))
    assert repr(regularizers.get(config)) == repr(regularizer)


def test_short_names() -> None:
    assert repr(regularizers.l2(0.5)) == repr(L2(0.5))
    assert repr(regularizers.get("l1_l2")) == repr(L1L2())


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: L1(-0.1), "L1.l1: expected a number >= 0; received -0.1"),
        (lambda: L2("0.1"), "L2.l2: expected a number >= 0; received '0.1'"),
        (lambda: L1L2(l2=float("nan")), "L1L2.l2"),
        (lambda: OrthogonalRegularizer(mode="row"), "one of 'rows', 'columns'"),
        (lambda: regularizers.get("l3"), "regularizer: .*received 'l3'"),
    ],
)
def test_wrong_arguments(build: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        build()


@pytest.mark.parametrize("shape", [(3,), (1, 4), (2, 2, 2)])
def test_wrong_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="a matrix of two or more rows"):
        OrthogonalRegularizer()(np.ones(shape))
