"""A trained network as a plain function of arrays, for programs that embed it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.compiler import CompiledProgram
from pellucid.errors import ShapeError
from pellucid.graph import Array, Tensor, format_shape
from pellucid.train.steps import chunk_rows

Predict = Callable[..., Any]

# Numbers of rows for which a network stays bound to arrays: a whole batch, and a last one.
_SIZES = 4


def bound_predictor(program: CompiledProgram, rows: int) -> Predict:
    """A function that takes an array an input, of exactly `rows` samples, and gives the outputs.

    One output comes as an array, several as a list. On the native target a call copies the samples
    into place, runs, and copies the result: a few microseconds for a small network.
    """
    if program.target == "numpy":
        return lambda *arrays: _one_or_all(program(*arrays))
    bound = program.runner.bound(rows)  # type: ignore[attr-defined]
    inputs, outputs = bound.inputs, bound.outputs
    if len(inputs) == 1 and len(outputs) == 1:
        (source,), (result,) = inputs, outputs
        shape, dtype = source.shape, source.dtype

        def predict_few(x: Any) -> Array:
            if np.shape(x) != shape:
                raise _misfit(np.shape(x), shape)
            source[...] = x
            bound()
            copied: Array = result.copy()
            return copied

        def predict_many(x: Any) -> Array:
            if type(x) is not np.ndarray or x.dtype is not dtype or not x.flags.c_contiguous:
                x = np.ascontiguousarray(x, dtype)
            if x.shape != shape:
                raise _misfit(np.shape(x), shape)
            bound.give(x)
            bound()
            copied: Array = result.copy()
            return copied

        return predict_few if bound.copies else predict_many

    def predict(*arrays: Any) -> Any:
        given = []
        for array, place in zip(arrays, inputs, strict=True):
            given.append(np.ascontiguousarray(array, place.dtype))
            if given[-1].shape != place.shape:
                raise _misfit(np.shape(array), place.shape)
        bound.give(*given)
        bound()
        return _one_or_all([output.copy() for output in outputs])

    return predict


class Shortcut:
    """The short way from an array to the output of a network that has one of either.

    It keeps what is bound to the latest numbers of rows, and answers None where the long way must
    be taken: for data of another form, while another thread is predicting, and for so much work
    that several threads share it.
    """

    def __init__(self, program: CompiledProgram, output: Any) -> None:
        self.output = output
        (slot,) = program.built.inputs
        self._program = program
        self._shape, self._dtype = slot.shape[1:], np.dtype(slot.dtype)
        self._most = chunk_rows(program)
        self._bound: OrderedDict[int, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, x: Any) -> Array | None:
        if type(x) is not np.ndarray or x.dtype is not self._dtype or not x.flags.c_contiguous:
            return None
        if x.shape[1:] != self._shape or not x.size or not self._lock.acquire(blocking=False):
            return None
        try:
            bound = self._bound.get(len(x)) or self._bind(len(x))
            if bound is None:
                return None
            bound.give(x)
            bound()
            copied: Array = bound.outputs[0].copy()
            return copied
        finally:
            self._lock.release()

    def _bind(self, rows: int) -> Any:
        runner: Any = self._program.runner
        if rows > self._most or self._program.fallback is not None:
            return None
        if runner.made(rows).threads > 1:
            return None
        self._bound[rows] = runner.bound(rows)
        if len(self._bound) > _SIZES:
            self._bound.popitem(last=False)
        return self._bound[rows]


def shortcut(program: CompiledProgram, output: Any) -> Shortcut | None:
    """The short way for a program, if it has one input, one output, and machine code."""
    one = len(program.built.inputs) == 1 and isinstance(output, Tensor)
    return Shortcut(program, output) if one and program.target == "native" else None


def _one_or_all(outputs: list[Array]) -> Any:
    return outputs[0] if len(outputs) == 1 else outputs


def _misfit(received: tuple[int, ...], expected: tuple[int, ...]) -> ShapeError:
    return ShapeError(
        "predictor",
        expected=f"an array of shape {format_shape(expected)}",
        received=f"shape {format_shape(received)}",
        hint="it was made for this number of rows; predict() takes any",
    )
