"""compile_step: any Python function of tensors as a compiled step, for loops of your own."""

from __future__ import annotations

import functools
import inspect
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid import settings
from pellucid.compiler import CompiledProgram, compile
from pellucid.errors import ArgumentError
from pellucid.graph import Array, N, Tensor, Variable, as_dtype, as_tensor, placeholder
from pellucid.nn.state import recording
from pellucid.nn.structure import flatten, is_data, pack


def compile_step(function: Callable[..., Any]) -> CompiledStep:
    """Turn a function of tensors into one compiled program; to be used as a decorator.

    The function is called once with placeholders for its arrays and returns `outputs`, or
    ``(outputs, updates)`` where `updates` is a list of pairs (variable, new value) as
    ``optimizer.updates(gradients, variables)`` returns it. What layers plan for themselves (moving
    averages, numbers of random draws) is added. Calls with arrays run the program: it computes the
    outputs and all new values from the old ones, stores these, and returns arrays.

    The first axis of every array is N, the number of samples; other axes and types are compiled in,
    and a call with others compiles another program. Numbers vary freely; booleans, text and None
    are compiled in.

    >>> from pellucid.graph import gradient
    >>> from pellucid.train.optimizers import SGD
    >>> w, sgd = Variable(5.0, name="w"), SGD(0.1)
    >>> @compile_step
    ... def step(x, y):
    ...     loss = 0.5 * (w * x - y) ** 2
    ...     return loss, sgd.updates([gradient(loss, w)], [w])
    >>> float(step(2.0, 6.0)), round(float(w), 3)
    (8.0, 4.2)
    """
    return CompiledStep(function)


class CompiledStep:
    """A function with its compiled programs, one for each form of its arguments.

    `source` is the text of the program that ran last.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._signature = inspect.signature(function)
        self._programs: dict[Any, tuple[CompiledProgram, Any]] = {}
        self._latest: CompiledProgram | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        values = [_prepared(value) for value in bound.arguments.values()]
        parts = flatten(values)
        key = (repr(pack(values, [0] * len(parts))), tuple(_key(part) for part in parts))
        if key not in self._programs:
            self._programs[key] = self._compile(dict(zip(bound.arguments, values, strict=True)))
        self._latest, outputs = self._programs[key]
        arrays = [part for part in parts if isinstance(part, np.ndarray)]
        return pack(outputs, list(self._latest(*arrays)))

    @property
    def source(self) -> str:
        """The latest program as NumPy source; raises `ArgumentError` before the first call."""
        if self._latest is None:
            raise ArgumentError(self.__name__, expected="a call before its source", received="none")
        return self._latest.source

    __name__: str

    def _compile(self, arguments: Mapping[str, Any]) -> tuple[CompiledProgram, Any]:
        slots = _slots(arguments)
        values = pack(list(arguments.values()), slots)
        given = OrderedDict(zip(arguments, values, strict=True))
        call = inspect.BoundArguments(self._signature, given)
        with recording() as record:
            outputs, updates = _split(self._function(*call.args, **call.kwargs), self.__name__)
        results = [as_tensor(each) for each in flatten(outputs)]
        inputs = [slot for slot in slots if isinstance(slot, Tensor)]
        return compile(results, inputs, [*updates, *record.updates], self.__name__), outputs


def _prepared(value: Any) -> Any:
    """Arrays for data and numbers, at any depth; anything else as it is."""
    if isinstance(value, Mapping):
        return {key: _prepared(part) for key, part in value.items()}
    if not is_data(value) or isinstance(value, bool):
        parts = isinstance(value, list | tuple)
        return type(value)(map(_prepared, value)) if parts else value
    if isinstance(value, float):
        return np.asarray(value, settings.get("floatx"))
    array = np.asarray(value)
    return array.astype(as_dtype(array.dtype), copy=False)


def _key(part: Any) -> Any:
    return (part.shape[1:], part.ndim, part.dtype.str) if isinstance(part, np.ndarray) else part


def _slots(arguments: Mapping[str, Any]) -> list[Any]:
    """A placeholder for every array, called after its argument; what is no array stays."""
    slots = []
    for name, value in arguments.items():
        parts = flatten(value)
        for number, part in enumerate(parts):
            own = name if len(parts) == 1 else f"{name}_{number}"
            slots.append(_slot(part, own) if isinstance(part, np.ndarray) else part)
    return slots


def _slot(array: Array, name: str) -> Tensor:
    shape = (N, *array.shape[1:]) if array.ndim else ()
    return placeholder(shape, as_dtype(array.dtype), name)


def _split(result: Any, where: str) -> tuple[Any, list[tuple[Variable, Tensor]]]:
    """Outputs and updates of what a function returned."""
    if isinstance(result, tuple) and len(result) == 2 and _are_updates(result[1]):
        return result[0], list(result[1])
    if result is None:
        expected = "outputs, or (outputs, updates)"
        raise ArgumentError(where, expected=expected, received="None", hint="Return the loss")
    return result, []


def _are_updates(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], Variable)
        for pair in value
    )
