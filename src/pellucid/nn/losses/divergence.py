"""Losses between distributions, for counts, and for regions that overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.graph import Tensor, ops
from pellucid.nn.losses.inputs import EPSILON, check_arguments, mean, pair
from pellucid.nn.losses.loss import LOSSES, NamedLoss

Axis = int | Sequence[int] | None


@LOSSES.register("kld", "KLD")
def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """Σ y log(y / p) over the last axis, in nats; both held within [1e-7, 1].

    >>> round(float(kl_divergence([[0.5, 0.5]], [[0.25, 0.75]])[0]), 6)
    0.143841
    """
    y, p = pair("kl_divergence", y_true, y_pred)
    y, p = ops.clip(y, EPSILON, 1.0), ops.clip(p, EPSILON, 1.0)
    return ops.sum(y * ops.log(y / p), -1)


@LOSSES.register()
def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """mean(p - y log(p + 1e-7)) over the last axis, for counts y and expected counts p >= 0.

    The negative log-likelihood in nats, without its part that does not depend on p, log(y!).
    """
    y, p = pair("poisson", y_true, y_pred)
    return mean(p - y * ops.log(p + EPSILON))


@LOSSES.register()
def dice(y_true: Any, y_pred: Any, axis: Axis = None) -> Tensor:
    """How far two regions are from covering each other: 1 - 2 Σ y p / (Σ y + Σ p + 1e-7).

    The sums run over `axis`; None means all axes. `y_pred` holds probabilities.
    """
    check_arguments("dice", axis=axis)
    y, p = pair("dice", y_true, y_pred)
    both = ops.sum(y * p, axis)
    return 1.0 - 2.0 * both / (ops.sum(y, axis) + ops.sum(p, axis) + EPSILON)


@LOSSES.register()
def tversky(
    y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axis = None
) -> Tensor:
    """1 - Σ y p / (Σ y p + alpha Σ y (1 - p) + beta Σ (1 - y) p + 1e-7) over `axis`.

    Keras's form: `alpha` weighs what is missed, `beta` false alarms; a half each is nearly `dice`.
    """
    check_arguments("tversky", axis=axis)
    y, p = pair("tversky", y_true, y_pred)
    both = ops.sum(y * p, axis)
    missed = alpha * ops.sum(y * (1.0 - p), axis)
    false = beta * ops.sum((1.0 - y) * p, axis)
    return 1.0 - both / (both + missed + false + EPSILON)


@LOSSES.register()
class KLDivergence(NamedLoss):
    """`kl_divergence` as a `Loss`."""

    function = staticmethod(kl_divergence)


@LOSSES.register()
class Poisson(NamedLoss):
    """`poisson` as a `Loss`."""

    function = staticmethod(poisson)


@LOSSES.register()
class Dice(NamedLoss):
    """`dice` as a `Loss`."""

    function = staticmethod(dice)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "dice",
        axis: Axis = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(axis=axis)


@LOSSES.register()
class Tversky(NamedLoss):
    """`tversky` as a `Loss`."""

    function = staticmethod(tversky)

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "tversky",
        axis: Axis = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self._keep(alpha=alpha, beta=beta, axis=axis)
