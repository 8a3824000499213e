"""Setup: what `compile` was told, and the programs built from it, each built once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.compiler import CompiledProgram
from pellucid.errors import ArgumentError, DataError
from pellucid.graph import Array, Tensor
from pellucid.train import feeds, interface, objective
from pellucid.train.batches import StreamSource
from pellucid.train.feeds import Feed
from pellucid.train.interface import Interface
from pellucid.train.meter import Meter
from pellucid.train.objective import Judge, Settings
from pellucid.train.serving import Shortcut, shortcut
from pellucid.train.steps import Step, make_predictor, make_step

Targets = tuple[Any, Any, Any]
"""Targets, weights of samples, weights of classes; each may be None."""


class Setup:
    """A model's optimizer and judges, and its compiled steps by the form of the data.

    A program serves every number of samples; another one is built for other axes, other types, or
    when other weights are trained.
    """

    def __init__(self, model: Any, settings: Settings) -> None:
        self.model = model
        self.settings = settings
        self.meter = Meter()
        self._forms: dict[Any, Interface] = {}
        self._judges: dict[Any, list[Judge]] = {}
        self._steps: dict[Any, Step] = {}
        self._predictors: dict[Any, CompiledProgram] = {}
        self.latest: dict[bool, Step] = {}
        self._short: Shortcut | None = None

    def read(self, x: Any, where: str) -> tuple[Interface, list[Array]]:
        """The form of the inputs x, and their arrays; builds the model if it is not built."""
        structure, arrays = interface.read_inputs(self.model, x, where)
        connected = self.model.connected
        key = self._form_key(structure, arrays)
        if key not in self._forms:
            form = interface.make_interface(self.model, structure, arrays)
            if self.model.connected and not connected:
                return self.read(x, where)  # only now are its inputs known
            self._forms[key] = form._replace(key=len(self._forms))
        form = self._forms[key]
        pairs = zip(arrays, form.inputs, strict=True)
        return form, [feeds.convert(array, slot.dtype) for array, slot in pairs]

    def _form_key(self, structure: Any, arrays: Sequence[Array]) -> Any:
        if self.model.connected:
            return (*self.model.inputs, *self.model.outputs)
        names = tuple(sorted(structure)) if isinstance(structure, dict) else type(structure)
        return names, tuple((array.shape[1:], array.dtype.str) for array in arrays)

    @property
    def latest_form(self) -> Interface | None:
        """The form of the latest new kind of inputs, if there were any."""
        forms = list(self._forms.values())
        return forms[-1] if forms else None

    def feed(self, x: Any, targets: Targets, where: str) -> Feed:
        """Checked arrays for training or evaluation."""
        form, arrays = self.read(x, where)
        return interface.make_feed(form, self.settings, arrays, targets, where)

    def inputs(self, x: Any, where: str) -> Feed:
        """Checked arrays for prediction."""
        form, arrays = self.read(x, where)
        if len({len(array) for array in arrays}) > 1:
            sizes = ", ".join(str(len(array)) for array in arrays)
            raise DataError(where, expected="inputs with as many samples each", received=sizes)
        return Feed(arrays, [], [], form)

    def stream(self, data: Any, class_weight: Any, steps: int | None, where: str) -> StreamSource:
        """Batches from a user's iterable."""

        def prepare(item: Any) -> Feed:
            x, y, weight = unpack(item)
            return self.feed(x, (y, weight, class_weight), where)

        return StreamSource(data, prepare, steps, where)

    def judges(self, form: Interface, y: Sequence[Tensor | None]) -> list[Judge]:
        """The judges of the outputs; training and evaluation have the same ones."""
        key = tuple(form.names)
        if key not in self._judges:
            self._judges[key] = objective.judges(self.settings, form.names, y, form.results)
        return self._judges[key]

    def step(self, feed: Feed, training: bool) -> Step:
        """The compiled step for batches like this one."""
        trained = tuple(self.model.trainable_weights)
        key = (training, feed.signature, trained)
        if key not in self._steps:
            self._steps[key] = make_step(self.model, feed, training, self.judges)
        self.latest[training] = self._steps[key]
        return self._steps[key]

    def predictor(self, form: Interface) -> CompiledProgram:
        """The program of prediction for inputs of a form."""
        if form.key not in self._predictors:
            self._predictors[form.key] = make_predictor(form)
        return self._predictors[form.key]

    def quickly(self, x: Any) -> Array | None:
        """The output for an array like those of before, by the short way; None if there is none."""
        short = self._short
        if short is None or not self.model.connected or short.output is not self.model.output:
            return None
        return short(x)

    def shorten(self, form: Interface) -> None:
        """Make the short way for inputs of this form, once the long way was taken."""
        model = self.model
        if model.connected and (self._short is None or self._short.output is not model.output):
            self._short = shortcut(self.predictor(form), model.output)

    def program(self, which: str) -> CompiledProgram:
        """The "train", "evaluate" or "predict" program, the latest if there are several."""
        if which not in ("train", "evaluate", "predict"):
            expected = "'train', 'evaluate' or 'predict'"
            raise ArgumentError("source", expected=expected, received=repr(which))
        training = which == "train"
        if which == "predict":
            return self.predictor(self.latest_form or self._sample().form)
        if training not in self.latest:
            self.step(self._sample(), training)
        return self.latest[training].program

    def _sample(self) -> Feed:
        """One sample of zeros, for a model that knows what it takes but has not seen data."""
        slots = interface.input_slots(self.model)
        if slots is None:
            hint = "Begin with an Input, or call it on data first"
            raise ArgumentError("source", expected="a model that was built", hint=hint)
        x = [_zeros(slot) for slot in slots]
        form, arrays = self.read(x if len(x) > 1 else x[0], "source")
        wanted = objective.wanted_targets(self.settings, form.names)
        sparse = objective.takes_class_numbers(self.settings, form.names)
        y = [
            (_zeros(result)[..., 0].astype(int) if few else _zeros(result)) if used else None
            for result, used, few in zip(form.results, wanted, sparse, strict=True)
        ]
        return Feed(arrays, y, [None] * len(y), form)


def _zeros(like: Any) -> Array:
    """One sample for an input or an output."""
    return np.zeros((1, *like.shape[1:]), like.dtype)


def unpack(item: Any) -> tuple[Any, Any, Any]:
    """x, y and the samples' weights of a batch or of validation data: (x,), (x, y) or all three."""
    if isinstance(item, list | tuple):
        if not 1 <= len(item) <= 3:
            expected = "(x, y) or (x, y, sample_weight)"
            raise DataError("batch", expected=expected, received=f"{len(item)} parts")
        parts = [*item, None, None]
        return parts[0], parts[1], parts[2]
    return item, None, None
