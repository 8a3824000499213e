"""Activations as layers, for those with parameters: Softmax, ReLU, LeakyReLU, ELU, PReLU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.graph import Tensor, Variable, ops
from pellucid.nn import activations, constraints, initializers, regularizers
from pellucid.nn.arguments import number
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.shapes import known_axis


@LAYERS.register()
class Softmax(Layer):
    """Probabilities along `axis`: exp(x) / sum(exp(x)); stable for any finite x.

    With several axes the probabilities sum to 1 over all of them together. `mask`, where given,
    is true for the elements that take part; the others get 0.

    >>> Softmax()([[0.0, 0.0]]).numpy().tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else list(axis)

    def call(self, inputs: Tensor, mask: Any = None) -> Tensor:
        """softmax(x) along the axis."""
        if mask is not None:
            inputs = ops.where(mask, inputs, -1e30)
        if isinstance(self.axis, int):
            outputs = activations.softmax(inputs, self.axis)
        else:
            outputs = ops.exp(inputs - ops.logsumexp(inputs, self.axis, keepdims=True))
        return outputs if mask is None else ops.where(mask, outputs, 0.0)


@LAYERS.register()
class ReLU(Layer):
    """The rectifier: x above `threshold`, at most `max_value`, leaking `negative_slope` below.

    f(x) = max_value for x >= max_value, x for threshold <= x < max_value, and
    negative_slope · (x - threshold) elsewhere. Raises `ArgumentError` for negative arguments.

    >>> ReLU(max_value=6.0, negative_slope=0.5)([-1.0, 3.0, 9.0]).numpy().tolist()
    [-0.5, 3.0, 6.0]
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else number("ReLU.max_value", max_value, 0.0)
        self.negative_slope = number("ReLU.negative_slope", negative_slope, 0.0)
        self.threshold = number("ReLU.threshold", threshold, 0.0)

    def call(self, inputs: Tensor) -> Tensor:
        """relu(x) with the layer's arguments."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


@LAYERS.register()
class LeakyReLU(Layer):
    """A leaky rectifier: x above 0, negative_slope · x elsewhere (Maas et al. 2013).

    The default slope is the layer's own in Keras, 0.3; that of the function is 0.2.
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = number("LeakyReLU.negative_slope", negative_slope, 0.0)

    def call(self, inputs: Tensor) -> Tensor:
        """leaky_relu(x) with the layer's slope."""
        return activations.leaky_relu(inputs, self.negative_slope)


@LAYERS.register()
class ELU(Layer):
    """The exponential linear unit: x above 0, alpha · (exp(x) - 1) elsewhere."""

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = number("ELU.alpha", alpha)

    def call(self, inputs: Tensor) -> Tensor:
        """elu(x) with the layer's alpha."""
        return activations.elu(inputs, self.alpha)


@LAYERS.register()
class PReLU(Layer):
    """A rectifier that learns its leak: x above 0, alpha · x elsewhere (He et al. 2015).

    `alpha` has the shape of one sample, with 1 on `shared_axes` (axis 0 is the samples), so that
    for images ``shared_axes=[1, 2]`` gives one leak for each channel.
    """

    alpha: Variable

    def __init__(
        self,
        alpha_initializer: Any = "zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = [shared_axes] if isinstance(shared_axes, int) else shared_axes

    def build(self, input_shape: Any) -> None:
        """Make `alpha`."""
        shared = set(self.shared_axes or ())
        if any(not 1 <= axis < len(input_shape) for axis in shared):
            raise ArgumentError(
                f"layer {self.name!r}, shared_axes",
                expected=f"axes from 1 to {len(input_shape) - 1}",
                received=str(self.shared_axes),
            )
        where = f"layer {self.name!r}"
        shape = [
            1 if axis in shared else known_axis(input_shape, axis, where)
            for axis in range(1, len(input_shape))
        ]
        self.alpha = self.add_weight(
            shape,
            self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )

    def call(self, inputs: Tensor) -> Tensor:
        """prelu(x) with the learned alpha."""
        return activations.prelu(inputs, self.alpha)
