"""Element by element: arithmetic, comparisons, elementary functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pellucid.graph.dtypes import is_float
from pellucid.graph.primitives.elementwise import custom_gradient
from pellucid.graph.tensor import Tensor, apply, as_tensor, binary, match


def _floating(x: Any) -> Tensor:
    """A tensor of a floating type: integers and booleans become float32."""
    x = as_tensor(x)
    return x if is_float(x.dtype) else as_tensor(x, "float32")


def _float_op(op: str, formula: str) -> Callable[[Any], Tensor]:
    def function(x: Any) -> Tensor:
        return apply(op, _floating(x))

    function.__name__ = function.__qualname__ = op
    function.__doc__ = f"{formula}, element by element; integers become float32."
    return function


def _binary_op(op: str, formula: str, floating: bool = False) -> Callable[[Any, Any], Tensor]:
    def function(x1: Any, x2: Any) -> Tensor:
        return binary(op, x1, x2, floating)

    function.__name__ = function.__qualname__ = op
    function.__doc__ = f"{formula}, element by element, with broadcasting."
    return function


exp = _float_op("exp", "e to the power x")
expm1 = _float_op("expm1", "exp(x) - 1, exact for small x")
log = _float_op("log", "The natural logarithm of x")
log1p = _float_op("log1p", "log(1 + x), exact for small x")
sqrt = _float_op("sqrt", "The square root of x")
sin = _float_op("sin", "The sine of x in radians")
cos = _float_op("cos", "The cosine of x in radians")
arctan = _float_op("arctan", "The angle in (-π/2, π/2) whose tangent is x")
tanh = _float_op("tanh", "The hyperbolic tangent of x")
sigmoid = _float_op("sigmoid", "1 / (1 + exp(-x)), without overflow")
erf = _float_op("erf", "The error function of x")

add = _binary_op("add", "x1 + x2")
subtract = _binary_op("subtract", "x1 - x2")
multiply = _binary_op("multiply", "x1 * x2")
divide = _binary_op("divide", "x1 / x2; integers become float32", floating=True)
true_divide = divide
floor_divide = _binary_op("floor_divide", "The largest whole number not above x1 / x2")
mod = _binary_op("mod", "x1 - x2 * floor(x1 / x2), with the sign of x2")
maximum = _binary_op("maximum", "The larger of x1 and x2; at a tie the gradient goes to x2")
minimum = _binary_op("minimum", "The smaller of x1 and x2; at a tie the gradient goes to x2")
equal = _binary_op("equal", "Whether x1 = x2")
not_equal = _binary_op("not_equal", "Whether x1 differs from x2")
less = _binary_op("less", "Whether x1 < x2")
less_equal = _binary_op("less_equal", "Whether x1 <= x2")
greater = _binary_op("greater", "Whether x1 > x2")
greater_equal = _binary_op("greater_equal", "Whether x1 >= x2")


def logical_and(x1: Any, x2: Any) -> Tensor:
    """Whether both are true (or not 0), element by element."""
    return apply("logical_and", as_tensor(x1, "bool"), as_tensor(x2, "bool"))


def logical_or(x1: Any, x2: Any) -> Tensor:
    """Whether at least one is true (or not 0), element by element."""
    return apply("logical_or", as_tensor(x1, "bool"), as_tensor(x2, "bool"))


def logical_not(x: Any) -> Tensor:
    """Whether x is false, element by element."""
    return apply("logical_not", as_tensor(x, "bool"))


def power(x1: Any, x2: Any) -> Tensor:
    """x1 to the power x2, element by element; exponents 2 and 0.5 become x·x and sqrt(x)."""
    if not isinstance(x1, Tensor) and not isinstance(x2, Tensor):
        x1 = as_tensor(x1)
    result: Tensor = x1**x2
    return result


def negative(x: Any) -> Tensor:
    """-x, element by element."""
    return -as_tensor(x)


def absolute(x: Any) -> Tensor:
    """|x|, element by element; its slope at 0 is taken as 0."""
    return abs(as_tensor(x))


def sign(x: Any) -> Tensor:
    """-1, 0 or 1, element by element."""
    return apply("sign", as_tensor(x))


def floor(x: Any) -> Tensor:
    """The largest whole number not above x."""
    return apply("floor", _floating(x))


def ceil(x: Any) -> Tensor:
    """The smallest whole number not below x."""
    return apply("ceil", _floating(x))


def round(x: Any, decimals: int = 0) -> Tensor:
    """The nearest number of so many decimals; halves go to the even one."""
    x = _floating(x)
    scale = 10.0**decimals
    return apply("round", x * scale) / scale if decimals else apply("round", x)


def square(x: Any) -> Tensor:
    """x², element by element."""
    t = as_tensor(x)
    return t * t


def reciprocal(x: Any) -> Tensor:
    """1 / x, element by element."""
    return 1.0 / as_tensor(x)


def rsqrt(x: Any) -> Tensor:
    """1 / sqrt(x), element by element."""
    return 1.0 / sqrt(x)


def log2(x: Any) -> Tensor:
    """The logarithm of x to base 2."""
    return log(x) / math.log(2.0)


def log10(x: Any) -> Tensor:
    """The logarithm of x to base 10."""
    return log(x) / math.log(10.0)


def tan(x: Any) -> Tensor:
    """The tangent of x in radians."""
    return sin(x) / cos(x)


def arcsin(x: Any) -> Tensor:
    """The angle in [-π/2, π/2] whose sine is x."""
    x = _floating(x)
    return arctan(x / sqrt((1.0 - x) * (1.0 + x)))


def arccos(x: Any) -> Tensor:
    """The angle in [0, π] whose cosine is x, exact also near 1, where π/2 - arcsin(x) is not."""
    x = _floating(x)
    return 2.0 * arctan(sqrt((1.0 - x) / (1.0 + x)))


def sinh(x: Any) -> Tensor:
    """The hyperbolic sine of x: (exp(x) - exp(-x)) / 2, by expm1 so that it is exact near 0."""
    x = _floating(x)
    near, far = 0.5 * (expm1(x) - expm1(-x)), _half_exp(x) - _half_exp(-x)
    value = where(abs(x) < _FAR, near, far)
    return custom_gradient(value, (x,), lambda g: [g * cosh(x)])


def cosh(x: Any) -> Tensor:
    """The hyperbolic cosine of x: (exp(x) + exp(-x)) / 2."""
    x = _floating(x)
    near, far = 0.5 * (exp(x) + exp(-x)), _half_exp(x) + _half_exp(-x)
    value = where(abs(x) < _FAR, near, far)
    return custom_gradient(value, (x,), lambda g: [g * sinh(x)])


# From here on the far form of sinh and cosh is used. Their slopes are given, not derived, because
# the near form overflows there, and 0 times its infinite slope would not be a number.
_FAR = 20.0


def _half_exp(x: Tensor) -> Tensor:
    """exp(x) / 2, also where exp(x) itself is too large; x - 1 is exact for large x."""
    return (0.5 * math.e) * exp(x - 1.0)


def softplus(x: Any) -> Tensor:
    """log(1 + exp(x)) without overflow; its slope is sigmoid(x).

    The derived slope of the stable form would be 0/0-free but made of four terms; the closed one is
    exact and short.

    >>> float(softplus(1000.0)), float(softplus(-1000.0))
    (1000.0, 0.0)
    """
    x = _floating(x)
    value = maximum(x, 0.0) + log1p(exp(-abs(x)))
    return custom_gradient(value, (x,), lambda g: [g * sigmoid(x)])


def where(condition: Any, x1: Any, x2: Any) -> Tensor:
    """x1 where the condition is true, else x2, with broadcasting."""
    x1, x2 = match(x1, x2)
    return apply("where", as_tensor(condition, "bool"), x1, x2)


def clip(x: Any, x_min: Any, x_max: Any) -> Tensor:
    """x, held within [x_min, x_max]; the slope is 0 outside and at the ends."""
    return minimum(maximum(x, x_min), x_max)


def isnan(x: Any) -> Tensor:
    """Whether x is not a number."""
    t = as_tensor(x)
    return t != t


def isfinite(x: Any) -> Tensor:
    """Whether x is neither infinite nor NaN."""
    t = as_tensor(x)
    return t - t == 0


def cast(x: Any, dtype: Any) -> Tensor:
    """X with another data type."""
    return as_tensor(x, dtype)


def convert_to_tensor(x: Any, dtype: Any = None) -> Tensor:
    """X as a Tensor (NumPy arrays keep their type, Python floats become float32)."""
    return as_tensor(x, dtype)


def stop_gradient(x: Any) -> Tensor:
    """x, through which no gradient flows."""
    return apply("stop_gradient", as_tensor(x))
