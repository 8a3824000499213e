"""The interpreter: what an expression means, by the NumPy rules of its ops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.arrays import Array, as_array
from pellucid.graph.dims import SymbolicDim, format_shape, resolve
from pellucid.graph.primitives.table import NUMPY_RULES
from pellucid.graph.tensor import Tensor, Variable, as_tensor, hooks


def toposort(outputs: Iterable[Tensor], known: Container[Tensor] = ()) -> list[Tensor]:
    """Every node the outputs need, inputs before users, in a fixed order; without recursion.

    Nodes in `known` are left out, and so is what only they need.

    >>> from pellucid.graph.tensor import constant
    >>> a = constant(1.0); b = a + a
    >>> [node.op for node in toposort([b])]
    ['constant', 'add']
    """
    order: list[Tensor] = []
    done: set[Tensor] = set()
    for output in outputs:
        new = output not in done and output not in known
        stack = [(output, iter(output.inputs))] if new else []
        done.add(output)
        while stack:
            node, children = stack[-1]
            for child in children:
                if child not in done and child not in known:
                    done.add(child)
                    stack.append((child, iter(child.inputs)))
                    break
            else:
                stack.pop()
                order.append(node)
    return order


def bind_samples(feeds: Mapping[Tensor, Array]) -> int | None:
    """N, read off the fed arrays; raises `ShapeError` where an array does not fit its input."""
    n: int | None = None
    for node, value in feeds.items():
        fits = len(node.shape) == value.ndim
        for dim, size in zip(node.shape, value.shape, strict=False):
            if isinstance(dim, SymbolicDim):
                if n is None and size % dim.multiple == 0:
                    n = size // dim.multiple
                fits &= n is not None and size == dim.multiple * n
            else:
                fits &= dim == size
        if not fits:
            n_text = f" with N = {n}" if n is not None else ""
            raise ShapeError(
                f"input {node.name!r}",
                expected=f"shape {format_shape(node.shape)}{n_text}",
                received=f"shape {value.shape}",
                hint="give every input the same number of samples",
            )
    return n


def read_leaf(node: Tensor) -> Array:
    """The value of a leaf that no feed gives."""
    if isinstance(node, Variable):
        return node.value
    if node.op == "constant":
        value: Array = node.attrs["value"].array
        return value
    raise GraphError(
        f"input {node.name!r}",
        expected=f"a value of shape {format_shape(node.shape)}",
        received="none",
        hint="evaluate(output, {input: array}) feeds it",
    )


def run(order: Sequence[Tensor], env: dict[Tensor, Any], n: int | None) -> None:
    """Add the value of every node of a sorted list to `env`, which holds the fed ones."""
    for node in order:
        env[node] = _value(node, env, n)


def _run_tidily(
    order: Sequence[Tensor], env: dict[Tensor, Any], n: int | None, wanted: Iterable[Tensor]
) -> None:
    """`run`, but a value is let go after its last use, unless it is wanted."""
    uses = Counter(tensor for node in order for tensor in node.inputs)
    uses.update(wanted)
    for node in order:
        env[node] = _value(node, env, n)
        for tensor in node.inputs:
            uses[tensor] -= 1
            if not uses[tensor]:
                del env[tensor]


def _value(node: Tensor, env: Mapping[Tensor, Any], n: int | None) -> Any:
    if not node.inputs and node.op in ("variable", "constant", "input"):
        return read_leaf(node)
    attrs = {key: resolve(value, n) for key, value in node.attrs.items()}
    return NUMPY_RULES[node.op](*[env[tensor] for tensor in node.inputs], **attrs)


def evaluate(outputs: Any, feeds: Mapping[Tensor, Any] | None = None) -> Any:
    """The value of a tensor, or of a list or tuple of tensors, given the values of its inputs.

    `feeds` maps input tensors (or any other node, whose value is then replaced) to arrays. N is
    read off the arrays fed. The result is a new array. Raises `GraphError` for an input without a
    value, `ShapeError` for an array that does not fit.

    >>> from pellucid.graph.tensor import placeholder
    >>> x = placeholder((None, 2))
    >>> evaluate(x * 2, {x: [[1, 2], [3, 4]]})
    array([[2., 4.],
           [6., 8.]], dtype=float32)
    """
    single = isinstance(outputs, Tensor)
    wanted = [as_tensor(t) for t in ([outputs] if single else outputs)]
    env: dict[Tensor, Any] = {
        node: as_array(value, node.dtype, f"input {node.name!r}")
        for node, value in (feeds or {}).items()
    }
    n = bind_samples(env)
    with np.errstate(all="ignore"):
        _run_tidily(toposort(wanted, env), env, n, wanted)
    # Copies: a variable's own array, or a view of it, must not change in the caller's hands.
    values = [np.array(env[tensor]) for tensor in wanted]
    return values[0] if single else values


hooks.evaluate = evaluate
