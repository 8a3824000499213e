"""Layers that bring their inputs to mean 0 and variance 1 and learn another scale and place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Tensor, Variable, format_shape, label, ops, origin
from pellucid.graph.tensor import normalize_axis
from pellucid.nn import constraints, initializers, regularizers, state
from pellucid.nn.arguments import number
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.layers.merging import unit_length
from pellucid.nn.shapes import known_axis

Axes = int | Sequence[int]


def _axes(where: str, axis: Axes) -> int | list[int]:
    """One axis, or several in rising order; raises `ArgumentError` for none."""
    if isinstance(axis, int):
        return axis
    if not axis or not all(isinstance(each, int) for each in axis):
        raise ArgumentError(where, expected="an axis, or a list of axes", received=str(axis))
    return sorted(axis)


class _Normalizer(Layer):
    """What the normalizing layers share: an axis, epsilon, and the weights `gamma` and `beta`."""

    gamma: Variable
    beta: Variable

    def __init__(
        self,
        axis: Axes = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis = _axes(f"{type(self).__name__}.axis", axis)
        self.epsilon = number(f"{type(self).__name__}.epsilon", epsilon, 0.0)
        self.center, self.scale = center, scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def _make_scale(self, shape: Sequence[int]) -> None:
        if self.scale:
            self.gamma = self.add_weight(
                shape,
                self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape,
                self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )

    def _kept(self, rank: int) -> list[int]:
        """The axes of `axis`, counted from the front."""
        given = [self.axis] if isinstance(self.axis, int) else self.axis
        return [normalize_axis(axis, rank) for axis in given]

    def _wide(self, weight: Tensor, rank: int) -> Tensor:
        """A weight along `axis`, of a shape that broadcasts with the inputs."""
        kept = self._kept(rank)
        if kept == list(range(rank - len(kept), rank)):
            return weight
        sizes = dict(zip(kept, weight.shape, strict=True))
        return ops.reshape(weight, [sizes.get(axis, 1) for axis in range(rank)])

    def _moments(self, inputs: Tensor, over: list[int]) -> tuple[Tensor, Tensor]:
        """Mean and variance over some axes, which stay as axes of size 1."""
        mean = label(ops.mean(inputs, over, keepdims=True), f"{self.name}_mean")
        variance = ops.mean(ops.square(inputs - mean), over, keepdims=True)
        return mean, label(variance, f"{self.name}_variance")

    def _scaled(self, inputs: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        """(x - mean) / sqrt(variance + epsilon) · gamma + beta."""
        rank = inputs.ndim
        outputs = (inputs - mean) / ops.sqrt(variance + self.epsilon)
        if self.scale or self.center:
            label(outputs, f"{self.name}_scaled")
        outputs = outputs * self._wide(self.gamma, rank) if self.scale else outputs
        return outputs + self._wide(self.beta, rank) if self.center else outputs


@LAYERS.register()
class BatchNormalization(_Normalizer):
    """Each feature brought to mean 0 and variance 1 over the batch (Ioffe and Szegedy 2015).

    In training: y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, with the mean and
    variance (divided by n) of the batch over all axes but `axis`; the moving averages become
    momentum · old + (1 - momentum) · new. Otherwise the moving averages are used. With
    `trainable=False` the layer stays in inference, also in training, as in Keras.

    Weights: `gamma`, `beta`, then `moving_mean`, `moving_variance`, which are not trained.
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            axis, epsilon, center, scale, beta_initializer, gamma_initializer, **kwargs
        )
        if not isinstance(axis, int):
            raise ArgumentError("BatchNormalization.axis", expected="one axis", received=str(axis))
        self.momentum = number("BatchNormalization.momentum", momentum, 0.0, 1.0)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape: Any) -> None:
        """Make the weights."""
        (axis,) = self._kept(len(input_shape))
        shape = (known_axis(input_shape, axis, f"layer {self.name!r}"),)
        self._make_scale(shape)
        self.moving_mean = self.add_weight(
            shape, self.moving_mean_initializer, trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape, self.moving_variance_initializer, trainable=False, name="moving_variance"
        )

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """The inputs normalized; in training, new moving averages are planned."""
        rank = inputs.ndim
        (axis,) = self._kept(rank)
        if inputs.shape[axis] != self.moving_mean.shape[0]:
            raise ShapeError(
                f"layer {self.name!r}, op batch_normalization",
                expected=f"{self.moving_mean.shape[0]} features on axis {axis}",
                received=format_shape(inputs.shape),
            )
        if not (training and self.trainable):
            moving = self.moving_mean, self.moving_variance
            return self._scaled(inputs, *(self._wide(figure, rank) for figure in moving))
        over = [a for a in range(rank) if a != axis]
        mean, variance = self._moments(inputs, over)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return self._scaled(inputs, mean, variance)

    def _move(self, average: Variable, value: Tensor) -> None:
        current = state.current_value(average)
        with origin(phase="update"):
            value = ops.stop_gradient(ops.reshape(value, average.shape))
            value = current * self.momentum + value * (1.0 - self.momentum)
        self.add_update(average, value)


