"""Sums and means over samples: Sum, Mean, and the mean of a function of labels and predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from pellucid.graph import Tensor, as_tensor, ops
from pellucid.nn.losses.inputs import same_rank
from pellucid.nn.losses.loss import LOSSES
from pellucid.nn.metrics.metric import METRICS, Metric, Updates, ratio
from pellucid.nn.registry import Registry

Reduce = Callable[..., Tensor]


def samplewise(values: Any, sample_weight: Any, reduce: Reduce) -> tuple[Tensor, Tensor | None]:
    """One float64 value for each sample, times its weight; and the weights.

    Further axes are joined by `reduce`, down to those of the weights before they are multiplied.
    """
    values = as_tensor(values, "float64")
    if sample_weight is None:
        return _join(values, 1, reduce), None
    values, weight = same_rank(values, as_tensor(sample_weight, "float64"))
    values = _join(values, weight.ndim, reduce)
    weight = ops.broadcast_to(weight, values.shape)
    return _join(values * weight, 1, reduce), _join(weight, 1, reduce)


def _join(x: Tensor, keep: int, reduce: Reduce) -> Tensor:
    """`x` with its first `keep` axes only."""
    return reduce(x, axis=list(range(keep, x.ndim))) if x.ndim > keep else x


@METRICS.register()
class Sum(Metric):
    """The sum of all values, each times its weight.

    >>> total = Sum()
    >>> total.update_state([1.0, 2.0])
    >>> float(total([3.0], sample_weight=[2.0]))
    9.0
    """

    def __init__(self, name: str = "sum", dtype: str | None = None) -> None:
        super().__init__(name, dtype)
        self.total = self.add_variable("total")

    def updates(self, values: Any, sample_weight: Any = None) -> Updates:
        """The sum after these values, of any shape; one weight a sample, or one a value."""
        values, _ = samplewise(values, sample_weight, ops.sum)
        return [(self.total, self.total + ops.sum(values))]

    def result(self) -> Tensor:
        """The sum."""
        return self.cast(as_tensor(self.total))


@METRICS.register()
class Mean(Metric):
    """The mean of all values: their weighted sum, divided by the sum of the weights.

    Where a sample has several values their mean is taken first. No sample gives 0.

    >>> mean = Mean()
    >>> mean.update_state([1.0, 2.0, 3.0])
    >>> float(mean([10.0], sample_weight=[3.0]))
    6.0
    """

    def __init__(self, name: str = "mean", dtype: str | None = None) -> None:
        super().__init__(name, dtype)
        self.total = self.add_variable("total")
        self.count = self.add_variable("count")

    def updates(self, values: Any, sample_weight: Any = None) -> Updates:
        """The mean after these values, of any shape; one weight a sample, or one a value."""
        values, weight = samplewise(values, sample_weight, ops.mean)
        number = ops.count(values) if weight is None else ops.sum(weight)
        return [(self.total, self.total + ops.sum(values)), (self.count, self.count + number)]

    def result(self) -> Tensor:
        """The mean."""
        return self.cast(ratio(self.total, self.count))


@METRICS.register()
class MeanMetricWrapper(Mean):
    """The mean over samples of `fn(y_true, y_pred, **arguments)`, any function of Tensors.

    The function gives one value a sample, or several, whose mean is taken.

    >>> error = MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred), name="error")
    >>> float(error([1.0, 2.0], [1.5, 2.0]))
    0.25
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        dtype: str | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(name or str(getattr(fn, "__name__", "metric")), dtype)
        self._fn = fn
        self._fn_arguments = arguments

    # What it takes differs from Mean's on purpose: the values are made here.
    def updates(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> Updates:
        """The mean after this batch."""
        values = self._fn(as_tensor(y_true), as_tensor(y_pred), **self._fn_arguments)
        return super().updates(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """The arguments that build this metric again, the function by its registered name."""
        if type(self) is not MeanMetricWrapper:
            return super().get_config()
        fn = _registry(getattr(self._fn, "__name__", "")).serialize(self._fn)
        return {"fn": fn, "name": self.name, "dtype": self.dtype, **self._fn_arguments}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build the metric from its config; raises `ArgumentError` for an unknown function."""
        if cls is not MeanMetricWrapper:
            return super().from_config(config)
        fn = config.get("fn")
        return cls(**{**config, "fn": _registry(fn).get(fn)})


# Functions that a saved metric can name, besides those of the losses.
FUNCTIONS: Registry[Callable[..., Any]] = Registry("metric function")


def _registry(name: Any) -> Registry[Any]:
    """The registry that knows the function of this name."""
    return LOSSES if name in LOSSES.names() else FUNCTIONS
