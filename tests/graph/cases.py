"""One row a primitive op: example inputs, the value by other means, and a law it obeys.

The rows drive every witness of every op. `expected` is computed with Python's own arithmetic or in
plain NumPy by another route than the op's rule. `law` gives two tensors that must be equal.
Simplest first: one input, two inputs, choice, movement, reductions, indexing, loops, products.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graph import Tensor, ops
from pellucid.graph.arrays import Array
from pellucid.graph.ops import scan
from pellucid.graph.primitives.contraction import AxisMap, pure
from pellucid.graph.tensor import apply

Build = Callable[..., Tensor]


class Case(NamedTuple):
    """An op at work: `build(*tensors)` ends in it; inputs of a float type are differentiated."""

    op: str
    build: Build
    inputs: tuple[Array, ...]
    expected: Callable[..., Any]
    law: Callable[..., tuple[Any, Any]]

    @property
    def floats(self) -> list[int]:
        """The positions of the inputs that have a derivative."""
        return [i for i, x in enumerate(self.inputs) if x.dtype.kind == "f"]


CASES: list[Case] = []


def case(
    op: str,
    inputs: Sequence[Any],
    expected: Callable[..., Any],
    law: Callable[..., tuple[Any, Any]],
    build: Build | None = None,
    **attrs: Any,
) -> None:
    """Add a row; `build` is the op itself with `attrs` unless given."""
    arrays = tuple(np.asarray(x) for x in inputs)
    CASES.append(
        Case(op, build or (lambda *xs: apply(op, *xs, **attrs)), arrays, expected, law),
    )


def each(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python numbers, element by element, with broadcasting."""
    return lambda *xs: np.vectorize(function)(*xs)


POSITIVE = np.array([[0.3, 1.0, 2.5], [7.0, 0.9, 1.7]])
REAL = np.array([[-2.1, -0.4, 0.3], [0.8, 1.7, 3.2]])
OTHER = np.array([[0.75, 2.2, -1.3], [0.9, -0.6, 1.1]])
ROW = np.array([1.3, -0.8, 0.6])
WHOLE = np.array([[3, -4, 7], [0, 5, -9]])
DIVISORS = np.array([[2, 3, -4], [5, -2, 6]])
YES = np.array([[True, False, True], [False, False, True]])
NO = np.array([[True, True, False], [False, True, True]])
BOX = np.arange(24.0).reshape(2, 3, 4) * 0.37 - 3.0


# One input
case("negative", [REAL], each(lambda x: 0 - x), lambda f, x: (f(f(x)), x))
case("exp", [REAL], each(math.exp), lambda f, x: (f(x) * f(-x), 1 + 0 * x))
case("expm1", [REAL], each(math.expm1), lambda f, x: (f(x), ops.exp(x) - 1))
case("log", [POSITIVE], each(math.log), lambda f, x: (ops.exp(f(x)), x))
case("log1p", [POSITIVE], each(math.log1p), lambda f, x: (f(x), ops.log(x + 1)))
case("sqrt", [POSITIVE], each(math.sqrt), lambda f, x: (f(x) * f(x), x))
case("sin", [REAL], each(math.sin), lambda f, x: (f(x) ** 2 + ops.cos(x) ** 2, 1 + 0 * x))
case("cos", [REAL], each(math.cos), lambda f, x: (f(2 * x), 1 - 2 * ops.sin(x) ** 2))
case("arctan", [REAL], each(math.atan), lambda f, x: (ops.tan(f(x)), x))
case("tanh", [REAL], each(math.tanh), lambda f, x: (f(x), 2 * ops.sigmoid(2 * x) - 1))
case("sigmoid", [REAL], each(lambda x: 1 / (1 + math.exp(-x))), lambda f, x: (f(x), 1 - f(-x)))
case("erf", [REAL], each(math.erf), lambda f, x: (f(x), -f(-x)))
case("absolute", [REAL], each(abs), lambda f, x: (f(x) * f(x), x * x))
case("sign", [REAL], each(lambda x: math.copysign(1, x)), lambda f, x: (f(x) * abs(x), x))
case("floor", [REAL], each(math.floor), lambda f, x: (f(x), -ops.ceil(-x)))
case("ceil", [REAL], each(math.ceil), lambda f, x: (f(x + 3), f(x) + 3))
case("round", [REAL + 0.1], each(round), lambda f, x: (f(x), ops.floor(x + 0.5)))
case("logical_not", [YES], each(lambda x: not x), lambda f, x: (f(f(x)), x))
case("stop_gradient", [REAL], lambda x: x, lambda f, x: (f(x), x))
case(
    "cast",
    [REAL],
    each(int),
    lambda f, x: (f(f(x)), f(x)),
    lambda x: apply("cast", x, dtype="int32"),
)
case(
    "cast",
    [REAL],
    lambda x: np.float64(np.float32(x)),
    lambda f, x: (f(x * 4), 4 * f(x)),
    lambda x: ops.cast(ops.cast(x, "float32"), "float64"),
)
case(
    "custom_gradient",
    [REAL],
    lambda x: x**3,
    lambda f, x: (f(2 * x), 8 * f(x)),
    lambda x: ops.custom_gradient(x * x * x, (x,), lambda g: [g * 3.0 * x * x]),
)

