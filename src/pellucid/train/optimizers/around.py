"""What surrounds an update rule, whichever it is: clipping before it, decay and averaging."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.graph import Tensor, as_tensor, label, ops


def clip(
    gradients: Sequence[Tensor],
    value: float | None = None,
    norm: float | None = None,
    global_norm: float | None = None,
) -> list[Tensor]:
    """The gradients limited in the one way that is given, or as they are."""
    if value is not None:
        return clip_by_value(gradients, value)
    if norm is not None:
        return clip_by_norm(gradients, norm)
    if global_norm is not None:
        return clip_by_global_norm(gradients, global_norm)
    return list(gradients)


def clip_by_value(gradients: Sequence[Tensor], limit: float) -> list[Tensor]:
    """Every element held within [-limit, limit]."""
    return [_named(ops.clip(gradient, -limit, limit), gradient) for gradient in gradients]


def clip_by_norm(gradients: Sequence[Tensor], limit: float) -> list[Tensor]:
    """Each gradient shortened to a Euclidean norm of at most `limit`: g · limit / max(‖g‖, limit).

    >>> [short] = clip_by_norm([as_tensor([3.0, 4.0])], 1.0)
    >>> short.numpy().round(3).tolist()
    [0.6, 0.8]
    """
    return [clip_by_global_norm([gradient], limit)[0] for gradient in gradients]


def clip_by_global_norm(gradients: Sequence[Tensor], limit: float) -> list[Tensor]:
    """All gradients shortened by one factor, so that together their norm is at most `limit`.

    Pascanu, Mikolov & Bengio 2013, algorithm 1. An infinite element becomes NaN, not zero, so a
    gradient that overflowed does not go unseen.
    """
    squares = [ops.sum(gradient * gradient) for gradient in gradients]
    norm = label(ops.sqrt(sum(squares[1:], start=squares[0])), "norm")
    scale = limit / ops.maximum(norm, limit)
    return [_named(gradient * as_tensor(scale, gradient.dtype), gradient) for gradient in gradients]


def _named(clipped: Tensor, gradient: Tensor) -> Tensor:
    return label(clipped, f"{gradient.name}_clipped" if gradient.name else "clipped")


def decay_weights(value: Tensor, decay: Tensor) -> Tensor:
    """A parameter drawn towards 0 apart from its gradient: w - w · decay.

    With decay = weight_decay · learning_rate this is Loshchilov & Hutter 2019, algorithm 2, where
    the learning rate is their α and schedule multiplier in one.
    """
    return value - value * decay


def moving_average(average: Tensor, value: Tensor, momentum: float, iterations: Tensor) -> Tensor:
    """The mean momentum · average + (1 - momentum) · value; at the first update, the value."""
    keep = label(as_tensor(ops.where(iterations > 0, momentum, 0.0), value.dtype), "keep")
    return keep * average + (1.0 - keep) * value


def overwrite_every(
    value: Tensor, average: Tensor, frequency: int | None, iterations: Tensor
) -> Tensor:
    """The average at every `frequency`-th update, else the value; None means never."""
    if frequency is None:
        return value
    return ops.where((iterations + 1) % frequency == 0, average, value)
