"""The interpreter: what an expression means, by the NumPy rules of its ops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.arrays import Array
from pellucid.graph.dims import SymbolicDim, format_shape, resolve
from pellucid.graph.primitives.table import NUMPY_RULES
from pellucid.graph.tensor import Tensor, Variable, as_tensor, hooks


def toposort(outputs: Iterable[Tensor]) -> list[Tensor]:
    """Every node the outputs need, inputs before users, in a fixed order; without recursion.

    >>> from pellucid.graph.tensor import constant
    >>> a = constant(1.0); b = a + a
    >>> [node.op for node in toposort([b])]
    ['constant', 'add']
    """
    order: list[Tensor] = []
    done: set[Tensor] = set()
    for output in outputs:
        stack = [(output, iter(output.inputs))] if output not in done else []
        done.add(output)
        while stack:
            node, children = stack[-1]
            for child in children:
                if child not in done:
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


def run(order: Sequence[Tensor], env: dict[Tensor, Any], n: int | None) -> dict[Tensor, Any]:
    """Add the value of every node of a sorted list to `env`, which holds the fed ones."""
    for node in order:
        if node in env:
            continue
        if not node.inputs and node.op in ("variable", "constant", "input"):
            env[node] = read_leaf(node)
            continue
        attrs = {key: resolve(value, n) for key, value in node.attrs.items()}
        env[node] = NUMPY_RULES[node.op](*[env[tensor] for tensor in node.inputs], **attrs)
    return env


def evaluate(outputs: Any, feeds: Mapping[Tensor, Any] | None = None) -> Any:
    """The value of a tensor, or of a list or tuple of tensors, given the values of its inputs.

    `feeds` maps input tensors (or any other node, whose value is then replaced) to arrays. N is
    read off the arrays fed to inputs. Raises `GraphError` for an input without a value,
    `ShapeError` for an array that does not fit.

    >>> from pellucid.graph.tensor import placeholder
    >>> x = placeholder((None, 2))
    >>> evaluate(x * 2, {x: [[1, 2], [3, 4]]})
    array([[2., 4.],
           [6., 8.]], dtype=float32)
    """
    single = isinstance(outputs, Tensor)
    wanted = [as_tensor(t) for t in ([outputs] if single else outputs)]
    env: dict[Tensor, Any] = {
        node: np.asarray(value, dtype=node.dtype) for node, value in (feeds or {}).items()
    }
    n = bind_samples(env)
    with np.errstate(all="ignore"):
        run(toposort(wanted), env, n)
    values = [np.asarray(env[tensor]) for tensor in wanted]
    return values[0] if single else values


def _value(node: Tensor) -> Array:
    result: Array = evaluate(node)
    return result


hooks.evaluate = _value
