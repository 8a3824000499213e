"""Trainer: what makes a network learn: compile, fit, evaluate, predict, and single batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pellucid.compiler.memory_use import MemoryUse
from pellucid.errors import ArgumentError
from pellucid.graph import Tensor
from pellucid.nn import losses, metrics, seeds
from pellucid.nn.structure import pack
from pellucid.train import optimizers
from pellucid.train.batches import ArraySource, Source, is_stream, split
from pellucid.train.callbacks.base import Callback
from pellucid.train.callbacks.group import CallbackList
from pellucid.train.callbacks.history import History
from pellucid.train.feeds import Feed
from pellucid.train.interrupt import Interrupt
from pellucid.train.loop import Loop, Steps, run_checked, run_evaluation
from pellucid.train.objective import Settings
from pellucid.train.predicting import run_prediction
from pellucid.train.progress import Progress, resolve_verbose
from pellucid.train.serving import Predict, bound_predictor
from pellucid.train.setup import Setup, unpack

Callbacks = Callback | Iterable[Callback] | None


class Trainer:
    """Adds training to a network; `Model` and `Sequential` are networks with it."""

    optimizer: Any = None
    history: History | None = None
    stop_training: bool = False
    compiled: bool = False
    _setup_made: Setup | None = None

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose how to train: an optimizer, a loss, and metrics to report.

        Each may be a name, an object, or a function of (y_true, y_pred). With several outputs,
        `loss`, `loss_weights` and `metrics` may be lists in the order of the outputs, or dicts by
        their names; an output without a loss is not trained. "accuracy" and "crossentropy" become
        the binary, categorical or sparse kind by the shapes of targets and outputs. Sample weights
        act on the loss and on `weighted_metrics`. The last four arguments are taken for the sake of
        Keras's programs and change nothing: steps are always compiled. Raises `ArgumentError` for
        unknown names.

        >>> from pellucid.nn.layers import Dense, Input
        >>> from pellucid.train import Sequential
        >>> model = Sequential([Input((2,)), Dense(1)])
        >>> model.compile("sgd", loss="mse", metrics=["mae"])
        >>> history = model.fit([[0.0, 1.0], [1.0, 0.0]], [1.0, 0.0], epochs=3)
        >>> len(history.history["loss"])
        3
        """
        _check_names(loss, metrics, weighted_metrics)
        self.optimizer = optimizers.get(optimizer)
        given = Settings(loss, loss_weights, metrics, weighted_metrics)
        self._setup_made = Setup(self, given)
        self.compiled = True

    @property
    def _setup(self) -> Setup:
        if self._setup_made is None:
            self._setup_made = Setup(self, Settings(None, None, None, None))
        return self._setup_made

    def _compiled_setup(self, where: str) -> Setup:
        if not self.compiled:
            hint = "Call compile(optimizer, loss) first"
            raise ArgumentError(where, expected="a compiled model", received="none", hint=hint)
        return self._setup

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = 32,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Callbacks = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Iterable[int] = 1,
    ) -> History:
        """Train for `epochs` passes over the data; returns the `History` of losses and metrics.

        x, y: arrays (samples first), lists or dicts of arrays for several inputs and outputs, data
            frames; or, as x alone, an iterable of batches (x, y) or (x, y, sample_weight).
        batch_size: samples a step; None takes all of them (full-batch descent), 1 takes one.
        validation_split: the last part of the arrays, taken before shuffling, is only evaluated.
        validation_data: (x, y), (x, y, sample_weight) or an iterable of batches, to evaluate after
            every epoch whose number (from 1) `validation_freq` divides or holds.
        shuffle: a new order of the samples in every epoch, from the process's seed.
        class_weight: {class: weight}, multiplied into `sample_weight`.
        verbose: 0 silent, 1 a live bar, 2 a line an epoch; "auto": 1 in a terminal, else 0.

        The loss of an epoch is the mean over its samples, a smaller last batch counted as it is.
        Ctrl-C ends training after the batch at hand (the history then says `interrupted`), a second
        one raises. Raises `NumericsError`, naming step and layer, when the loss is not finite;
        weights then are those before that step. Raises `DataError` for data that do not fit.
        """
        setup = self._compiled_setup("fit")
        key = seeds.next_key() if shuffle else None
        if is_stream(x):
            _refuse("fit", y=y, sample_weight=sample_weight, validation_split=validation_split)
            source: Source = setup.stream(x, class_weight, steps_per_epoch, "fit")
        else:
            feed = setup.feed(x, (y, sample_weight, class_weight), "fit")
            held = None
            if validation_split and validation_data is None:
                feed, held = split(feed, validation_split)
            source = ArraySource(feed, batch_size, key, steps_per_epoch)
            validation_data = validation_data if held is None else held
        group = _group(self, callbacks, True, epochs=epochs, steps=source.steps, verbose=verbose)
        size = validation_batch_size or batch_size
        loop = Loop(
            setup,
            source,
            group,
            _progress(verbose, "", source, epochs),
            epochs,
            initial_epoch,
            self._validation(validation_data, size, validation_steps, group),
            _when(validation_freq),
        )
        self.history = group.history
        self._loop = loop
        try:
            return loop.run()
        finally:
            self._loop = None

    _loop: Loop | None = None

    def _validation(
        self, data: Any, batch_size: int | None, steps: int | None, group: CallbackList
    ) -> Callable[[Interrupt], dict[str, Any]] | None:
        if data is None:
            return None
        source = self._validation_source(data, batch_size, steps)

        def validate(interrupt: Interrupt) -> dict[str, Any]:
            logs = run_evaluation(self._setup, source, group, interrupt=interrupt)
            return {f"val_{name}": value for name, value in logs.items()}

        return validate

    def _validation_source(self, data: Any, batch_size: int | None, steps: int | None) -> Source:
        where = "fit, validation_data"
        if isinstance(data, Feed):
            return ArraySource(data, batch_size, steps=steps)
        if is_stream(data):
            return self._setup.stream(data, None, steps, where)
        x, y, weight = unpack(data)
        return ArraySource(self._setup.feed(x, (y, weight, None), where), batch_size, steps=steps)

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = 32,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Callbacks = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics on data, without training.

        A number if there is the loss alone, else a list in the order of `metrics_names`, or with
        `return_dict` a dict by name. Data as in `fit`.
        """
        setup = self._compiled_setup("evaluate")
        if is_stream(x):
            _refuse("evaluate", y=y, sample_weight=sample_weight)
            source: Source = setup.stream(x, None, steps, "evaluate")
        else:
            feed = setup.feed(x, (y, sample_weight, None), "evaluate")
            source = ArraySource(feed, batch_size, steps=steps)
        group = _group(self, callbacks, False, epochs=1, steps=source.steps, verbose=verbose)
        progress = _progress(verbose, "Evaluation", source, None)
        logs = run_evaluation(setup, source, group, progress)
        progress.end_epoch(logs)
        progress.close()
        return logs if return_dict else _listed(logs)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Callbacks = None,
    ) -> Any:
        """The outputs for every sample of x, as arrays in the form of the model's outputs.

        `batch_size` None takes as many rows at once as keep all intermediate values within 4 MB,
        which is fast for one row and for a million; the result does not depend on it.

        >>> from pellucid.nn.layers import Dense, Input
        >>> from pellucid.train import Sequential
        >>> model = Sequential([Input((2,)), Dense(1, kernel_initializer="ones")])
        >>> model.predict([[1.0, 2.0], [3.0, 4.0]]).tolist()
        [[3.0], [7.0]]
        """
        shown = resolve_verbose(verbose)
        if not (shown or callbacks or batch_size or steps):
            found = self._setup.quickly(x)
            if found is not None:
                return found
        group = _group(self, callbacks, False, epochs=1, steps=steps, verbose=verbose)
        progress = Progress(shown, "Prediction", steps, None)
        return run_prediction(self._setup, x, batch_size, steps, group, progress)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One step of training on these samples; their loss and metrics before the step."""
        setup = self._compiled_setup("train_on_batch")
        feed = setup.feed(x, (y, sample_weight, class_weight), "train_on_batch")
        step = Steps(setup, training=True)(feed)
        setup.meter.reset()
        setup.meter.add(run_checked(step, feed, "train_on_batch"), feed.rows)
        logs = setup.meter.logs()
        return logs if return_dict else _listed(logs)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """The loss and metrics of these samples, without training."""
        setup = self._compiled_setup("test_on_batch")
        feed = setup.feed(x, (y, sample_weight, None), "test_on_batch")
        step = Steps(setup, training=False)(feed)
        setup.meter.reset()
        setup.meter.add([float(value) for value in step(feed.columns)], feed.rows)
        logs = setup.meter.logs()
        return logs if return_dict else _listed(logs)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for these samples, all at once."""
        found = self._setup.quickly(x)
        if found is not None:
            return found
        feed = self._setup.inputs(x, "predict_on_batch")
        outputs = self._setup.predictor(feed.form)(*feed.x)
        self._setup.shorten(feed.form)
        return pack(feed.form.outputs, outputs)

    def predictor(self, rows: int = 1) -> Predict:
        """A fast function of an array an input, of exactly `rows` samples, that gives the outputs.

        For programs that ask often for a few samples: nothing is checked but the shape.
        """
        return bound_predictor(self._setup.program("predict"), rows)

    @property
    def metrics(self) -> list[Any]:
        """The metric objects of `compile`, once data have told their kinds."""
        return [metric for _, metric in self._setup.meter.metrics]

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, in its order."""
        return list(self._setup.meter.logs())

    def reset_metrics(self) -> None:
        """Begin the sums of loss and metrics anew."""
        self._setup.meter.reset()

    def get_metrics_result(self) -> dict[str, Any]:
        """Loss and metrics since the last reset."""
        return self._setup.meter.logs()

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """The loss of a batch as a scalar expression; override it for a loss of your own.

        All arguments are tensors (lists of them for several outputs), or None. Without an override
        the losses of `compile`, regularizers and `add_loss` are summed.
        """
        raise NotImplementedError("compute_loss is called only where a subclass overrides it")

    def _own_loss(self) -> Callable[..., Tensor] | None:
        overridden = type(self).compute_loss is not Trainer.compute_loss
        return self.compute_loss if overridden else None

    def source(self, which: str = "train") -> str:
        """The network as a plain NumPy program: its "train", "evaluate" or "predict" step.

        The program needs NumPy alone and gives the same numbers. For a model that has not seen data
        it is written for targets of the outputs' shapes.
        """
        return self._setup.program(which).source

    def memory(self, batch_size: int = 32) -> MemoryUse:
        """The bytes that a step of training on `batch_size` samples takes, by purpose.

        Weights and the optimizer's state are `variables`, activations and gradients `temporaries`;
        `print` shows all of it. It is written for targets of the outputs' shapes if the model has
        not seen data.

        >>> from pellucid.nn.layers import Dense, Input
        >>> from pellucid.train import Sequential
        >>> model = Sequential([Input((30,)), Dense(16, "relu"), Dense(1)])
        >>> model.compile("sgd", loss="mse")
        >>> model.memory(batch_size=32).inputs  # bytes of x and y
        3968
        """
        return self._setup.program("train").memory(batch_size)


