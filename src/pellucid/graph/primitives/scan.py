"""Scan: one step of a loop, written once, run along the first axis of its sequences.

The body is a small graph of its own. Its inputs are the carried values, one slice of each sequence,
and the tensors it captures from outside; its outputs are the next carried values and one slice of
each result. A scan is a tuple of tensors; `item` takes one of them: first the final carried values,
then the stacked results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError
from pellucid.graph.arrays import Array
from pellucid.graph.dims import Dim, Shape, format_shape, resolve
from pellucid.graph.dtypes import DType
from pellucid.graph.evaluate import run, toposort
from pellucid.graph.primitives.table import define
from pellucid.graph.rewrite import substitute
from pellucid.graph.tensor import Tensor, apply, as_tensor, placeholder


@dataclass(frozen=True, eq=False)
class Body:
    """The graph of one step: `inputs` are carries, then slices, then captures."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    n_carry: int
    n_slices: int
    order: tuple[Tensor, ...]


def make_body(
    inputs: Sequence[Tensor], outputs: Sequence[Tensor], n_carry: int, n_slices: int
) -> Body:
    """A body with its evaluation order worked out once."""
    order = tuple(toposort(outputs, set(inputs)))
    return Body(tuple(inputs), tuple(outputs), n_carry, n_slices, order)


def _scan_shape(*inputs: Tensor, body: Body, length: Dim, reverse: bool) -> tuple[Shape, DType]:
    for position, (tensor, slot) in enumerate(zip(inputs, body.inputs, strict=True)):
        in_slices = body.n_carry <= position < body.n_carry + body.n_slices
        expected = (length, *slot.shape) if in_slices else slot.shape
        if tensor.shape != expected or tensor.dtype != slot.dtype:
            raise ShapeError(
                "scan", expected=f"{format_shape(expected)} {slot.dtype}", received=repr(tensor)
            )
    for before, after in zip(body.inputs[: body.n_carry], body.outputs, strict=False):
        if (before.shape, before.dtype) != (after.shape, after.dtype):
            raise ShapeError(
                "scan",
                expected=f"a carried value that stays {format_shape(before.shape)} {before.dtype}",
                received=f"{format_shape(after.shape)} {after.dtype}",
                hint="a step must return each carried value with the shape and type it got",
            )
    return (), "float32"


def _scan_numpy(*arrays: Array, body: Body, length: int, reverse: bool) -> tuple[Array, ...]:
    n_carry, first_capture = body.n_carry, body.n_carry + body.n_slices
    carries = list(arrays[:n_carry])
    sequences = arrays[n_carry:first_capture]
    captured = dict(zip(body.inputs[first_capture:], arrays[first_capture:], strict=True))
    n = _samples(body, arrays)
    stacks: list[list[Array]] = [[] for _ in body.outputs[n_carry:]]
    for step in reversed(range(length)) if reverse else range(length):
        env: dict[Tensor, Any] = dict(captured)
        env.update(zip(body.inputs[:n_carry], carries, strict=True))
        slices = [sequence[step] for sequence in sequences]
        env.update(zip(body.inputs[n_carry:first_capture], slices, strict=True))
        run(body.order, env, n)
        carries = [env[tensor] for tensor in body.outputs[:n_carry]]
        for stack, tensor in zip(stacks, body.outputs[n_carry:], strict=True):
            stack.append(env[tensor])
    results = []
    for stack, tensor in zip(stacks, body.outputs[n_carry:], strict=True):
        rows = stack[::-1] if reverse else stack
        shape = () if rows else resolve(tensor.shape, n)
        results.append(np.stack(rows) if rows else np.empty((0, *shape), tensor.dtype))
    return (*carries, *results)


