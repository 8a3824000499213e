"""Where a value that is not finite comes from: the graph of one batch, followed back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import NumericsError
from pellucid.graph import Array, Tensor, Variable, toposort
from pellucid.graph.evaluate import bind_samples, run


class Culprit(NamedTuple):
    """The first node whose value is not finite though its inputs are, and that value."""

    node: Tensor
    value: Array


def find_culprit(
    loss: Tensor, feeds: Mapping[Tensor, Array], variables: Mapping[Tensor, Array]
) -> Culprit | None:
    """Follow a loss that is not finite back to where that begins; None if it is finite here.

    `feeds` are the arrays of the batch, `variables` the values that variables had.
    """
    given = {tensor: np.asarray(array, tensor.dtype) for tensor, array in feeds.items()}
    env: dict[Tensor, Any] = {**given, **variables}
    with np.errstate(all="ignore"):
        run(toposort([loss], env), env, bind_samples(given))
    node = loss
    if _is_finite(env[node]):
        return None
    # The way back through values that are not finite; inputs stand before their users, so it ends.
    while bad := [each for each in node.inputs if not _is_finite(env[each])]:
        node = bad[0]
    return Culprit(node, np.asarray(env[node]))


def _is_finite(value: Any) -> bool:
    parts = value if isinstance(value, list | tuple) else [value]
    return all(
        bool(np.isfinite(part).all()) for part in parts if np.asarray(part).dtype.kind == "f"
    )


def numerics_error(
    where: str,
    loss: float,
    expression: Tensor,
    inputs: Sequence[Tensor],
    arrays: Sequence[Array],
    variables: Mapping[Tensor, Array],
) -> NumericsError:
    """The error for a loss that is not finite: the step, and the first layer it comes from."""
    feeds = dict(zip(inputs, arrays, strict=True))
    culprit = find_culprit(expression, feeds, variables)
    hint = "the loss overflows only in the compiled program" if not culprit else _story(*culprit)
    return NumericsError(where, expected="a finite loss", received=str(loss), hint=hint)


def _story(node: Tensor, value: Array) -> str:
    share = f"{np.count_nonzero(~np.isfinite(value))} of {value.size} values"
    if node.op == "input":
        row = np.argwhere(~np.isfinite(value))[0][0]
        return f"The data in {node.name!r} are not finite: {share}, first in row {row} of the batch"
    if isinstance(node, Variable):
        return (
            f"The weight {node.name!r} is not finite ({share}): the update before overflowed. "
            "Lower the learning rate, or clip gradients"
        )
    layer = f"layer {node.origin.layer!r}" if node.origin.layer else f"the {node.origin.phase}"
    return (
        f"{layer[0].upper()}{layer[1:]} gives the first value that is not finite "
        f"({share} of its op {node.op}). Scale the inputs, or lower the learning rate"
    )
