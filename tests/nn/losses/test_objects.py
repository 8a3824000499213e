"""Losses as objects: reductions, weights, masks, names, configs; compared with Keras's."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest

from pellucid.compiler import compile
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Variable, check_gradient, evaluate, gradient, ops, placeholder
from pellucid.nn import losses
from pellucid.nn.losses import LOSSES, FunctionLoss, Loss, as_loss
from tests.nn.losses.cases import CASES, Case

REDUCTIONS = ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None]
CLASSES = sorted({case.class_name for case in CASES.values()})


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_objects_reduce_what_the_functions_give(name: str, reduction: str | None) -> None:
    case = CASES[name]
    loss = getattr(losses, case.class_name)(reduction=reduction, **case.arguments)
    ignored = case.arguments.get("ignore_class")
    count = np.sum(np.asarray(case.y_true) != ignored) if ignored else len(case.expected)
    total = sum(case.expected)
    mean = total / count if len(case.expected) > 1 else total
    value = loss(np.asarray(case.y_true), np.asarray(case.y_pred)).numpy()
    expected: Any = {"sum": total, "none": case.expected, None: case.expected}.get(reduction, mean)
    assert np.ravel(value) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert loss.call(*map(ops.convert_to_tensor, (case.y_true, np.asarray(case.y_pred)))).ndim < 2


def _keras_loss(keras: Any, case: Case, **more: Any) -> Any:
    return getattr(keras.losses, case.class_name)(**case.arguments, **more)


WEIGHTS = [None, [0.5, 2.0], [[0.5], [2.0]], 3.0, [0.0, 0.0]]
WEIGHTED = [
    *((name, [0.5, 2.0], REDUCTIONS[:1]) for name, case in CASES.items() if case.in_keras),
    *itertools.product(["mse", "categorical", "sparse", "dice"], WEIGHTS, [REDUCTIONS]),
]


@pytest.mark.parametrize(("name", "weights", "reductions"), WEIGHTED)
def test_keras_agrees_on_weights(name: str, weights: Any, reductions: Any) -> None:
    keras = pytest.importorskip("keras")
    case = CASES[name]
    ours = getattr(losses, case.class_name)
    y, p = np.asarray(case.y_true), np.asarray(case.y_pred, "float32")
    w = None if weights is None else np.asarray(weights, "float32")
    for reduction in reductions:
        theirs = _keras_loss(keras, case, reduction=reduction)(y, p, sample_weight=w)
        value = ours(reduction=reduction, **case.arguments)(y, p, sample_weight=w).numpy()
        assert np.ravel(value) == pytest.approx(np.ravel(np.asarray(theirs)), rel=1e-5, abs=1e-7)


SHAPES = [
    ((4, 5), (4, 5), [None, (4,), (4, 1), ()]),
    ((4,), (4, 1), [None, (4,), (4, 1)]),
    ((4, 1), (4,), [None, (4,), (4, 1)]),
    ((4, 3, 5), (4, 3, 5), [None, (4, 3), (4, 1), (4, 3, 1), (1, 3)]),
]


@pytest.mark.parametrize(
    ("y_true", "y_pred", "weight", "reduction"),
    [
        (*case[:2], weight, reduction)
        for case in SHAPES
        for weight, reduction in itertools.product(case[2], REDUCTIONS)
    ],
)
def test_keras_agrees_on_shapes(y_true: Any, y_pred: Any, weight: Any, reduction: Any) -> None:
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    y, p = rng.uniform(size=y_true).astype("float32"), rng.uniform(size=y_pred).astype("float32")
    w = None if weight is None else rng.uniform(size=weight).astype("float32")
    theirs = keras.losses.MeanSquaredError(reduction=reduction)(y, p, w)
    ours = losses.MeanSquaredError(reduction=reduction)(y, p, w).numpy()
    assert np.ravel(ours) == pytest.approx(np.ravel(np.asarray(theirs)), rel=1e-5)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 4.0], [0.0, 0.0, 0.0]])
@pytest.mark.parametrize("labels", [[1, -1, 0], [-1, -1, -1], [1, 0, 1]])
def test_keras_agrees_on_ignored_classes(labels: Any, weights: Any, reduction: Any) -> None:
    keras = pytest.importorskip("keras")
    z = np.array([[0.1, 2.0], [3.0, -1.0], [0.5, 0.25]], "float32")
    w = None if weights is None else np.asarray(weights, "float32")
    arguments = {"from_logits": True, "ignore_class": -1, "reduction": reduction}
    theirs = keras.losses.SparseCategoricalCrossentropy(**arguments)(np.array(labels), z, w)
    ours = losses.SparseCategoricalCrossentropy(**arguments)(labels, z, w)
    assert ours.numpy() == pytest.approx(np.asarray(theirs), rel=1e-5)


def test_one_weight_a_sample_spreads_over_its_positions() -> None:
    rng = np.random.default_rng(3)
    y, p, w = rng.uniform(size=(4, 3, 2)), rng.uniform(size=(4, 3, 2)), rng.uniform(size=4)
    loss = losses.MeanSquaredError()
    assert float(loss(y, p, w)) == pytest.approx(float(loss(y, p, np.repeat(w, 3).reshape(4, 3))))


@pytest.mark.parametrize("name", CLASSES)
def test_defaults_are_those_of_keras(name: str) -> None:
    keras = pytest.importorskip("keras")
    if name == "Quadratic":
        return
    ours, theirs = getattr(losses, name)(), getattr(keras.losses, name)()
    # Some of Keras's configs leave out arguments that its constructors have.
    assert theirs.get_config().items() <= ours.get_config().items()
    assert type(losses.get(name)) is type(ours)


def test_names_of_functions_are_those_of_keras() -> None:
    keras = pytest.importorskip("keras")
    short = ["mse", "MSE", "mae", "MAE", "mape", "MAPE", "msle", "MSLE", "bce", "BCE", "kld", "KLD"]
    for name in [*short, *{case.name for case in CASES.values() if case.in_keras}]:
        ours = losses.get(name)
        if name != "categorical_generalized_cross_entropy":
            assert ours.__name__ == keras.losses.get(name).__name__  # type: ignore[union-attr]
        assert losses.get(losses.serialize(ours)) is ours


@pytest.mark.parametrize("name", CASES)
def test_configs_go_there_and_back(name: str) -> None:
    case = CASES[name]
    loss = getattr(losses, case.class_name)(**case.arguments, reduction="sum", name="mine")
    again = losses.get(json.loads(json.dumps(losses.serialize(loss))))
    assert isinstance(again, Loss)
    assert (again.name, again.reduction, repr(again)) == ("mine", "sum", repr(loss))
    value = float(again(np.asarray(case.y_true), np.asarray(case.y_pred)))
    assert value == pytest.approx(sum(case.expected), rel=1e-9, abs=1e-12)


@LOSSES.register()
def cubed(y_true: Any, y_pred: Any, factor: float = 1.0) -> Any:
    return factor * ops.mean(abs(y_pred - y_true) ** 3, axis=-1)


class TestFunctions:
    """A function of one's own serves as a loss."""

    def test_it_is_averaged(self) -> None:
        loss = as_loss(lambda y, p: ops.sum(ops.square(y - p), -1))
        assert float(loss([[1.0, 1.0], [2.0, 2.0]], [[0.0, 0.0], [2.0, 2.0]])) == 1.0

    def test_arguments_and_names(self) -> None:
        loss = FunctionLoss(cubed, "sum", factor=2.0)
        assert float(loss([[1.0]], [[3.0]], 0.5)) == 8.0
        again: Any = losses.get(json.loads(json.dumps(losses.serialize(loss))))
        assert (again.name, again.fn, again.arguments) == ("cubed", cubed, {"factor": 2.0})
        assert repr(loss) == "FunctionLoss(cubed, reduction='sum')"

    def test_one_that_no_file_could_name(self) -> None:
        with pytest.raises(ArgumentError, match="expected a registered loss"):
            as_loss(lambda y, p: y - p).get_config()

    @pytest.mark.parametrize("identifier", ["mse", losses.mean_squared_error, "MeanSquaredError"])
    def test_as_loss(self, identifier: Any) -> None:
        loss = as_loss(identifier)
        assert (loss.name, float(loss([[1.0]], [[3.0]]))) == ("mean_squared_error", 4.0)

    def test_no_loss(self) -> None:
        assert losses.get(None) is None
        with pytest.raises(ArgumentError, match="expected a loss; received None"):
            as_loss(None)