def _check_names(*parts: Any) -> None:
    """Raise at once for a name that no loss or metric has."""
    for index, part in enumerate(parts):
        for each in _names_in(part):
            special = str(each).lower() in ("accuracy", "acc", "crossentropy", "ce")
            if not special:
                (metrics if index else losses).get(each)


def _names_in(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _names_in(each)
    elif isinstance(part, Mapping) and "class_name" not in part:
        yield from _names_in(list(part.values()))


def _group(model: Any, callbacks: Callbacks, history: bool, **params: Any) -> CallbackList:
    if isinstance(callbacks, CallbackList):
        callbacks.set_params(params)
        callbacks.set_model(model)
        return callbacks
    return CallbackList(callbacks, add_history=history, model=model, **params)


def _progress(verbose: Any, title: str, source: Source, epochs: int | None) -> Progress:
    total = None if source.steps is None else source.steps * (epochs or 1)
    return Progress(resolve_verbose(verbose), title, total, epochs)


def _refuse(where: str, **given: Any) -> None:
    for name, value in given.items():
        if value is not None and not (isinstance(value, float) and value == 0.0):
            hint = f"Let each batch hold it: (x, y, sample_weight); `{name}` stays out"
            raise ArgumentError(f"{where}.{name}", expected="none with batches as x", hint=hint)


def _when(frequency: int | Iterable[int]) -> Callable[[int], bool]:
    if isinstance(frequency, int):
        if frequency < 1:
            raise ArgumentError("validation_freq", expected=">= 1", received=frequency)
        return lambda epoch: (epoch + 1) % frequency == 0
    chosen = set(frequency)
    return lambda epoch: epoch + 1 in chosen


def _listed(logs: Mapping[str, Any]) -> Any:
    values = list(logs.values())
    return values[0] if len(values) == 1 else values
