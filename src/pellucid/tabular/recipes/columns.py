"""What every network here is given: raw columns as numbers of like size, and codes to embed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.graph import Tensor, constant, ops
from pellucid.nn.layer import LAYERS, Layer
from pellucid.tabular.features import Features

# Categories of more levels than this are embedded, others one-hot (Holzmüller et al. 2024).
MOST_ONE_HOT = 9
# A code that no category has.
_NEVER = -2


@LAYERS.register()
class PrepareColumns(Layer):
    """Raw columns (N, C) as dense features and codes (N, D + E), in the layer's dtype.

    The first `n_filled` columns are numbers, the others hold codes of categories. Dense features v
    become smooth_clip((v - centre) · factor) with smooth_clip(x) = x / √(1 + (x/3)²), which stays
    within ±3. They stand in this order: numbers, with `fill` for missing ones (NaN); marks, 1 where
    a number of `marked` is missing; and for each entry of `places`, whether the category in that
    column is the level `plus` (1) or `minus` (-1), else 0. Last stand the codes of the columns
    `embedded`, moved up by one so that 0 is a category never seen in training (`n_levels` each).

    The weights `fill`, `centre` and `factor` are not trained. Computed in float64, so that
    2,460,311.5 and 2,460,312.5 stay two dates.

    Robust scaling and smooth clipping: Holzmüller, Grinsztajn & Steinwart 2024, section 3.

    >>> prepare = PrepareColumns(n_columns=1, n_filled=1, marked=[0])
    >>> prepare.build((None, 1))
    >>> prepare.set_weights([[5.0], [5.0, 0.0], [0.5, 1.0]])
    >>> prepare(np.array([[7.0], [np.nan]])).numpy().round(3).tolist()
    [[0.949, 0.0], [0.0, 0.949]]
    """

    def __init__(
        self,
        n_columns: int,
        n_filled: int,
        marked: Sequence[int] = (),
        places: Sequence[int] = (),
        plus: Sequence[int] = (),
        minus: Sequence[int] = (),
        embedded: Sequence[int] = (),
        n_levels: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        # Casting the input to the layer's float32 would come before the centre is taken off.
        super().__init__(autocast=False, **kwargs)
        self.n_columns, self.n_filled = int(n_columns), int(n_filled)
        self.marked = [int(place) for place in marked]
        self.places = [int(place) for place in places]
        self.plus = [int(level) for level in plus]
        self.minus = [int(level) for level in minus]
        self.embedded = [int(place) for place in embedded]
        self.n_levels = [int(size) for size in n_levels]

    @property
    def n_dense(self) -> int:
        """How many features come out beside the codes."""
        return self.n_filled + len(self.marked) + len(self.places)

    def build(self, input_shape: Any) -> None:
        """Make the weights: such that numbers stay as they are, up to the clipping."""
        n = self.n_dense
        fixed: dict[str, Any] = {"dtype": "float64", "trainable": False}
        self.fill = self.add_weight((self.n_filled,), "zeros", name="fill", **fixed)
        self.centre = self.add_weight((n,), "zeros", name="centre", **fixed)
        self.factor = self.add_weight((n,), "ones", name="factor", **fixed)

    def call(self, inputs: Tensor) -> Tensor:
        """The features and codes of the columns."""
        columns = ops.cast(inputs, "float64")
        parts = []
        if self.n_dense:
            scaled = (self.raw(columns) - self.centre) * self.factor
            clipped = scaled / ops.sqrt(1.0 + ops.square(scaled * (1.0 / 3.0)))
            parts.append(ops.cast(clipped, self.dtype))
        if self.embedded:
            codes = ops.take(columns, np.array(self.embedded), axis=-1) + 1.0
            known = ops.logical_and(codes >= 0.0, codes < _row(self.n_levels))
            parts.append(ops.cast(ops.where(known, codes, 0.0), self.dtype))
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)

    def raw(self, columns: Tensor) -> Tensor:
        """The dense features (N, D) before they are scaled."""
        parts = []
        if self.n_filled:
            numbers = columns[:, : self.n_filled]
            missing = ops.isnan(numbers)
            parts.append(ops.where(missing, self.fill, numbers))
            if self.marked:
                marks = ops.take(missing, np.array(self.marked), axis=-1)
                parts.append(ops.cast(marks, "float64"))
        if self.places:
            codes = ops.take(columns, np.array(self.places), axis=-1)
            hits = [ops.cast(ops.equal(codes, _row(s)), "float64") for s in (self.plus, self.minus)]
            parts.append(hits[0] - hits[1])
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)


def _row(values: Sequence[float]) -> Tensor:
    return constant(np.asarray(values, np.float64))


def prepare_columns(features: Features, matrix: np.ndarray) -> PrepareColumns:
    """The layer for the columns of a table, centred and scaled by `matrix` (N, C), raw values.

    The centre is the median; the factor is 1 over the distance of the quartiles, where that is 0
    2 over the distance of the extremes, and for a constant 0 (Holzmüller et al. 2024). Missing
    numbers become the median. Two levels make one feature, ±1, with 0 for a missing value.
    """
    columns = features.columns
    numbers = [place for place, c in enumerate(columns) if c.kind != "category"]
    marked = [place for place in numbers if columns[place].marks_missing]
    layer = PrepareColumns(len(columns), len(numbers), marked, *_levels(features), name="prepare")
    layer.build((None, len(columns)))
    if layer.n_dense:
        layer.fill.assign(np.array([_median(matrix[:, place]) for place in numbers]))
        raw = layer.raw(constant(np.asarray(matrix, np.float64)))
        centre, factor = _robust(np.asarray(raw.numpy()))
        layer.centre.assign(centre)
        layer.factor.assign(factor)
    return layer


def _levels(features: Features) -> tuple[list[int], ...]:
    """For the columns of categories: places, plus, minus, embedded and n_levels of the layer."""
    places, plus, minus, embedded, n_levels = [], [], [], [], []
    for place, column in enumerate(features.columns):
        if column.kind != "category":
            continue
        present = [code for code, level in enumerate(column.levels) if level is not None]
        if len(column.levels) > MOST_ONE_HOT:
            embedded.append(place)
            n_levels.append(len(column.levels) + 1)
        elif len(present) == 2:
            places.append(place)
            plus.append(present[0])
            minus.append(present[1])
        else:
            places += [place] * len(present)
            plus += present
            minus += [_NEVER] * len(present)
    return places, plus, minus, embedded, n_levels


def n_numbers(features: Features) -> int:
    """How many of the first dense features are numbers, worth an embedding of their own."""
    return sum(column.kind != "category" for column in features.columns)


def _median(values: np.ndarray) -> float:
    present = values[~np.isnan(values)]
    return float(np.median(present)) if present.size else 0.0


def _robust(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre and factor (D,) of the columns of values (N, D)."""
    low, centre, high = np.percentile(values, [25, 50, 75], axis=0)
    width = high - low
    spread = (values.max(axis=0) - values.min(axis=0)) / 2
    width = np.where(width > 0, width, spread)
    return centre, np.divide(1.0, width, out=np.zeros_like(width), where=width > 0)


def prepared(layer: PrepareColumns, matrix: np.ndarray, rows_at_once: int = 16384) -> np.ndarray:
    """The features (N, F) float32 of raw columns (N, C)."""
    parts = [
        np.asarray(layer(matrix[first : first + rows_at_once]).numpy(), np.float32)
        for first in range(0, len(matrix), rows_at_once)
    ]
    return np.concatenate(parts)