class Scaled(Loss):
    """A loss of one's own."""

    def __init__(self, factor: float = 2.0, name: str = "scaled") -> None:
        super().__init__(name=name)
        self.factor = factor

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The scaled error."""
        return self.factor * ops.mean(abs(y_pred - y_true), axis=-1)


def test_a_class_of_ones_own() -> None:
    loss = Scaled(3.0)
    assert float(loss([[1.0], [0.0]], [[2.0], [1.0]], [1.0, 0.0])) == 1.5
    assert loss.get_config() == {"factor": 3.0, "name": "scaled"}
    assert losses.get(Scaled).factor == 2.0  # type: ignore[union-attr]


def test_a_base_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match="Loss does not say"):
        Loss()([1.0], [1.0])


@pytest.mark.parametrize("name", ["mse", "binary logits", "sparse logits ignore", "huber"])
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight"])
def test_gradients_with_weights(name: str, reduction: str) -> None:
    case = CASES[name]
    loss = getattr(losses, case.class_name)(reduction=reduction, **case.arguments)
    y = np.asarray(case.y_true)
    assert check_gradient(lambda p, w: loss(y, p, w), case.y_pred, [0.5, 2.0]) <= 1e-6


def test_a_batch_of_unknown_size() -> None:
    y, p, w = placeholder((None, 1)), placeholder((None, 1)), placeholder((None,))
    value = losses.BinaryCrossentropy()(y, ops.sigmoid(p), w)
    assert value.shape == ()
    feeds = {y: [[0.0], [1.0], [1.0]], p: [[0.0], [0.0], [0.0]], w: [1.0, 2.0, 0.0]}
    assert float(evaluate(value, feeds)) == pytest.approx(np.log(2.0))


def test_the_mean_of_one_output_is_short() -> None:
    # One mean over the batch, none over the last axis, which has a single element.
    z = Variable(np.zeros((4, 1), "float32"), name="z")
    slope = gradient(losses.BinaryCrossentropy()(np.ones((4, 1)), ops.sigmoid(z)), z)
    assert slope.numpy() == pytest.approx(np.full((4, 1), -0.125))


def test_a_printed_step_shows_the_error_as_the_slope() -> None:
    y, z = placeholder((None, 1), name="y"), Variable(np.zeros((1, 1)), name="z", dtype="float32")
    loss = losses.BinaryCrossentropy()(y, ops.sigmoid(z + 0 * y))
    source = compile([loss, gradient(loss, z)], inputs=[y]).source
    assert "- y) / N" in source
    assert "losses = " in source
    softmax = placeholder((None, 3), name="z")
    label = placeholder((None,), "int32", name="label")
    loss = losses.SparseCategoricalCrossentropy()(label, ops.softmax(softmax))
    source = compile([loss, gradient(loss, softmax)], inputs=[label, softmax]).source
    # One exponential for the loss and its slope, and no probabilities cut off at 1e-7.
    assert source.count("np.exp(") == 1
    assert "1e-07" not in source


def test_dtype() -> None:
    p = np.array([[0.5]], "float32")
    assert losses.MeanSquaredError()([[1.0]], p).dtype == "float32"
    assert losses.MeanSquaredError(dtype="float64")([[1.0]], p).dtype == "float64"
    assert losses.MeanSquaredError()([[1]], p.astype("float64")).dtype == "float64"
    assert losses.MeanSquaredError()([[1]], [[3]]).dtype == "float32"


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: losses.get("mxe"), ArgumentError, "expected the name of a known loss"),
        (lambda: losses.get(1.0), ArgumentError, "received 1.0"),
        (
            lambda: losses.MeanSquaredError(reduction="avg"),
            ArgumentError,
            "MeanSquaredError.reduction: expected one of 'sum_over_batch_size', .*received 'avg'",
        ),
        (lambda: losses.Huber(-1.0), ArgumentError, "Huber.delta: expected a number > 0"),
        (
            lambda: losses.BinaryCrossentropy(label_smoothing=2),
            ArgumentError,
            "BinaryCrossentropy.label_smoothing",
        ),
        (lambda: losses.CategoricalGeneralizedCrossEntropy(1.0), ArgumentError, r"\(0, 1\)"),
        (
            lambda: losses.MeanSquaredError()(np.ones((2, 1)), np.ones((2, 1)), np.ones((2, 2, 2))),
            ShapeError,
            r"sample_weight: expected weights for values of shape \(2,\)",
        ),
        (
            lambda: losses.MeanSquaredError()(np.ones((3, 1)), np.ones((3, 1)), np.ones(2)),
            ShapeError,
            "multiply",
        ),
    ],
)
def test_what_is_refused(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build()
