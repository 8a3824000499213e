"""The first layer of a network for a table: raw columns in, numbers of like size out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, constant, ops
from pellucid.nn.layer import LAYERS, Layer


@LAYERS.register()
class EncodeColumns(Layer):
    """Columns of a table (N, C) as features (N, F): filled, standardized, one-hot.

    The first columns are numbers, one for each entry of `fill`; the others hold codes of
    categories, one for each entry of `n_levels`. A number x becomes (x - mean) / scale; a missing
    one (NaN) is taken to be `fill`. A code k of a column of L levels becomes L features, 1 in place
    k and else 0; any other value, such as the -1 of a category never seen, is 0 in all places.
    `marked` lists the number columns that get one feature more: 1 where the value is missing. The
    features stand in this order: numbers, marks, levels.

    Computed in float64, so that 2,460,311.5 and 2,460,312.5 stay two dates; the output has the
    layer's dtype.

    >>> encode = EncodeColumns([3.0], [2.0], [1.0], n_levels=[2], marked=[0])
    >>> encode(np.array([[4.0, 1.0], [np.nan, -1.0]])).numpy().tolist()
    [[2.0, 0.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0]]
    """

    def __init__(
        self,
        fill: Sequence[float],
        mean: Sequence[float],
        scale: Sequence[float],
        n_levels: Sequence[int] = (),
        marked: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        # Casting the input to the layer's float32 would come before the mean is taken off.
        super().__init__(autocast=False, **kwargs)
        if not len(fill) == len(mean) == len(scale):
            raise ArgumentError(
                "EncodeColumns",
                expected="fill, mean and scale of one length",
                received=f"{len(fill)}, {len(mean)} and {len(scale)}",
            )
        self.fill = [float(value) for value in fill]
        self.mean = [float(value) for value in mean]
        self.scale = [float(value) for value in scale]
        self.n_levels = [int(size) for size in n_levels]
        self.marked = [int(column) for column in marked]

    @property
    def n_columns(self) -> int:
        """How many columns go in."""
        return len(self.fill) + len(self.n_levels)

    @property
    def n_features(self) -> int:
        """How many features come out."""
        return len(self.fill) + len(self.marked) + sum(self.n_levels)

    def call(self, inputs: Tensor) -> Tensor:
        """The features of the columns."""
        columns = ops.cast(inputs, "float64")
        parts = [*self._numbers(columns), *self._levels(columns)]
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)

    def _numbers(self, columns: Tensor) -> list[Tensor]:
        if not self.fill:
            return []
        numbers = columns[:, : len(self.fill)] if self.n_levels else columns
        missing = ops.isnan(numbers)
        filled = ops.where(missing, self._figures(self.fill), numbers)
        scaled = (filled - self._figures(self.mean)) / self._figures(self.scale)
        parts = [ops.cast(scaled, self.dtype)]
        if self.marked:
            parts.append(ops.cast(ops.take(missing, np.array(self.marked), axis=-1), self.dtype))
        return parts

    def _levels(self, columns: Tensor) -> list[Tensor]:
        if not self.n_levels:
            return []
        places = np.arange(len(self.fill), self.n_columns)
        codes = ops.take(columns, np.repeat(places, self.n_levels), axis=-1)
        levels = np.concatenate([np.arange(size) for size in self.n_levels])
        return [ops.cast(ops.equal(codes, self._figures(levels)), self.dtype)]

    def _figures(self, values: Any) -> Tensor:
        return constant(np.asarray(values, np.float64))
