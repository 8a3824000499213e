"""Products that join axes: matmul, tensordot, einsum. All are one primitive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dims import Dim, Shape, broadcast_shapes, format_shape
from pellucid.graph.ops.movement import reshape, transpose
from pellucid.graph.ops.reduction import sum as _sum
from pellucid.graph.primitives.contraction import Maps, pure
from pellucid.graph.tensor import (
    Tensor,
    apply,
    as_axes,
    as_tensor,
    current_origin,
    hooks,
    match,
    normalize_axis,
)


def contract(
    op: str,
    a: Tensor,
    b: Tensor,
    sizes: Sequence[Dim],
    a_maps: Maps,
    b_maps: Maps,
    out: Sequence[int],
) -> Tensor:
    """A contraction, whose errors speak of `op`."""
    attrs = {"sizes": tuple(sizes), "a_maps": a_maps, "b_maps": b_maps, "out": tuple(out)}
    try:
        return apply("contraction", a, b, **attrs)
    except ShapeError as error:
        error.where = error.where.replace("contraction", op)
        raise


def matmul(x1: Any, x2: Any) -> Tensor:
    """The matrix product of the last two axes; leading axes are broadcast.

    A vector counts as one row (x1) or one column (x2), and that axis is dropped again. Raises
    `ShapeError` if the joined axes differ.

    >>> matmul([[1.0, 2.0]], [[3.0], [4.0]]).numpy().tolist()
    [[11.0]]
    """
    a, b = match(x1, x2)
    if not a.ndim or not b.ndim:
        raise _mismatch("at least one axis each", a, b)
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        hint = f"{a.shape[-1]} against {b.shape[-2 if b.ndim > 1 else 0]}"
        raise _mismatch("as many columns on the left as rows on the right", a, b, hint)
    try:
        lead = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ShapeError as error:
        raise _mismatch("leading axes that are equal, or 1", a, b, error.hint) from None
    row, column, inner = len(lead), len(lead) + 1, len(lead) + 2
    a, a_index = _without_ones(a, lead)
    b, b_index = _without_ones(b, lead)
    a_index += [row, inner] if a.ndim - len(a_index) == 2 else [inner]
    b_index += [inner, column] if b.ndim - len(b_index) == 2 else [inner]
    sizes: list[Dim] = [1] * (len(lead) + 3)
    for tensor, index in ((a, a_index), (b, b_index)):
        for dim, i in zip(tensor.shape, index, strict=True):
            sizes[i] = dim
    out = [i for i in range(inner) if i in a_index or i in b_index]
    result = contract("matmul", a, b, sizes, pure(*a_index), pure(*b_index), out)
    shape = [*lead, *(sizes[i] for i in (row, column) if i in out)]
    return reshape(result, shape)


def _mismatch(expected: str, a: Tensor, b: Tensor, hint: str | None = None) -> ShapeError:
    layer = current_origin().layer
    return ShapeError(
        f"layer {layer!r}, op matmul" if layer else "op matmul",
        expected=expected,
        received=f"{format_shape(a.shape)} @ {format_shape(b.shape)}",
        hint=hint,
    )


def _without_ones(x: Tensor, lead: Shape) -> tuple[Tensor, list[int]]:
    """`x` without leading axes of size 1 that meet a longer one, and the indices of the others.

    What is dropped is broadcast by its absence.
    """
    own = max(x.ndim - 2, 0)
    index = range(len(lead) - own, len(lead))
    kept = [i for i, dim in zip(index, x.shape, strict=False) if dim == lead[i]]
    shape = [lead[i] for i in kept] + list(x.shape[own:])
    return reshape(x, shape), kept


def dot(x1: Any, x2: Any) -> Tensor:
    """The sum of products over the last axis of x1 and the second to last of x2 (NumPy's `dot`)."""
    a, b = match(x1, x2)
    if not a.ndim or not b.ndim:
        return a * b
    return tensordot(a, b, axes=([-1], [-2 if b.ndim > 1 else -1]))


def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Tensor:
    """The sum of products over several axes: their number, or a pair of lists of axes."""
    a, b = match(x1, x2)
    if isinstance(axes, int):
        if not 0 <= axes <= min(a.ndim, b.ndim):
            shapes = f"{format_shape(a.shape)} and {format_shape(b.shape)}"
            raise ShapeError("tensordot", expected=f"at least {axes} axes each", received=shapes)
        axes = (range(a.ndim - axes, a.ndim), range(axes))
    left, right = (list(as_axes(side)) for side in axes)
    if len(left) != len(right):
        received = f"{left} and {right}"
        raise ArgumentError("tensordot", expected="as many axes of each", received=received)
    a_joined = [normalize_axis(axis, a.ndim) for axis in left]
    b_joined = [normalize_axis(axis, b.ndim) for axis in right]
    b_index = [a.ndim + axis for axis in range(b.ndim)]
    for i, j in zip(a_joined, b_joined, strict=True):
        b_index[j] = i
    a_index = range(a.ndim)
    sizes: list[Dim] = [*a.shape, *b.shape]
    out = [i for i in a_index if i not in a_joined] + [i for i in b_index if i >= a.ndim]
    return contract("tensordot", a, b, sizes, pure(*a_index), pure(*b_index), out)


def outer(x1: Any, x2: Any) -> Tensor:
    """Every product of an element of vector x1 with one of vector x2."""
    return tensordot(x1, x2, axes=0)


def einsum(subscripts: str, *operands: Any) -> Tensor:
    """The sum of products that Einstein's notation names, of one or more operands.

    Letters shared and missing after `->` are summed over; `...` and repeated letters within one
    operand are not supported. Several operands are joined from left to right.

    >>> einsum("ij,kj->ik", [[1.0, 2.0]], [[3.0, 4.0]]).numpy().tolist()
    [[11.0]]
    """
    tensors = [as_tensor(operand) for operand in operands]
    terms, result = _einsum_terms(subscripts, tensors)
    current, letters = tensors[0], terms[0]
    for position, (term, tensor) in enumerate(zip(terms[1:], tensors[1:], strict=True)):
        later = set(result).union(*terms[position + 2 :])
        current, letters = _einsum_pair(current, letters, tensor, term, later)
    current, letters = _sum_unused(current, letters, set(result))
    return transpose(current, [letters.index(letter) for letter in result])


def _einsum_terms(subscripts: str, tensors: Sequence[Tensor]) -> tuple[list[str], str]:
    """The letters of each operand and of the result; raises where they do not fit."""
    text = subscripts.replace(" ", "")
    left, arrow, result = text.partition("->")
    terms = left.split(",")
    if not arrow:
        result = "".join(sorted(c for c in set(left) - {","} if left.count(c) == 1))
    distinct = all(len(set(term)) == len(term) for term in (*terms, result))
    if len(terms) != len(tensors) or not distinct or "." in text:
        raise ArgumentError(
            "einsum",
            expected="one term of distinct letters for each operand and the result",
            received=f"{subscripts!r} with {len(tensors)} operands",
        )
    unknown = set(result) - set(left)
    if unknown:
        letter = min(unknown)
        raise ArgumentError("einsum", expected=f"{letter!r} in an operand", received=subscripts)
    for term, tensor in zip(terms, tensors, strict=True):
        if len(term) != tensor.ndim:
            shape = format_shape(tensor.shape)
            raise ShapeError("einsum", expected=f"{len(term)} axes for {term!r}", received=shape)
    return terms, result


def _einsum_pair(
    a: Tensor, a_letters: str, b: Tensor, b_letters: str, later: set[str]
) -> tuple[Tensor, str]:
    a, a_letters = _sum_unused(a, a_letters, later | set(b_letters))
    b, b_letters = _sum_unused(b, b_letters, later | set(a_letters))
    a, b = match(a, b)
    letters = list(dict.fromkeys(a_letters + b_letters))
    sizes: list[Dim] = [1] * len(letters)
    for tensor, term in ((a, a_letters), (b, b_letters)):
        for dim, letter in zip(tensor.shape, term, strict=True):
            sizes[letters.index(letter)] = dim
    kept = "".join(letter for letter in letters if letter in later)
    maps = [pure(*(letters.index(letter) for letter in term)) for term in (a_letters, b_letters)]
    out = [letters.index(letter) for letter in kept]
    return contract("einsum", a, b, sizes, maps[0], maps[1], out), kept


def _sum_unused(x: Tensor, letters: str, used: set[str]) -> tuple[Tensor, str]:
    spare = [axis for axis, letter in enumerate(letters) if letter not in used]
    if not spare:
        return x, letters
    return _sum(x, spare), "".join(letter for letter in letters if letter in used)


hooks.matmul = matmul
