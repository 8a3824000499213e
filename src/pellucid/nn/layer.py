"""Layer: a piece of a network with a name and weights; calling it builds an expression."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any, Self, cast

from pellucid import settings
from pellucid.errors import ArgumentError, GraphError, PellucidError
from pellucid.graph import (
    DType,
    Tensor,
    Variable,
    as_dtype,
    as_tensor,
    current_origin,
    is_float,
    label,
    ops,
    origin,
    placeholder,
)
from pellucid.nn import calls, constraints, initializers, regularizers, state
from pellucid.nn.calls import LayerCall
from pellucid.nn.config import bound_arguments, encoded, own_arguments
from pellucid.nn.naming import name_of
from pellucid.nn.registry import Registry
from pellucid.nn.shapes import map_shapes, public_shape, static_dims
from pellucid.nn.structure import flatten, is_array, is_data, map_leaves
from pellucid.nn.weights import WeightOwner


class Layer(WeightOwner):
    """A function of tensors with weights: the base of everything a network is made of.

    A subclass makes its weights in `build(input_shape)` with `add_weight`, called once, at the
    first use, when the shape of the input is known (None in it stands for N); and returns the
    output from ``call(inputs)`` or ``call(inputs, training=False)``. Layers and variables kept as
    attributes, also inside lists, tuples and dicts, belong to it in the order they were set.

    `name` defaults to the class name in snake case with a counter. `dtype`, by default the setting
    `floatx`, is that of the weights, and floating-point inputs are cast to it. `trainable=False`
    keeps optimizers away from the weights. `activity_regularizer` penalizes the outputs.

    >>> class Scale(Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((input_shape[-1],), "ones", name="factor")
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> scale = Scale(name="scale")
    >>> scale([[1.0, 2.0]]).numpy().tolist(), scale.count_params()
    ([[1.0, 2.0]], 2)
    """

    untracked = frozenset({"_given_arguments", "_uses"})

    _given_arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let a direct call of `build` count, so that the first call does not build again."""
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _marking_built(cls.build)  # type: ignore[method-assign]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Keep the arguments, so that a subclass has a config without writing one."""
        layer = super().__new__(cls)
        layer._given_arguments = args, kwargs
        layer._trainable_own, layer._fixed_own, layer._state_own = [], [], []
        return layer

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        input_shape: Sequence[int | None] | None = None,
        input_dim: int | None = None,
    ) -> None:
        if name is not None and (not isinstance(name, str) or not name or "/" in name):
            raise ArgumentError(
                f"{type(self).__name__}.name",
                expected="a text that is not empty and has no '/'",
                received=repr(name),
            )
        self.name = name or name_of(type(self))
        self.dtype: DType = as_dtype(dtype or settings.get("floatx"))
        self.autocast = autocast
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.built = False
        self._trainable = bool(trainable)
        # Keras's older way to tell a Sequential what its first layer gets.
        self._input_shape = (input_dim,) if input_dim is not None else input_shape
        # (call, outputs), filled by the networks that are made of these calls.
        self._uses: list[tuple[LayerCall, Any]] = []

    @property
    def _arguments(self) -> dict[str, Any]:
        """The constructor's arguments by name, as they were given, defaults included."""
        return bound_arguments(type(self).__init__, *self._given_arguments)

    def build(self, input_shape: Any) -> None:
        """Make the weights; called once, before the first `call`."""

    def call(self, inputs: Any) -> Any:
        """The output, as an expression of the inputs; may also take `training`."""
        raise NotImplementedError(f"{type(self).__name__} has no call()")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the layer to a tensor, an array, or a nested list, tuple or dict of them.

        `training` may be given by name; without it the layer does what the layer around it does,
        and at the top it does not train. The result depends on the inputs as an expression.
        """
        self._check_initialized()
        args, kwargs = self._standardized(args, kwargs)
        outermost = calls.outer_training() is None
        training = self._training_for(kwargs)
        with origin(layer=self._path()), calls.inside(training), self._named_in_errors():
            self._ensure_built(args)
            outputs = self.call(*args, **_call_arguments(type(self), kwargs, training))
            self._penalize(outputs)
        self._label(outputs, args)
        return calls.mark(outputs, LayerCall(self, args, kwargs)) if outermost else outputs

    @contextmanager
    def _named_in_errors(self) -> Iterator[None]:
        """Put the layer's path before the place of an error that names none."""
        try:
            yield
        except PellucidError as error:
            if not error.where.startswith(("layer ", "network ")) and current_origin().layer:
                error.where = f"layer {current_origin().layer!r}, {error.where}"
            raise

    def _check_initialized(self) -> None:
        if "_trainable" not in self.__dict__:
            raise GraphError(
                f"{type(self).__name__}.__init__",
                expected="a call of super().__init__() in it",
                received="none",
                hint="Call super().__init__(**kwargs) before anything else",
            )

    def _standardized(self, args: Any, kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with every array as a tensor of the right type."""
        if args and is_data(args[0]):
            args = (as_tensor(args[0]), *args[1:])

        def tensor(leaf: Any) -> Any:
            return self._cast(as_tensor(leaf)) if is_array(leaf) else leaf

        return tuple(map_leaves(tensor, list(args))), map_leaves(tensor, kwargs)

    def _cast(self, tensor: Tensor) -> Tensor:
        """Floating-point inputs in the type of the weights, so that NumPy's float64 stays out."""
        return as_tensor(tensor, self.dtype) if self.autocast and is_float(tensor.dtype) else tensor

    def _training_for(self, kwargs: Mapping[str, Any]) -> bool:
        if kwargs.get("training") is not None:
            return bool(kwargs["training"])
        outer = calls.outer_training()
        if outer is not None:
            return outer
        parameter = _call_parameters(type(self).call).get("training")
        return parameter is not None and parameter.default is True

    def _path(self) -> str:
        """Where the layer stands: the names from the outermost layer inwards, joined by '/'."""
        around = current_origin().layer
        return f"{around}/{self.name}" if around else self.name

    def _inner_path(self) -> str:
        """The same, whether or not the layer's own call is under way."""
        around = current_origin().layer
        return around if around.rpartition("/")[2] == self.name else self._path()

    def _ensure_built(self, args: tuple[Any, ...]) -> None:
        if not self.built:
            self.build(map_leaves(public_shape, args[0] if args else None))
            self.built = True

    def _penalize(self, outputs: Any) -> None:
        """Keras's activity penalty: the regularizer of the outputs over the number of samples."""
        if self.activity_regularizer is None or state.current_record() is None:
            return
        with origin(phase="loss"):
            for output in flatten(outputs):
                loss = self.activity_regularizer(output)
                self.add_loss(loss / ops.count(output, 0, loss.dtype) if output.ndim else loss)

    def _label(self, outputs: Any, args: tuple[Any, ...]) -> None:
        given = {leaf for leaf in flatten(list(args)) if isinstance(leaf, Tensor)}
        for output in flatten(outputs):
            if isinstance(output, Tensor) and output not in given and output.op not in calls.LEAVES:
                label(output, self.name)

    # Weights and state

    def add_weight(
        self,
        shape: Sequence[int] | int | None = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """A new variable named "<layer>/<name>" that belongs to this layer.

        `initializer` defaults to Glorot's uniform one. `weights` keeps the order of the calls,
        with those that are trained before those that are not.
        """
        self._check_initialized()
        dtype = as_dtype(dtype or self.dtype)
        default = "glorot_uniform" if is_float(dtype) else "zeros"
        initialize: Any = initializers.get(default if initializer is None else initializer)
        dims = static_dims(shape, f"layer {self.name!r}, weight {name!r}")
        variable = Variable(
            state.initial_value(initialize, dims, dtype),
            name=f"{self._inner_path()}/{name or 'variable'}",
            trainable=trainable,
            dtype=dtype,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )
        return self._own(variable)

    def add_state(self, initial: Any, name: str, dtype: Any = "int64") -> Variable:
        """A variable that is no weight, such as the number of a random draw.

        It is among `variables` but not among `weights`, as the states of Keras's seed generators.
        """
        variable = Variable(initial, f"{self._inner_path()}/{name}", trainable=False, dtype=dtype)
        self._state_own.append(variable)
        return variable

    def add_update(self, variable: Variable, value: Tensor) -> None:
        """Plan a variable's value after the training step that is being built, if one is."""
        state.add_update(variable, value)

    def add_loss(self, loss: Any) -> None:
        """Add a scalar to the loss of the training step that is being built, if one is."""
        state.add_loss(loss)

    def walk(self) -> Iterator[tuple[str, Layer]]:
        """This layer and all layers inside it, each once, parents first, with their paths.

        Paths start inside this layer: its own is "", that of a layer in it is its name.
        """
        yield from cast(Iterator[tuple[str, Layer]], self._walk())

    # Shapes, uses, config

    is_network = False

    def listed(self) -> list[Layer]:
        """The layers directly inside, in the order of their weights."""
        return [child for child in self._children() if isinstance(child, Layer)]

    @property
    def makes_weights(self) -> bool:
        """Whether weights may still come when the layer is built."""
        return type(self).build is not Layer.build or self.is_network

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The output's shape for a shape (None is N), or for a nested structure of shapes.

        Found by calling the layer on placeholders, which builds it if that has not happened.
        """
        inputs = map_shapes(lambda shape: placeholder(shape, self.dtype), input_shape)
        with state.not_recording():
            return map_leaves(public_shape, self(inputs))

    @property
    def input(self) -> Any:
        """What the layer was given where a network uses it."""
        return self._only_use()[0].args[0]

    @property
    def output(self) -> Any:
        """What the layer returned where a network uses it; another network may end there."""
        return self._only_use()[1]

    def _only_use(self) -> tuple[LayerCall, Any]:
        if len(self._uses) != 1:
            raise GraphError(
                f"layer {self.name!r}",
                expected="exactly one use in a network",
                received=str(len(self._uses)),
                hint="Keep the tensor that the call returned, and use that",
            )
        return self._uses[0]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, made of text, numbers, lists and dicts only.

        Each is read from the attribute of its name, or else as it was given. Raises
        `ArgumentError` for a value that a file cannot hold, such as a Python function.
        """
        config = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        given = self._arguments
        for name in dict.fromkeys([*given, *own_arguments(type(self), Layer)]):
            value = self.__dict__.get(name, given.get(name))
            if name not in config and not (name in _COMMON and value in (None, True)):
                config[name] = encoded(name, value, f"layer {self.name!r}, argument {name!r}")
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """A new layer, with new weights, from what `get_config` returned.

        A constructor need not take `name`, `trainable` and `dtype`; they are then set afterwards.
        """
        parameters = inspect.signature(cls.__init__).parameters.values()
        names = {p.name for p in parameters}
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return cls(**config)
        later = {key for key in ("name", "trainable", "dtype") if key not in names}
        layer = cls(**{key: value for key, value in config.items() if key not in later})
        for key in later & set(config):
            setattr(layer, key, config[key])
        return layer

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name!r} built={self.built}>"


LAYERS: Registry[Layer] = Registry("layer")
"""The layers that a config can name."""

_COMMON = frozenset(inspect.signature(Layer.__init__).parameters)


def _marking_built(build: Callable[..., None]) -> Callable[..., None]:
    @wraps(build)
    def marking(self: Layer, *args: Any, **kwargs: Any) -> None:
        build(self, *args, **kwargs)
        self.built = True

    return marking


@cache
def _call_parameters(call: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(call).parameters)


def _call_arguments(cls: type[Layer], kwargs: Mapping[str, Any], training: bool) -> dict[str, Any]:
    """The keyword arguments, with `training` only for a `call` that takes it."""
    parameters = _call_parameters(cls.call).values()
    takes = any(p.name == "training" or p.kind is p.VAR_KEYWORD for p in parameters)
    others = {name: value for name, value in kwargs.items() if name != "training"}
    return {**others, "training": training} if takes else others