@LAYERS.register()
class LayerNormalization(_Normalizer):
    """Each sample brought to mean 0 and variance 1 over `axis` (Ba et al. 2016).

    y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, with the variance divided by n; gamma
    and beta have the sizes of `axis`. With `rms_scaling` neither the mean nor beta takes part:
    y = gamma · x / sqrt(variance + epsilon), which is Keras's formula (for the root mean square
    itself use `RMSNormalization`).
    """

    def __init__(
        self,
        axis: Axes = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        *,
        rms_scaling: bool = False,
        **kwargs: Any,
    ) -> None:
        center, scale = center and not rms_scaling, scale or rms_scaling
        super().__init__(
            axis, epsilon, center, scale, beta_initializer, gamma_initializer, **kwargs
        )
        self.rms_scaling = rms_scaling

    def build(self, input_shape: Any) -> None:
        """Make `gamma` and `beta`."""
        where = f"layer {self.name!r}"
        kept = self._kept(len(input_shape))
        self._make_scale([known_axis(input_shape, axis, where) for axis in kept])

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs normalized."""
        kept = self._kept(inputs.ndim)
        mean, variance = self._moments(inputs, kept)
        return self._scaled(inputs, ops.zeros_like(mean) if self.rms_scaling else mean, variance)


@LAYERS.register()
class RMSNormalization(Layer):
    """Each sample divided by its root mean square over `axis` (Zhang and Sennrich 2019).

    y = scale · x / sqrt(mean(x²) + epsilon); `scale` has the sizes of `axis`.
    """

    def __init__(self, axis: Axes = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _axes("RMSNormalization.axis", axis)
        self.epsilon = number("RMSNormalization.epsilon", epsilon, 0.0)

    def build(self, input_shape: Any) -> None:
        """Make `scale`."""
        rank, where = len(input_shape), f"layer {self.name!r}"
        given = [self.axis] if isinstance(self.axis, int) else self.axis
        self._kept = [normalize_axis(axis, rank) for axis in given]
        shape = [known_axis(input_shape, axis, where) for axis in self._kept]
        self.scale = self.add_weight(shape, "ones", name="scale")

    def call(self, inputs: Tensor) -> Tensor:
        """The inputs normalized."""
        power = ops.mean(ops.square(inputs), self._kept, keepdims=True)
        sizes = dict(zip(self._kept, self.scale.shape, strict=True))
        scale = ops.reshape(self.scale, [sizes.get(axis, 1) for axis in range(inputs.ndim)])
        return inputs / ops.sqrt(power + self.epsilon) * scale


@LAYERS.register()
class UnitNormalization(Layer):
    """Each sample scaled to length 1 over `axis`; a zero vector stays zero."""

    def __init__(self, axis: Axes = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = _axes("UnitNormalization.axis", axis)

    def call(self, inputs: Tensor) -> Tensor:
        """X / |x|."""
        return unit_length(inputs, self.axis, 1e-12)
