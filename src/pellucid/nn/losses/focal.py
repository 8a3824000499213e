"""Cross-entropies that turn to the hard cases (Lin et al. 2017, "Focal loss", equations 4 and 5).

Each term is multiplied by (1 - p)^gamma, where p is the probability given to the truth: with the
default gamma of 2 a case predicted with 0.9 counts a hundredth of what it would. On logits, 1 - p
is computed without taking p from 1, so it keeps its digits where p is nearly 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.graph import Tensor, as_tensor, ops
from pellucid.graph.ops.logits import sigmoid_logits, softmax_logits
from pellucid.nn.arguments import number
from pellucid.nn.losses.crossentropy import (
    binary_terms,
    classes_pair,
    logits_or_none,
    normalized,
)
from pellucid.nn.losses.inputs import TINY, check_arguments, mean, pair, smoothed
from pellucid.nn.losses.loss import LOSSES, NamedLoss


@LOSSES.register()
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """(1 - p_t)^gamma times the binary cross-entropy, averaged over `axis`, in nats.

    p_t = y p + (1 - y)(1 - p). With `apply_class_balancing` terms are also weighted: `alpha` for
    y = 1, 1 - alpha for y = 0. Other arguments and errors as for `binary_crossentropy`; gamma >= 0.
    """
    where = "binary_focal_crossentropy"
    check_arguments(where, gamma=gamma, label_smoothing=label_smoothing, axis=axis)
    number(f"{where}.alpha", alpha, 0, 1)
    y, p = pair(where, y_true, y_pred)
    y = smoothed(y, label_smoothing, 2)
    z = logits_or_none(where, p, sigmoid_logits(p), from_logits)
    if z is not None:
        missed = y * ops.sigmoid(-z) + (1.0 - y) * ops.sigmoid(z)
        terms = ops.sigmoid_cross_entropy(y, z)
    else:
        missed = 1.0 - (y * p + (1.0 - y) * (1.0 - p))
        terms = binary_terms(y, p)
    terms = _focused(terms, missed, gamma)
    if apply_class_balancing:
        terms = (y * alpha + (1.0 - y) * (1.0 - alpha)) * terms
    return mean(terms, axis)


@LOSSES.register()
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float | Sequence[float] = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """-Σ alpha (1 - p)^gamma y log p over the classes along `axis`, in nats.

    `alpha` is a number, or one for each class (of the last axis). Other arguments and errors as for
    `categorical_crossentropy`; gamma >= 0.
    """
    where = "categorical_focal_crossentropy"
    check_arguments(where, gamma=gamma, label_smoothing=label_smoothing, axis=axis)
    y, p = classes_pair(where, y_true, y_pred, axis, label_smoothing)
    z = logits_or_none(where, p, softmax_logits(p, axis), from_logits)
    if z is not None:
        log_p = ops.log_softmax(z, axis)
        missed = -ops.expm1(log_p)
    else:
        p = normalized(p, axis)
        log_p, missed = ops.log(p), 1.0 - p
    weight = as_tensor(alpha, p.dtype)
    return -ops.sum(weight * _focused(y * log_p, missed, gamma), axis)


def _focused(terms: Tensor, missed: Tensor, gamma: float) -> Tensor:
    """missed^gamma times terms, with a finite slope where nothing is missed."""
    if gamma == 0:
        return terms
    if gamma < 1:
        missed = ops.maximum(missed, TINY)
    power = int(gamma) if gamma == int(gamma) else gamma
    return missed**power * terms


@LOSSES.register()
class BinaryFocalCrossentropy(NamedLoss):
    """`binary_focal_crossentropy` as a `Loss`."""

    function = staticmethod(binary_focal_crossentropy)

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@LOSSES.register()
class CategoricalFocalCrossentropy(NamedLoss):
    """`categorical_focal_crossentropy` as a `Loss`."""

    function = staticmethod(categorical_focal_crossentropy)

    def __init__(
        self,
        alpha: float | Sequence[float] = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_focal_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
