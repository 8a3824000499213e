"""Reverse-mode differentiation: the chain rule, from the result back to what it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.dims import format_shape, is_static, size_of
from pellucid.graph.dtypes import is_float
from pellucid.graph.evaluate import toposort
from pellucid.graph.primitives.scan import Body, bind, make_body, scan
from pellucid.graph.primitives.table import GRADIENT_RULES
from pellucid.graph.rewrite import substitute
from pellucid.graph.tensor import Tensor, apply, as_tensor, constant, label, origin, placeholder


@overload
def gradient(y: Tensor, xs: Tensor, cotangent: Any = None) -> Tensor: ...
@overload
def gradient(y: Tensor, xs: Sequence[Tensor], cotangent: Any = None) -> list[Tensor]: ...
def gradient(y: Tensor, xs: Tensor | Sequence[Tensor], cotangent: Any = None) -> Any:
    """The derivative of the scalar `y` by each of `xs`, as new expressions.

    Each has the shape and dtype of its x; where y does not depend on x it is zero. The result is
    made of Tensors, so it can be differentiated again, to any order. For a `y` that is no scalar,
    `cotangent` (of y's shape) weighs its elements. Raises `ShapeError` for a `y` with several
    elements and no cotangent, `DTypeError` for integers.

    >>> from pellucid.graph.tensor import Variable
    >>> w = Variable(5.0, name="w")
    >>> loss = 0.5 * (w * 2 - 6) ** 2
    >>> float(gradient(loss, w)), float(gradient(gradient(loss, w), w))
    (8.0, 4.0)
    """
    targets = [xs] if isinstance(xs, Tensor) else list(xs)
    for tensor in (y, *targets):
        if not is_float(tensor.dtype):
            raise DTypeError(
                "gradient",
                expected="floating-point tensors",
                received=repr(tensor),
                hint="cast to float32 or float64 first",
            )
    results = _backward([y], [_seed(y, cotangent)], targets)
    found = [_zeros(x) if g is None else g for x, g in zip(targets, results, strict=True)]
    return found[0] if isinstance(xs, Tensor) else found


def _seed(y: Tensor, cotangent: Any) -> Tensor:
    if cotangent is None:
        if y.shape != ():
            raise ShapeError(
                "gradient",
                expected="a scalar to differentiate, or a cotangent of its shape",
                received=format_shape(y.shape),
                hint="take the sum or mean first, or use jacobian(y, x)",
            )
        return constant(np.ones((), y.dtype))
    seed = as_tensor(cotangent, y.dtype)
    if seed.shape != y.shape:
        raise ShapeError(
            "gradient",
            expected=f"a cotangent of shape {format_shape(y.shape)}",
            received=format_shape(seed.shape),
        )
    return seed


def _zeros(x: Tensor) -> Tensor:
    return apply("broadcast_to", constant(np.zeros((), x.dtype)), shape=x.shape)


def _active(order: Sequence[Tensor], targets: Sequence[Tensor]) -> set[Tensor]:
    """The nodes through which a change of a target reaches further."""
    active = set(targets)
    for node in order:
        if any(tensor in active for tensor in node.inputs):
            active.add(node)
    return active


def _backward(
    ys: Sequence[Tensor], seeds: Sequence[Tensor | None], targets: Sequence[Tensor]
) -> list[Tensor | None]:
    """Cotangents of `targets` given those of `ys`; None where no path leads."""
    order = toposort(ys)
    active = _active(order, targets)
    parts: dict[Tensor, list[Any]] = {}
    for y, seed in zip(ys, seeds, strict=True):
        if seed is not None:
            parts.setdefault(y, []).append(seed)
    wanted = set(targets)
    found: dict[Tensor, Tensor] = {}
    for node in reversed(order):
        if node not in active or node not in parts:
            continue
        with origin(node.origin.layer, "backward"):
            cotangents: Sequence[Any]
            if node.op == "scan":
                cotangents = _scan_rule(parts.pop(node), node)
            else:
                g = _accumulate(parts.pop(node), node)
                if node in wanted:
                    found[node] = g
                cotangents = _rule(g, node)
        for tensor, part in zip(node.inputs, cotangents, strict=True):
            if part is not None and tensor in active:
                parts.setdefault(tensor, []).append(part)
    return [found.get(x) for x in targets]


def _accumulate(parts: list[Tensor], node: Tensor) -> Tensor:
    """The sum of the cotangents that reach a node from its users, named after it."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    if node.name and total.op not in ("constant", "variable", "input"):
        label(total, f"d_{node.name}")
    return total


def _rule(g: Tensor, node: Tensor) -> Sequence[Any]:
    if not node.inputs or not is_float(node.dtype):
        return [None] * len(node.inputs)
    if node.op == "item":
        return [(node.attrs["index"], g)]
    rule = GRADIENT_RULES[node.op]
    return [None] * len(node.inputs) if rule is None else rule(g, node)


def _scan_rule(parts: list[tuple[int, Tensor]], node: Tensor) -> list[Tensor | None]:
    """The gradient of a scan: a scan the other way, over the carried values that the first one saw.

    The forward loop is run with the value of each carry at the start of each step as an extra
    result. The backward loop carries the cotangents of the carries and sums those of the captures.
    """
    body: Body = node.attrs["body"]
    length, reverse = node.attrs["length"], node.attrs["reverse"]
    n_carry, first_capture = body.n_carry, body.n_carry + body.n_slices
    cotangents: list[Tensor] = []
    for index in range(len(body.outputs)):
        terms = [g for i, g in parts if i == index]
        total = terms[0] if terms else _zeros(apply("item", node, index=index))
        for term in terms[1:]:
            total = total + term
        cotangents.append(total)
    seen_body = make_body(
        body.inputs, (*body.outputs, *body.inputs[:n_carry]), n_carry, body.n_slices
    )
    history = bind(seen_body, node.inputs, length, reverse)[len(body.outputs) :]
    captures = node.inputs[first_capture:]
    carried = [i for i in range(n_carry) if is_float(body.outputs[i].dtype)]
    summed = [i for i, t in enumerate(captures) if is_float(t.dtype)]
    sliced = [i for i in range(body.n_slices) if is_float(body.inputs[n_carry + i].dtype)]
    results = [i for i in range(n_carry, len(body.outputs)) if is_float(body.outputs[i].dtype)]

    def step(carry: tuple[Tensor, ...], slices: tuple[Tensor, ...]) -> tuple[Any, Any]:
        seen = slices[:first_capture]
        inputs = [*seen, *captures]
        mapping = dict(zip(body.inputs, inputs, strict=True))
        sources = [body.inputs[i] for i in carried] + [body.inputs[n_carry + i] for i in sliced]
        sources += [body.inputs[first_capture + i] for i in summed]
        ys = [body.outputs[i] for i in (*carried, *results)]
        slots = [placeholder(y.shape, y.dtype, "cotangent") for y in ys]
        given = [*carry[: len(carried)], *slices[first_capture:]]
        mapping.update(zip(slots, given, strict=True))
        found = _backward(ys, slots, sources)
        dense = [_zeros(x) if g is None else g for x, g in zip(sources, found, strict=True)]
        back = substitute(dense, mapping)
        last = len(carried) + len(sliced)
        sums = [a + b for a, b in zip(carry[len(carried) :], back[last:], strict=True)]
        return [*back[: len(carried)], *sums], back[len(carried) : last]

    starts = [cotangents[i] for i in carried] + [_zeros(captures[i]) for i in summed]
    tracks = [*history, *node.inputs[n_carry:first_capture], *(cotangents[i] for i in results)]
    finals, stacked = scan(step, starts, tracks, length, not reverse)
    answer: list[Tensor | None] = [None] * len(node.inputs)
    for value, i in zip(finals[: len(carried)], carried, strict=True):
        answer[i] = value
    for value, i in zip(stacked, sliced, strict=True):
        answer[n_carry + i] = value
    for value, i in zip(finals[len(carried) :], summed, strict=True):
        answer[first_capture + i] = value
    return answer


def jacobian(y: Tensor, x: Tensor) -> Tensor:
    """All derivatives of y's elements by x's: shape `y.shape + x.shape`.

    Neither may depend on N. Row by row, as one loop over y's elements.

    >>> from pellucid.graph.tensor import Variable
    >>> v = Variable([1.0, 2.0])
    >>> jacobian(v * v, v).numpy().tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if not is_static(y.shape) or not is_static(x.shape):
        raise ShapeError(
            "jacobian",
            expected="shapes that do not depend on N",
            received=f"{format_shape(y.shape)} and {format_shape(x.shape)}",
            hint="take one sample, or sum over the samples and use gradient",
        )
    count = size_of(y.shape)
    if not isinstance(count, int):
        raise GraphError("jacobian", expected="a known number of elements")
    rows = constant(np.eye(count, dtype=y.dtype).reshape(count, *y.shape))
    _, (stacked,) = scan(lambda _, row: ([], [gradient(y, x, row[0])]), [], [rows])
    return apply("reshape", stacked, shape=(*y.shape, *x.shape))


def hessian(y: Tensor, x: Tensor) -> Tensor:
    """The second derivatives of a scalar: the Jacobian of its gradient, `x.shape + x.shape`.

    >>> from pellucid.graph.tensor import Variable
    >>> v = Variable([1.0, 2.0])
    >>> hessian(v[0] * v[0] * v[1], v).numpy().tolist()
    [[4.0, 2.0], [2.0, 0.0]]
    """
    return jacobian(gradient(y, x), x)


__all__ = ["gradient", "hessian", "jacobian"]
