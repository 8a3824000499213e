"""A trained network as a plain function of arrays, for programs that embed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.compiler import CompiledProgram
from pellucid.errors import ShapeError
from pellucid.graph import Array, format_shape

Predict = Callable[..., Any]


def bound_predictor(program: CompiledProgram, rows: int) -> Predict:
    """A function that takes an array an input, of exactly `rows` samples, and gives the outputs.

    One output comes as an array, several as a list. On the native target a call copies the samples
    into place, runs, and copies the result: a few microseconds for a small network.
    """
    if program.target == "numpy":
        return lambda *arrays: _one_or_all(program(*arrays))
    bound = program.runner.bound(rows)  # type: ignore[attr-defined]
    inputs, outputs, run = bound.inputs, bound.outputs, bound
    shapes = [array.shape for array in inputs]
    if len(inputs) == 1 and len(outputs) == 1:
        (source,), (result,) = inputs, outputs

        def predict_one(x: Any) -> Array:
            if np.shape(x) != shapes[0]:
                raise _misfit(np.shape(x), shapes[0])
            source[...] = x
            run()
            copied: Array = result.copy()
            return copied

        return predict_one

    def predict(*arrays: Any) -> Any:
        for array, place in zip(arrays, inputs, strict=True):
            if np.shape(array) != place.shape:
                raise _misfit(np.shape(array), place.shape)
            place[...] = array
        run()
        return _one_or_all([output.copy() for output in outputs])

    return predict


def _one_or_all(outputs: list[Array]) -> Any:
    return outputs[0] if len(outputs) == 1 else outputs


def _misfit(received: tuple[int, ...], expected: tuple[int, ...]) -> ShapeError:
    return ShapeError(
        "predictor",
        expected=f"an array of shape {format_shape(expected)}",
        received=f"shape {format_shape(received)}",
        hint="it was made for this number of rows; predict() takes any",
    )
