"""What `compile` was told: a loss, its weight and metrics for each output of a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, Variable, as_tensor
from pellucid.nn import losses, metrics


class Judge(NamedTuple):
    """How one output is judged: its place and name, its loss (or None), its metrics.

    Each metric stands beside the name it has in the logs.
    """

    place: int
    name: str
    loss: Any
    weight: float | None
    metrics: list[tuple[str, Any]]
    weighted_metrics: list[tuple[str, Any]]


class Settings(NamedTuple):
    """The arguments of `compile` that say how outputs are judged, as they were given."""

    loss: Any
    loss_weights: Any
    metrics: Any
    weighted_metrics: Any


def wanted_targets(settings: Settings, names: Sequence[str]) -> list[bool]:
    """For each output, whether a target is needed: it has a loss or a metric."""
    found = _spread(settings.loss, names, "loss")
    plain = _spread_lists(settings.metrics, names, "metrics")
    weighted = _spread_lists(settings.weighted_metrics, names, "weighted_metrics")
    return [
        each is not None or bool(some) or bool(more)
        for each, some, more in zip(found, plain, weighted, strict=True)
    ]


def takes_class_numbers(settings: Settings, names: Sequence[str]) -> list[bool]:
    """For each output, whether its loss compares it with class numbers, going by its name."""
    found = _spread(settings.loss, names, "loss")
    named = [getattr(each, "name", getattr(each, "__name__", each)) for each in found]
    return ["sparse" in str(name).lower() for name in named]


def judges(
    settings: Settings, names: Sequence[str], y_true: Sequence[Any], y_pred: Sequence[Tensor]
) -> list[Judge]:
    """One judge for each output; "accuracy" and "crossentropy" become those that fit the shapes."""
    found = _spread(settings.loss, names, "loss")
    weights = _weights(settings.loss_weights, names)
    plain = _spread_lists(settings.metrics, names, "metrics")
    weighted = _spread_lists(settings.weighted_metrics, names, "weighted_metrics")
    taken: set[str] = {"loss"}
    result = []
    for i, name in enumerate(names):
        prefix = f"{name}_" if len(names) > 1 else ""
        loss = None if found[i] is None else resolve_loss(found[i], y_true[i], y_pred[i])
        shapes = (None if y_true[i] is None else y_true[i].shape, y_pred[i].shape)
        lists = [
            [_named_metric(each, shapes, loss, prefix, taken, extra) for each in group]
            for group, extra in ((plain[i], ""), (weighted[i], "weighted_"))
        ]
        result.append(Judge(i, name, loss, weights[i], *lists))
    return result


def _spread(value: Any, names: Sequence[str], where: str) -> list[Any]:
    """One entry for each output, from a list, a dict by output name, or one for all."""
    if isinstance(value, Mapping) and "class_name" not in value:
        unknown = [name for name in value if name not in names]
        if unknown:
            raise ArgumentError(
                where, expected=f"names of outputs ({', '.join(names)})", received=unknown
            )
        return [value.get(name) for name in names]
    if isinstance(value, list | tuple):
        if len(value) != len(names):
            raise ArgumentError(where, expected=f"{len(names)} entries", received=len(value))
        return list(value)
    return [value] * len(names)


def _spread_lists(value: Any, names: Sequence[str], where: str) -> list[list[Any]]:
    """A list of metrics for each output; for one output, a flat list is that list."""
    if value is None:
        return [[] for _ in names]
    if len(names) == 1 and not isinstance(value, Mapping):
        return [_listed(value)]
    return [_listed(each) for each in _spread(value, names, where)]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [each for part in value for each in _listed(part)]
    return [value]


def _weights(value: Any, names: Sequence[str]) -> list[float | None]:
    if isinstance(value, bool | str):
        raise ArgumentError("loss_weights", expected="numbers", received=repr(value))
    return [None if each is None else float(each) for each in _spread(value, names, "loss_weights")]


def _kind(y_true: Tensor, y_pred: Tensor) -> str:
    """Keras's rule for "accuracy" and "crossentropy": what the shapes say about the classes."""
    if y_pred.shape[-1] == 1:
        return "binary"
    sparse = y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1
    return "sparse_categorical" if sparse else "categorical"


def resolve_loss(identifier: Any, y_true: Tensor, y_pred: Tensor) -> Any:
    """A loss object for a name, an object, a config or a function of (y_true, y_pred)."""
    if str(identifier).lower() in ("crossentropy", "ce"):
        identifier = f"{_kind(y_true, y_pred)}_crossentropy"
    return losses.as_loss(identifier)


def _named_metric(
    identifier: Any, shapes: Sequence[Any], loss: Any, prefix: str, taken: set[str], extra: str
) -> tuple[str, Any]:
    """A metric and its name in the logs, which no other one has."""
    metric = metrics.resolve(identifier, shapes[0], shapes[1], loss)
    base = f"{prefix}{metric.name}"
    name = f"{extra}{base}" if base in taken else base
    count = 1
    while name in taken:
        name = f"{base}_{count}"
        count += 1
    taken.add(name)
    return name, metric


def loss_values(
    judged: Iterable[Judge], y: Sequence[Any], outputs: Sequence[Tensor], weights: Sequence[Any]
) -> list[tuple[Judge, Tensor]]:
    """The loss of every output that has one, before its weight in the sum."""
    return [
        (judge, judge.loss(y[judge.place], outputs[judge.place], weights[judge.place]))
        for judge in judged
        if judge.loss is not None
    ]


def total(values: Sequence[tuple[Judge, Tensor]], extra: Sequence[Tensor]) -> Tensor:
    """The weighted sum of the outputs' losses and of the extra ones: what training makes small."""
    terms = [
        value if judge.weight is None else value * judge.weight for judge, value in values
    ] + list(extra)
    if not terms:
        raise ArgumentError(
            "compile", expected="a loss", received="none", hint="Give one: compile(loss='mse')"
        )
    result = terms[0]
    for term in terms[1:]:
        result = result + as_tensor(term, result.dtype)
    return result


def metric_updates(
    judged: Iterable[Judge], y: Sequence[Any], outputs: Sequence[Tensor], weights: Sequence[Any]
) -> list[tuple[Variable, Tensor]]:
    """What a step does to the metrics' states; only weighted metrics see the samples' weights."""
    pairs: list[tuple[Variable, Tensor]] = []
    for judge in judged:
        y_true, y_pred = y[judge.place], outputs[judge.place]
        for _, metric in judge.metrics:
            pairs += metric.updates(y_true, y_pred)
        for _, metric in judge.weighted_metrics:
            pairs += metric.updates(y_true, y_pred, weights[judge.place])
    return pairs
