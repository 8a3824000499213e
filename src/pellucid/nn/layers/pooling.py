"""Pooling: the largest or the mean of every window, or of the whole of a sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph import Array, Tensor, constant, format_shape, ops
from pellucid.graph.tensor import apply
from pellucid.nn.arguments import choice
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.layers.convolution import Sizes, sizes


class _Pooling(Layer):
    """What the windowed poolings share; `rank` is the number of spatial axes."""

    rank: int

    def __init__(
        self,
        pool_size: Sizes = 2,
        strides: Sizes | None = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        name = type(self).__name__
        self.pool_size = sizes(f"{name}.pool_size", pool_size, self.rank)
        self.strides = sizes(
            f"{name}.strides", self.pool_size if strides is None else strides, self.rank
        )
        self.padding = choice(f"{name}.padding", padding, ("valid", "same"))
        self.data_format = choice(f"{name}.data_format", data_format, (None, "channels_last"))

    def _lengths(self, inputs: Tensor) -> list[int]:
        lengths = [dim for dim in inputs.shape[1:-1] if isinstance(dim, int)]
        if inputs.ndim != self.rank + 2 or len(lengths) != self.rank:
            raise ShapeError(
                f"layer {self.name!r}",
                expected=f"an input of {self.rank + 2} axes with known space",
                received=format_shape(inputs.shape),
            )
        return lengths

    def _pads(self, lengths: list[int]) -> list[tuple[int, int]]:
        """The padding before and after each axis: as little as gives ceil(length / stride)."""
        if self.padding == "valid":
            return [(0, 0)] * self.rank
        pads = []
        for length, size, stride in zip(lengths, self.pool_size, self.strides, strict=True):
            missing = max((-(-length // stride) - 1) * stride + size - length, 0)
            pads.append((missing // 2, missing - missing // 2))
        return pads

    def _windows(self, inputs: Tensor) -> tuple[Tensor, list[int]]:
        """Every window of the inputs along new last axes, and the numbers of these axes."""
        for axis, (size, stride) in enumerate(
            zip(self.pool_size, self.strides, strict=True), start=1
        ):
            inputs = apply("windows", inputs, axis=axis, size=size, stride=stride, dilation=1)
        return inputs, list(range(self.rank + 2, 2 * self.rank + 2))


class _MaxPooling(_Pooling):
    """The largest of every window; padding never wins."""

    def call(self, inputs: Tensor) -> Tensor:
        """The largest element of each window."""
        pads = self._pads(self._lengths(inputs))
        if any(map(any, pads)):
            inputs = ops.pad(inputs, [(0, 0), *pads, (0, 0)], constant_values=-math.inf)
        windows, axes = self._windows(inputs)
        return ops.max(windows, axes)


class _AveragePooling(_Pooling):
    """The mean of every window; padding does not count."""

    def call(self, inputs: Tensor) -> Tensor:
        """The mean of each window."""
        lengths = self._lengths(inputs)
        pads = self._pads(lengths)
        wide = [(0, 0), *pads, (0, 0)]
        windows, axes = self._windows(ops.pad(inputs, wide) if any(map(any, pads)) else inputs)
        counts = constant(self._counts(lengths, pads), inputs.dtype)
        return ops.sum(windows, axes) / counts

    def _counts(self, lengths: list[int], pads: list[tuple[int, int]]) -> Array:
        """How many elements of the inputs lie in each window, (space…, 1)."""
        total: Any = np.ones(())
        for length, pad, size, stride in zip(
            lengths, pads, self.pool_size, self.strides, strict=True
        ):
            inside = np.pad(np.ones(length), pad)
            counts = np.lib.stride_tricks.sliding_window_view(inside, size)[::stride].sum(-1)
            total = np.multiply.outer(total, counts)
        return np.asarray(total[..., None])


@LAYERS.register("MaxPool1D")
class MaxPooling1D(_MaxPooling):
    """The largest of every `pool_size` steps of sequences (N, T, C)."""

    rank = 1


@LAYERS.register("MaxPool2D")
class MaxPooling2D(_MaxPooling):
    """The largest of every window of images (N, H, W, C); `strides` defaults to `pool_size`.

    >>> MaxPooling2D()(np.arange(16.0).reshape(1, 4, 4, 1)).numpy().ravel().tolist()
    [5.0, 7.0, 13.0, 15.0]
    """

    rank = 2


@LAYERS.register("MaxPool3D")
class MaxPooling3D(_MaxPooling):
    """The largest of every window of volumes (N, D, H, W, C)."""

    rank = 3


@LAYERS.register("AvgPool1D")
class AveragePooling1D(_AveragePooling):
    """The mean of every `pool_size` steps of sequences (N, T, C)."""

    rank = 1


@LAYERS.register("AvgPool2D")
class AveragePooling2D(_AveragePooling):
    """The mean of every window of images (N, H, W, C); `strides` defaults to `pool_size`."""

    rank = 2


@LAYERS.register("AvgPool3D")
class AveragePooling3D(_AveragePooling):
    """The mean of every window of volumes (N, D, H, W, C)."""

    rank = 3


class _GlobalPooling(Layer):
    """What the poolings over all of space share."""

    rank: int

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        name = type(self).__name__
        self.data_format = choice(f"{name}.data_format", data_format, (None, "channels_last"))
        self.keepdims = keepdims

    def _space(self, inputs: Tensor) -> list[int]:
        if inputs.ndim != self.rank + 2:
            raise ShapeError(
                f"layer {self.name!r}",
                expected=f"an input of {self.rank + 2} axes",
                received=format_shape(inputs.shape),
            )
        return list(range(1, self.rank + 1))


class _GlobalMax(_GlobalPooling):
    """The largest element of each channel."""

    def call(self, inputs: Tensor) -> Tensor:
        """max(x) over space."""
        return ops.max(inputs, self._space(inputs), keepdims=self.keepdims)


class _GlobalAverage(_GlobalPooling):
    """The mean of each channel."""

    def call(self, inputs: Tensor) -> Tensor:
        """mean(x) over space."""
        return ops.mean(inputs, self._space(inputs), keepdims=self.keepdims)


@LAYERS.register("GlobalMaxPool1D")
class GlobalMaxPooling1D(_GlobalMax):
    """The largest of all steps: (N, T, C) becomes (N, C)."""

    rank = 1


@LAYERS.register("GlobalMaxPool2D")
class GlobalMaxPooling2D(_GlobalMax):
    """The largest of all pixels: (N, H, W, C) becomes (N, C)."""

    rank = 2


@LAYERS.register("GlobalAvgPool1D")
class GlobalAveragePooling1D(_GlobalAverage):
    """The mean of all steps: (N, T, C) becomes (N, C)."""

    rank = 1


@LAYERS.register("GlobalAvgPool2D")
class GlobalAveragePooling2D(_GlobalAverage):
    """The mean of all pixels: (N, H, W, C) becomes (N, C)."""

    rank = 2


# Keras's shorter names.
MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D = GlobalMaxPooling1D, GlobalMaxPooling2D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
