"""Hinge errors: how far predictions are from the right side of a margin, averaged."""

from __future__ import annotations

from pellucid.nn.losses.hinge import categorical_hinge, hinge, squared_hinge
from pellucid.nn.metrics.metric import METRICS
from pellucid.nn.metrics.reduction import MeanMetricWrapper


@METRICS.register()
class Hinge(MeanMetricWrapper):
    """The mean of max(1 - y_true y_pred, 0); labels are -1 and 1, or 0 and 1.

    >>> round(float(Hinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.3
    """

    direction = "down"

    def __init__(self, name: str = "hinge", dtype: str | None = None) -> None:
        super().__init__(hinge, name, dtype)


@METRICS.register()
class SquaredHinge(MeanMetricWrapper):
    """The mean of max(1 - y_true y_pred, 0)²; labels are -1 and 1, or 0 and 1.

    >>> round(float(SquaredHinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.86
    """

    direction = "down"

    def __init__(self, name: str = "squared_hinge", dtype: str | None = None) -> None:
        super().__init__(squared_hinge, name, dtype)


@METRICS.register()
class CategoricalHinge(MeanMetricWrapper):
    """The mean of max(1 + largest wrong y_pred - right y_pred, 0); y_true is one-hot.

    >>> round(float(CategoricalHinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
    1.4
    """

    direction = "down"

    def __init__(self, name: str = "categorical_hinge", dtype: str | None = None) -> None:
        super().__init__(categorical_hinge, name, dtype)
