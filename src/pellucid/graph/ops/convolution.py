"""Convolution in any number of dimensions: a contraction whose maps slide over the input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.dims import format_shape
from pellucid.graph.ops.linalg import contract
from pellucid.graph.ops.movement import reshape
from pellucid.graph.primitives.contraction import AxisMap, Maps, pure
from pellucid.graph.tensor import Tensor, match


def conv(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Tensor:
    """Convolution (cross-correlation) in any number of dimensions, channels last, as in Keras.

    `inputs` is (N, spatial…, C_in), `kernel` (spatial…, C_in / groups, C_out); the result
    (N, spatial…, C_out). `padding` is "valid" (none) or "same": output = ceil(input / stride), the
    odd zero of the padding behind. Several groups (C_in a multiple of the kernel's) are convolved
    apart. `data_format` may only be "channels_last". Raises `ShapeError` where the kernel does not
    fit, `ArgumentError` for steps that are not whole numbers >= 1.

    >>> conv([[[1.0], [2.0], [4.0]]], [[[1.0]], [[-1.0]]]).numpy().ravel().tolist()
    [-1.0, -2.0]
    """
    x, w = match(inputs, kernel)
    rank = w.ndim - 2
    if data_format not in (None, "channels_last"):
        raise ArgumentError("conv", expected="data_format 'channels_last'", received=data_format)
    if padding not in ("valid", "same"):
        raise ArgumentError("conv", expected="padding 'valid' or 'same'", received=padding)
    if rank < 1 or x.ndim != w.ndim:
        raise _misfit("inputs and a kernel with the same number of axes, 3 or more", x, w)
    if not all(isinstance(dim, int) for dim in (*x.shape[1:], *w.shape)):
        raise _misfit("known lengths of all axes but that of the samples", x, w)
    steps = _per_axis("strides", strides, rank)
    gaps = _per_axis("dilation_rate", dilation_rate, rank)
    windows = [
        _window(int(length), int(taps), step, gap, padding)  # type: ignore[arg-type]
        for length, taps, step, gap in zip(x.shape[1:-1], w.shape, steps, gaps, strict=False)
    ]
    if any(window.places < 0 for window in windows):
        raise _misfit("inputs at least as long as the kernel", x, w)
    return _slide(x, w, windows)


class _Window(NamedTuple):
    """How a kernel moves along an axis: its places, its step, its gaps, zeros before."""

    places: int
    step: int
    gap: int
    low: int


def _window(length: int, taps: int, step: int, gap: int, padding: str) -> _Window:
    spread = (taps - 1) * gap + 1
    if padding == "valid":
        return _Window((length - spread) // step + 1 if length >= spread else -1, step, gap, 0)
    count = -(-length // step)
    return _Window(count, step, gap, max((count - 1) * step + spread - length, 0) // 2)


def _per_axis(name: str, value: int | Sequence[int], rank: int) -> list[int]:
    """One whole number >= 1 for each spatial axis."""
    numbers = [value] * rank if isinstance(value, int) else list(value)
    if len(numbers) != rank or not all(isinstance(n, int) and n >= 1 for n in numbers):
        raise ArgumentError(
            f"conv.{name}", expected=f"a whole number >= 1, or {rank} of them", received=value
        )
    return numbers


def _misfit(expected: str, x: Tensor, w: Tensor) -> ShapeError:
    received = f"inputs {format_shape(x.shape)}, kernel {format_shape(w.shape)}"
    return ShapeError("conv", expected=expected, received=received)


def _slide(x: Tensor, w: Tensor, windows: Sequence[_Window]) -> Tensor:
    """The contraction. Its indices: sample, places, taps, channel, filter, group."""
    rank = len(windows)
    channels, per_group, filters = (int(d) for d in (x.shape[-1], *w.shape[-2:]))  # type: ignore[arg-type]
    groups, rest = divmod(channels, per_group) if per_group else (0, 0)
    if rest or not groups or filters % groups:
        raise _misfit("channels a multiple of the kernel's, which divides the filters too", x, w)
    taps = tuple(range(1 + rank, 1 + 2 * rank))
    channel, kept, group = 1 + 2 * rank, 2 + 2 * rank, 3 + 2 * rank
    maps: Maps = tuple(
        AxisMap(((1 + i, window.step), (taps[i], window.gap)), -window.low)
        for i, window in enumerate(windows)
    )
    counts = [window.places for window in windows]
    sizes = [x.shape[0], *counts, *w.shape[:rank], per_group, filters // groups, groups]
    outer = [0, *range(1, 1 + rank)]
    if groups == 1:
        x_maps = (*pure(0), *maps, *pure(channel))
        w_maps = pure(*taps, channel, kept)
        return contract("conv", x, w, sizes[:-1], x_maps, w_maps, [*outer, kept])
    x = reshape(x, (*x.shape[:-1], groups, per_group))
    w = reshape(w, (*w.shape[:-1], groups, filters // groups))
    x_maps = (*pure(0), *maps, *pure(group, channel))
    w_maps = pure(*taps, channel, group, kept)
    result = contract("conv", x, w, sizes, x_maps, w_maps, [*outer, group, kept])
    return reshape(result, (*result.shape[:-2], filters))
