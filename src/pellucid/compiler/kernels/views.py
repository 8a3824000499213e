"""Views: how the elements of a tensor lie in a buffer; movement ops only change the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graph import Tensor
from pellucid.graph.dims import Dim, Shape, SymbolicDim, size_of
from pellucid.graph.dtypes import DType


@dataclass(eq=False)
class Buffer:
    """A piece of memory that holds one tensor: its kind says who owns it.

    `kind` is "input", "variable", "constant", "temporary" or "output"; `size` counts elements.
    """

    name: str
    dtype: DType
    size: Dim
    kind: str

    def __repr__(self) -> str:
        return f"{self.kind} {self.name}[{self.size}] {self.dtype}"


@dataclass(frozen=True)
class View:
    """Element (i, j, …) stands at offset + i·strides[0] + j·strides[1] + … of the buffer."""

    buffer: Buffer
    shape: Shape
    strides: tuple[Dim, ...]
    offset: Dim = 0

    @property
    def contiguous(self) -> bool:
        """Whether the elements lie side by side in C order."""
        expected = contiguous_strides(self.shape)
        return all(
            dim == 1 or stride == want
            for dim, stride, want in zip(self.shape, self.strides, expected, strict=True)
        )


def contiguous_strides(shape: Shape) -> tuple[Dim, ...]:
    """The strides of C order; raises `ShapeError` where one would be no multiple of N."""
    strides: list[Dim] = []
    step: Dim = 1
    for dim in reversed(shape):
        strides.append(step)
        step = dim * step if strides and len(strides) < len(shape) else step
    return tuple(reversed(strides))


def whole(buffer: Buffer, shape: Shape) -> View:
    """A buffer seen as one tensor in C order."""
    return View(buffer, shape, contiguous_strides(shape))


def broadcast_view(view: View, shape: Shape) -> View:
    """The view spread over a larger shape: axes of size 1 repeat with stride 0."""
    added = len(shape) - len(view.shape)
    strides: list[Dim] = [0] * added
    for dim, stride, wanted in zip(view.shape, view.strides, shape[added:], strict=True):
        strides.append(stride if dim == wanted and dim != 1 else 0)
    return View(view.buffer, shape, tuple(strides), view.offset)


def movement(node: Tensor, view: View) -> View | None:
    """The view of a movement op's result, or None where the elements must be copied first."""
    found: View | None = _RULES[node.op](node, view)
    return found


def _reshape(node: Tensor, view: View) -> View | None:
    if view.contiguous or size_of(view.shape) == 1:
        return View(view.buffer, node.shape, contiguous_strides(node.shape), view.offset)
    return _reshape_ones(node, view)


def _reshape_ones(node: Tensor, view: View) -> View | None:
    """A reshape that only adds or drops axes of size 1 keeps any strides."""
    kept = [(d, s) for d, s in zip(view.shape, view.strides, strict=True) if d != 1]
    if [d for d, _ in kept] != [d for d in node.shape if d != 1]:
        return None
    strides: list[Dim] = []
    rest = iter(kept)
    for dim in node.shape:
        strides.append(0 if dim == 1 else next(rest)[1])
    return View(view.buffer, node.shape, tuple(strides), view.offset)


def _transpose(node: Tensor, view: View) -> View:
    strides = tuple(view.strides[axis] for axis in node.attrs["axes"])
    return View(view.buffer, node.shape, strides, view.offset)


def _slice(node: Tensor, view: View) -> View:
    offset = view.offset
    strides: list[Dim] = []
    for start, step, stride in zip(
        node.attrs["starts"], node.attrs["steps"], view.strides, strict=True
    ):
        offset = plus(offset, stride * start)
        strides.append(stride * step)
    return View(view.buffer, node.shape, tuple(strides), offset)


def _flip(node: Tensor, view: View) -> View | None:
    offset, strides = view.offset, list(view.strides)
    for axis in node.attrs["axes"]:
        dim, stride = view.shape[axis], view.strides[axis]
        if isinstance(dim, SymbolicDim):
            return None
        offset = plus(offset, stride * (dim - 1))
        strides[axis] = stride * -1
    return View(view.buffer, node.shape, tuple(strides), offset)


def _windows(node: Tensor, view: View) -> View:
    axis, stride, gap = (node.attrs[key] for key in ("axis", "stride", "dilation"))
    step = view.strides[axis]
    strides = [*view.strides, step * gap]
    strides[axis] = step * stride
    return View(view.buffer, node.shape, tuple(strides), view.offset)


def plus(a: Dim, b: Dim) -> Dim:
    """A sum of offsets; both must be numbers, or both multiples of N, or one of them 0."""
    return a + b if b else a


_RULES: dict[str, Any] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "broadcast_to": lambda node, view: broadcast_view(view, node.shape),
    "slice": _slice,
    "flip": _flip,
    "windows": _windows,
}
MOVEMENT: Sequence[str] = tuple(_RULES)
