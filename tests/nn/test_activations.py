"""Activations: one table, and four witnesses for each row."""

from __future__ import annotations

import inspect
import math
from typing import Any, NamedTuple

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, Variable, check_gradient, gradient, ops
from pellucid.nn import activations


class Case(NamedTuple):
    """An activation with its arguments, and its value at some points by hand."""

    name: str
    points: dict[float, float]
    arguments: dict[str, Any] = {}
    torch: str | None = None
    torch_arguments: dict[str, Any] | None = None
    bounded: bool = False


E1 = math.exp(-1.0)
SIGMOID_1 = 1 / (1 + E1)
SIGMOID_2 = 1 / (1 + E1 * E1)
TANH_1 = math.tanh(1.0)
SOFTPLUS_1 = math.log(1 + math.e)
PHI_1 = 0.8413447460685429
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772

# Where the first two agree with Keras only to the sign of a zero or the choice of a slope at a
# kink, nothing is said: the comparison below keeps away from kinks.
CASES = {
    "linear": Case("linear", {-1.5: -1.5, 2.0: 2.0}),
    "sigmoid": Case(
        "sigmoid", {0.0: 0.5, 1.0: SIGMOID_1, -2.0: 1 - SIGMOID_2}, torch="sigmoid", bounded=True
    ),
    "tanh": Case("tanh", {0.0: 0.0, 1.0: TANH_1, -1.0: -TANH_1}, torch="tanh", bounded=True),
    "relu": Case("relu", {-1.0: 0.0, 0.0: 0.0, 2.5: 2.5}, torch="relu"),
    "relu slope": Case(
        "relu",
        {-2.0: -0.5, 3.0: 3.0},
        {"negative_slope": 0.25},
        "leaky_relu",
        {"negative_slope": 0.25},
    ),
    "relu max": Case(
        "relu",
        {-2.0: 0.0, 1.0: 1.0, 3.0: 2.0},
        {"max_value": 2.0},
        "hardtanh",
        {"min_val": 0.0, "max_val": 2.0},
        bounded=True,
    ),
    "relu threshold": Case(
        "relu",
        {0.25: 0.0, 0.75: 0.75, -1.0: 0.0},
        {"threshold": 0.5},
        "threshold",
        {"threshold": 0.5, "value": 0.0},
    ),
    "relu low threshold": Case("relu", {-0.25: -0.25, -0.75: 0.0}, {"threshold": -0.5}),
    "relu all": Case(
        "relu",
        {-1.5: -0.5, 0.25: -0.0625, 0.75: 0.75, 9.0: 2.0},
        {"negative_slope": 0.25, "max_value": 2.0, "threshold": 0.5},
    ),
    "leaky_relu": Case(
        "leaky_relu", {-1.0: -0.2, 2.0: 2.0}, {}, "leaky_relu", {"negative_slope": 0.2}
    ),
    "leaky_relu slope": Case(
        "leaky_relu", {-1.0: -0.5, 2.0: 2.0}, {"negative_slope": 0.5}, "leaky_relu"
    ),
    "relu6": Case("relu6", {-1.0: 0.0, 3.0: 3.0, 8.0: 6.0}, torch="relu6", bounded=True),
    "hard_sigmoid": Case(
        "hard_sigmoid",
        {-4.0: 0.0, 0.0: 0.5, 1.5: 0.75, 4.0: 1.0},
        torch="hardsigmoid",
        bounded=True,
    ),
    "hard_silu": Case("hard_silu", {-4.0: 0.0, 1.5: 1.125, 4.0: 4.0}, torch="hardswish"),
    "hard_tanh": Case(
        "hard_tanh", {-2.0: -1.0, 0.5: 0.5, 2.0: 1.0}, torch="hardtanh", bounded=True
    ),
    "sparse_sigmoid": Case("sparse_sigmoid", {-2.0: 0.0, 0.5: 0.75, 2.0: 1.0}, bounded=True),
    "hard_shrink": Case("hard_shrink", {-1.0: -1.0, 0.25: 0.0, 1.0: 1.0}, torch="hardshrink"),
    "hard_shrink wide": Case(
        "hard_shrink", {-1.0: 0.0, 2.0: 2.0}, {"threshold": 1.5}, "hardshrink", {"lambd": 1.5}
    ),
    "soft_shrink": Case("soft_shrink", {-1.0: -0.5, 0.25: 0.0, 1.0: 0.5}, torch="softshrink"),
    "soft_shrink wide": Case(
        "soft_shrink", {-1.0: 0.0, 2.0: 0.5}, {"threshold": 1.5}, "softshrink", {"lambd": 1.5}
    ),
    "threshold": Case(
        "threshold",
        {0.5: -3.0, 1.5: 1.5},
        {"threshold": 1.0, "default_value": -3.0},
        "threshold",
        {"threshold": 1.0, "value": -3.0},
    ),
    "softsign": Case("softsign", {-1.0: -0.5, 0.0: 0.0, 3.0: 0.75}, torch="softsign", bounded=True),
    "tanh_shrink": Case("tanh_shrink", {0.0: 0.0, 1.0: 1 - TANH_1}, torch="tanhshrink"),
    "exponential": Case("exponential", {0.0: 1.0, 1.0: math.e}),
    "elu": Case("elu", {-1.0: E1 - 1, 2.0: 2.0}, torch="elu"),
    "elu alpha": Case("elu", {-1.0: 3 * (E1 - 1), 2.0: 2.0}, {"alpha": 3.0}, "elu"),
    "selu": Case("selu", {-1.0: SCALE * ALPHA * (E1 - 1), 2.0: 2 * SCALE}, torch="selu"),
    "celu": Case("celu", {-1.0: E1 - 1, 2.0: 2.0}, torch="celu"),
    "celu alpha": Case("celu", {-2.0: 2 * (E1 - 1), 2.0: 2.0}, {"alpha": 2.0}, "celu"),
    "silu": Case("silu", {0.0: 0.0, 1.0: SIGMOID_1, -2.0: -2 * (1 - SIGMOID_2)}, torch="silu"),
    "gelu": Case("gelu", {0.0: 0.0, 1.0: PHI_1, -1.0: PHI_1 - 1}, torch="gelu"),
    "gelu approximate": Case(
        "gelu",
        {1.0: 0.5 * (1 + math.tanh(math.sqrt(2 / math.pi) * 1.044715))},
        {"approximate": True},
        "gelu",
        {"approximate": "tanh"},
    ),
    "softplus": Case("softplus", {0.0: math.log(2), 1.0: SOFTPLUS_1}, torch="softplus"),
    "log_sigmoid": Case("log_sigmoid", {0.0: -math.log(2), -1.0: -SOFTPLUS_1}, torch="logsigmoid"),
    "mish": Case("mish", {0.0: 0.0, 1.0: math.tanh(SOFTPLUS_1)}, torch="mish"),
    "squareplus": Case("squareplus", {0.0: 1.0, 1.5: 2.0, -1.5: 0.5}),
    "squareplus b": Case("squareplus", {0.0: 1.5, 4.0: 4.5, -4.0: 0.5}, {"b": 9}),
    "sparse_plus": Case("sparse_plus", {-2.0: 0.0, 0.0: 0.25, 0.5: 0.5625, 2.0: 2.0}),
}

