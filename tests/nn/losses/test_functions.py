"""Loss functions: by hand, by difference quotient, by Keras and PyTorch, and at the extremes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import (
    Variable,
    check_gradient,
    evaluate,
    gradient,
    ops,
    placeholder,
    substitute,
)
from pellucid.nn import losses
from tests.nn.losses.cases import CASES


@pytest.mark.parametrize("name", CASES)
def test_values(name: str) -> None:
    case = CASES[name]
    value = case(np.asarray(case.y_pred)).numpy()
    assert np.ravel(value) == pytest.approx(case.expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_gradients(name: str) -> None:
    case = CASES[name]
    assert check_gradient(case, case.y_pred) <= 1e-6


def _value_and_slope(function: Callable[[Any], Any], y_pred: Any) -> tuple[Any, Any]:
    p = Variable(y_pred)
    total = ops.sum(function(p))
    return evaluate([total, gradient(total, p)])


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.in_keras])
def test_keras_agrees(name: str) -> None:
    keras = pytest.importorskip("keras")
    jax = pytest.importorskip("jax")
    case = CASES[name]
    if case.name == "categorical_generalized_cross_entropy":
        theirs = keras.losses.CategoricalGeneralizedCrossEntropy(reduction=None, **case.arguments)
    else:
        theirs = _with(getattr(keras.losses, case.name), case.arguments)
    y, p = np.asarray(case.y_true), np.asarray(case.y_pred, "float32")
    value, slope = jax.value_and_grad(lambda t: theirs(y, t).sum())(p)
    ours = _value_and_slope(case, p)
    assert ours[0] == pytest.approx(float(value), rel=1e-5, abs=1e-6)
    assert ours[1] == pytest.approx(np.asarray(slope), rel=1e-5, abs=1e-6)


def _with(function: Callable[..., Any], arguments: dict[str, Any]) -> Callable[..., Any]:
    return lambda y, p: function(y, p, **arguments)


# PyTorch's functional module, predictions, labels.
TORCH: dict[str, Callable[[Any, Any, Any], Any]] = {
    "mse": lambda f, p, y: f.mse_loss(p, y, reduction="none").mean(-1),
    "quadratic": lambda f, p, y: 0.5 * f.mse_loss(p, y, reduction="none").mean(-1),
    "mae": lambda f, p, y: f.l1_loss(p, y, reduction="none").mean(-1),
    "huber": lambda f, p, y: f.huber_loss(p, y, reduction="none").mean(-1),
    "huber wide": lambda f, p, y: f.huber_loss(p, y, reduction="none", delta=3.0).mean(-1),
    "cosine": lambda f, p, y: -f.cosine_similarity(p, y),
    "binary": lambda f, p, y: f.binary_cross_entropy(p, y, reduction="none").mean(-1),
    "binary logits": lambda f, p, y: f.binary_cross_entropy_with_logits(
        p, y, reduction="none"
    ).mean(-1),
    "categorical logits": lambda f, p, y: f.cross_entropy(p, y),
    "categorical logits smooth": lambda f, p, y: f.cross_entropy(p, y, label_smoothing=0.3),
    "sparse": lambda f, p, y: f.nll_loss((p / p.sum(-1, keepdim=True)).log(), y.long()),
    "sparse logits": lambda f, p, y: f.cross_entropy(p, y.long()),
    "sparse logits ignore": lambda f, p, y: f.cross_entropy(p, y.long(), ignore_index=2) / 2,
    "kl": lambda f, p, y: f.kl_div(p.log(), y, reduction="batchmean"),
    "poisson": lambda f, p, y: f.poisson_nll_loss(
        p, y, log_input=False, eps=1e-7, reduction="none"
    ).mean(-1),
}


@pytest.mark.parametrize("name", TORCH)
def test_torch_agrees(name: str) -> None:
    torch = pytest.importorskip("torch")
    case = CASES[name]
    p = torch.tensor(case.y_pred, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(case.y_true, dtype=torch.float64)
    theirs = TORCH[name](torch.nn.functional, p, y).mean()
    theirs.backward()
    value, slope = _value_and_slope(lambda t: ops.mean(case(t)), np.asarray(case.y_pred))
    assert value == pytest.approx(theirs.item(), rel=1e-5)
    assert slope == pytest.approx(p.grad.numpy(), rel=1e-5, abs=1e-9)


HUGE = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [0.0, 1e4, -1e4]], "float32")
HOT = np.eye(3, dtype="float32")
EXTREME: dict[str, tuple[Any, Any, list[float]]] = {
    "binary": (losses.binary_crossentropy, HOT, [0.0, 1e4 / 3, 1e4 / 3]),
    "categorical": (losses.categorical_crossentropy, HOT, [0.0, np.log(2.0), 2e4]),
    "sparse": (losses.sparse_categorical_crossentropy, np.arange(3), [0.0, np.log(2.0), 2e4]),
    "binary focal": (losses.binary_focal_crossentropy, HOT, [0.0, 1e4 / 3, 1e4 / 3]),
    "categorical focal": (
        losses.categorical_focal_crossentropy,
        HOT,
        [0.0, np.log(2.0) / 16, 5e3],
    ),
}
# Where a logit is 0 and the label 0, a third of log 2 is added (a quarter of it with focus).
EXTREME["binary"][2][:] = [np.log(2.0) / 3, 1e4 / 3, (2e4 + np.log(2.0)) / 3]
EXTREME["binary focal"][2][:] = [np.log(2.0) / 12, 1e4 / 3, (2e4 + np.log(2.0) / 4) / 3]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", EXTREME)
def test_extreme_logits(name: str, dtype: str) -> None:
    function, y, expected = EXTREME[name]
    z = Variable(HUGE.astype(dtype))
    values = function(y, z, from_logits=True)
    assert values.numpy() == pytest.approx(expected, rel=1e-6)
    slope = gradient(ops.sum(values), z).numpy()
    assert np.isfinite(slope).all()
    assert np.abs(slope).max() <= 1


@pytest.mark.parametrize("gamma", [0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 5.0])
@pytest.mark.parametrize("name", ["binary focal", "categorical focal"])
def test_extreme_logits_with_any_focus(name: str, gamma: float) -> None:
    function, y, _ = EXTREME[name]
    for smoothing in (0.0, 0.1):
        for from_logits in (True, False):
            p = HUGE if from_logits else np.clip(HUGE, 0.0, 1.0)
            value, slope = _value_and_slope(
                lambda t, p=p, s=smoothing, f=from_logits: function(
                    y, t, gamma=gamma, label_smoothing=s, from_logits=f
                ),
                p,
            )
            assert np.isfinite(value) and np.isfinite(slope).all()


@pytest.mark.parametrize("name", ["categorical", "sparse", "binary"])
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_certain_probabilities(name: str, p: float) -> None:
    function, y, _ = EXTREME[name]
    value, slope = _value_and_slope(lambda t: function(y, t), np.full((3, 3), p, "float32"))
    assert np.isfinite(value) and np.isfinite(slope).all()


@pytest.mark.parametrize(
    ("function", "y_true"),
    [
        (losses.log_cosh, HOT),
        (losses.huber, HOT),
        (losses.mean_squared_error, HOT),
        (losses.mean_absolute_percentage_error, HOT),
        (losses.cosine_similarity, HOT),
        (losses.hinge, HOT),
        (losses.squared_hinge, HOT),
        (losses.categorical_hinge, HOT),
        (losses.kl_divergence, HOT),
        (losses.mean_squared_logarithmic_error, HOT),
    ],
)
@pytest.mark.parametrize("scale", [0.0, 1e-30, 1.0])
def test_large_and_zero_predictions(function: Any, y_true: Any, scale: float) -> None:
    value, slope = _value_and_slope(lambda t: function(y_true, t), HUGE * np.float32(scale))
    assert np.isfinite(value) and np.isfinite(slope).all()


def test_log_cosh_keeps_its_digits() -> None:
    e = np.array([[1e-3], [1e-4], [1e-2]], "float32")
    assert losses.log_cosh(0 * e, e).numpy() == pytest.approx(0.5 * e[:, 0] ** 2, rel=1e-3)


class TestLogitsBehindProbabilities:
    """With from_logits=False, what made the probabilities decides how the loss is computed."""

    PAIRS = (
        ("binary", ops.sigmoid),
        ("binary focal", ops.sigmoid),
        ("categorical", ops.softmax),
        ("sparse", ops.softmax),
        ("categorical focal", ops.softmax),
    )

    @pytest.mark.parametrize(("name", "activation"), PAIRS)
    def test_the_logits_are_found(self, name: str, activation: Any) -> None:
        function, y, expected = EXTREME[name]
        value, slope = _value_and_slope(lambda t: function(y, activation(t)), HUGE)
        exact = _value_and_slope(lambda t: function(y, t, from_logits=True), HUGE)
        assert value == pytest.approx(sum(expected), rel=1e-6)
        assert slope.tolist() == exact[1].tolist()

    @pytest.mark.parametrize(("name", "activation"), PAIRS)
    def test_other_probabilities_are_clipped(self, name: str, activation: Any) -> None:
        function, y, _ = EXTREME[name]
        value, _ = _value_and_slope(lambda t: function(y, activation(t) * 1.0), HUGE)
        assert 0 < value < 3 * 17

    def test_the_slope_is_the_error(self) -> None:
        z = Variable(HUGE[:, :1])
        y = np.array([[0.0], [1.0], [1.0]])
        total = ops.sum(losses.binary_crossentropy(y, ops.sigmoid(z)))
        expected = ops.sigmoid(z).numpy() - y
        assert gradient(total, z).numpy() == pytest.approx(expected)

    def test_through_a_change_of_shape(self) -> None:
        z = Variable(np.array([[1e4], [-1e4]], "float32"))
        p = ops.squeeze(ops.sigmoid(z), -1)
        assert losses.binary_crossentropy(
            [[0.0], [1.0]], ops.expand_dims(p, -1)
        ).numpy().tolist() == [1e4, 1e4]

    def test_only_the_axis_of_the_softmax(self) -> None:
        value, _ = _value_and_slope(
            lambda t: losses.categorical_crossentropy(HOT, ops.softmax(t, 0)), HUGE
        )
        assert value < 3 * 17

    def test_not_when_other_code_resembles_it(self) -> None:
        e = ops.exp(ops.convert_to_tensor(HUGE / 1e4))
        plain = e / ops.sum(e, axis=-1, keepdims=True)
        assert losses.categorical_crossentropy(HOT, plain).numpy() == pytest.approx(
            losses.categorical_crossentropy(HOT, HUGE / 1e4, from_logits=True).numpy(), rel=1e-5
        )

    def test_in_a_graph_built_again(self) -> None:
        x, other = placeholder((3, 3)), Variable(HUGE)
        (p,) = substitute([ops.softmax(x)], {x: other})
        assert float(ops.sum(losses.categorical_crossentropy(HOT, p))) == pytest.approx(
            2e4 + np.log(2.0)
        )

    @pytest.mark.parametrize(("name", "activation"), PAIRS)
    def test_probabilities_called_logits_are_warned_of(self, name: str, activation: Any) -> None:
        function, y, _ = EXTREME[name]
        with pytest.warns(UserWarning, match="output of a sigmoid or softmax"):
            function(y, activation(ops.convert_to_tensor(HUGE)), from_logits=True)


@pytest.mark.parametrize(
    ("y_true", "y_pred"),
    [((4,), (4, 1)), ((4, 1), (4,)), ((4, 3, 1), (4, 3)), ((4, 3), (4, 3, 1))],
)
def test_a_missing_last_axis(y_true: tuple[int, ...], y_pred: tuple[int, ...]) -> None:
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(0)
    y, p = rng.uniform(size=y_true).astype("float32"), rng.uniform(size=y_pred).astype("float32")
    for name in ("mean_squared_error", "huber", "log_cosh"):
        ours = getattr(losses, name)(y, p).numpy()
        assert ours == pytest.approx(np.asarray(getattr(keras.losses, name)(y, p)), rel=1e-5)


def test_a_batch_of_unknown_size() -> None:
    y, p = placeholder((None,)), placeholder((None, 1))
    value = losses.binary_crossentropy(y, ops.sigmoid(p))
    assert value.shape == y.shape
    fed = evaluate(value, {y: [0.0, 1.0], p: [[0.0], [0.0]]})
    assert fed == pytest.approx([np.log(2.0)] * 2)


@pytest.mark.parametrize("dtype", ["int32", "int64", "bool", "float32", "float64"])
def test_labels_of_any_type(dtype: str) -> None:
    value = losses.binary_crossentropy(np.array([[1], [0]], dtype), np.float32([[0.5], [0.5]]))
    assert value.dtype == "float32"
    assert value.numpy() == pytest.approx([np.log(2.0)] * 2)
    sparse = losses.sparse_categorical_crossentropy(
        np.array([1, 0], dtype), np.array([[0.5, 0.5], [0.5, 0.5]])
    )
    assert sparse.dtype == "float64"
    assert sparse.numpy() == pytest.approx([np.log(2.0)] * 2)


def test_classes_on_another_axis() -> None:
    rng = np.random.default_rng(1)
    z, y = rng.normal(size=(2, 3, 4)), rng.integers(0, 3, size=(2, 4))
    hot = np.moveaxis(np.eye(3)[y], -1, 1)
    last = losses.sparse_categorical_crossentropy(y, np.moveaxis(z, 1, -1), from_logits=True)
    for value in (
        losses.sparse_categorical_crossentropy(y, z, from_logits=True, axis=1),
        losses.sparse_categorical_crossentropy(y[:, None], z, from_logits=True, axis=1),
        losses.sparse_categorical_crossentropy(y, ops.softmax(z, 1) * 1.0, axis=1),
        losses.categorical_crossentropy(hot, z, from_logits=True, axis=1),
        losses.categorical_crossentropy(hot, ops.softmax(z, 1), axis=1),
    ):
        assert value.numpy() == pytest.approx(last.numpy(), rel=1e-9)


IDENTITIES: dict[str, tuple[Any, Any]] = {
    "huber with a wide delta is half the squared error": (
        lambda y, p: losses.huber(y, p, delta=100.0),
        losses.quadratic,
    ),
    "focal without focus is the cross-entropy": (
        lambda y, p: losses.binary_focal_crossentropy(y, p, gamma=0),
        losses.binary_crossentropy,
    ),
    "two classes are one question": (
        lambda y, p: losses.categorical_crossentropy(
            ops.stack([y[:, 0], 1 - y[:, 0]], -1), ops.stack([p[:, 0], 1 - p[:, 0]], -1)
        ),
        lambda y, p: losses.binary_crossentropy(y[:, :1], p[:, :1]),
    ),
    "smoothing mixes with the even labels": (
        lambda y, p: losses.binary_crossentropy(y, p, label_smoothing=0.3),
        lambda y, p: (
            0.7 * losses.binary_crossentropy(y, p)
            + 0.3 * losses.binary_crossentropy(0 * y + 0.5, p)
        ),
    ),
    "tversky with halves is dice": (
        lambda y, p: losses.tversky(y, p, axis=1),
        lambda y, p: losses.dice(y, p, axis=1),
    ),
    "the divergence from itself": (
        lambda y, p: losses.kl_divergence(p, p),
        lambda y, p: 0 * p[:, 0],
    ),
    "cosine does not see lengths": (
        lambda y, p: losses.cosine_similarity(3 * y, 5 * p),
        losses.cosine_similarity,
    ),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identities(name: str) -> None:
    rng = np.random.default_rng(2)
    y = ops.convert_to_tensor(np.eye(3)[rng.integers(0, 3, 8)])
    p = ops.convert_to_tensor(rng.uniform(0.05, 0.95, size=(8, 3)))
    left, right = IDENTITIES[name]
    assert left(y, p).numpy() == pytest.approx(right(y, p).numpy(), rel=1e-6, abs=1e-12)


def test_cross_entropy_is_entropy_and_divergence() -> None:
    y, p = np.array([[0.2, 0.3, 0.5]]), np.array([[0.5, 0.25, 0.25]])
    whole = losses.categorical_crossentropy(y, p).numpy()
    parts = losses.categorical_crossentropy(y, y).numpy() + losses.kl_divergence(y, p).numpy()
    assert whole == pytest.approx(parts, rel=1e-12)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: losses.mean_squared_error(np.ones((3, 3)), np.ones((3, 1))),
            ShapeError,
            r"mean_squared_error: expected y_true and y_pred of one shape; "
            r"received \(3, 3\) and \(3, 1\)",
        ),
        (lambda: losses.huber(np.ones(3), np.ones((3, 3))), ShapeError, "one shape"),
        (
            lambda: losses.categorical_crossentropy(np.ones(3), np.ones((3, 2))),
            ShapeError,
            "use sparse_categorical_crossentropy",
        ),
        (
            lambda: losses.sparse_categorical_crossentropy(np.ones((3, 2)), np.ones((3, 2))),
            ShapeError,
            r"y_true of shape \(3,\).*received \(3, 2\).*use categorical_crossentropy",
        ),
        (
            lambda: losses.categorical_crossentropy(np.ones((3, 1)), np.ones((3, 1))),
            ShapeError,
            "two or more classes along axis -1.*use binary_crossentropy",
        ),
        (lambda: losses.binary_crossentropy([[1.0]], [[0.5]], axis=2), ShapeError, "axis"),
        (lambda: losses.categorical_crossentropy(HOT, HOT, axis=2), ShapeError, "axis"),
        (lambda: losses.binary_crossentropy([[1.0]], [[0.5]], axis=True), ArgumentError, "axis"),
        (
            lambda: losses.binary_crossentropy([[1.0]], [[0.5]], label_smoothing=1.5),
            ArgumentError,
            r"binary_crossentropy.label_smoothing: expected a number in \[0, 1\]; received 1.5",
        ),
        (lambda: losses.huber([1.0], [[0.5]], delta=0), ArgumentError, "delta: .* > 0"),
        (
            lambda: losses.binary_focal_crossentropy([[1.0]], [[0.5]], gamma=-1),
            ArgumentError,
            "gamma: expected a number >= 0",
        ),
        (
            lambda: losses.binary_focal_crossentropy([[1.0]], [[0.5]], alpha=2),
            ArgumentError,
            "alpha: expected a number in",
        ),
        (
            lambda: losses.categorical_generalized_cross_entropy([0], [[0.5, 0.5]], q=1),
            ArgumentError,
            r"q: expected a number in \(0, 1\)",
        ),
        (
            lambda: losses.sparse_categorical_crossentropy([0, -1], np.ones((2, 2)) / 2),
            ArgumentError,
            "class numbers from 0 to 1; received -1",
        ),
        (
            lambda: losses.sparse_categorical_crossentropy([[2]], [[0.5, 0.5]], ignore_class=-1),
            ArgumentError,
            "received 2.*ignore_class",
        ),
    ],
)
def test_what_is_refused(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        build()


@pytest.mark.parametrize("wrong", [-1, 2, 100])
def test_labels_that_are_no_class_are_refused_when_they_arrive(wrong: int) -> None:
    y, z = placeholder((None,), "int32"), placeholder((None, 2))
    for from_logits in (True, False):
        value = losses.sparse_categorical_crossentropy(y, z, from_logits=from_logits)
        with pytest.raises(ArgumentError, match="indices"):
            evaluate(value, {y: [0, wrong], z: [[0.5, 0.5], [0.5, 0.5]]})
