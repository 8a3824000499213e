"""Every metric over several batches, with and without weights, beside Keras's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.compiler import compile
from pellucid.graph import placeholder
from pellucid.nn import metrics
from tests.nn.metrics.cases import CASES, Array, Case, batches

Update = Callable[..., None]


def _title(case: Case) -> str:
    return f"{case.name}-{'-'.join(map(str, case.arguments.values()))}-{case.data}"


def _feed(update: Update, case: Case, weighted: bool) -> None:
    for y_true, y_pred, weight in batches(case):
        update(y_true, y_pred, sample_weight=weight) if weighted else update(y_true, y_pred)


def _ours(case: Case, weighted: bool) -> Array:
    metric = case.build()
    _feed(metric.update_state, case, weighted)
    return metric.result().numpy()


def _keras(case: Case, weighted: bool) -> Array:
    keras = pytest.importorskip("keras")
    metric = getattr(keras.metrics, case.name)(**case.arguments)
    _feed(metric.update_state, case, weighted)
    return np.asarray(metric.result())


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("case", CASES, ids=_title)
# Keras says so of the case where it falls back, as we do.
@pytest.mark.filterwarnings("ignore:More independent predictors than datapoints")
def test_keras_finds_the_same(case: Case, weighted: bool) -> None:
    ours, theirs = _ours(case, weighted), _keras(case, weighted)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("case", CASES, ids=_title)
@pytest.mark.parametrize("target", ["numpy", "native"])
def test_compiled_steps_find_the_same(case: Case, weighted: bool, target: str) -> None:
    metric = case.build()
    y_true, y_pred, weight = batches(case)[0]
    inputs = [
        placeholder((None, *array.shape[1:]), array.dtype, name)
        for array, name in ((y_true, "y_true"), (y_pred, "y_pred"), (weight, "weight"))
    ]
    inputs = inputs if weighted else inputs[:2]
    step = compile([], inputs=inputs, updates=metric.updates(*inputs), target=target)

    def update(y_true: Array, y_pred: Array, sample_weight: Any = None) -> None:
        step(*[array for array in (y_true, y_pred, sample_weight) if array is not None])

    _feed(update, case, weighted)
    [result] = compile([metric.result()])()
    # The printed program has the interpreter's own arithmetic; machine code rounds the float32
    # values of the samples in its own order.
    tolerance = 1e-12 if target == "numpy" else 1e-5
    np.testing.assert_allclose(result, _ours(case, weighted), rtol=tolerance)


def test_every_metric_is_compared() -> None:
    every = {
        name
        for name, thing in vars(metrics).items()
        if isinstance(thing, type) and issubclass(thing, metrics.Metric)
    }
    assert every - {case.name for case in CASES} == {"Metric", "Mean", "Sum", "MeanMetricWrapper"}


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@pytest.mark.parametrize(
    ("values", "weight"),
    [
        ((6,), None),
        ((6,), (6,)),
        ((6, 4), None),
        ((6, 4), (6,)),
        ((6, 4), (6, 1)),
        ((6, 4), (6, 4)),
        ((6, 4, 3), (6, 4)),
        ((6, 4, 3), (6,)),
        ((), None),
    ],
)
def test_reductions_are_those_of_keras(name: str, values: Any, weight: Any) -> None:
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(3)
    ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
    for _ in range(3):
        x = rng.normal(size=values).astype(np.float32)
        w = None if weight is None else rng.random(weight).astype(np.float32)
        ours.update_state(x, sample_weight=w)
        theirs.update_state(x, sample_weight=w)
    np.testing.assert_allclose(float(ours.result()), float(theirs.result()), rtol=1e-5)