# Away from every kink of the table, on both sides of each.
X = np.array([-7.3, -3.4, -2.2, -1.7, -1.2, -0.7, -0.3, 0.2, 0.4, 0.7, 1.2, 1.7, 2.2, 3.4, 7.3])


def _apply(case: Case, x: Any) -> Tensor:
    activation = getattr(activations, case.name)
    result: Tensor = activation(x, **case.arguments)
    return result


@pytest.mark.parametrize("name", CASES)
def test_values(name: str) -> None:
    case = CASES[name]
    for x, expected in case.points.items():
        assert float(_apply(case, np.float64(x))) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", CASES)
def test_gradients(name: str) -> None:
    assert check_gradient(lambda x: _apply(CASES[name], x), X) <= 1e-6


def _ours(case: Case, x: np.ndarray[Any, Any]) -> tuple[Any, Any]:
    z = Variable(x)
    y = _apply(case, z)
    return y.numpy(), gradient(y, z, np.ones_like(x)).numpy()


@pytest.mark.parametrize("name", CASES)
def test_keras_agrees(name: str) -> None:
    keras = pytest.importorskip("keras")
    jax = pytest.importorskip("jax")
    case, x = CASES[name], X.astype("float32")
    theirs = getattr(keras.activations, case.name)
    value, back = jax.vjp(lambda t: theirs(t, **case.arguments), x)
    (slope,) = back(np.ones_like(x))
    ours = _ours(case, x)
    assert ours[0] == pytest.approx(np.asarray(value), rel=1e-5, abs=1e-5)
    assert ours[1] == pytest.approx(np.asarray(slope), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.torch])
def test_torch_agrees(name: str) -> None:
    torch = pytest.importorskip("torch")
    case = CASES[name]
    function = getattr(torch.nn.functional, case.torch or "", None) or getattr(torch, case.torch)  # type: ignore[arg-type]
    arguments = case.arguments if case.torch_arguments is None else case.torch_arguments
    x = torch.tensor(X, requires_grad=True)
    y = function(x, **arguments)
    y.sum().backward()
    value, slope = _ours(case, X)
    assert value == pytest.approx(y.detach().numpy(), rel=1e-9, abs=1e-12)
    # PyTorch keeps the 1/6 of hardsigmoid's slope in float32.
    assert slope == pytest.approx(x.grad.numpy(), rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [name for name in CASES if name != "exponential"])
