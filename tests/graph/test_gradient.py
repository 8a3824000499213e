"""What a gradient means: closed forms, orders, refusals; and the check that finds a wrong one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from pellucid.errors import DTypeError, GraphError, NumericsError, ShapeError
from pellucid.graph import (
    N,
    Tensor,
    Variable,
    check_gradient,
    constant,
    current_origin,
    difference_quotient,
    evaluate,
    gradient,
    hessian,
    jacobian,
    label,
    ops,
    origin,
    placeholder,
    substitute,
    toposort,
)
from pellucid.graph.primitives.table import GRADIENT_RULES, NUMPY_RULES, define, same
from pellucid.graph.tensor import SHAPE_RULES, apply
from tests.graph.strategies import array_of


def repeated(function: Any, x: Tensor, order: int) -> Tensor:
    """The derivative of an order."""
    y: Tensor = function(x)
    for _ in range(order):
        y = gradient(y, x)
    return y


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("function", "closed"),
    [
        (ops.sin, lambda x, n: math.sin(x + n * math.pi / 2)),
        (ops.cos, lambda x, n: math.cos(x + n * math.pi / 2)),
        (ops.exp, lambda x, n: math.exp(x)),
        (lambda x: ops.exp(-2 * x), lambda x, n: (-2) ** n * math.exp(-2 * x)),
        (ops.log, lambda x, n: (-1) ** (n - 1) * math.factorial(n - 1) / x**n),
        (lambda x: 1 / x, lambda x, n: (-1) ** n * math.factorial(n) / x ** (n + 1)),
        (lambda x: x**4, lambda x, n: math.perm(4, n) * x ** max(4 - n, 0)),
        (lambda x: x**4 - 3 * x**2 + x, None),
        (lambda x: x**2.5, lambda x, n: math.prod(2.5 - k for k in range(n)) * x ** (2.5 - n)),
        (lambda x: ops.sqrt(x), lambda x, n: math.prod(0.5 - k for k in range(n)) * x ** (0.5 - n)),
        (lambda x: 2**x, lambda x, n: math.log(2) ** n * 2**x),
        (ops.sinh, lambda x, n: math.cosh(x) if n % 2 else math.sinh(x)),
        (ops.softplus, None),
    ],
)
def test_derivatives_of_any_order(function: Any, closed: Any, order: int) -> None:
    x = Variable(np.array(0.7))
    found = float(repeated(function, x, order))
    if closed is None:
        closed = SPECIAL[function(x).op]
    assert found == pytest.approx(closed(0.7, order), rel=1e-9, abs=1e-9)


def _softplus(x: float, n: int) -> float:
    s = 1 / (1 + math.exp(-x))
    d = s * (1 - s)
    return [s, d, d * (1 - 2 * s), d * (1 - 6 * d), d * (1 - 2 * s) * (1 - 12 * d)][n - 1]


SPECIAL = {
    "add": lambda x, n: [4 * x**3 - 6 * x + 1, 12 * x**2 - 6, 24 * x, 24, 0][n - 1],
    "custom_gradient": _softplus,
}


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_derivatives_of_polynomials_at_zero(order: int) -> None:
    x = Variable(np.array(0.0))
    for power in range(6):
        expected = math.factorial(order) if order == power else 0
        assert float(repeated(lambda t, p=power: t**p, x, order)) == expected


def test_the_chain_rule_by_hand() -> None:
    a, b, c = Variable(5.0), Variable(3.0), Variable(2.0)
    j = 3 * (a + b * c)
    assert [float(g) for g in gradient(j, [a, b, c])] == [3, 6, 9]
    w = Variable(5.0)
    assert float(gradient(0.5 * (w * 2 - 6) ** 2, w)) == 8


def test_each_result_has_the_shape_and_type_of_its_variable() -> None:
    a, b = Variable(np.ones((2, 3), np.float32)), Variable(np.ones(3))
    y = ops.sum(a * b)
    da, db = gradient(y, [a, b])
    assert (y.dtype, da.shape, da.dtype, db.shape, db.dtype) == (
        ("float64", (2, 3), "float32", (3,), "float64")
    )
    assert isinstance(gradient(y, a), Tensor)
    assert gradient(y, []) == []
    assert len(gradient(y, (a, a))) == 2


def test_what_it_does_not_depend_on_has_slope_zero() -> None:
    x, y = Variable(np.ones((2, 3))), Variable(2.0)
    zero = gradient(ops.sum(x), y)
    assert (float(zero), zero.dtype) == (0, "float32")
    assert gradient(y, x).numpy().tolist() == [[0] * 3] * 2
    assert float(gradient(zero, y)) == 0
    n = placeholder((N, 2), name="n")
    assert evaluate(gradient(y, n), {n: np.ones((3, 2))}).tolist() == [[0, 0]] * 3


def test_the_slope_of_a_thing_by_itself_is_one() -> None:
    x = Variable(3.0)
    assert float(gradient(x, x)) == 1
    assert [float(g) for g in gradient(x * x, [x, x])] == [6, 6]


def test_any_node_may_be_differentiated_by() -> None:
    x = Variable(3.0)
    square = x * x
    outer = square * square + x
    assert float(gradient(outer, square)) == 2 * 9
    assert [float(g) for g in gradient(outer, [square, x])] == [18, 4 * 27 + 1]
    assert float(gradient(constant(2.0) * x, constant(2.0))) == 0  # another constant, though equal


def test_paths_that_join_are_added() -> None:
    x = Variable(2.0)
    shared = x * x
    assert float(gradient(shared * shared + shared, x)) == 4 * 8 + 4


@pytest.mark.parametrize(
    ("y", "x", "error", "words"),
    [
        (constant(2), Variable(1.0), DTypeError, "floating-point"),
        (Variable(1.0), Variable(2), DTypeError, "cast to float32"),
        (Variable([1.0, 2.0]), Variable(1.0), ShapeError, r"scalar .*\(2,\)\. take the sum"),
        (placeholder((N,)), Variable(1.0), ShapeError, r"\(N,\)"),
    ],
)
def test_refusals(y: Tensor, x: Tensor, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        gradient(y, x)


def test_no_gradient_flows_through_whole_numbers() -> None:
    x = Variable(2.5)
    assert float(gradient(ops.cast(ops.cast(x * 2, "int32"), "float32") * x, x)) == 5
    assert float(gradient(ops.cast(x > 1, "float32") * x, x)) == 1


def test_cotangents_weigh_the_elements() -> None:
    x = Variable(np.array([1.0, 2.0, 3.0]))
    y = x * x
    assert gradient(y, x, [1.0, 10.0, 100.0]).numpy().tolist() == [2, 40, 600]
    weights = Variable(np.ones(3))
    slope = gradient(y, x, weights)
    assert gradient(ops.sum(slope), weights).numpy().tolist() == [2, 4, 6]
    with pytest.raises(ShapeError, match=r"cotangent of shape \(3,\); received \(2,\)"):
        gradient(y, x, [1.0, 2.0])


def test_jacobians_and_hessians_in_closed_form() -> None:
    a = array_of((3, 3), "float64")
    x = Variable(np.array([0.5, -1.0, 2.0]))
    np.testing.assert_allclose(jacobian(a @ x, x), a)
    np.testing.assert_allclose(jacobian(x * x, x), np.diag(2 * x.value))
    np.testing.assert_allclose(jacobian(ops.sum(x), x), np.ones(3))
    np.testing.assert_allclose(hessian(x @ a @ x, x), a + a.T)
    p = np.exp(x.value) / np.exp(x.value).sum()
    np.testing.assert_allclose(jacobian(ops.softmax(x), x), np.diag(p) - np.outer(p, p), 1e-14)
    np.testing.assert_allclose(hessian(ops.logsumexp(x), x), np.diag(p) - np.outer(p, p), 1e-14)
    assert jacobian(ops.zeros((2, 0), "float64") * x[0], x).shape == (2, 0, 3)
    assert jacobian(x * x, Variable(1.0)).numpy().tolist() == [0, 0, 0]


def test_jacobians_have_both_shapes() -> None:
    x = Variable(array_of((2, 3), "float64"))
    y = ops.stack([ops.sum(x * x, 1), ops.prod(x, 1)])
    j = jacobian(y, x)
    assert j.shape == (2, 2, 2, 3)
    assert hessian(ops.sum(y), x).shape == (2, 3, 2, 3)
    for refused in (lambda: jacobian(placeholder((N,)), x), lambda: hessian(y, x)):
        with pytest.raises(ShapeError):
            refused()


def test_pytorch_gets_the_same_jacobian_and_hessian() -> None:
    torch = pytest.importorskip("torch")
    w = array_of((3, 4), "float64") * 0.1
    x = array_of((2, 3), "float64", 1) * 0.2

    def ours(t: Any) -> Any:
        return ops.softmax(ops.tanh(t @ w), -1) * ops.exp(t[:, :1])

    def theirs(t: Any) -> Any:
        return torch.softmax(torch.tanh(t @ torch.tensor(w)), -1) * torch.exp(t[:, :1])

    v = Variable(x)
    expected = torch.autograd.functional.jacobian(theirs, torch.tensor(x))
    np.testing.assert_allclose(jacobian(ours(v), v), expected, 1e-12, 1e-14)
    expected = torch.autograd.functional.hessian(lambda t: theirs(t).pow(2).sum(), torch.tensor(x))
    np.testing.assert_allclose(hessian(ops.sum(ours(v) ** 2), v), expected, 1e-11, 1e-13)


def test_a_custom_gradient_replaces_the_derived_one() -> None:
    x = Variable(np.array([0.4, 1.6]))
    step = ops.custom_gradient(ops.round(x), (x,), lambda g: [g])
    assert gradient(ops.sum(step * step), x).numpy().tolist() == [0, 4]
    stopped = ops.custom_gradient(x * x, (x,), lambda g: [None])
    assert gradient(ops.sum(stopped), x).numpy().tolist() == [0, 0]
    scalar = ops.custom_gradient(x * 2, (x,), lambda g: [constant(7.0)])
    assert gradient(ops.sum(scalar), x).numpy().tolist() == [7, 7]
    row = Variable(np.array(2.0))
    wide = ops.custom_gradient(row * x, (row, x), lambda g: [g * x, g * row])
    assert [d.numpy().tolist() for d in gradient(ops.sum(wide), [row, x])] == [2.0, [2, 2]]
    with pytest.raises(GraphError, match="expected 1 cotangents; received 2"):
        gradient(ops.sum(ops.custom_gradient(x, (x,), lambda g: [g, g])), x)


@pytest.mark.parametrize("function", [ops.softplus, ops.softmax, ops.sinh, ops.log_softmax])
def test_a_custom_gradient_moves_with_a_substitution(function: Any) -> None:
    x, v = placeholder(3, "float64", "x"), Variable(np.array([0.3, -0.2, 0.9]))
    (moved,) = substitute([ops.sum(function(function(x)) ** 2)], {x: ops.sin(v)})
    direct = ops.sum(function(function(ops.sin(v))) ** 2)
    for order in (1, 2):
        ours, theirs = moved, direct
        for _ in range(order):
            ours, theirs = (ops.sum(gradient(y, v) ** 2) for y in (ours, theirs))
        assert x not in set(toposort([ours]))
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), 1e-12)


def test_stop_gradient() -> None:
    x = Variable(3.0)
    assert float(gradient(ops.stop_gradient(x) * x, x)) == 3
    assert float(gradient(ops.stop_gradient(x * x), x)) == 0


def test_nodes_of_the_gradient_are_marked() -> None:
    x = Variable(2.0, name="x")
    with origin(layer="hidden"):
        z = label(x * x, "z")
    with origin(phase="loss"):
        loss = ops.exp(z)
    added = set(toposort([gradient(loss, x)])) - set(toposort([loss]))
    computed = [node for node in added if node.inputs]
    assert {node.origin.phase for node in computed} == {"backward"}
    assert "hidden" in {node.origin.layer for node in computed}
    assert "d_z" in {node.name for node in computed}
    assert current_origin() == ("", "forward")


@pytest.mark.parametrize(
    ("function", "at", "slope"),
    [
        (lambda x: x**3, 2.0, 12.0),
        (math.exp, 1.0, math.e),
        (ops.sin, 0.5, math.cos(0.5)),
        (lambda a, b: a * b, (3.0, 5.0), 5.0),
    ],
)
def test_difference_quotients(function: Any, at: Any, slope: float) -> None:
    points = at if isinstance(at, tuple) else (at,)
    if function is math.exp:
        found = difference_quotient(lambda x: math.exp(float(x)), *points)
    else:
        found = difference_quotient(function, *points)
    assert float(found) == pytest.approx(slope, rel=1e-9)


def test_the_error_of_a_difference_quotient_falls_with_the_square_of_its_step() -> None:
    errors = [abs(float(difference_quotient(ops.exp, 1.0, step=h)) - math.e) for h in (1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


def test_a_direction_for_each_argument() -> None:
    found = difference_quotient(
        lambda a, b: ops.sum(a * b), [1.0, 2.0], [3.0, 4.0], direction=[[1.0, 0.0], [0.0, 10.0]]
    )
    assert float(found) == pytest.approx(3 + 20)


@pytest.fixture
def wrong_ops() -> Iterator[None]:
    """Three ops: wrong at once, wrong in the second order, and without a slope at all."""
    define("wrong", same, np.square, lambda g, node: [g * node.inputs[0]])
    define("half", same, np.square, lambda g, node: [g * apply("twice", node.inputs[0])])
    define("twice", same, lambda x: 2 * x, lambda g, node: [g * 3.0])
    define("missing", same, np.square)
    yield
    for name in ("wrong", "half", "twice", "missing"):
        for table in (SHAPE_RULES, NUMPY_RULES, GRADIENT_RULES):
            del table[name]


@pytest.mark.usefixtures("wrong_ops")
@pytest.mark.parametrize(("op", "order"), [("wrong", 1), ("half", 2), ("missing", 1)])
def test_the_check_finds_a_wrong_rule(op: str, order: int) -> None:
    with pytest.raises(NumericsError, match=f"gradient of order {order}: expected .* received"):
        check_gradient(lambda x: apply(op, x), [0.5, -1.5])
    if op == "half":
        assert check_gradient(lambda x: apply(op, x), [0.5, -1.5], order=1) < 1e-9


def test_the_check_finds_a_slope_that_is_no_number() -> None:
    with pytest.raises(NumericsError):
        check_gradient(ops.sqrt, [0.0, 1.0])


def test_the_check_returns_the_largest_error() -> None:
    assert 0 < check_gradient(lambda a, b: ops.sin(a) * b**3, [1.0, 2.0], [3.0, 4.0]) < 1e-6
    loose = check_gradient(lambda a: ops.exp(a), [1.0], step=1.0, tolerance=1.0)
    assert loose > 1e-7
