"""Over axes: sums, means, extremes, order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.graph.dims import SymbolicDim, size_of
from pellucid.graph.dtypes import is_float
from pellucid.graph.ops.elementwise import cast, exp, isfinite, log, sqrt, stop_gradient, where
from pellucid.graph.tensor import Tensor, apply, as_axes, as_tensor, constant, normalize_axis

Axis = int | Sequence[int] | None


def _axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    return tuple(sorted(normalize_axis(a, ndim) for a in as_axes(axis)))


def _countable(x: Any) -> Tensor:
    """A tensor of numbers: booleans become 0 and 1."""
    x = as_tensor(x)
    return as_tensor(x, "int32") if x.dtype == "bool" else x


def _reduce(op: str, x: Any, axis: Axis, keepdims: bool) -> Tensor:
    x = as_tensor(x)
    axes = _axes(axis, x.ndim)
    return apply(op, x, axes=axes, keepdims=keepdims) if axes else x


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The sum over `axis` (all axes by default); booleans count as 0 and 1."""
    return _reduce("sum", _countable(x), axis, keepdims)


def prod(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The product over `axis`; the gradient is right also where elements are zero."""
    return _reduce("prod", _countable(x), axis, keepdims)


def max(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest element over `axis`; elements that tie share the gradient equally."""
    return _reduce("max", x, axis, keepdims)


def min(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The smallest element over `axis`; elements that tie share the gradient equally."""
    return _reduce("min", x, axis, keepdims)


amax, amin = max, min


def count(x: Tensor, axis: Axis = None, dtype: Any = None) -> Tensor:
    """How many elements a reduction over `axis` joins, as a scalar (N is known only when run)."""
    dtype = dtype or (x.dtype if is_float(x.dtype) else "float32")
    fixed, total = 1, None
    for a in _axes(axis, x.ndim):
        dim = x.shape[a]
        if isinstance(dim, SymbolicDim):
            size = apply("dim_size", size=dim, dtype=dtype)
            total = size if total is None else total * size
        else:
            fixed *= dim
    if total is None:
        return constant(fixed, dtype)
    return total if fixed == 1 else total * fixed


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean over `axis`; integers become float32.

    >>> float(mean([[1.0, 2.0], [3.0, 6.0]]))
    3.0
    """
    x = as_tensor(x)
    x = x if is_float(x.dtype) else cast(x, "float32")
    return sum(x, axis, keepdims) / count(x, axis)


def var(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The variance over `axis`, mean((x - mean(x))²): divided by n, not n - 1."""
    centered = as_tensor(x) - mean(x, axis, keepdims=True)
    return mean(centered * centered, axis, keepdims)


def std(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The standard deviation over `axis`, the root of `var`."""
    return sqrt(var(x, axis, keepdims))


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether an element over `axis` is true."""
    return _reduce("max", as_tensor(x, "bool"), axis, keepdims)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether every element over `axis` is true."""
    return _reduce("min", as_tensor(x, "bool"), axis, keepdims)


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The position (int64) of the largest element along `axis`; the first one, at a tie.

    Without an axis, the position in x laid out flat.
    """
    return _arg("argmax", x, axis, keepdims)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The position (int64) of the smallest element along `axis`; the first one, at a tie.

    Without an axis, the position in x laid out flat.
    """
    return _arg("argmin", x, axis, keepdims)


def _arg(op: str, x: Any, axis: int | None, keepdims: bool) -> Tensor:
    x = as_tensor(x)
    if axis is None:
        flat = apply(op, apply("reshape", x, shape=(size_of(x.shape),)), axis=0)
        return apply("reshape", flat, shape=(1,) * x.ndim) if keepdims else flat
    axis = normalize_axis(axis, x.ndim)
    result = apply(op, x, axis=axis)
    kept = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    return apply("reshape", result, shape=kept) if keepdims else result


def argsort(x: Any, axis: int | None = -1) -> Tensor:
    """The positions (int64) that put the elements along `axis` in rising order; ties in place."""
    x, axis = _along(x, axis)
    return apply("argsort", x, axis=axis)


def sort(x: Any, axis: int | None = -1) -> Tensor:
    """The elements along `axis` in rising order; gradients return to where they came from."""
    x, axis = _along(x, axis)
    return apply("gather_along", x, apply("argsort", x, axis=axis), axis=axis)


def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The running sum along `axis`, or over x laid out flat; booleans count as 0 and 1.

    >>> cumsum([[1, 2], [3, 4]]).numpy().tolist(), cumsum([[1, 2], [3, 4]], 0).numpy().tolist()
    ([1, 3, 6, 10], [[1, 2], [4, 6]])
    """
    x, axis = _along(_countable(as_tensor(x, dtype)), axis)
    return apply("cumsum", x, axis=axis)


def _along(x: Any, axis: int | None) -> tuple[Tensor, int]:
    """A tensor and one of its axes; laid out flat where no axis is given."""
    x = as_tensor(x)
    if axis is None:
        return apply("reshape", x, shape=(size_of(x.shape),)), 0
    return x, normalize_axis(axis, x.ndim)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))) over `axis` without overflow: the largest element is taken out first.

    >>> round(float(logsumexp([1000.0, 1000.0])), 3)
    1000.693
    """
    x = as_tensor(x)
    peak = stop_gradient(max(x, axis, keepdims=True))
    # An infinite peak would give inf - inf; exp(x - 0) is then right as it stands.
    peak = where(isfinite(peak), peak, 0.0)
    total = log(sum(exp(x - peak), axis, keepdims=True)) + peak
    return total if keepdims else _drop(total, _axes(axis, x.ndim))


def _drop(x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """`x` without the given axes, each of size 1."""
    shape = tuple(dim for axis, dim in enumerate(x.shape) if axis not in axes)
    return apply("reshape", x, shape=shape)