def _samples(body: Body, arrays: Sequence[Array]) -> int | None:
    """N, read off the first input that depends on it."""
    for position, (slot, array) in enumerate(zip(body.inputs, arrays, strict=True)):
        is_slice = body.n_carry <= position < body.n_carry + body.n_slices
        shape = array.shape[1:] if is_slice else array.shape
        for dim, size in zip(slot.shape, shape, strict=True):
            if not isinstance(dim, int):
                return int(size // dim.multiple)
    return None


def _item_shape(node: Tensor, index: int) -> tuple[Shape, DType]:
    body: Body = node.attrs["body"]
    tensor = body.outputs[index]
    if index < body.n_carry:
        return tensor.shape, tensor.dtype
    return (node.attrs["length"], *tensor.shape), tensor.dtype


def bind(
    body: Body, inputs: Sequence[Tensor], length: Dim, reverse: bool = False
) -> tuple[Tensor, ...]:
    """Run a body over `inputs` (carries, sequences, captures): all of its outputs."""
    node = apply("scan", *inputs, body=body, length=length, reverse=reverse)
    return tuple(apply("item", node, index=index) for index in range(len(body.outputs)))


def capture(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> tuple[list[Tensor], list[Any]]:
    """What a body uses from outside: those tensors, and a placeholder for each.

    A node belongs to the body if it depends on the body's inputs; what such a node reads that does
    not, but is no plain constant, is captured, so work that does not change from step to step
    stays outside the loop.
    """
    inside: set[Tensor] = set(inputs)
    outer: dict[Tensor, Tensor] = {}

    def take(tensor: Tensor) -> None:
        if tensor not in inside and tensor.op != "constant" and tensor not in outer:
            name = tensor.name or f"captured_{len(outer)}"
            outer[tensor] = placeholder(tensor.shape, tensor.dtype, name)

    for node in toposort(outputs):
        if node not in inside and any(tensor in inside for tensor in node.inputs):
            inside.add(node)
            for tensor in node.inputs:
                take(tensor)
    for output in outputs:
        take(output)
    return list(outer), list(outer.values())


def scan(
    step: Callable[[tuple[Tensor, ...], tuple[Tensor, ...]], tuple[Sequence[Any], Sequence[Any]]],
    initial: Sequence[Any],
    sequences: Sequence[Any] = (),
    length: Dim | None = None,
    reverse: bool = False,
) -> tuple[list[Tensor], list[Tensor]]:
    """Run `step` along the first axis of `sequences`, carrying values from step to step.

    `step(carries, slices)` gets tuples of tensors and returns `(next carries, results)`. Carries
    keep their shape and dtype. `length` is needed only without sequences; `reverse=True` starts at
    the end (results stay in the order of the sequences). Returns the final carries and the results
    stacked along a new first axis. Gradients flow to the initial carries, the sequences, and every
    tensor that the step uses from outside.

    >>> from pellucid.graph.tensor import constant
    >>> (total,), (sums,) = scan(lambda c, s: ([c[0] + s[0]], [c[0] + s[0]]),
    ...                          [0.0], [constant([1.0, 2.0, 3.0])])
    >>> float(total), sums.numpy().tolist()
    (6.0, [1.0, 3.0, 6.0])
    """
    carries = [as_tensor(value) for value in initial]
    tracks = [as_tensor(value) for value in sequences]
    if not all(track.ndim for track in tracks):
        raise ShapeError("scan", expected="sequences with a first axis", received="a scalar")
    if length is None:
        if not tracks:
            raise ShapeError("scan", expected="sequences, or a length", received="neither")
        length = tracks[0].shape[0]
    carry_slots = [placeholder(t.shape, t.dtype, f"carry_{i}") for i, t in enumerate(carries)]
    slice_slots = [placeholder(t.shape[1:], t.dtype, f"slice_{i}") for i, t in enumerate(tracks)]
    after, results = step(tuple(carry_slots), tuple(slice_slots))
    outputs = [as_tensor(value) for value in (*after, *results)]
    if len(outputs) - len(results) != len(carries):
        raise ShapeError("scan", expected=f"{len(carries)} carried values", received=len(after))
    slots = [*carry_slots, *slice_slots]
    outer, inner = capture(slots, outputs)
    outputs = substitute(outputs, dict(zip(outer, inner, strict=True)))
    body = make_body([*slots, *inner], outputs, len(carries), len(tracks))
    items = bind(body, [*carries, *tracks, *outer], length, reverse)
    return list(items[: len(carries)]), list(items[len(carries) :])


define("scan", _scan_shape, _scan_numpy)
define("item", _item_shape, lambda values, index: values[index])
