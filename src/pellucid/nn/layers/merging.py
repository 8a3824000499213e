"""Layers that join several inputs of one shape, element by element or along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, format_shape, ops
from pellucid.graph.tensor import normalize_axis
from pellucid.nn.layer import LAYERS, Layer


class Merge(Layer):
    """The base of the layers that join a list of tensors; they need the same number of samples.

    An input with fewer axes gets new ones of size 1 after the samples, as in Keras.
    """

    fewest = 1
    most: int | None = None

    def call(self, inputs: Any) -> Tensor:
        """The inputs joined."""
        most = self.most or 10**9
        if not isinstance(inputs, list | tuple) or not self.fewest <= len(inputs) <= most:
            wanted = f"exactly {self.most}" if self.most else "one or more"
            count = len(inputs) if isinstance(inputs, list | tuple) else "a single tensor"
            raise ArgumentError(
                f"layer {self.name!r}", expected=f"a list of {wanted} tensors", received=str(count)
            )
        return self.merge([ops.convert_to_tensor(x) for x in inputs])

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """The inputs joined; what a subclass writes."""
        raise NotImplementedError(f"{type(self).__name__} has no merge()")

    def aligned(self, inputs: list[Tensor]) -> list[Tensor]:
        """The inputs with one number of axes."""
        rank = max(x.ndim for x in inputs)
        aligned = []
        for x in inputs:
            if x.ndim < rank and x.ndim:
                x = ops.reshape(x, (x.shape[0], *([1] * (rank - x.ndim)), *x.shape[1:]))
            aligned.append(x)
        return aligned


@LAYERS.register()
class Add(Merge):
    """The sum of the inputs.

    >>> import numpy as np
    >>> Add()([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).numpy().tolist()
    [[4.0, 6.0]]
    """

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """x1 + x2 + …"""
        return reduce(ops.add, self.aligned(inputs))


@LAYERS.register()
class Subtract(Merge):
    """The first of two inputs less the second."""

    fewest = most = 2

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """x1 - x2."""
        return reduce(ops.subtract, self.aligned(inputs))


@LAYERS.register()
class Multiply(Merge):
    """The product of the inputs, element by element."""

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """x1 · x2 · …"""
        return reduce(ops.multiply, self.aligned(inputs))


@LAYERS.register()
class Average(Merge):
    """The mean of the inputs, element by element."""

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """(x1 + x2 + …) / count."""
        return reduce(ops.add, self.aligned(inputs)) / float(len(inputs))


@LAYERS.register()
class Maximum(Merge):
    """The largest of the inputs, element by element."""

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """max(x1, x2, …)."""
        return reduce(ops.maximum, self.aligned(inputs))


@LAYERS.register()
class Minimum(Merge):
    """The smallest of the inputs, element by element."""

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """min(x1, x2, …)."""
        return reduce(ops.minimum, self.aligned(inputs))


@LAYERS.register()
class Concatenate(Merge):
    """The inputs side by side along `axis`; on the other axes they have the same sizes.

    >>> import numpy as np
    >>> Concatenate()([np.array([[1.0, 2.0]]), np.array([[3.0]])]).numpy().tolist()
    [[1.0, 2.0, 3.0]]
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """The inputs joined along the axis."""
        return ops.concatenate(inputs, axis=self.axis)


@LAYERS.register()
class Dot(Merge):
    """For each sample, the sum of products over one axis of each of two inputs.

    `axes` is that axis, or one for each input; the samples' axis 0 cannot be it. The result has
    the other axes of the first input, then those of the second; two rows give (N, 1). With
    `normalize` both are first scaled to length 1 along the axis, which gives their cosine.

    >>> import numpy as np
    >>> Dot(axes=1)([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])]).numpy().tolist()
    [[11.0]]
    """

    fewest = most = 2

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
        if len(pair) != 2 or not all(isinstance(axis, int) and axis != 0 for axis in pair):
            raise ArgumentError(
                "Dot.axes",
                expected="one axis other than 0, or two of them",
                received=str(axes),
            )
        self.axes = axes if isinstance(axes, int) else list(axes)
        self.normalize = normalize

    def merge(self, inputs: list[Tensor]) -> Tensor:
        """Σ x1 · x2 over the two axes."""
        x, y = inputs
        pair = [self.axes] * 2 if isinstance(self.axes, int) else self.axes
        left, right = normalize_axis(pair[0], x.ndim), normalize_axis(pair[1], y.ndim)
        if min(x.ndim, y.ndim) < 2 or x.shape[left] != y.shape[right] or 0 in (left, right):
            raise ShapeError(
                f"layer {self.name!r}, op dot",
                expected=f"equal sizes of axes {left} and {right}",
                received=f"{format_shape(x.shape)} and {format_shape(y.shape)}",
            )
        if self.normalize:
            x, y = unit_length(x, left), unit_length(y, right)
        a, b = list("abcdefg"[: x.ndim]), list("ahijklm"[: y.ndim])
        b[right] = a[left]
        out = [c for c in a if c != a[left]] + [c for c in b[1:] if c != a[left]]
        result = ops.einsum(f"{''.join(a)},{''.join(b)}->{''.join(out)}", x, y)
        return ops.expand_dims(result, 1) if result.ndim == 1 else result


def unit_length(x: Tensor, axis: Any, epsilon: float = 1e-7) -> Tensor:
    """X / max(|x|, epsilon), its length over the axis; zero stays zero, with a finite slope."""
    total = ops.sum(x * x, axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(total, epsilon * epsilon))


def add(inputs: Any, **kwargs: Any) -> Tensor:
    """The sum of the inputs, by a new `Add` layer."""
    result: Tensor = Add(**kwargs)(inputs)
    return result


def subtract(inputs: Any, **kwargs: Any) -> Tensor:
    """The first of two inputs less the second, by a new `Subtract` layer."""
    result: Tensor = Subtract(**kwargs)(inputs)
    return result


def multiply(inputs: Any, **kwargs: Any) -> Tensor:
    """The product of the inputs, by a new `Multiply` layer."""
    result: Tensor = Multiply(**kwargs)(inputs)
    return result


def average(inputs: Any, **kwargs: Any) -> Tensor:
    """The mean of the inputs, by a new `Average` layer."""
    result: Tensor = Average(**kwargs)(inputs)
    return result


def maximum(inputs: Any, **kwargs: Any) -> Tensor:
    """The largest of the inputs, by a new `Maximum` layer."""
    result: Tensor = Maximum(**kwargs)(inputs)
    return result


def minimum(inputs: Any, **kwargs: Any) -> Tensor:
    """The smallest of the inputs, by a new `Minimum` layer."""
    result: Tensor = Minimum(**kwargs)(inputs)
    return result


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Tensor:
    """The inputs side by side along `axis`, by a new `Concatenate` layer."""
    result: Tensor = Concatenate(axis=axis, **kwargs)(inputs)
    return result


def dot(inputs: Any, axes: int | Sequence[int] = -1, **kwargs: Any) -> Tensor:
    """The sum of products over one axis of each input, by a new `Dot` layer."""
    result: Tensor = Dot(axes=axes, **kwargs)(inputs)
    return result
