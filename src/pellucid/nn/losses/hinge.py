"""Losses of support-vector machines: zero once the right answer leads by a margin of 1."""

from __future__ import annotations

from typing import Any

from pellucid.graph import Tensor, ops
from pellucid.nn.losses.inputs import mean, pair
from pellucid.nn.losses.loss import LOSSES, NamedLoss


@LOSSES.register()
def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """mean(max(1 - y_true y_pred, 0)) over the last axis, for labels -1 and 1.

    If all labels are 0 or 1, each 0 counts as -1.

    >>> hinge([[1.0, -1.0]], [[0.5, 0.5]]).numpy().tolist()
    [1.0]
    """
    return mean(_missing(*pair("hinge", y_true, y_pred)))


@LOSSES.register()
def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """mean(max(1 - y_true y_pred, 0)²) over the last axis; labels as for `hinge`."""
    return mean(ops.square(_missing(*pair("squared_hinge", y_true, y_pred))))


def _missing(y: Tensor, p: Tensor) -> Tensor:
    zero_or_one = ops.all((y == 0) | (y == 1))
    signs = ops.where(zero_or_one, 2.0 * y - 1.0, y)
    return ops.maximum(1.0 - signs * p, 0.0)


@LOSSES.register()
def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """max(1 + the best wrong score - the right score, 0) over the last axis, for one-hot labels.

    Keras's form: the best of (1 - y_true) y_pred, so it is at least 0.
    """
    y, p = pair("categorical_hinge", y_true, y_pred)
    right = ops.sum(y * p, -1)
    wrong = ops.max((1.0 - y) * p, -1)
    return ops.maximum(wrong - right + 1.0, 0.0)


@LOSSES.register()
class Hinge(NamedLoss):
    """`hinge` as a `Loss`."""

    function = staticmethod(hinge)


@LOSSES.register()
class SquaredHinge(NamedLoss):
    """`squared_hinge` as a `Loss`."""

    function = staticmethod(squared_hinge)


@LOSSES.register()
class CategoricalHinge(NamedLoss):
    """`categorical_hinge` as a `Loss`."""

    function = staticmethod(categorical_hinge)
