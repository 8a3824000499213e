"""Products of several axes against NumPy: matmul, dot, tensordot, einsum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import (
    N,
    check_gradient,
    constant,
    evaluate,
    gradient,
    ops,
    origin,
    placeholder,
)
from pellucid.graph.primitives.contraction import pure
from tests.graph.cases import contract
from tests.graph.strategies import SIZES, array_of, broadcastable, shapes

FLOATS = st.sampled_from(["float32", "float64"])


def close(ours: Any, theirs: Any) -> None:
    """The same up to the rounding of sums, in the inferred shape."""
    value = ours.numpy()
    assert (ours.shape, ours.dtype) == (value.shape, value.dtype.name)
    assert value.shape == np.shape(theirs)
    tolerance = 1e-12 if value.dtype != np.float32 else 1e-5
    largest = np.abs(theirs).max(initial=1)  # sums cancel, so rounding is relative to their terms
    np.testing.assert_allclose(value, theirs, tolerance, tolerance * largest)


@settings(max_examples=150)
@given(broadcastable(high=3), SIZES, SIZES, SIZES, FLOATS)
def test_matmul(lead: Any, rows: int, inner: int, columns: int, dtype: str) -> None:
    a = array_of((*lead[0], rows, inner), dtype)
    b = array_of((*lead[1], inner, columns), dtype, seed=1)
    close(ops.matmul(a, b), np.matmul(a, b))
    close(constant(a) @ b, a @ b)


@given(SIZES, SIZES, FLOATS)
def test_vectors(inner: int, columns: int, dtype: str) -> None:
    v, m = array_of((inner,), dtype), array_of((inner, columns), dtype, seed=1)
    close(constant(v) @ v, v @ v)
    close(v @ constant(m), v @ m)
    close(constant(m.T) @ v, m.T @ v)
    close(ops.dot(v, m), np.dot(v, m))
    close(ops.outer(v, m[:, 0] if columns else v), np.outer(v, m[:, 0] if columns else v))


@settings(max_examples=60)
@given(shapes(high=2), shapes(high=2), SIZES, FLOATS)
def test_dot(left: Any, right: Any, inner: int, dtype: str) -> None:
    a, b = array_of((*left, inner), dtype), array_of((*right[:-1], inner, *right[-1:]), dtype)
    close(ops.dot(a, b), np.dot(a, b))
    close(ops.dot(a, 2.0), a * 2)


@settings(max_examples=60)
@given(st.data(), shapes(high=2), shapes(high=2), shapes(low=1, high=2))
def test_tensordot(data: Any, left: Any, right: Any, joined: Any) -> None:
    a = array_of((*left, *joined), "float64")
    b = array_of((*joined, *right), "float64", seed=1)
    close(ops.tensordot(a, b, len(joined)), np.tensordot(a, b, len(joined)))
    order = data.draw(st.permutations(range(len(joined))))
    axes = ([len(left) + i for i in order], list(order))
    close(ops.tensordot(a, b, axes), np.tensordot(a, b, axes))
    close(ops.tensordot(a, b, (-1, len(joined) - 1)), np.tensordot(a, b, (-1, len(joined) - 1)))
    close(ops.tensordot(a, b, 0), np.tensordot(a, b, 0))


@pytest.mark.parametrize(
    "subscripts",
    [
        "ij,jk->ik",
        "ij,kj",
        "bij,bjk->bik",
        "ij,ij->",
        "ij,ij->ij",
        "ij,k->kji",
        "ij->ji",
        "ij->",
        "ij->j",
        "i,j,k->kij",
        "bhid,bhjd->bhij",
        "ij,jk,kl->il",
        "ij,jk,ik->i",
        "ab,bc,bd->ad",
        "ij,kl->",
    ],
)
def test_einsum(subscripts: str) -> None:
    sizes = dict(zip("abcdhijkl", (2, 3, 4, 3, 2, 3, 2, 4, 2), strict=True))
    terms = subscripts.split("->")[0].split(",")
    operands = [
        array_of(tuple(sizes[letter] for letter in term), "float64", seed)
        for seed, term in enumerate(terms)
    ]
    close(ops.einsum(subscripts, *operands), np.einsum(subscripts, *operands))
    assert check_gradient(lambda *xs: ops.einsum(subscripts, *xs) ** 2, *operands) <= 1e-6


@settings(max_examples=60)
@given(st.data())
def test_any_contraction_of_plain_axes(data: Any) -> None:
    indices = data.draw(st.permutations(range(5)))
    sizes = [data.draw(st.sampled_from([1, 2, 3])) for _ in range(5)]
    cut = data.draw(st.integers(0, 5))
    shared = data.draw(st.integers(0, cut))
    left, right = indices[:cut], indices[shared:]
    out = data.draw(st.permutations(indices))[: data.draw(st.integers(0, 5))]
    a = array_of(tuple(sizes[i] for i in left), "float64")
    b = array_of(tuple(sizes[i] for i in right), "float64", seed=1)
    names = "ijklm"
    text = ["".join(names[i] for i in group) for group in (left, right, out)]
    result = ops.einsum(f"{text[0]},{text[1]}->{text[2]}", a, b)
    close(result, np.einsum(f"{text[0]},{text[1]}->{text[2]}", a, b))
    x = constant(a)
    slope = gradient(ops.sum(ops.einsum(f"{text[0]},{text[1]}->{text[2]}", x, b)), x)
    alone = [i for i in left if i not in right and i not in out]  # summed: any element counts alike
    inner = "".join(names[i] for i in left if i not in alone)
    spread = np.einsum(f"{text[1]},{text[2]}->{inner}", b, np.ones(result.shape))
    spread = np.expand_dims(spread, tuple(left.index(i) for i in alone))
    close(slope, np.broadcast_to(spread, a.shape))


def test_the_definition_of_a_contraction_is_that_of_a_product() -> None:
    a, b = array_of((2, 3), "float64"), array_of((3, 4), "float64")
    found = contract(a, b, (2, 4, 3), pure(0, 2), pure(2, 1), (0, 1))
    np.testing.assert_allclose(found, a @ b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((1, 2, 3), (5, 3, 4)),
        ((3,), (5, 3, 4)),
        ((3,), (3,)),
    ],
)
def test_gradients_of_matmul(a: Any, b: Any) -> None:
    x, y = array_of(a, "float64"), array_of(b, "float64", seed=1)
    assert check_gradient(lambda s, t: ops.matmul(s, t) ** 2, x, y, step=1e-3) <= 1e-6


@pytest.mark.parametrize("n", [0, 1, 7])
def test_products_over_the_samples(n: int) -> None:
    x, w = placeholder((N, 3), "float64", "x"), constant(array_of((3, 2), "float64"))
    value = array_of((n, 3), "float64")
    feeds = {x: value}
    np.testing.assert_allclose(evaluate(x @ w, feeds), value @ w.numpy())
    np.testing.assert_allclose(evaluate(ops.einsum("ni,nj->ij", x, x), feeds), value.T @ value)
    slope = evaluate(gradient(ops.sum((x @ w) ** 2), w), feeds)
    np.testing.assert_allclose(slope, 2 * value.T @ (value @ w.numpy()))


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_whole_numbers(dtype: str) -> None:
    a, b = array_of((2, 3), dtype), array_of((3, 4), dtype, seed=1)
    result = constant(a) @ b
    assert result.dtype == dtype
    assert result.numpy().tolist() == (a @ b).tolist()


def test_shapes_that_do_not_join_are_named_with_their_layer() -> None:
    x, w = placeholder((N, 3), name="x"), ops.ones((4, 2))
    with origin(layer="net/hidden"), pytest.raises(ShapeError) as caught:
        x @ w
    assert str(caught.value) == (
        "layer 'net/hidden', op matmul: expected as many columns on the left as rows on the right; "
        "received (N, F=3) @ (4, 2). 3 against 4"
    )


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: ops.matmul(1.0, ops.ones(2)), ShapeError, "at least one axis"),
        (lambda: ops.ones((2, 3, 4)) @ ops.ones((5, 4, 6)), ShapeError, r"matmul: .*\(5, 4, 6\)"),
        (lambda: ops.tensordot(ops.ones((2, 3)), ops.ones((4, 3)), 1), ShapeError, "tensordot"),
        (lambda: ops.tensordot(ops.ones(2), ops.ones(2), 2), ShapeError, "tensordot"),
        (
            lambda: ops.tensordot(ops.ones((2, 3)), ops.ones((3, 2)), ([0, 1], [0])),
            ArgumentError,
            "tensordot",
        ),
        (lambda: ops.einsum("ij,jk", ops.ones((2, 3))), ArgumentError, "1 operands"),
        (lambda: ops.einsum("ii->i", ops.ones((2, 2))), ArgumentError, "distinct letters"),
        (lambda: ops.einsum("ij->ik", ops.ones((2, 3))), ArgumentError, "'k'"),
        (lambda: ops.einsum("ij->ii", ops.ones((2, 3))), ArgumentError, "einsum"),
        (lambda: ops.einsum("ijk->i", ops.ones((2, 3))), ShapeError, "einsum"),
        (lambda: ops.einsum("ij,jk->ik", ops.ones((2, 3)), ops.ones((4, 5))), ShapeError, "einsum"),
    ],
)
def test_bad_arguments(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()
