"""Steps: what happens to one batch (training, evaluation, prediction) as one compiled program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.compiler import CompiledProgram, compile
from pellucid.graph import (
    Array,
    Tensor,
    Variable,
    as_dtype,
    gradient,
    label,
    origin,
    placeholder,
)
from pellucid.nn.state import Record, recording
from pellucid.nn.structure import flatten
from pellucid.train import objective
from pellucid.train.feeds import Feed
from pellucid.train.interface import Interface
from pellucid.train.objective import Judge
from pellucid.train.pace import Pace

Pairs = list[tuple[Variable, Tensor]]
_CHUNK = 4 * 2**20
FEWEST_ROWS = 32
FindJudges = Callable[[Interface, Sequence[Tensor | None]], list[Judge]]


class Step:
    """A compiled program for one batch: arrays in, the loss and the losses of the outputs out.

    `names` are the names of these values in the logs. `loss` is the expression of the loss and
    `inputs` are its placeholders, for finding out where a loss that is not finite comes from.
    """

    def __init__(
        self,
        program: CompiledProgram,
        loss: Tensor,
        inputs: Sequence[Tensor],
        changed: Sequence[Variable],
        judged: Sequence[Judge],
        names: Sequence[str],
    ) -> None:
        self.program = program
        self.loss = loss
        self.inputs = list(inputs)
        self.changed = list(changed)
        self.judged = list(judged)
        self.names = list(names)
        self._paces: dict[int, Pace] = {}

    def pace(self, batch_size: int) -> Pace:
        """How many batches of this size to hand over at once, as learned in earlier calls."""
        return self._paces.setdefault(batch_size, Pace())

    def __call__(self, arrays: Sequence[Array]) -> list[Any]:
        """Run the program on a batch."""
        return self.program(*arrays)

    def before(self) -> list[Array]:
        """The values of the variables that the program changes; it gives them new arrays."""
        return [variable.value for variable in self.changed]

    def undo(self, before: Sequence[Array]) -> None:
        """Put back what `before` returned."""
        for variable, value in zip(self.changed, before, strict=True):
            variable.assign(value)


class Targets:
    """Placeholders for the targets and the weights of the samples, beside those of the inputs."""

    def __init__(self, form: Interface, feed: Feed) -> None:
        several = len(form.names) > 1
        self.y = [
            _like(array, f"y_{name}" if several else "y")
            for name, array in zip(form.names, feed.y, strict=True)
        ]
        self.weights = [
            _like(array, f"sample_weight_{name}" if several else "sample_weight")
            for name, array in zip(form.names, feed.weights, strict=True)
        ]

    @property
    def inputs(self) -> list[Tensor]:
        """Those that are there, in the order of `Feed.columns`."""
        return [each for each in (*self.y, *self.weights) if each is not None]


def _like(array: Array | None, name: str) -> Tensor | None:
    if array is None:
        return None
    return placeholder((None, *array.shape[1:]), as_dtype(array.dtype), name)


def make_step(model: Any, feed: Feed, training: bool, find_judges: FindJudges) -> Step:
    """The step of training or of evaluation for batches like `feed`."""
    form: Interface = feed.form
    targets = Targets(form, feed)
    with recording() as record:
        outputs = flatten(model(form.structure, training=training))
        judged = find_judges(form, targets.y)
        with origin(phase="loss"):
            values, loss = _losses(model, judged, form, targets, outputs, record, training)
            loss = label(loss, "loss")
    with origin(phase="metrics"):
        pairs = objective.metric_updates(judged, targets.y, outputs, targets.weights)
    if training:
        pairs = [*_training(model, loss), *record.updates, *pairs]
    results = [loss, *(value for _, value in values)] if len(values) > 1 else [loss]
    names = [f"{judge.name}_loss" for judge, _ in values] if len(values) > 1 else []
    inputs = [*form.inputs, *targets.inputs]
    program = compile(results, inputs, pairs, "train_step" if training else "test_step")
    return Step(program, loss, inputs, [v for v, _ in pairs], judged, ["loss", *names])


def _losses(
    model: Any,
    judged: Sequence[Judge],
    form: Interface,
    targets: Targets,
    outputs: Sequence[Tensor],
    record: Record,
    training: bool,
) -> tuple[list[tuple[Judge, Tensor]], Tensor]:
    """The losses of the outputs and their sum, or what a model's own `compute_loss` gives."""
    own = model._own_loss()
    if own is not None:
        one = len(outputs) == 1
        y, y_pred, weights = (list(each) for each in (targets.y, outputs, targets.weights))
        arguments = (y[0], y_pred[0], weights[0]) if one else (y, y_pred, weights)
        loss: Tensor = own(form.structure, *arguments, training=training)
        return [], loss
    values = objective.loss_values(judged, targets.y, outputs, targets.weights)
    return values, objective.total(values, [*record.losses, *model.losses])


def _training(model: Any, loss: Tensor) -> Pairs:
    variables = model.trainable_weights
    if not variables:
        return []
    pairs: Pairs = model.optimizer.updates(gradient(loss, variables), variables)
    return pairs


def make_predictor(form: Interface) -> CompiledProgram:
    """The program of prediction: inputs in, outputs out."""
    return compile(form.results, form.inputs, name="predict")


def row_bytes(program: CompiledProgram) -> int:
    """What one sample takes in memory while a program runs, all intermediate values counted."""
    total = 0
    for node in program.built.nodes:
        sizes = [d if isinstance(d, int) else d.multiple for d in node.shape]
        if any(not isinstance(d, int) for d in node.shape):
            total += int(np.prod(sizes)) * np.dtype(node.dtype).itemsize
    return max(total, 1)


def chunk_rows(program: CompiledProgram) -> int:
    """How many rows to predict at once: as keep all values within the caches of a core, nearly."""
    return max(FEWEST_ROWS, _CHUNK // row_bytes(program))
