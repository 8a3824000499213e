"""The loop of training: epochs of batches, with validation, callbacks, progress and Ctrl-C."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

from pellucid.graph import Array, Tensor
from pellucid.train.batches import ArraySource, Batch, Source
from pellucid.train.callbacks.group import CallbackList
from pellucid.train.callbacks.history import History
from pellucid.train.callbacks.small import TerminateOnNaN
from pellucid.train.diagnose import numerics_error
from pellucid.train.feeds import Feed
from pellucid.train.interrupt import Interrupt, stop_on_request
from pellucid.train.progress import Progress
from pellucid.train.setup import Setup
from pellucid.train.slices import Slice, run_epochs, run_slice, run_slices
from pellucid.train.steps import Step

Logs = dict[str, Any]
Validate = Callable[[Interrupt], Logs]


class Resume(Protocol):
    """A training state that was read from a checkpoint and has still to be taken back."""

    epoch: int
    step: int

    def apply(self, loop: Loop) -> None:
        """Put everything back: weights, state of the optimizer, metrics and callbacks."""
        ...


class Steps:
    """The compiled steps of one pass over the data, one for each form that batches take."""

    def __init__(self, setup: Setup, training: bool) -> None:
        self._setup = setup
        self._training = training
        self._known: dict[Any, Step] = {}

    def __call__(self, feed: Feed) -> Step:
        """The step for a batch; the meter follows it."""
        key = feed.signature
        if key not in self._known:
            self._known[key] = self._setup.step(feed, self._training)
            self._setup.meter.follow(self._known[key])
        return self._known[key]


class Loop:
    """One call of `fit`: where it stands, and how it goes on from there.

    `epoch` and `step` count what is done, so that a checkpoint of this object's state, taken
    between two batches, tells all that is needed to go on.
    """

    def __init__(
        self,
        setup: Setup,
        source: Source,
        callbacks: CallbackList,
        progress: Progress,
        epochs: int,
        initial_epoch: int = 0,
        validate: Validate | None = None,
        validates: Callable[[int], bool] = lambda epoch: True,
    ) -> None:
        self.setup = setup
        self.model = setup.model
        self.source = source
        self.callbacks = callbacks
        self.progress = progress
        self.epochs = epochs
        self.epoch = initial_epoch
        self.step = 0
        self.meter = setup.meter
        self.resume: Resume | None = None
        self.logs: Logs = {}
        self._validate = validate
        self._validates = validates
        self._interrupt = Interrupt()
        self._steps = Steps(setup, training=True)
        self._tolerant = any(isinstance(each, TerminateOnNaN) for each in callbacks.callbacks)
        self._watched = callbacks.watches("on_train_batch_begin", "on_train_batch_end")

    def run(self) -> History:
        """Train to the last epoch, or until something ends it before."""
        self.model.stop_training = False
        self.callbacks.on_train_begin()
        note = " · stopped by an error"
        try:
            with stop_on_request() as self._interrupt:
                self._run_epochs()
            note = " · stopped by Ctrl-C" if self._interrupt.requested else ""
        finally:
            self.progress.close(note)
        self.callbacks.history.interrupted = self._interrupt.requested
        self.callbacks.on_train_end(self.logs)
        return self.callbacks.history

    def _run_epochs(self) -> None:
        if self.resume:
            self.epoch, self.step = self.resume.epoch, self.resume.step
            self.progress.skip((self.source.steps or 0) * self.epoch + self.step)
        if self.resume and not self.step:
            self._take_back()
        while self.epoch < self.epochs and not self.model.stop_training:
            if not (self._alone and self._run_many()):
                self._run_epoch()
            if self._interrupt.requested:
                return

    @property
    def _alone(self) -> bool:
        """Whether nobody but the history looks between two epochs."""
        return (
            isinstance(self.source, ArraySource)
            and not self.resume
            and not self.step
            and self._validate is None
            and not self.meter.metrics
            and self.progress.verbose != 2
            and all(isinstance(each, History) for each in self.callbacks.callbacks)
        )

    def _run_many(self) -> bool:
        """Several epochs in one call, where they are short; False if it is not worth it."""
        source = self.source
        assert isinstance(source, ArraySource)
        steps = source.steps or 1
        step = self._steps(source.feed)
        pace = step.pace(source.batch_size)
        count = min(pace.count // steps, self.epochs - self.epoch)
        if count < 2:
            return False
        self.progress.begin_epoch(self.epoch)
        with pace.timed(count * steps):
            values = run_epochs(step, source, self.epoch, count)
        rows = source.rows(0, steps)
        for logs in self.meter.add_epochs(values, rows):
            self.logs = logs
            self.callbacks.on_epoch_end(self.epoch, logs)
            self.epoch += 1
        self.progress.advance(len(values) * int(rows.sum()), lambda: self.logs, len(values) * steps)
        return len(values) > 0

    def _take_back(self) -> None:
        if self.resume:
            self.resume.apply(self)
            self.resume = None

    def _run_epoch(self) -> None:
        # Asked for anew, since a callback may have changed what is trainable.
        self._steps = Steps(self.setup, training=True)
        self.meter.reset()
        self.callbacks.on_epoch_begin(self.epoch)
        self.progress.begin_epoch(self.epoch)
        if isinstance(self.source, ArraySource) and not self._watched:
            self._run_slices(self.source)
        else:
            for batch in self.source.epoch(self.epoch, self.step):
                self._run_batch(batch)
                if self.model.stop_training or self._interrupt.requested:
                    break
        self._take_back()
        logs = self.meter.logs()
        if not self._interrupt.requested and self._validate and self._validates(self.epoch):
            logs.update(self._validate(self._interrupt))
        if self._interrupt.requested:
            return
        epoch, self.epoch, self.step, self.logs = self.epoch, self.epoch + 1, 0, logs
        self.callbacks.on_epoch_end(epoch, logs)
        self.progress.end_epoch(logs)

    def _run_slices(self, source: ArraySource) -> None:
        """The rest of an epoch, many batches in one call, between which nobody looks."""
        step = self._steps(source.feed)
        self._take_back()
        order = source.order(self.epoch)
        where = f"fit, epoch {self.epoch + 1}"
        pace = step.pace(source.batch_size)
        while self.step < (source.steps or 0) and not self._interrupt.requested:
            last = min(self.step + pace.count, source.steps or 0)
            part = Slice(source, order, self.step, last)
            with pace.timed(last - self.step):
                values = run_slice(step, part, where, self._tolerant)
            rows = source.rows(self.step, last)
            self.meter.add_many(values, rows)
            self.progress.advance(int(rows.sum()), self.meter.logs, last - self.step)
            self.step = last

    def _run_batch(self, batch: Batch) -> None:
        step = self._steps(batch.feed)
        # In the middle of an epoch only now: the meter knows its metrics, whose sums come back too.
        self._take_back()
        self.callbacks.on_train_batch_begin(self.step)
        values = self._checked(step, batch.feed)
        self.meter.add(values, batch.rows)
        self.step += 1
        if self._watched:
            self.callbacks.on_train_batch_end(self.step - 1, self.meter.logs())
        self.progress.advance(batch.rows, self.meter.logs)

    def _checked(self, step: Step, feed: Feed) -> list[float]:
        where = f"fit, epoch {self.epoch + 1}, step {self.step + 1}"
        return run_checked(step, feed, where, self._tolerant)


def run_checked(step: Step, feed: Feed, where: str, tolerant: bool = False) -> list[float]:
    """Run a step of training; a loss that is not finite leaves everything as it was, and raises."""
    arrays = feed.columns
    before = step.before()
    values = [float(value) for value in step(arrays)]
    if not tolerant and not math.isfinite(values[0]):
        step.undo(before)
        variables: dict[Tensor, Array] = dict(zip(step.changed, before, strict=True))
        raise numerics_error(where, values[0], step.loss, step.inputs, arrays, variables)
    return values


def run_evaluation(
    setup: Setup,
    source: Source,
    callbacks: CallbackList,
    progress: Progress | None = None,
    interrupt: Interrupt | None = None,
) -> Logs:
    """The logs of one pass over the data without training; less of it after Ctrl-C."""
    meter = setup.meter
    meter.reset()
    callbacks.on_test_begin()
    watched = callbacks.watches("on_test_batch_end")
    steps = Steps(setup, training=False)
    if isinstance(source, ArraySource) and not callbacks.watches(
        "on_test_batch_begin", "on_test_batch_end"
    ):
        run_slices(steps(source.feed), source, meter, progress, interrupt)
        logs = meter.logs()
        callbacks.on_test_end(logs)
        return logs
    for number, batch in enumerate(source.epoch(0)):
        callbacks.on_test_batch_begin(number)
        step = steps(batch.feed)
        meter.add([float(value) for value in step(batch.feed.columns)], batch.rows)
        if watched:
            callbacks.on_test_batch_end(number, meter.logs())
        if progress:
            progress.advance(batch.rows, meter.logs)
        if interrupt and interrupt.requested:
            break
    logs = meter.logs()
    callbacks.on_test_end(logs)
    return logs
