"""Layers that shift and scale by figures that are given or read off the data, not trained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Array, Tensor, Variable, constant, format_shape, ops
from pellucid.graph.dims import as_shape
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.shapes import known_axis
from pellucid.nn.structure import is_data

EPSILON = 1e-7
"""The smallest standard deviation that values are divided by, Keras's."""


@LAYERS.register()
class Rescaling(Layer):
    """x · scale + offset, with fixed numbers: `scale` 1/255 takes bytes to [0, 1]."""

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs: Tensor) -> Tensor:
        """X · scale + offset."""
        scale, offset = (constant(value, self.dtype) for value in (self.scale, self.offset))
        return ops.cast(inputs, self.dtype) * scale + offset


@LAYERS.register()
class Normalization(Layer):
    """(x - mean) / max(sqrt(variance), 1e-7): features brought to mean 0 and variance 1.

    The mean and variance are given, or read off data by `adapt`; before that they are 0 and 1.
    There is one of each for every position along `axis` (an axis, several, or None for a single
    pair); by default for every feature. `invert` gives mean + x · sqrt(variance).

    >>> layer = Normalization()
    >>> layer.adapt(np.array([[0.0, 10.0], [2.0, 30.0]]))
    >>> layer([[1.0, 40.0]]).numpy().tolist()
    [[0.0, 2.0]]
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (mean is None) != (variance is None) or np.shape(mean) != np.shape(variance):
            raise ArgumentError(
                "Normalization",
                expected="mean and variance of one shape, or neither",
                received=f"mean {mean!r} and variance {variance!r}",
            )
        self.axis = (axis,) if isinstance(axis, int) else () if axis is None else tuple(axis)
        self.invert = invert
        self._given = None if mean is None else (np.asarray(mean), np.asarray(variance))

    def build(self, input_shape: Any) -> None:
        """Make the weights `mean`, `variance` and `count`, unless the figures were given."""
        where, rank = f"layer {self.name!r}", len(input_shape)
        sizes = {axis % rank: known_axis(input_shape, axis, where) for axis in self.axis}
        self._kept = tuple(sorted(sizes))
        self._wide = tuple(sizes.get(axis, 1) for axis in range(rank))
        if self._given is None:
            shape = [sizes[axis] for axis in self._kept]
            self.adapt_mean = self._fixed(shape, "zeros", "mean")
            self.adapt_variance = self._fixed(shape, "ones", "variance")
            # Keras has this weight too, and never changes it.
            self.count = self._fixed((), "zeros", "count", "int32")

    def _fixed(self, shape: Any, start: str, name: str, dtype: Any = None) -> Variable:
        return self.add_weight(shape, start, dtype, trainable=False, name=name)

    def adapt(self, data: Any) -> None:
        """Read mean and variance off an array, or an iterable of batches; they are replaced.

        In float64, batches joined by Chan's formula. Raises `ArgumentError` where the figures were
        given, or there are no data; `ShapeError` where the features are not those built for.
        """
        if self._given is not None:
            raise ArgumentError(
                f"adapt of layer {self.name!r}",
                expected="a layer without mean and variance of its own",
                received="one that was given them",
            )
        total, mean, variance = 0, np.zeros(()), np.zeros(())
        for batch in _batches(data):
            count, new_mean, new_variance = self._moments(batch)
            share = count / max(total + count, 1)
            shift = new_mean - mean
            variance = (1 - share) * variance + share * (new_variance + (1 - share) * shift**2)
            mean = mean + share * shift
            total += count
        if not total:
            raise ArgumentError(
                f"adapt of layer {self.name!r}", expected="at least one sample", received="none"
            )
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _moments(self, batch: Array) -> tuple[int, Array, Array]:
        """The number of values behind each figure of a batch, their mean and variance."""
        shape = (None, *batch.shape[1:])
        if not self.built:
            self.build(shape)
            self.built = True
        rank = len(self._wide)
        if batch.ndim != rank or any(batch.shape[axis] != self._wide[axis] for axis in self._kept):
            expected = (None, *self._wide[1:])
            raise ShapeError(
                f"adapt of layer {self.name!r}",
                expected=f"data like {format_shape(as_shape(expected))} on axes {self._kept}",
                received=f"shape {batch.shape}",
            )
        over = tuple(axis for axis in range(rank) if axis not in self._kept)
        count = int(np.prod([batch.shape[axis] for axis in over]))
        if not count:
            return 0, np.zeros(()), np.zeros(())
        return count, batch.mean(axis=over), batch.var(axis=over)

    @property
    def mean(self) -> Tensor:
        """The mean, of a shape that broadcasts with the inputs."""
        return self._figure(0)

    @property
    def variance(self) -> Tensor:
        """The variance, of a shape that broadcasts with the inputs."""
        return self._figure(1)

    def _figure(self, which: int) -> Tensor:
        if self._given is None:
            return ops.reshape((self.adapt_mean, self.adapt_variance)[which], self._wide)
        value = self._given[which]
        if value.ndim:
            # Its axes are the last of those kept.
            places = dict(zip(self._kept[-value.ndim :], value.shape, strict=True))
            value = value.reshape([places.get(axis, 1) for axis in range(len(self._wide))])
        return constant(np.broadcast_to(value, self._wide), self.dtype)

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs normalized, or brought back."""
        inputs = ops.cast(inputs, self.dtype)
        deviation = ops.maximum(ops.sqrt(self.variance), EPSILON)
        if self.invert:
            return self.mean + inputs * deviation
        return (inputs - self.mean) / deviation


def _batches(data: Any) -> Iterable[Array]:
    """The data as arrays of float64, one a batch."""
    parts = [data] if is_data(data) else data
    for part in parts:
        # A batch may come with its targets.
        inputs = part[0] if isinstance(part, tuple) else part
        yield np.asarray(inputs, np.float64)
