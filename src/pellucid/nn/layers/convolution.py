"""Convolutions: the same small kernel at every place of a sequence, an image or a volume."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, Variable, format_shape, ops
from pellucid.graph.dims import as_shape
from pellucid.nn import activations, constraints, initializers, regularizers
from pellucid.nn.arguments import choice
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.layers.core import activate
from pellucid.nn.shapes import known_axis

Sizes = int | Sequence[int]


def sizes(where: str, value: Any, rank: int) -> tuple[int, ...]:
    """A whole number >= 1 for each spatial axis, given as one number or as one for each.

    >>> sizes("Conv2D.strides", 2, 2)
    (2, 2)
    """
    found = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(found) != rank or any(not isinstance(size, int) or size < 1 for size in found):
        raise ArgumentError(
            where, expected=f"a whole number >= 1, or {rank} of them", received=str(value)
        )
    return found


class _Convolution(Layer):
    """What the convolutions share; `rank` is the number of spatial axes."""

    rank: int
    paddings: tuple[str, ...] = ("valid", "same")
    kernel: Variable
    bias: Variable

    def __init__(
        self,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        bias_initializer: Any = "zeros",
        bias_regularizer: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        name = type(self).__name__
        self.kernel_size = sizes(f"{name}.kernel_size", kernel_size, self.rank)
        self.strides = sizes(f"{name}.strides", strides, self.rank)
        self.padding = choice(f"{name}.padding", padding, self.paddings)
        self.data_format = choice(f"{name}.data_format", data_format, (None, "channels_last"))
        self.dilation_rate = sizes(f"{name}.dilation_rate", dilation_rate, self.rank)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)

    def _channels(self, input_shape: Any) -> int:
        if len(input_shape) != self.rank + 2:
            raise ShapeError(
                f"layer {self.name!r}",
                expected=f"an input of {self.rank + 2} axes, (N, {'space, ' * self.rank}C)",
                received=format_shape(as_shape(input_shape)),
            )
        return known_axis(input_shape, -1, f"layer {self.name!r}")

    def _make_bias(self, count: int) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                (count,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _convolved(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        padding = self.padding
        if padding == "causal":
            # All of the padding stands before the first step, so that no step sees a later one.
            before = (self.kernel_size[0] - 1) * self.dilation_rate[0]
            inputs, padding = ops.pad(inputs, [(0, 0), (before, 0), (0, 0)]), "valid"
        z = ops.conv(inputs, kernel, self.strides, padding, dilation_rate=self.dilation_rate)
        return activate(z + self.bias if self.use_bias else z, self.activation, self.name)


class _Conv(_Convolution):
    """A convolution whose outputs each read all channels of their group."""

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        groups: int = 1,
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
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        name = type(self).__name__
        (self.filters,) = sizes(f"{name}.filters", filters, 1)
        (self.groups,) = sizes(f"{name}.groups", groups, 1)
        if self.filters % self.groups:
            raise ArgumentError(
                f"{name}.filters",
                expected=f"a multiple of the {groups} groups",
                received=filters,
            )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def build(self, input_shape: Any) -> None:
        """Make `kernel` (kernel_size…, C_in / groups, filters) and `bias` (filters,)."""
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ShapeError(
                f"layer {self.name!r}",
                expected=f"channels divisible by the {self.groups} groups",
                received=format_shape(as_shape(input_shape)),
            )
        self.kernel = self.add_weight(
            (*self.kernel_size, channels // self.groups, self.filters),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self._make_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        """activation(conv(x, kernel) + bias)."""
        return self._convolved(inputs, self.kernel)


@LAYERS.register()
class Conv1D(_Conv):
    """Convolution of sequences (N, T, C) to (N, T', filters).

    `padding` is "valid" (none, T' = (T - spread) // stride + 1), "same" (T' = ceil(T / stride)) or
    "causal" (no step sees a later one). `groups` of channels are convolved apart.

    >>> layer = Conv1D(1, 2, kernel_initializer="ones")
    >>> layer([[[1.0], [2.0], [4.0]]]).numpy().ravel().tolist()
    [3.0, 6.0]
    """

    rank = 1
    paddings = ("valid", "same", "causal")


@LAYERS.register()
class Conv2D(_Conv):
    """Convolution of images (N, H, W, C) to (N, H', W', filters).

    `padding` is "valid" (none) or "same" (H' = ceil(H / stride)). The kernel is not flipped.
    """

    rank = 2


@LAYERS.register()
class Conv3D(_Conv):
    """Convolution of volumes (N, D, H, W, C) to (N, D', H', W', filters)."""

    rank = 3


class _DepthwiseConv(_Convolution):
    """A convolution of each channel by itself."""

    def __init__(
        self,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        (self.depth_multiplier,) = sizes("depth_multiplier", depth_multiplier, 1)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Make `kernel` (kernel_size…, C, depth_multiplier) and `bias` (C · depth_multiplier,)."""
        channels = self._channels(input_shape)
        self.kernel = self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier),
            self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            name="kernel",
        )
        self._make_bias(channels * self.depth_multiplier)

    def call(self, inputs: Tensor) -> Tensor:
        """activation(conv of each channel + bias)."""
        *taps, channels, multiplier = self.kernel.shape
        kernel = ops.reshape(self.kernel, (*taps, 1, channels * multiplier))
        return self._convolved(inputs, kernel)


@LAYERS.register()
class DepthwiseConv1D(_DepthwiseConv):
    """Convolution of each channel of sequences (N, T, C) with `depth_multiplier` kernels."""

    rank = 1
    paddings = ("valid", "same", "causal")


@LAYERS.register()
class DepthwiseConv2D(_DepthwiseConv):
    """Convolution of each channel of images (N, H, W, C) with `depth_multiplier` kernels."""

    rank = 2
