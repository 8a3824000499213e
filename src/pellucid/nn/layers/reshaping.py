"""Layers that only move elements: Flatten, Reshape, Permute, RepeatVector."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, format_shape, ops
from pellucid.nn.arguments import choice
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.shapes import sample_dims


@LAYERS.register()
class Flatten(Layer):
    """Each sample as one row: (N, H, W, C) becomes (N, H·W·C); (N,) becomes (N, 1)."""

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = choice("Flatten.data_format", data_format, (None, "channels_last"))

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs with all axes but the first joined."""
        size = math.prod(sample_dims(inputs, f"layer {self.name!r}"))
        return ops.reshape(inputs, (inputs.shape[0], size))


@LAYERS.register()
class Reshape(Layer):
    """Each sample in another shape; one dimension may be -1, which is then worked out.

    >>> Reshape((2, -1))([[1.0, 2.0, 3.0, 4.0]]).numpy().tolist()
    [[[1.0, 2.0], [3.0, 4.0]]]
    """

    def __init__(self, target_shape: Sequence[int] | int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        dims = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        if any(not isinstance(dim, int) or dim < -1 for dim in dims) or dims.count(-1) > 1:
            raise ArgumentError(
                "Reshape.target_shape",
                expected="whole dimensions without the samples, at most one of them -1",
                received=str(target_shape),
            )
        self.target_shape = dims

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs, each sample reshaped."""
        dims = list(self.target_shape)
        if -1 in dims:
            # Worked out from one sample, because there may be none.
            known = math.prod(dim for dim in dims if dim != -1)
            size = math.prod(sample_dims(inputs, f"layer {self.name!r}"))
            dims[dims.index(-1)] = size // max(known, 1)
        return ops.reshape(inputs, (inputs.shape[0], *dims))


@LAYERS.register()
class Permute(Layer):
    """The axes of each sample in another order; `dims` counts from 1, the samples stay first.

    >>> Permute((2, 1))([[[1.0, 2.0, 3.0]]]).shape
    (1, 3, 1)
    """

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ArgumentError(
                "Permute.dims",
                expected="each axis from 1 on, once",
                received=str(dims),
                hint="Axis 0, the samples, is left out",
            )

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs with their axes in the new order."""
        return ops.transpose(inputs, (0, *self.dims))


@LAYERS.register()
class RepeatVector(Layer):
    """Each row `n` times: (N, F) becomes (N, n, F)."""

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(n, int) or isinstance(n, bool) or n < 1:
            raise ArgumentError("RepeatVector.n", expected="a whole number >= 1", received=n)
        self.n = n

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs repeated along a new axis 1."""
        if inputs.ndim != 2:
            raise ShapeError(
                f"layer {self.name!r}",
                expected="an input of two axes, (N, F)",
                received=format_shape(inputs.shape),
            )
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)
