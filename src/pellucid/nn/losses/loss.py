"""What a loss is: values for each sample, weighted, and reduced to one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, as_tensor, format_shape, label, ops
from pellucid.nn.arguments import choice
from pellucid.nn.losses.inputs import check_arguments
from pellucid.nn.registry import Configurable, Registry, to_snake_case

LossFunction = Callable[..., Tensor]

LOSSES: Registry[LossFunction] = Registry("loss")

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


class Loss(Configurable):
    """The base of losses: a subclass writes `call(y_true, y_pred)`, the values of the samples.

    Called as `loss(y_true, y_pred, sample_weight=None)` it multiplies them by the weights and
    reduces them, by `reduction`:

    - "sum_over_batch_size", "mean": their sum, divided by how many there are (not by the sum of
      the weights: a sample of weight 2 counts twice, one of weight 0 still lowers the mean);
    - "mean_with_sample_weight": their sum, divided by the sum of the weights;
    - "sum": their sum;
    - "none", None: not at all.

    `dtype` None computes in the type of y_pred. Raises `ArgumentError` for another reduction.

    >>> class Worst(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return ops.max(abs(y_true - y_pred), axis=-1)
    >>> float(Worst()([[0.0, 0.0], [1.0, 1.0]], [[1.0, 2.0], [1.0, 5.0]]))
    3.0
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        self.name = name or to_snake_case(type(self).__name__)
        self.reduction = choice(f"{type(self).__name__}.reduction", reduction, REDUCTIONS)
        self.dtype = dtype

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """The weighted, reduced loss of these predictions."""
        y_true, y_pred = as_tensor(y_true), as_tensor(y_pred, self.dtype)
        values = label(self.call(y_true, y_pred), "losses")
        mask = self.mask(y_true, y_pred)
        return reduce_weighted_values(values, sample_weight, mask, self.reduction)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """The loss of each sample (and position), not reduced."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it measures")

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        """Which of the values count, as booleans of their shape; None for all."""
        return None


@LOSSES.register("LossFunctionWrapper")
class FunctionLoss(Loss):
    """A loss made of a function `fn(y_true, y_pred, **arguments)`.

    >>> doubled = FunctionLoss(lambda y_true, y_pred, factor: factor * abs(y_true - y_pred),
    ...                        reduction="sum", factor=2.0)
    >>> float(doubled([1.0, 2.0], [2.0, 4.0]))
    6.0
    """

    def __init__(
        self,
        fn: LossFunction,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self.arguments = arguments

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """What the function gives."""
        return self.fn(y_true, y_pred, **self.arguments)

    def get_config(self) -> dict[str, Any]:
        """The arguments that build this object again, the function by its registered name."""
        own = {"reduction": self.reduction, "name": self.name, "dtype": self.dtype}
        return {"fn": LOSSES.serialize(self.fn), **own, **self.arguments}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build the loss from its config; raises `ArgumentError` for an unknown function."""
        return cls(**{**config, "fn": LOSSES.get(config["fn"])})

    def __repr__(self) -> str:
        return f"FunctionLoss({self.name}, reduction={self.reduction!r})"


class NamedLoss(Loss):
    """The base of the classes that stand for a function of this package, their `function`.

    `name` None means the function's.
    """

    function: ClassVar[LossFunction]

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        super().__init__(name or self.function.__name__, reduction, dtype)
        self._arguments: tuple[str, ...] = ()

    def _keep(self, **arguments: Any) -> None:
        """Make these attributes of the object and arguments of its function."""
        check_arguments(type(self).__name__, **arguments)
        self._arguments = tuple(arguments)
        for argument, value in arguments.items():
            setattr(self, argument, value)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """What the function gives."""
        arguments = {name: getattr(self, name) for name in self._arguments}
        return self.function(y_true, y_pred, **arguments)


def reduce_weighted_values(
    values: Tensor,
    sample_weight: Any = None,
    mask: Tensor | None = None,
    reduction: str | None = "sum_over_batch_size",
) -> Tensor:
    """Values times weights, reduced as `Loss` says; where `mask` is false they do not count.

    Weights have the shape of the values, or fewer axes: one a sample then. A mean over masked
    values is divided by the number of those that count (0 if none does).

    >>> float(reduce_weighted_values(ops.convert_to_tensor([1.0, 3.0]), [1.0, 0.0]))
    0.5
    """
    weights = None if mask is None else as_tensor(mask, values.dtype)
    if sample_weight is not None:
        given = _aligned(as_tensor(sample_weight, values.dtype), values)
        weights = given if weights is None else given * weights
    weighted = values if weights is None else values * weights
    if reduction in (None, "none") or not weighted.ndim:
        return weighted
    total = ops.sum(weighted)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weights is not None:
        return _quotient(total, ops.sum(weights))
    if mask is not None:
        return _quotient(total, ops.sum(as_tensor(mask, values.dtype)))
    return total / ops.count(weighted)


def _aligned(weights: Tensor, values: Tensor) -> Tensor:
    """The weights with as many axes as the values: (N, 1) becomes (N,), or (N,) becomes (N, 1)."""
    if weights.ndim == values.ndim + 1 and weights.shape[-1] == 1:
        return ops.squeeze(weights, -1)
    if not values.ndim:
        return weights
    if weights.ndim > values.ndim:
        raise ShapeError(
            "sample_weight",
            expected=f"weights for values of shape {format_shape(values.shape)}",
            received=format_shape(weights.shape),
        )
    missing = values.ndim - weights.ndim if weights.ndim else 0
    return ops.reshape(weights, (*weights.shape, *[1] * missing))


def _quotient(total: Tensor, count: Tensor) -> Tensor:
    """The mean, or 0 where there is nothing to average."""
    empty = count == 0
    return ops.where(empty, 0.0, total / ops.where(empty, 1.0, count))


def get(identifier: Any) -> LossFunction | None:
    """The function or `Loss` meant by a name, a config, a class, or any f(y_true, y_pred).

    None gives None. Names in lower case are functions ("mse"), names of classes give objects with
    their default arguments. Raises `ArgumentError` for anything else.

    >>> get("mse").__name__, get("MeanSquaredError").name
    ('mean_squared_error', 'mean_squared_error')
    """
    return LOSSES.get(identifier)


def as_loss(identifier: Any) -> Loss:
    """The same as an object of `Loss`; a function is averaged over the samples.

    >>> as_loss("mae")
    FunctionLoss(mean_absolute_error, reduction='sum_over_batch_size')
    """
    found = get(identifier)
    if found is None:
        raise ArgumentError("loss", expected="a loss", received="None")
    return found if isinstance(found, Loss) else FunctionLoss(found)


serialize = LOSSES.serialize
deserialize = LOSSES.deserialize
