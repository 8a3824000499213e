"""Which type a result has: promotion as in Keras, Python's numbers weak, arrays kept."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, DTypeError, ShapeError
from pellucid.graph import DTYPES, Variable, as_dtype, constant, ops, placeholder, promote

PAIRS = list(itertools.product(DTYPES, DTYPES))

# Written out by hand: the type in which two types meet.
MEET = {
    ("bool", "int32"): "int32",
    ("bool", "int64"): "int64",
    ("bool", "float32"): "float32",
    ("bool", "float64"): "float64",
    ("int32", "int64"): "int64",
    ("int32", "float32"): "float32",
    ("int32", "float64"): "float64",
    ("int64", "float32"): "float32",
    ("int64", "float64"): "float64",
    ("float32", "float64"): "float64",
}


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_promotion(a: Any, b: Any) -> None:
    expected = a if a == b else MEET.get((a, b)) or MEET[b, a]
    assert promote(a, b) == expected
    assert ops.maximum(ops.ones(2, a), ops.ones(2, b)).dtype == expected
    assert ops.concatenate([ops.ones(2, a), ops.ones(2, b)]).dtype == expected
    assert ops.where(True, ops.ones(2, a), ops.ones(2, b)).dtype == expected


# On JAX and PyTorch, Keras lets no promotion end in 64 bits; here they stay.
NARROW = {"int64": "int32", "float64": "float32"}


def narrow(dtype: str) -> str:
    """The type as Keras would have it after a promotion."""
    return NARROW.get(dtype, dtype)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_promotion_is_that_of_keras(a: str, b: str) -> None:
    keras = pytest.importorskip("keras")
    assert narrow(promote(as_dtype(a), as_dtype(b))) == keras.backend.result_type(a, b)
    for name in ("subtract", "maximum", "divide", "power", "less"):
        theirs = getattr(keras.ops, name)(keras.KerasTensor((2,), a), keras.KerasTensor((2,), b))
        ours = getattr(ops, name)(ops.ones(2, a), ops.ones(2, b))
        if {a, b} == {"bool"} and name in ("subtract", "power"):
            assert ours.dtype == "int32"  # booleans are counted; Keras keeps them booleans
        else:
            assert narrow(ours.dtype) == theirs.dtype, name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("number", [True, 3, 2.5])
def test_numbers_of_python_are_weak_as_in_keras(dtype: str, number: Any) -> None:
    keras = pytest.importorskip("keras")
    expected = keras.backend.result_type(dtype, type(number))
    if dtype == "bool" and number is True:
        expected = "int32"
    for result in (ops.ones(2, dtype) + number, number + ops.ones(2, dtype)):
        assert narrow(result.dtype) == expected
        assert result.dtype == dtype or narrow(dtype) != expected
    assert narrow((ops.ones(2, dtype) * [number, number]).dtype) == expected


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "max", "var", "cumsum", "argmax"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_reductions_have_the_type_of_keras(name: str, dtype: str) -> None:
    keras = pytest.importorskip("keras")
    theirs = getattr(keras.ops, name)(keras.KerasTensor((3, 2), dtype), axis=0).dtype
    ours = getattr(ops, name)(ops.ones((3, 2), dtype), axis=0).dtype
    assert narrow(ours) == narrow(theirs)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (0.5, "float32"),
        (7, "int32"),
        (2**31, "int64"),
        (True, "bool"),
        ([0.5, 1], "float32"),
        ([1, 2], "int64"),
        (np.float64(2), "float64"),
        (np.zeros(2), "float64"),
        (np.zeros(2, np.float16), "float32"),
        (np.zeros(2, np.uint8), "int32"),
        (np.zeros(2, ">f4"), "float32"),
        (np.zeros(2, ">i8"), "int64"),
    ],
)
def test_the_type_of_a_constant(value: Any, dtype: str) -> None:
    tensor = constant(value)
    assert tensor.dtype == dtype
    assert tensor.numpy().dtype == dtype  # in native byte order too
    np.testing.assert_array_equal(tensor.numpy(), value)


def test_a_number_beside_a_float64_keeps_its_digits() -> None:
    x = constant(np.ones(2))
    assert float((x * 0.1)[0]) == 0.1
    assert float((x * [0.1, 0.2])[1]) == 0.2
    assert float(ops.power(0.1, x)[0]) == 0.1
    assert float(ops.where(True, 0.1, x)[0]) == 0.1
    assert float(ops.clip(x, 0.0, 0.1)[0]) == 0.1


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: constant("3"), DTypeError),
        (lambda: constant([None]), DTypeError),
        (lambda: constant(1j), DTypeError),
        (lambda: constant([[1], [1, 2]]), ShapeError),
        (lambda: constant(2**70), DTypeError),
        (lambda: constant(2**31, "int32"), ArgumentError),
        (lambda: constant(float("nan"), "int32"), ArgumentError),
        (lambda: constant(np.uint64(2**63)), ArgumentError),
        (lambda: ops.ones(2, "int32") + 2**31, ArgumentError),
        (lambda: constant(1, "float16x"), DTypeError),
        (lambda: constant(1, "complex64"), DTypeError),
        (lambda: placeholder(2, "str"), DTypeError),
        (lambda: Variable(["a"]), DTypeError),
        (lambda: ops.ones(2, "int32") & ops.ones(2, "int32"), DTypeError),
        (lambda: ~ops.ones(2), DTypeError),
        (lambda: ops.take([1, 2], [0.5]), DTypeError),
        (lambda: constant([1, 2])[constant([True, False])], DTypeError),
    ],
)
def test_what_is_no_number_is_refused(make: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        make()


def test_casts() -> None:
    x = constant([-1.7, 0.0, 2.3])
    assert ops.cast(x, "int32").numpy().tolist() == [-1, 0, 2]
    assert ops.cast(x, "bool").numpy().tolist() == [True, False, True]
    assert ops.cast(x, "float32") is x
    assert constant(1e300, "float32").numpy() == np.inf
