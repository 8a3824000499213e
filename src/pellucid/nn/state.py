"""What layers leave behind besides their outputs: new values of their state, and extra losses.

A layer's call is an expression, so it cannot change anything by itself. While a training step is
being built, a `Record` collects what should happen: moving averages, numbers of random draws, and
penalties on activations. Whoever builds the step adds them to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Array, DType, Tensor, Variable, as_tensor, format_shape


class Record:
    """The pending state and the extra losses of one step.

    `updates` are pairs (variable, its value after the step), at most one a variable, in the order
    in which they came; `losses` are scalar tensors to add to the loss.
    """

    def __init__(self) -> None:
        self.losses: list[Tensor] = []
        self._pending: dict[Variable, Tensor] = {}

    @property
    def updates(self) -> list[tuple[Variable, Tensor]]:
        """Pairs (variable, its value after the step)."""
        return list(self._pending.items())

    def current(self, variable: Variable) -> Tensor:
        """The value that a later use in the same step sees: the pending one, if there is one."""
        return self._pending.get(variable, variable)

    def update(self, variable: Variable, value: Tensor) -> None:
        """Plan a new value, of the variable's shape; it replaces one planned before."""
        value = as_tensor(value, variable.dtype)
        if value.shape != variable.shape:
            raise ShapeError(
                f"update of {variable.name}",
                expected=f"shape {format_shape(variable.shape)}",
                received=f"shape {format_shape(value.shape)}",
            )
        self._pending[variable] = value


_record: Record | None = None


@contextmanager
def recording() -> Iterator[Record]:
    """Collect the updates and losses of the layers that are called inside.

    >>> counter = Variable(0, name="counter")
    >>> with recording() as record:
    ...     current_record().update(counter, counter + 1)
    >>> record.updates
    [(<Variable 'counter' shape=() dtype=int32>, <Tensor add shape=() dtype=int32>)]
    """
    global _record
    before, _record = _record, Record()
    try:
        yield _record
    finally:
        _record = before


@contextmanager
def not_recording() -> Iterator[None]:
    """Leave no trace in the step that is being built: for calls that only find out shapes."""
    global _record
    before, _record = _record, None
    try:
        yield
    finally:
        _record = before


def current_record() -> Record | None:
    """The record of the step that is being built, or None."""
    return _record


def current_value(variable: Variable) -> Tensor:
    """The variable, or the value pending for it in the step that is being built."""
    return variable if _record is None else _record.current(variable)


def add_update(variable: Variable, value: Tensor) -> None:
    """Plan a new value for a variable; without a step being built nothing happens."""
    if _record is not None:
        _record.update(variable, value)


def add_loss(loss: Tensor) -> None:
    """Add a scalar to the loss of the step that is being built, if there is one."""
    if _record is None:
        return
    loss = as_tensor(loss)
    if loss.shape != ():
        raise ShapeError(
            "add_loss",
            expected="a scalar",
            received=f"shape {format_shape(loss.shape)}",
            hint="take the mean or the sum first",
        )
    _record.losses.append(loss)


# How many elements of weights may still be made while a file is read; None outside of that.
_budget: int | None = None


@contextmanager
def loading(elements: int) -> Iterator[None]:
    """Inside the block new weights are zeros, since a file's arrays are about to replace them.

    More than `elements` of them raise `ArgumentError`: a file cannot make a network that is larger
    than itself.
    """
    global _budget
    before, _budget = _budget, elements
    try:
        yield
    finally:
        _budget = before


def initial_value(initialize: Callable[..., Any], shape: tuple[int, ...], dtype: DType) -> Array:
    """The first value of a weight."""
    global _budget
    if _budget is None:
        return np.asarray(initialize(shape, dtype=dtype))
    _budget -= math.prod(shape)
    if _budget < 0:
        raise ArgumentError(
            "weights",
            expected="as many as the file holds",
            received=f"a layer with a weight of shape {format_shape(shape)}",
        )
    return np.zeros(shape, dtype)
