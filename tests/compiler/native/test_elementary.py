"""Elementary functions over their whole range, in units in the last place (ulp)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.compiler.targets.native import elementary as e
from pellucid.compiler.targets.native.emit import TYPES, Module, Parameter, Value, vector
from pellucid.compiler.targets.native.machine import Machine, host
from tests.compiler.native.running import MACHINES, Array, elementwise

LONG = np.longdouble
RNG = np.random.default_rng(0)
LIMIT = 4.0

pytestmark = pytest.mark.skipif(
    np.finfo(LONG).nmant < 60, reason="no type here is exact enough to judge float64"
)


def sigmoid(x: Array) -> Array:
    t = np.exp(-abs(x))
    return np.where(x >= 0, 1, t) / (1 + t)


def erf(x: Array) -> Array:
    import mpmath

    with mpmath.workdps(30):
        finite = np.where(np.isfinite(x), x, 0)
        exact = [LONG(mpmath.nstr(mpmath.erf(mpmath.mpf(float(v))), 25)) for v in finite]
    return np.where(np.isfinite(x), np.array(exact), np.where(np.isnan(x), x, np.sign(x)))


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "exp": np.exp, "expm1": np.expm1, "log": np.log, "log1p": np.log1p, "tanh": np.tanh,
    "sigmoid": sigmoid, "erf": erf, "sin": np.sin, "cos": np.cos, "arctan": np.arctan,
}  # fmt: skip
SLOW = {"erf"}  # its reference is


def every_exponent(dtype: str, each: int) -> Array:
    """Both signs, every exponent (denormals, infinity and NaN too), and random digits."""
    kind, places, count = (np.uint32, 23, 256) if dtype == "float32" else (np.uint64, 52, 2048)
    digits = RNG.integers(0, 1 << places, (count, each), dtype=kind)
    digits[:, 0], digits[:, 1] = 0, (1 << places) - 1
    bits = (np.arange(count, dtype=kind)[:, None] << kind(places)) | digits
    sign = kind(1) << kind(31 if dtype == "float32" else 63)
    return np.concatenate([bits, bits | sign]).ravel().view(dtype)


def ulps(result: Array, exact: Array) -> Array:
    """The distance from the exact value in units of the result's type; infinite if not even NaN."""
    info = np.finfo(result.dtype)
    largest = LONG(info.max) * (1 + LONG(2) ** -(info.nmant + 2))
    exact = np.where(abs(exact) >= largest, np.sign(exact) * np.inf, exact)
    size = np.where(np.isfinite(exact), abs(exact), 1)
    exponent = np.floor(np.log2(np.maximum(size, LONG(info.smallest_normal))))
    error = abs(result.astype(LONG) - exact) / np.ldexp(
        LONG(1), (exponent - info.nmant).astype(int)
    )
    same = (np.isnan(result) & np.isnan(exact)) | (result == exact)
    return np.where(same, 0, np.where(np.isnan(error), np.inf, error))


def assert_close(result: Array, exact: Array, *arguments: Array) -> None:
    error = ulps(result, exact)
    worst = int(np.argmax(error))
    case = [argument[worst] for argument in arguments]
    assert error[worst] <= LIMIT, f"{error[worst]} ulp at {case}: {result[worst]}, {exact[worst]}"


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_float32_over_all_exponents(name: str) -> None:
    """Four million numbers, 8,200 of each exponent, and those that are common."""
    x = np.concatenate([
        every_exponent("float32", 40 if name in SLOW else 8200),
        np.linspace(-110, 110, 5001 if name in SLOW else 500001).astype(np.float32),
    ])  # fmt: skip
    with np.errstate(all="ignore"):
        # Digits enough; only sine and cosine of large numbers need more to find their quadrant.
        wide = x.astype(LONG if name in ("sin", "cos") else np.float64)
        assert_close(elementwise(getattr(e, name), "float32")(x), FUNCTIONS[name](wide), x)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_family_and_type(name: str, dtype: str, machine: Machine) -> None:
    x = np.concatenate([
        every_exponent(dtype, 2 if name in SLOW else 12),
        np.linspace(-40, 40, 801 if name in SLOW else 40001).astype(dtype),
    ])  # fmt: skip
    with np.errstate(all="ignore"):
        exact = FUNCTIONS[name](x.astype(LONG))
        assert_close(elementwise(getattr(e, name), dtype, 1, machine)(x), exact, x)


ODD_FUNCTIONS = ["expm1", "log1p", "tanh", "erf", "sin", "arctan"]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ODD_FUNCTIONS)
def test_zeros_keep_their_sign(name: str, dtype: str) -> None:
    result = elementwise(getattr(e, name), dtype)(np.array([-0.0, 0.0], dtype))
    assert np.signbit(result).tolist() == [True, False]


