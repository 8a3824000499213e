"""The first layer of a network for a table: raw columns in, numbers of like size out."""

from __future__ import annotations

import math
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


@LAYERS.register()
class SpreadColumns(Layer):
    """Columns of a table (N, C) as features (N, F), filled and spread, not yet scaled; float64.

    Columns are named by their places. The features stand in this order:

    - `numbers`: as they are, a missing one (NaN) replaced by the entry of `fill`;
    - `signs`, two levels with the codes 0 and 1: -1 and 1, and 0 where missing or unknown;
    - `marked`: 1 where the value is missing, else 0;
    - `cycles`, pairs of a place and a period: sin(2πx / period) and cos(2πx / period), both 0 where
      missing;
    - `one_hot`, pairs of a place and a number of levels: 1 in the place of the code, else 0; all 0
      where missing or unknown.

    >>> spread = SpreadColumns([0], [3.0], signs=[1], marked=[0], one_hot=[[2, 2]])
    >>> spread(np.array([[4.0, 1.0, 0.0], [np.nan, np.nan, -1.0]])).numpy().tolist()
    [[4.0, 1.0, 0.0, 1.0, 0.0], [3.0, 0.0, 1.0, 0.0, 0.0]]
    """

    def __init__(
        self,
        numbers: Sequence[int] = (),
        fill: Sequence[float] = (),
        signs: Sequence[int] = (),
        marked: Sequence[int] = (),
        cycles: Sequence[Sequence[float]] = (),
        one_hot: Sequence[Sequence[int]] = (),
        dtype: Any = "float64",
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype=dtype, **kwargs)
        if len(numbers) != len(fill):
            raise ArgumentError(
                "SpreadColumns",
                expected="numbers and fill of one length",
                received=f"{len(numbers)} and {len(fill)}",
            )
        self.numbers = [int(place) for place in numbers]
        self.fill = [float(value) for value in fill]
        self.signs = [int(place) for place in signs]
        self.marked = [int(place) for place in marked]
        self.cycles = [[int(place), float(period)] for place, period in cycles]
        self.one_hot = [[int(place), int(size)] for place, size in one_hot]

    @property
    def n_features(self) -> int:
        """How many features come out."""
        single = len(self.numbers) + len(self.signs) + len(self.marked)
        return single + 2 * len(self.cycles) + sum(size for _, size in self.one_hot)

    def call(self, inputs: Tensor) -> Tensor:
        """The features of the columns."""
        parts = []
        if self.numbers:
            numbers = _columns(inputs, self.numbers)
            parts.append(ops.where(ops.isnan(numbers), _figures(self.fill), numbers))
        if self.signs:
            codes = _columns(inputs, self.signs)
            parts.append(self._flags(ops.equal(codes, 1.0)) - self._flags(ops.equal(codes, 0.0)))
        if self.marked:
            parts.append(self._flags(ops.isnan(_columns(inputs, self.marked))))
        if self.cycles:
            parts += self._waves(inputs)
        if self.one_hot:
            sizes = [size for _, size in self.one_hot]
            codes = _columns(inputs, np.repeat([place for place, _ in self.one_hot], sizes))
            levels = np.concatenate([np.arange(size) for size in sizes])
            parts.append(self._flags(ops.equal(codes, _figures(levels))))
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)

    def _waves(self, inputs: Tensor) -> list[Tensor]:
        """Sines, then cosines."""
        x = _columns(inputs, [int(place) for place, _ in self.cycles])
        periods = np.array([period for _, period in self.cycles])
        missing = ops.isnan(x)
        # Whole turns are taken off first: the sine of a large number has few digits.
        turns = ops.where(missing, 0.0, x) / _figures(periods)
        angle = 2 * np.pi * (turns - ops.floor(turns))
        return [ops.where(missing, 0.0, wave(angle)) for wave in (ops.sin, ops.cos)]

    def _flags(self, condition: Tensor) -> Tensor:
        return ops.cast(condition, self.dtype)


