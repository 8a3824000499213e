"""The simplest layers: Identity, Activation, Dense, Lambda."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, Variable, format_shape, label
from pellucid.graph.dims import as_shape
from pellucid.nn import activations, constraints, initializers, regularizers
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.shapes import known_axis


@LAYERS.register()
class Identity(Layer):
    """The input, unchanged: a place holder in a stack, or a name for a tensor."""

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs


@LAYERS.register()
class Activation(Layer):
    """A function applied element by element (or, as softmax, along the last axis).

    `activation` is a name ("relu"), or any function of a Tensor, whose gradient is then derived.

    >>> Activation("relu")([-1.0, 2.0]).numpy().tolist()
    [0.0, 2.0]
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Tensor) -> Any:
        """activation(x)."""
        return self.activation(inputs)


@LAYERS.register()
class Dense(Layer):
    """activation(x @ kernel + bias): every output is joined to every input.

    `x` is (N, ..., F), the output (N, ..., units); `kernel` is (F, units), `bias` (units,). The
    weights are `kernel`, then `bias` unless `use_bias=False`. Defaults are Keras's: Glorot's
    uniform kernel, zero bias, no activation. In printed programs the result is called like the
    layer, the value before the activation "<name>_z".

    >>> layer = Dense(2, kernel_initializer="ones", bias_initializer="ones")
    >>> layer([[1.0, 2.0, 3.0]]).numpy().tolist()
    [[7.0, 7.0]]
    """

    kernel: Variable
    bias: Variable

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if isinstance(units, bool) or int(units) != units or units < 1:
            raise ArgumentError("Dense.units", expected="a whole number >= 1", received=units)
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Any) -> None:
        """Make `kernel` and `bias`; raises `ShapeError` for an input with fewer than two axes."""
        if len(input_shape) < 2:
            raise ShapeError(
                f"layer {self.name!r}",
                expected="an input of at least two axes, (N, ..., F)",
                received=format_shape(as_shape(input_shape)),
                hint="One sample is a table of one row: x[None, :]; one feature: x[:, None]",
            )
        width = known_axis(input_shape, -1, f"layer {self.name!r}")
        self.kernel = self.add_weight(
            (width, self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs: Tensor) -> Tensor:
        """activation(x @ kernel + bias)."""
        z = inputs @ self.kernel
        return activate(z + self.bias if self.use_bias else z, self.activation, self.name)


def activate(z: Tensor, activation: Callable[[Tensor], Tensor] | None, name: str) -> Tensor:
    """activation(z), with "<name>_z" as the name of z where the two differ."""
    if activation is None or activation is activations.linear:
        return z
    return activation(label(z, f"{name}_z"))


@LAYERS.register()
class Lambda(Layer):
    """Any Python function of Tensors as a layer; its gradient is derived.

    `function` is called with the inputs and with `arguments` by name. It cannot be written to a
    model file, which holds no code: for that, write a Layer subclass and register it.

    >>> Lambda(lambda x: x ** 2)([3.0]).numpy().tolist()
    [9.0]
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        arguments: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise ArgumentError("Lambda.function", expected="a function", received=function)
        self.function = function
        self.output_shape = output_shape  # Keras's; ours is derived from the function
        self.arguments = dict(arguments or {})

    def call(self, inputs: Any) -> Any:
        """function(inputs, **arguments)."""
        return self.function(inputs, **self.arguments)

    def get_config(self) -> dict[str, Any]:
        """Always raises `ArgumentError`: a function is code, and files hold none."""
        raise ArgumentError(
            f"layer {self.name!r}",
            expected="a layer that a file can describe",
            received=f"a Lambda with the Python function {self.function!r}",
            hint="Write a Layer subclass with call(), decorate it with @LAYERS.register()",
        )