SPECIAL = [0.0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1e300, np.inf, -np.inf, np.nan, 1e-310,
           -1e-310, 1e-40, -1e-40, 2.0**53 + 2, -(2.0**53), 1e20, -1e20, 5.5, -5.5, 0.3, -0.3,
           1.0000001, 0.9999999]  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_powers(dtype: str, machine: Machine) -> None:
    """Special cases as in C, and results over the whole range of the type."""
    with np.errstate(all="ignore"):
        special = np.array(SPECIAL, dtype)
        x, y = np.repeat(special, len(special)), np.tile(special, len(special))
        power = elementwise(e.power, dtype, 2, machine)
        result, exact = power(x, y), np.power(x.astype(LONG), y.astype(LONG))
        assert_close(result, exact, x, y)
        known = ~np.isnan(exact)
        assert (np.signbit(result) == np.signbit(exact))[known].all()
        x = np.concatenate([abs(every_exponent(dtype, 12)), RNG.uniform(0.5, 2, 20000)])
        x = x[np.isfinite(x) & (x > 0)].astype(dtype)
        reach = 88 if dtype == "float32" else 709
        y = (RNG.uniform(-1, 1, len(x)) * reach / np.log(x.astype(LONG))).astype(dtype)
        assert_close(power(x, y), np.power(x.astype(LONG), y.astype(LONG)), x, y)


DIVISIONS = {"mod": (e.mod, np.mod), "floor_divide": (e.floor_divide, np.floor_divide)}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64"])
@pytest.mark.parametrize("name", DIVISIONS)
def test_divisions_are_those_of_numpy_to_the_bit(name: str, dtype: str, machine: Machine) -> None:
    function, reference = DIVISIONS[name]
    whole = dtype.startswith("int")
    if whole:
        limits = np.iinfo(dtype)
        special = np.array([0, 1, -1, 2, -2, 7, -7, limits.min, limits.max], dtype)
        x, y = RNG.integers(limits.min, limits.max, (2, 20000), dtype=dtype)
        y[::2] %= 100
    else:
        with np.errstate(over="ignore"):
            special = np.array(SPECIAL, dtype)
        x, y = RNG.permutation(every_exponent(dtype, 24))[: 2 * 20000].reshape(2, -1)
        x[::2], y[::2] = RNG.normal(0, 100, (2, len(x[::2])))
    x = np.concatenate([x, np.repeat(special, len(special))])
    y = np.concatenate([y, np.tile(special, len(special))])
    result = elementwise(function, dtype, 2, machine)(x, y)
    with np.errstate(all="ignore"):
        expected = reference(x, y)
    np.testing.assert_array_equal(result, expected)
    if not whole:
        known = ~np.isnan(expected)
        assert (np.signbit(result) == np.signbit(expected))[known].all()


def test_scalars_are_functions_of_one_lane() -> None:
    """The code for one element gives what the vector's does, within rounding."""
    from pellucid.compiler.targets.native.arithmetic import extract, splat

    x = np.linspace(-3, 3, 64).astype(np.float32)
    lanes = host().lanes("float32")
    for name in FUNCTIONS:
        function = getattr(e, name)
        argument = abs(x) if name.startswith("log") else x

        def first(v: Value, function: Any = function) -> Value:
            return splat(function(extract(v, 0)), lanes)

        alone = elementwise(first, "float32")(argument)[::lanes]
        together = elementwise(function, "float32")(argument)[::lanes]
        np.testing.assert_allclose(alone, together, rtol=5e-7)


# The double that comes closest to a multiple of π/2, and others that come close.
CLOSE = [
    6381956970095103 * 2.0**797, 5319372648326541 * 2.0**12, 2.0**1023, 1e22, 6.5e15, 355.0,
    52174.0, 260515.0, 2.0**20, 2.0**20 + 0.5, 1.7976931348623157e308,
]  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_angles_next_to_a_multiple_of_a_quarter(name: str, machine: Machine) -> None:
    import mpmath

    x = np.array([*CLOSE, *(-v for v in CLOSE)])
    with mpmath.workdps(400):
        exact = [LONG(mpmath.nstr(getattr(mpmath, name)(mpmath.mpf(float(v))), 25)) for v in x]
    assert_close(elementwise(getattr(e, name), "float64", 1, machine)(x), np.array(exact), x)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_function_of_the_c_library_is_called(dtype: str, machine: Machine) -> None:
    module = Module(machine)
    kind = vector(TYPES[dtype], machine.lanes(dtype))
    code = module.define("all", [Parameter(kind, "x"), Parameter(kind, "y")], kind)
    x, y = code.arguments.values()
    value = x
    for name in FUNCTIONS:
        value = value + getattr(e, name)(x)
    for function in (e.power, e.mod, e.floor_divide):
        value = value + function(x, y)
    code.ret(value)
    text = str(module)
    for word in ("llvm.sin", "llvm.cos", "llvm.pow", "llvm.exp", "llvm.log", "frem"):
        assert word not in text