@LAYERS.register()
class RobustScaleSmoothClip(Layer):
    """Features (N, F) brought to like size, far ones drawn in: RealMLP's preprocessing.

    z = scale · (x - center), then z / sqrt(1 + (z / bound)²), which is z for small z and never
    reaches ± `bound`, by default 3. `center` is meant to be the median of the training rows and
    `scale` the result of `robust_scale`. Computed in float64; the output has the layer's dtype.

    Holzmüller, Grinsztajn and Steinwart, "Better by default" (NeurIPS 2024, arXiv 2407.04491),
    section 3, data preprocessing.

    >>> layer = RobustScaleSmoothClip([10.0], [0.5])
    >>> layer(np.array([[10.0], [12.0], [1e9]])).numpy().round(3).tolist()
    [[0.0], [0.949], [3.0]]
    """

    def __init__(
        self, center: Sequence[float], scale: Sequence[float], bound: float = 3.0, **kwargs: Any
    ) -> None:
        super().__init__(autocast=False, **kwargs)
        if len(center) != len(scale):
            raise ArgumentError(
                "RobustScaleSmoothClip",
                expected="center and scale of one length",
                received=f"{len(center)} and {len(scale)}",
            )
        if not bound > 0:
            raise ArgumentError("RobustScaleSmoothClip.bound", expected="above 0", received=bound)
        self.center = [float(value) for value in center]
        self.scale = [float(value) for value in scale]
        self.bound = float(bound)

    def call(self, inputs: Tensor) -> Tensor:
        """The features, scaled and drawn in."""
        # Scaled first: the difference of two large numbers may be too large for a number.
        scale = np.asarray(self.scale)
        offset = _figures(np.asarray(self.center) * scale)
        z = ops.cast(inputs, "float64") * _figures(scale) - offset
        # Beyond 1e100 the square is past the range of numbers, and the result is the bound anyway.
        z = ops.clip(z, -1e100, 1e100)
        return ops.cast(z / ops.sqrt(1 + ops.square(z / self.bound)), self.dtype)


@LAYERS.register()
class CategoryCodes(Layer):
    """Some columns of a table (N, C) as codes (N, E) int32 for embeddings.

    `places` are the columns. The code k of a level becomes k + 1, that of a category never seen,
    -1, becomes 0: so a column of L levels needs an embedding of L + 1 rows.

    >>> CategoryCodes([1])(np.array([[0.5, 2.0], [0.5, -1.0]])).numpy().tolist()
    [[3], [0]]
    """

    def __init__(self, places: Sequence[int], dtype: Any = "int32", **kwargs: Any) -> None:
        super().__init__(autocast=False, dtype=dtype, **kwargs)
        self.places = [int(place) for place in places]

    def call(self, inputs: Tensor) -> Tensor:
        """The codes, each one more than in the columns."""
        return ops.cast(_columns(inputs, self.places) + 1, self.dtype)


def robust_scale(
    median: float, low_quarter: float, high_quarter: float, minimum: float, maximum: float
) -> tuple[float, float]:
    """Center and scale for `RobustScaleSmoothClip` from quantiles of the training rows.

    The scale is 1 / (q_0.75 - q_0.25), or 2 / (maximum - minimum) where the quartiles are equal, or
    0 where all values are.

    >>> robust_scale(5, 4, 6, 0, 9), robust_scale(0, 0, 0, 0, 1), robust_scale(7, 7, 7, 7, 7)
    ((5, 0.5), (0, 2.0), (7, 0.0))
    """
    # Halves, because the distance of two numbers may be too large for a number.
    low, high = (low_quarter, high_quarter) if high_quarter > low_quarter else (minimum, maximum)
    half = high / 2 - low / 2
    scale = (0.5 if high_quarter > low_quarter else 1.0) / half if half > 0 else 0.0
    return median, scale if scale < math.inf else 0.0


def _columns(inputs: Tensor, places: Sequence[int] | np.ndarray) -> Tensor:
    return ops.take(inputs, np.asarray(places, np.int64), axis=-1)


def _figures(values: Any) -> Tensor:
    return constant(np.asarray(values, np.float64))