def test_extreme_inputs_stay_finite(name: str, dtype: str) -> None:
    value, slope = _ours(CASES[name], np.array([-1e4, -100.0, 0.0, 100.0, 1e4], dtype))
    assert (value.dtype, slope.dtype) == (dtype, dtype)
    assert np.isfinite(value).all() and np.isfinite(slope).all()
    assert np.abs(value).max() <= (6.0 if CASES[name].bounded else 2e4)


@pytest.mark.parametrize("name", CASES)
def test_defaults_are_those_of_keras(name: str) -> None:
    keras = pytest.importorskip("keras")
    ours = inspect.signature(getattr(activations, CASES[name].name)).parameters.values()
    theirs = inspect.signature(getattr(keras.activations, CASES[name].name)).parameters.values()
    assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]


def test_every_name_of_keras_is_known() -> None:
    keras = pytest.importorskip("keras")
    names = [n for n in dir(keras.activations) if n[0] != "_" and callable(getattr(activations, n))]
    for name in names:
        if name not in ("get", "serialize", "deserialize"):
            found = activations.get(name)
            assert activations.get(activations.serialize(found)) is found
            assert found.__name__ == keras.activations.get(name).__name__
    assert len(names) > 30


IDENTITIES = {
    "softplus(x) - softplus(-x) = x": (
        lambda x: activations.softplus(x) - activations.softplus(-x),
        lambda x: x,
    ),
    "sigmoid(x) + sigmoid(-x) = 1": (
        lambda x: activations.sigmoid(x) + activations.sigmoid(-x),
        lambda x: x * 0 + 1,
    ),
    "2 sigmoid(2x) - 1 = tanh(x)": (
        lambda x: 2 * activations.sigmoid(2 * x) - 1,
        activations.tanh,
    ),
    "exp(log_sigmoid) = sigmoid": (
        lambda x: ops.exp(activations.log_sigmoid(x)),
        activations.sigmoid,
    ),
    "relu(x) - relu(-x) = x": (lambda x: activations.relu(x) - activations.relu(-x), lambda x: x),
    "silu(x) - silu(-x) = x": (lambda x: activations.silu(x) - activations.silu(-x), lambda x: x),
    "gelu(x) - gelu(-x) = x": (lambda x: activations.gelu(x) - activations.gelu(-x), lambda x: x),
    "squareplus(x) - squareplus(-x) = x": (
        lambda x: activations.squareplus(x) - activations.squareplus(-x),
        lambda x: x,
    ),
    "celu with alpha 1 = elu": (activations.celu, activations.elu),
    "softmax of (x, 0) is sigmoid(x)": (
        lambda x: activations.softmax(ops.stack([x, 0 * x], -1))[..., 0],
        activations.sigmoid,
    ),
    "glu": (
        lambda x: activations.glu(ops.concatenate([x, x * 0.5])),
        lambda x: x * activations.sigmoid(0.5 * x),
    ),
    "prelu": (lambda x: activations.prelu(x, 0.3), lambda x: activations.leaky_relu(x, 0.3)),
    "relu in pieces": (
        lambda x: activations.relu(x, 0.1, 3.0, 1.0),
        lambda x: ops.where(x >= 3, 3.0, ops.where(x > 1, x, 0.1 * (x - 1))),
    ),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_identities(name: str) -> None:
    left, right = IDENTITIES[name]
    values = [f(ops.convert_to_tensor(X)).numpy() for f in (left, right)]
    assert values[0] == pytest.approx(values[1], rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("name", ["silu", "log_sigmoid", "squareplus", "softsign", "mish"])
def test_small_tails_keep_their_digits(name: str) -> None:
    x = np.array([-60.0, -30.0, -15.0], "float32")
    near, exact = (_ours(CASES[name], x.astype(dtype)) for dtype in ("float32", "float64"))
    assert near[0] == pytest.approx(exact[0], rel=2e-5)
    assert near[1] == pytest.approx(exact[1], rel=2e-5)


BATCH = np.random.default_rng(0).normal(size=(2, 4, 3))
AXES = [
    *(("softmax", axis) for axis in (0, 1, -1)),
    *(("log_softmax", axis) for axis in (0, 1, -1)),
    *(("glu", axis) for axis in (0, 1)),
    *(("sparsemax", axis) for axis in (0, 1, -1)),
]


@pytest.mark.parametrize(("name", "axis"), [case for case in AXES if case[0] != "sparsemax"])
def test_along_an_axis(name: str, axis: int) -> None:
    keras = pytest.importorskip("keras")
    jax = pytest.importorskip("jax")
    case = Case(name, {}, {"axis": axis})
    x = 3 * BATCH.astype("float32")
    g = np.random.default_rng(1).normal(size=_apply(case, x).shape).astype("float32")
    value, back = jax.vjp(lambda t: getattr(keras.activations, name)(t, axis=axis), x)
    z = Variable(x)
    y = _apply(case, z)
    assert y.numpy() == pytest.approx(np.asarray(value), rel=1e-5, abs=1e-6)
    slope = gradient(y, z, g).numpy()
    assert slope == pytest.approx(np.asarray(back(g)[0]), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(("name", "axis"), AXES)
def test_gradients_along_an_axis(name: str, axis: int) -> None:
    assert check_gradient(lambda x: _apply(Case(name, {}, {"axis": axis}), x), BATCH) <= 1e-6


@pytest.mark.parametrize("name", ["softmax", "sparsemax"])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_probabilities(name: str, scale: float) -> None:
    value, slope = _ours(Case(name, {}), (scale * BATCH).astype("float32"))
    assert value.sum(-1) == pytest.approx(np.ones((2, 4)), abs=1e-6)
    assert (value >= 0).all() and np.isfinite(slope).all()


def test_log_softmax_of_extreme_logits() -> None:
    value, slope = _ours(Case("log_softmax", {}), np.array([[1e4, -1e4, 0.0]], "float32"))
    assert value.tolist() == [[0.0, -2e4, -1e4]]
    assert slope == pytest.approx(np.array([[-2.0, 1.0, 1.0]]))


def test_sparsemax_by_hand() -> None:
    case = Case("sparsemax", {})
    assert _apply(case, [0.3, 0.1, -1.0]).numpy() == pytest.approx([0.6, 0.4, 0.0])
    assert _apply(case, [2.0, 0.5]).numpy().tolist() == [1.0, 0.0]
    assert _apply(case, [1.0, 1.0]).numpy().tolist() == [0.5, 0.5]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_sparsemax_is_the_nearest_point_with_sum_one(axis: int) -> None:
    y = _apply(Case("sparsemax", {}, {"axis": axis}), BATCH).numpy()
    assert y.sum(axis) == pytest.approx(np.ones_like(y.sum(axis)))
    # At the nearest point every positive element has moved by the same t, the others lie below t.
    t = np.where(y > 0, BATCH - y, -np.inf).max(axis, keepdims=True)
    assert np.where(y > 0, BATCH - y, t) == pytest.approx(np.broadcast_to(t, y.shape))
    assert (np.where(y > 0, -np.inf, BATCH) <= t).all()
    assert 0 < (y == 0).sum() < y.size


def test_a_learnt_slope_has_a_gradient() -> None:
    alpha, x = np.array([0.1, 0.2, 0.3]), BATCH[0]
    assert check_gradient(activations.prelu, x, alpha) <= 1e-6


def test_whole_numbers() -> None:
    assert activations.relu(np.array([-1, 2])).dtype == "int64"
    for name in ("silu", "elu", "softsign", "softmax", "gelu", "squareplus"):
        assert getattr(activations, name)(np.array([-1, 2])).dtype == "float32"


def test_any_function_serves() -> None:
    def bent(x: Tensor) -> Tensor:
        return x + 0.1 * x * x

    assert activations.get(bent) is bent
    assert activations.get(None) is activations.linear
    assert check_gradient(activations.get(bent), X) <= 1e-6
    with pytest.raises(ArgumentError, match="expected a registered activation"):
        activations.serialize(bent)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: activations.get("rleu"), r"expected the name of a known activation.*relu"),
        (lambda: activations.get(7), "received 7"),
        (lambda: activations.relu(X, max_value=-1.0), "relu.max_value: expected a number >= 0"),
        (lambda: activations.relu(X, threshold="0"), "relu.threshold: expected a finite number"),
        (lambda: activations.celu(X, 0.0), "celu.alpha: expected a number > 0; received 0.0"),
        (lambda: activations.squareplus(X, -4), "squareplus.b: expected a number > 0"),
        (lambda: activations.soft_shrink(X, -1), "soft_shrink.threshold"),
        (lambda: activations.elu(X, float("nan")), "elu.alpha"),
    ],
)
def test_wrong_arguments(build: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        build()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: activations.glu(np.ones((2, 3))), r"an axis of even length.*\(2, 3\)"),
        (lambda: activations.glu(np.ones((2, 4)), axis=2), "glu: expected an axis 2"),
        (lambda: activations.softmax(np.ones((2, 4)), axis=2), "axis"),
        (lambda: activations.sparsemax(1.0), "axis"),
    ],
)
def test_wrong_shapes(build: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        build()