# Two inputs
case("add", [REAL, ROW], each(lambda a, b: a + b), lambda f, a, b: (f(a, b), f(b, a)))
case("subtract", [REAL, ROW], each(lambda a, b: a - b), lambda f, a, b: (f(a, b), -f(b, a)))
case("multiply", [REAL, ROW], each(lambda a, b: a * b), lambda f, a, b: (f(a, b + 1), f(a, b) + a))
case("divide", [REAL, ROW], each(lambda a, b: a / b), lambda f, a, b: (f(a, b) * b, a))
case("power", [POSITIVE, ROW], each(pow), lambda f, a, b: (f(a, b), ops.exp(b * ops.log(a))))
case(
    "power", [REAL], each(lambda x: x**3), lambda f, x: (f(x), x * x * x), lambda x: ops.power(x, 3)
)
case(
    "floor_divide",
    [WHOLE, DIVISORS],
    each(lambda a, b: a // b),
    lambda f, a, b: (f(a, b) * b + a % b, a),
)
case(
    "mod",
    [REAL, OTHER],
    each(lambda a, b: a - b * math.floor(a / b)),
    lambda f, a, b: (f(a + b, b), f(a, b)),
)
case("maximum", [REAL, OTHER], each(max), lambda f, a, b: (f(a, b), -ops.minimum(-a, -b)))
case("minimum", [REAL, ROW], each(min), lambda f, a, b: (f(a, b) + ops.maximum(a, b), a + b))

# Comparisons
case("equal", [WHOLE, 5], each(lambda a, b: a == b), lambda f, a, b: (f(a, b), ~(a != b)))
case("not_equal", [WHOLE, 5], each(lambda a, b: a != b), lambda f, a, b: (f(a, b), f(b, a)))
case("less", [WHOLE, 3], each(lambda a, b: a < b), lambda f, a, b: (f(a, b), b > a))
case("less_equal", [WHOLE, 3], each(lambda a, b: a <= b), lambda f, a, b: (f(a, b), ~(a > b)))
case("greater", [WHOLE, 3], each(lambda a, b: a > b), lambda f, a, b: (f(a, b), ~(a <= b)))
case("greater_equal", [WHOLE, 3], each(lambda a, b: a >= b), lambda f, a, b: (f(a, b), b <= a))
case(
    "logical_and",
    [YES, NO],
    each(lambda a, b: a and b),
    lambda f, a, b: (f(a, b), ~(~a | ~b)),
)
case("logical_or", [YES, NO], each(lambda a, b: a or b), lambda f, a, b: (f(a, b), ~(~a & ~b)))
case(
    "where",
    [YES, REAL, ROW],
    each(lambda c, a, b: a if c else b),
    lambda f, c, a, b: (f(c, a, b), f(~c, b, a)),
)

# Movement
case(
    "reshape",
    [BOX],
    lambda x: [[x[i // 12, i // 4 % 3, i % 4] for i in range(6 * r, 6 * r + 6)] for r in range(4)],
    lambda f, x: (ops.reshape(f(x), (2, 3, 4)), x),
    shape=(4, 6),
)
case(
    "transpose",
    [BOX],
    lambda x: [[[x[i, j, k] for j in range(3)] for i in range(2)] for k in range(4)],
    lambda f, x: (apply("transpose", f(x), axes=(1, 2, 0)), x),
    axes=(2, 0, 1),
)
case(
    "broadcast_to",
    [ROW.reshape(3, 1)],
    lambda x: [[[v] * 4 for v in x[:, 0]]] * 2,
    lambda f, x: (f(x)[1, :, 2:3], x),
    shape=(2, 3, 4),
)
case(
    "slice",
    [BOX],
    lambda x: [[[x[1, j, k] for k in (0, 3)] for j in (1, 2)]],
    lambda f, x: (f(2 * x), 2 * f(x)),
    starts=(1, 1, 0),
    stops=(2, 3, 4),
    steps=(1, 1, 3),
)
case(
    "pad",
    [REAL],
    lambda x: [
        [0, 0, 0, 0, 0, 0],
        [x[0, 0], 0, x[0, 1], 0, x[0, 2], 0],
        [x[1, 0], 0, x[1, 1], 0, x[1, 2], 0],
    ],
    lambda f, x: (f(x)[1:, :5:2], x),
    low=(1, 0),
    high=(0, 1),
    interior=(0, 1),
)
case(
    "flip",
    [REAL],
    lambda x: [[x[1, 2], x[1, 1], x[1, 0]], [x[0, 2], x[0, 1], x[0, 0]]],
    lambda f, x: (f(f(x)), x),
    axes=(0, 1),
)
case(
    "concatenate",
    [REAL, OTHER[:, :2]],
    lambda a, b: [[*a[0], *b[0]], [*a[1], *b[1]]],
    lambda f, a, b: (f(a, b)[:, 3:], b),
    axis=1,
)

# Reductions and order
case(
    "sum",
    [BOX],
    lambda x: [[math.fsum(x[i, :, k]) for k in range(4)] for i in range(2)],
    lambda f, x: (f(2 * x + 1), 2 * f(x) + 3),
    axes=(1,),
    keepdims=False,
)
case(
    "prod",
    [REAL],
    lambda x: [[math.prod(x[0])], [math.prod(x[1])]],
    lambda f, x: (f(-x), -f(x)),
    axes=(1,),
    keepdims=True,
)
case(
    "max",
    [OTHER],
    lambda x: [max(x[0, j], x[1, j]) for j in range(3)],
    lambda f, x: (f(-x), -ops.min(x, 0)),
    axes=(0,),
    keepdims=False,
)
case(
    "min",
    [BOX],
    lambda x: min(x.ravel().tolist()),
    lambda f, x: (f(x + 2), f(x) + 2),
    axes=(0, 1, 2),
    keepdims=False,
)
case(
    "argmax",
    [np.array([[1.0, 5.0, 5.0], [4.0, 2.0, 0.0]])],
    lambda x: [1, 0],
    lambda f, x: (ops.take_along_axis(x, f(x)[:, None], 1)[:, 0], ops.max(x, 1)),
    axis=1,
)
case(
    "argmin",
    [np.array([[1.0, 0.0, 0.0], [4.0, 2.0, 3.0]])],
    lambda x: [1, 1],
    lambda f, x: (f(x), ops.argmax(-x, 1)),
    axis=1,
)
case(
    "argsort",
    [OTHER],
    lambda x: [sorted(range(3), key=row.__getitem__) for row in x.tolist()],
    lambda f, x: (f(f(f(x))), f(x)),
    axis=1,
)
case(
    "cumsum",
    [REAL],
    lambda x: [[math.fsum(row[: i + 1]) for i in range(3)] for row in x],
    lambda f, x: (f(x)[:, 2], ops.sum(x, 1)),
    axis=1,
)

# Indexing
PLACES = np.array([[2, -1], [0, 2]])
case(
    "gather",
    [REAL, PLACES],
    lambda x, i: [[[row[k] for k in line] for line in i] for row in x],
    lambda f, x, i: (f(2 * x, i), 2 * f(x, i)),
    axis=1,
)
case(
    "scatter_add",
    [PLACES, BOX[:, :2, :2]],
    lambda i, u: [[u[r, 1, 0], 0, u[r, 0, 0] + u[r, 0, 1] + u[r, 1, 1]] for r in range(2)],
    lambda f, i, u: (ops.sum(f(i, u), 1), ops.sum(u, (1, 2))),
    axis=1,
    size=3,
)
case(
    "gather_along",
    [REAL, np.array([[2, 0], [-1, 1]])],
    lambda x, i: [[x[0, 2], x[0, 0]], [x[1, 2], x[1, 1]]],
    lambda f, x, i: (f(x, i), f(x, i % 3)),
    axis=1,
)
case(
    "scatter_add_along",
    [np.array([[2, 0, -2], [1, 1, 1]]), REAL],
    lambda i, u: [[u[0, 1], 0, u[0, 0] + u[0, 2], 0], [0, sum(u[1]), 0, 0]],
    lambda f, i, u: (ops.sum(f(i, u)), ops.sum(u)),
    axis=1,
    size=4,
)
case(
    "windows",
    [BOX],
    lambda x: [
        [[[row[0], row[2]], [row[1], row[3]]] for row in plane]  # two windows of two elements
        for plane in x.tolist()
    ],
    lambda f, x: (f(x)[..., 0], x[..., :2]),
    axis=2,
    size=2,
    stride=1,
    dilation=2,
)
case(
    "overlap_add",
    [REAL],
    lambda x: [x[0, 0], x[0, 1], x[0, 2] + x[1, 0], x[1, 1], x[1, 2], 0],
    lambda f, x: (ops.sum(f(x)), ops.sum(x)),
    axis=0,
    length=6,
    stride=2,
    dilation=1,
)
case(
    "iota",
    [],
    lambda: [0, 1, 2, 3, 4],
    lambda f: (f() + ops.flip(f()), ops.full((5,), 4, "int32")),
    size=5,
    dtype="int32",
)
case(
    "dim_size",
    [],
    lambda: 6.0,
    lambda f: (f(), ops.sum(ops.ones((6,)))),
    size=6,
    dtype="float32",
)


# Loops, chance, products
def _loop(start: Tensor, factors: Tensor, bias: Tensor) -> Tensor:
    def step(carry: Any, slices: Any) -> Any:
        return [carry[0] * slices[0] + bias], [carry[0] * carry[0]]

    (last,), (squares,) = scan(step, [start], [factors])
    return last * 10 + ops.sum(squares, 0)


def _loop_by_hand(start: Array, factors: Array, bias: Array) -> Any:
    middle = start * factors[0] + bias
    return (middle * factors[1] + bias) * 10 + start**2 + middle**2


for _name in ("scan", "item"):
    case(
        _name,
        [ROW, REAL, 0.3],
        _loop_by_hand,
        lambda f, a, b, c: (f(a, 0 * b + 1, 0 * c), 10 * a + 2 * a * a),
        _loop,
    )


def _first_uniforms(seed: Array) -> list[float]:
    """Philox 4x32-10 once more, in Python's integers: the first five numbers."""
    numbers: list[float] = []
    for block in range(2):
        c = [block, 0, int(seed[1]), 0]
        k = [int(seed[0]), 0]
        for _ in range(10):
            high0, low0 = divmod(c[0] * 0xD2511F53, 2**32)
            high1, low1 = divmod(c[2] * 0xCD9E8D57, 2**32)
            c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
            k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
        numbers += [(word >> 8) / 2**24 for word in c]
    return numbers[:5]


case(
    "random_uniform",
    [np.array([11, 3])],
    _first_uniforms,
    lambda f, s: (f(s), apply("random_uniform", s, shape=(20,), dtype="float32")[:5]),
    shape=(5,),
    dtype="float32",
)


def contract(a: Array, b: Array, sizes: Any, a_maps: Any, b_maps: Any, out: Any) -> Array:
    """The definition of a contraction, index by index."""
    result = np.zeros([sizes[i] for i in out])
    for index in np.ndindex(*sizes):
        left, right = _read(a, a_maps, index), _read(b, b_maps, index)
        result[tuple(index[i] for i in out)] += left * right
    return result


def _read(x: Array, maps: Any, index: tuple[int, ...]) -> float:
    position = []
    for axis_map, length in zip(maps, x.shape, strict=True):
        numerator = sum(c * index[i] for i, c in axis_map.terms) + axis_map.offset
        whole, rest = divmod(numerator, axis_map.divisor)
        if rest or not 0 <= whole < length:
            return 0.0
        position.append(whole)
    return float(x[tuple(position)])


def _contraction(inputs: Sequence[Array], **attrs: Any) -> None:
    case(
        "contraction",
        inputs,
        lambda a, b: contract(a, b, **attrs),
        lambda f, a, b: (f(2 * a, b), f(a, 2 * b)),
        **attrs,
    )


# A batched product [i, r, k] [i, k, c] -> [i, r, c]; an outer one with indices of one operand.
_contraction(
    [BOX, BOX.reshape(2, 4, 3)],
    sizes=(2, 3, 3, 4),
    a_maps=pure(0, 1, 3),
    b_maps=pure(0, 3, 2),
    out=(0, 1, 2),
)
_contraction([REAL, OTHER], sizes=(2, 3, 2, 3), a_maps=pure(0, 1), b_maps=pure(2, 3), out=(3, 0))
# A convolution of 4 places with 3 taps, stride 2, dilation 3, 2 zeros before; and a spread read.
_contraction(
    [BOX.reshape(2, 12), ROW],
    sizes=(2, 4, 3),
    a_maps=(*pure(0), AxisMap(((1, 2), (2, 3)), -2)),
    b_maps=pure(2),
    out=(0, 1),
)
_contraction(
    [ROW, OTHER],
    sizes=(2, 6, 3),
    a_maps=(AxisMap(((1, 1), (2, -1)), -1, 2),),
    b_maps=pure(0, 2),
    out=(0, 1),
)

__all__ = ["CASES", "Case", "contract"]
