"""Contraction: out[i, o] = sum over k of a(i, k) * b(k, o), with affine index maps.

Matrix products, batched ones, convolutions (strided, dilated, grouped, padded) and the gradients of
all of them are instances. Every index has a number and a size; an `AxisMap` says at which position
an operand's axis is read:

    position = (sum of coefficient * index + offset) / divisor

A position outside the axis, or one that is not whole, reads zero: that is padding, and it is what
the gradient of a strided read needs. The family is closed under differentiation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.arrays import Array
from pellucid.graph.dims import Dim, Shape, SymbolicDim
from pellucid.graph.dtypes import DType
from pellucid.graph.primitives.table import define
from pellucid.graph.tensor import Tensor, apply


class AxisMap(NamedTuple):
    """Where one axis is read: `terms` are (index, coefficient) pairs."""

    terms: tuple[tuple[int, int], ...]
    offset: int = 0
    divisor: int = 1

    @property
    def pure(self) -> bool:
        """Whether the axis is one index, as it is."""
        return self.offset == 0 and self.divisor == 1 and self.single >= 0

    @property
    def single(self) -> int:
        """The single index of coefficient 1, or -1."""
        return self.terms[0][0] if len(self.terms) == 1 and self.terms[0][1] == 1 else -1

    def reads(self) -> tuple[int, ...]:
        """The indices that move the position."""
        return tuple(index for index, _ in self.terms)

    def __str__(self) -> str:
        parts = [f"{'' if c == 1 else f'{c}*'}i{index}" for index, c in self.terms]
        parts += [str(self.offset)] if self.offset else []
        text = "+".join(parts).replace("+-", "-")
        return text if self.divisor == 1 else f"({text})/{self.divisor}"


Maps = tuple[AxisMap, ...]


def pure(*indices: int) -> Maps:
    """Maps of an operand each of whose axes is one index."""
    return tuple(AxisMap(((index, 1),)) for index in indices)


def _indices(maps: Iterable[AxisMap]) -> list[int]:
    return [index for axis_map in maps for index in axis_map.reads()]


def _contraction_shape(
    a: Tensor, b: Tensor, sizes: tuple[Dim, ...], a_maps: Maps, b_maps: Maps, out: tuple[int, ...]
) -> tuple[Shape, DType]:
    for operand, maps in ((a, a_maps), (b, b_maps)):
        found = _indices(maps)
        if len(maps) != operand.ndim or len(set(found)) != len(found):
            raise GraphError("contraction", expected="one map an axis, no index twice in one")
        for dim, axis_map in zip(operand.shape, maps, strict=True):
            if axis_map.pure and sizes[axis_map.single] != dim:
                raise ShapeError(
                    "contraction",
                    expected=f"{sizes[axis_map.single]} elements on a joined axis",
                    received=str(dim),
                    hint=f"the joined axes have {sizes[axis_map.single]} and {dim} elements",
                )
    if not set(out) <= set(_indices(a_maps)) | set(_indices(b_maps)):
        raise GraphError("contraction", expected="every output index in an operand")
    return tuple(sizes[index] for index in out), a.dtype


def _dilate(x: Array, axis: int, step: int) -> Array:
    """`x` with step - 1 zeros between neighbours along an axis."""
    length = x.shape[axis]
    shape = (*x.shape[:axis], max(length - 1, 0) * step + min(length, 1), *x.shape[axis + 1 :])
    result = np.zeros(shape, x.dtype)
    result[(slice(None),) * axis + (slice(None, None, step),)] = x
    return result


def _view(x: Array, maps: Maps, sizes: tuple[int, ...]) -> tuple[Array, list[int]]:
    """`x` as a strided view with one axis for each index it is read by, and those indices."""
    low_high = []
    for axis, m in enumerate(maps):
        if m.pure:
            low_high.append((0, 0))
            continue
        x = _dilate(x, axis, m.divisor) if m.divisor > 1 else x
        ends = [coefficient * max(sizes[index] - 1, 0) for index, coefficient in m.terms]
        least = m.offset + sum(min(end, 0) for end in ends)
        most = m.offset + sum(max(end, 0) for end in ends)
        low_high.append((max(0, -least), max(0, most - x.shape[axis] + 1)))
    if any(pair != (0, 0) for pair in low_high):
        x = np.pad(x, low_high)
    start, shape, strides, labels = [], [], [], []
    for axis, (m, (low, _)) in enumerate(zip(maps, low_high, strict=True)):
        start.append(slice(0 if m.pure else m.offset + low, None))
        for index, coefficient in m.terms:
            shape.append(sizes[index])
            strides.append(coefficient * x.strides[axis])
            labels.append(index)
    if all(m.pure for m in maps):
        return x, labels
    if 0 in shape:
        return np.zeros(shape, x.dtype), labels
    return np.lib.stride_tricks.as_strided(x[tuple(start)], shape, strides), labels


def _sum_private(x: Array, labels: list[int], used: set[int]) -> tuple[Array, list[int]]:
    """`x` summed over the indices that nothing else uses."""
    axes = tuple(axis for axis, index in enumerate(labels) if index not in used)
    if not axes:
        return x, labels
    return x.sum(axis=axes, dtype=x.dtype), [index for index in labels if index in used]


def _contraction_numpy(a: Array, b: Array, sizes: Any, a_maps: Maps, b_maps: Maps, out: Any) -> Any:
    """As one batched matrix product, after views and transpositions."""
    a, a_labels = _view(a, a_maps, sizes)
    b, b_labels = _view(b, b_maps, sizes)
    a, a_labels = _sum_private(a, a_labels, set(b_labels) | set(out))
    b, b_labels = _sum_private(b, b_labels, set(a_labels) | set(out))
    batch = [i for i in out if i in a_labels and i in b_labels]
    rows = [i for i in out if i in a_labels and i not in batch]
    columns = [i for i in out if i in b_labels and i not in batch]
    inner = [i for i in a_labels if i in b_labels and i not in batch]

    def arrange(x: Array, labels: list[int], first: list[int], last: list[int]) -> Array:
        x = x.transpose([labels.index(i) for i in (*batch, *first, *last)])
        lengths = [[sizes[i] for i in group] for group in (first, last)]
        return x.reshape([sizes[i] for i in batch] + [int(np.prod(group)) for group in lengths])

    product = np.matmul(arrange(a, a_labels, rows, inner), arrange(b, b_labels, inner, columns))
    order = [*batch, *rows, *columns]
    product = product.reshape([sizes[i] for i in order])
    return product.transpose([order.index(i) for i in out])


def _solve(axis_map: AxisMap, chosen: int, position: int) -> AxisMap:
    """The map that gives the index `chosen` from the position (a new index) and the other terms."""
    coefficient = dict(axis_map.terms)[chosen]
    sign = 1 if coefficient > 0 else -1
    others = [(i, -sign * c) for i, c in axis_map.terms if i != chosen]
    terms = ((position, sign * axis_map.divisor), *others)
    return AxisMap(terms, -sign * axis_map.offset, abs(coefficient))


def _choose(axis_map: AxisMap, sizes: Any, other: Maps, out: tuple[int, ...]) -> int:
    """The index to solve for: the longest one that another operand reads as it is.

    That operand's own bounds then keep the index in its range; solving for the longest leaves the
    shortest (a kernel's taps, not an image's rows) to be summed over.
    """
    bounded = [m.single for m in other if m.pure] + list(out)
    compound = [i for m in other if not m.pure for i in m.reads()]
    choices = [i for i in axis_map.reads() if i in bounded and i not in compound]
    if not choices:
        raise GraphError(
            "gradient of contraction",
            expected="an index that the output or the other operand reads as it is",
            received=str(axis_map),
        )
    return max(
        choices, key=lambda i: float("inf") if isinstance(sizes[i], SymbolicDim) else sizes[i]
    )


def _operand_gradient(g: Tensor, node: Tensor, which: int) -> Tensor:
    """The cotangent of one operand: a contraction of `g` with the other operand."""
    attrs = node.attrs
    maps, other = (attrs["a_maps"], attrs["b_maps"])[:: 1 if which == 0 else -1]
    target = node.inputs[which]
    sizes, g_maps = list(attrs["sizes"]), list(pure(*attrs["out"]))
    result = []
    for dim, axis_map in zip(target.shape, maps, strict=True):
        if axis_map.pure:
            result.append(axis_map.single)
            continue
        chosen = _choose(axis_map, sizes, other, attrs["out"])
        position = len(sizes)
        sizes.append(dim)
        result.append(position)
        solved = _solve(axis_map, chosen, position)
        g_maps = [solved if m.pure and m.single == chosen else m for m in g_maps]
        other = tuple(solved if m.pure and m.single == chosen else m for m in other)
    first, second = (g, node.inputs[1]) if which == 0 else (node.inputs[0], g)
    pair = (tuple(g_maps), other) if which == 0 else (other, tuple(g_maps))
    read = set(_indices(pair[0])) | set(_indices(pair[1]))
    product = apply(
        "contraction",
        first,
        second,
        sizes=tuple(sizes),
        a_maps=pair[0],
        b_maps=pair[1],
        out=tuple(index for index in result if index in read),
    )
    # An index of this operand alone was summed over: every element gets the same cotangent.
    if read >= set(result):
        return product
    kept = tuple(sizes[index] if index in read else 1 for index in result)
    return apply("broadcast_to", apply("reshape", product, shape=kept), shape=target.shape)


def _contraction_gradient(g: Tensor, node: Tensor) -> list[Tensor | None]:
    return [_operand_gradient(g, node, 0), _operand_gradient(g, node, 1)]


define("contraction", _contraction_shape, _contraction_numpy, _contraction_gradient)
