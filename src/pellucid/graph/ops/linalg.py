"""Products that join axes: matmul, tensordot, einsum, convolution. All are one primitive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dims import Dim, format_shape
from pellucid.graph.ops.reduction import sum as _sum
from pellucid.graph.primitives.contraction import AxisMap, Maps, pure
from pellucid.graph.tensor import (
    Tensor,
    apply,
    as_tensor,
    current_origin,
    hooks,
    match,
    normalize_axis,
)


def _contract(
    a: Tensor, b: Tensor, sizes: Sequence[Dim], a_maps: Maps, b_maps: Maps, out: Sequence[int]
) -> Tensor:
    return apply(
        "contraction", a, b, sizes=tuple(sizes), a_maps=a_maps, b_maps=b_maps, out=tuple(out)
    )


def matmul(x1: Any, x2: Any) -> Tensor:
    """The matrix product of the last two axes; leading axes are broadcast.

    A vector counts as one row (x1) or one column (x2), and that axis is dropped again. Raises
    `ShapeError` if the joined axes differ.

    >>> matmul([[1.0, 2.0]], [[3.0], [4.0]]).numpy().tolist()
    [[11.0]]
    """
    a, b = match(x1, x2)
    if not a.ndim or not b.ndim:
        raise ShapeError("matmul", expected="at least one axis each", received="a scalar")
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        layer = current_origin().layer
        raise ShapeError(
            f"layer {layer!r}, op matmul" if layer else "op matmul",
            expected="as many columns on the left as rows on the right",
            received=f"{format_shape(a.shape)} @ {format_shape(b.shape)}",
            hint=f"{a.shape[-1]} against {b.shape[-2 if b.ndim > 1 else 0]}",
        )
    a_out, b_out = max(a.ndim - 2, 0), max(b.ndim - 2, 0)
    lead = max(a_out, b_out)
    row, column, inner = lead, lead + 1, lead + 2
    # An axis of size 1 that meets a longer one is dropped, and so broadcast by its absence.
    a, a_lead = _leading(a, a_out, lead, b.shape[:b_out])
    b, b_lead = _leading(b, b_out, lead, a.shape[: len(a_lead)] if b_out else ())
    a_index = [*a_lead, *([row] if _has_matrix(a, a_lead) else []), inner]
    b_index = [*b_lead, inner, *([column] if _has_matrix(b, b_lead) else [])]
    sizes: list[Dim] = [1] * (lead + 3)
    for tensor, index in ((a, a_index), (b, b_index)):
        for dim, i in zip(tensor.shape, index, strict=True):
            sizes[i] = dim
    out = [i for i in range(lead + 2) if i in a_index or i in b_index]
    result = _contract(a, b, sizes, pure(*a_index), pure(*b_index), out)
    return _restore_ones(result, out, lead)


def _has_matrix(x: Tensor, lead: Sequence[int]) -> bool:
    return x.ndim - len(lead) == 2


def _leading(x: Tensor, own: int, lead: int, other: Sequence[Dim]) -> tuple[Tensor, list[int]]:
    """`x` without leading axes of size 1 that the other operand has longer, and their indices."""
    index = list(range(lead - own, lead))
    keep = [True] * own
    for position in range(own):
        from_end = own - position
        if x.shape[position] == 1 and from_end <= len(other) and other[-from_end] != 1:
            keep[position] = False
    if all(keep):
        return x, index
    shape = [d for d, k in zip(x.shape, keep, strict=False) if k] + list(x.shape[own:])
    return apply("reshape", x, shape=tuple(shape)), [
        i for i, k in zip(index, keep, strict=True) if k
    ]


def _restore_ones(result: Tensor, out: Sequence[int], lead: int) -> Tensor:
    missing = [i for i in range(lead) if i not in out]
    shape = list(result.shape)
    for i in missing:
        shape.insert(i, 1)
    return apply("reshape", result, shape=tuple(shape)) if missing else result


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
        axes = (range(a.ndim - axes, a.ndim), range(axes))
    left, right = ([x] if isinstance(x, int) else list(x) for x in axes)
    a_joined = [normalize_axis(axis, a.ndim) for axis in left]
    b_joined = [normalize_axis(axis, b.ndim) for axis in right]
    b_index = [a.ndim + axis for axis in range(b.ndim)]
    for i, j in zip(a_joined, b_joined, strict=True):
        b_index[j] = i
    a_index = range(a.ndim)
    sizes: list[Dim] = [*a.shape, *b.shape]
    out = [i for i in a_index if i not in a_joined] + [i for i in b_index if i >= a.ndim]
    return _contract(a, b, sizes, pure(*a_index), pure(*b_index), out)


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
    text = subscripts.replace(" ", "")
    left, arrow, result = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(operands) or "." in text or any(len(set(t)) != len(t) for t in terms):
        raise ArgumentError(
            "einsum",
            expected="one term of distinct letters for each operand",
            received=f"{subscripts!r} with {len(operands)} operands",
        )
    if not arrow:
        result = "".join(sorted(c for c in set(left) - {","} if left.count(c) == 1))
    current, letters = as_tensor(operands[0]), terms[0]
    for position, (term, operand) in enumerate(zip(terms[1:], operands[1:], strict=True)):
        later = set(result).union(*terms[position + 2 :])
        current, letters = _einsum_pair(current, letters, as_tensor(operand), term, later)
    spare = [axis for axis, letter in enumerate(letters) if letter not in result]
    current = _sum(current, spare) if spare else current
    kept = [letter for letter in letters if letter in result]
    return apply("transpose", current, axes=tuple(kept.index(letter) for letter in result))


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
    return _contract(a, b, sizes, maps[0], maps[1], out), kept


def _sum_unused(x: Tensor, letters: str, used: set[str]) -> tuple[Tensor, str]:
    spare = [axis for axis, letter in enumerate(letters) if letter not in used]
    if not spare:
        return x, letters
    return _sum(x, spare), "".join(letter for letter in letters if letter in used)


def conv(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    dilation_rate: int | Sequence[int] = 1,
) -> Tensor:
    """Convolution (cross-correlation) in any number of dimensions, channels last, as in Keras.

    `inputs` is (N, spatial…, C_in), `kernel` (spatial…, C_in / groups, C_out); the result
    (N, spatial…, C_out). `padding` is "valid" (none) or "same": output = ceil(input / stride).
    Several groups (C_in a multiple of the kernel's) are convolved apart.

    >>> conv([[[1.0], [2.0], [4.0]]], [[[1.0]], [[-1.0]]]).numpy().ravel().tolist()
    [-1.0, -2.0]
    """
    x, w = match(inputs, kernel)
    rank = w.ndim - 2
    if x.ndim != rank + 2 or padding not in ("valid", "same"):
        raise ShapeError(
            "conv",
            expected=f"inputs with {rank + 2} axes for this kernel; padding 'valid' or 'same'",
            received=f"{format_shape(x.shape)}, {padding!r}",
        )
    steps = [strides] * rank if isinstance(strides, int) else list(strides)
    gaps = [dilation_rate] * rank if isinstance(dilation_rate, int) else list(dilation_rate)
    lengths, taps = [x.shape[1 + i] for i in range(rank)], [w.shape[i] for i in range(rank)]
    counts, maps = [], []
    for i in range(rank):
        count, low = _conv_extent(lengths[i], taps[i], steps[i], gaps[i], padding)
        counts.append(count)
        maps.append(AxisMap(((1 + i, steps[i]), (1 + rank + i, gaps[i])), -low))
    return _conv_groups(x, w, rank, counts, maps)


def _conv_extent(length: Dim, taps: Dim, step: int, gap: int, padding: str) -> tuple[int, int]:
    """How many positions a kernel takes along an axis, and the padding before it."""
    if not isinstance(length, int) or not isinstance(taps, int):
        raise ShapeError("conv", expected="spatial axes of known length", received=str(length))
    spread = (taps - 1) * gap + 1
    if padding == "valid":
        if length < spread:
            raise ShapeError("conv", expected=f"at least {spread} elements", received=str(length))
        return (length - spread) // step + 1, 0
    count = -(-length // step)
    return count, max((count - 1) * step + spread - length, 0) // 2


def _conv_groups(
    x: Tensor, w: Tensor, rank: int, counts: Sequence[int], maps: Sequence[AxisMap]
) -> Tensor:
    channels, per_group, filters = x.shape[-1], w.shape[-2], w.shape[-1]
    if not all(isinstance(d, int) for d in (channels, per_group, filters)):
        raise ShapeError("conv", expected="known numbers of channels", received=str(x.shape))
    groups, rest = divmod(int(channels), int(per_group))  # type: ignore[arg-type]
    if rest or int(filters) % max(groups, 1):  # type: ignore[arg-type]
        raise ShapeError(
            "conv",
            expected=f"input channels and filters divisible by the groups of {per_group}",
            received=f"{channels} channels, {filters} filters",
        )
    channel, out_channel, group = 1 + 2 * rank, 2 + 2 * rank, 3 + 2 * rank
    taps = w.shape[:rank]
    sizes = [x.shape[0], *counts, *taps, per_group, int(filters) // groups, groups]  # type: ignore[arg-type]
    spatial = list(range(1, 1 + rank))
    tap_index = range(1 + rank, 1 + 2 * rank)
    if groups == 1:
        a_maps = (*pure(0), *maps, *pure(channel))
        b_maps = pure(*tap_index, channel, out_channel)
        return _contract(x, w, sizes[:-1], a_maps, b_maps, [0, *spatial, out_channel])
    x = apply("reshape", x, shape=(*x.shape[:-1], groups, per_group))
    w = apply("reshape", w, shape=(*w.shape[:-1], groups, sizes[out_channel]))
    a_maps = (*pure(0), *maps, *pure(group, channel))
    b_maps = pure(*tap_index, channel, group, out_channel)
    result = _contract(x, w, sizes, a_maps, b_maps, [0, *spatial, group, out_channel])
    return apply("reshape", result, shape=(*result.shape[:-2], filters))


hooks.matmul = matmul
