"""Layers that act in training only: dropouts and noise; and penalties on activations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Shape, Tensor, constant, format_shape, label, ops, origin
from pellucid.nn import state
from pellucid.nn.arguments import choice, number
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.regularizers import L1L2
from pellucid.nn.seeds import next_key


class RandomLayer(Layer):
    """A layer that draws random numbers in training; each use takes a new draw of its own key.

    The state `seed_state` holds two numbers: the key, fixed by `seed` or else by the seed of the
    process, and the number of the draw. A training step moves the draw on; a call outside of a
    step does so at once, so that ``layer(x, training=True)`` differs from call to call.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        key = next_key() if seed is None else int(seed)
        self.seed_state = self.add_state([key, 0], "seed")

    def next_seed(self) -> Tensor:
        """The seed of the next draw, for `ops.random`."""
        if state.current_record() is None:
            seed = constant(self.seed_state.value)
            self.seed_state.assign(self.seed_state.value + [0, 1])
            return seed
        current = state.current_value(self.seed_state)
        with origin(phase="update"):
            self.add_update(self.seed_state, current + constant([0, 1], "int64"))
        return current

    def uniform(self, shape: Shape, inputs: Tensor) -> Tensor:
        """Numbers spread evenly over [0, 1), of the inputs' type."""
        return ops.random.uniform(shape, dtype=inputs.dtype, seed=self.next_seed())

    def normal(self, inputs: Tensor) -> Tensor:
        """Normally distributed numbers, of the inputs' shape and type."""
        return ops.random.normal(inputs.shape, dtype=inputs.dtype, seed=self.next_seed())


@LAYERS.register()
class Dropout(RandomLayer):
    """In training, each input is 0 with probability `rate`, or else divided by 1 - rate.

    The sum over many inputs stays the same on average. `noise_shape` (None in it: as the input)
    has 1 on axes along which the choice is shared. Outside of training nothing changes.

    >>> Dropout(0.5)([[1.0, 2.0]]).numpy().tolist()
    [[1.0, 2.0]]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        self.rate = number(f"{type(self).__name__}.rate", rate, 0.0, 1.0)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """The inputs, some of them dropped in training."""
        if not training or self.rate == 0.0:
            return inputs
        if self.rate == 1.0:
            return ops.zeros_like(inputs)
        kept = self._kept(inputs)
        return ops.where(kept, inputs * (1.0 / (1.0 - self.rate)), 0.0)

    def _kept(self, inputs: Tensor) -> Tensor:
        """Which elements stay."""
        kept = self.uniform(self._noise_shape(inputs), inputs) >= self.rate
        return label(kept, f"{self.name}_kept")

    def _noise_shape(self, inputs: Tensor) -> Shape:
        wanted = self.noise_shape
        if wanted is None:
            return inputs.shape
        fits = len(wanted) == inputs.ndim
        for dim, size in zip(wanted, inputs.shape, strict=False):
            fits = fits and dim in (None, 1, size)
        if not fits:
            raise ShapeError(
                f"layer {self.name!r}, noise_shape",
                expected=f"None, 1 or the size on each axis of {format_shape(inputs.shape)}",
                received=str(wanted),
            )
        return tuple(
            size if dim is None else dim for dim, size in zip(wanted, inputs.shape, strict=True)
        )


class _SpatialDropout(Dropout):
    """Whole channels dropped: the choice is shared along the axes between samples and channels."""

    axes: int

    def __init__(
        self, rate: float, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = choice("data_format", data_format, (None, "channels_last"))

    def _noise_shape(self, inputs: Tensor) -> Shape:
        if inputs.ndim != self.axes + 2:
            raise ShapeError(
                f"layer {self.name!r}",
                expected=f"an input of {self.axes + 2} axes",
                received=format_shape(inputs.shape),
            )
        return (inputs.shape[0], *([1] * self.axes), inputs.shape[-1])


@LAYERS.register()
class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of sequences (N, T, C) (Tompson et al. 2015)."""

    axes = 1


@LAYERS.register()
class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of images (N, H, W, C) (Tompson et al. 2015)."""

    axes = 2


@LAYERS.register()
class SpatialDropout3D(_SpatialDropout):
    """Dropout of whole channels of volumes (N, D, H, W, C) (Tompson et al. 2015)."""

    axes = 3


@LAYERS.register()
class GaussianNoise(RandomLayer):
    """In training, normally distributed noise of standard deviation `stddev` is added."""

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.stddev = number("GaussianNoise.stddev", stddev, 0.0)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """The inputs, with noise in training."""
        if not training or self.stddev == 0.0:
            return inputs
        return inputs + self.normal(inputs) * self.stddev


@LAYERS.register()
class GaussianDropout(RandomLayer):
    """In training, inputs are multiplied by noise of mean 1 and variance rate / (1 - rate)."""

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.rate = number("GaussianDropout.rate", rate, 0.0, 1.0, below=True)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """The inputs, multiplied by noise in training."""
        if not training or self.rate == 0.0:
            return inputs
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        return inputs * (self.normal(inputs) * stddev + 1.0)


@LAYERS.register()
class AlphaDropout(Dropout):
    """Dropout that keeps mean 0 and variance 1, for `selu` (Klambauer et al. 2017, section 3).

    Dropped inputs become -1.7581, the lower limit of selu; then all are scaled and shifted.
    """

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """The inputs, some of them at selu's lower limit in training."""
        if not training or self.rate == 0.0:
            return inputs
        low = -1.6732632423543772 * 1.0507009873554804
        if self.rate == 1.0:
            raise ArgumentError("AlphaDropout.rate", expected="a number in [0, 1)", received="1")
        scale = 1.0 / math.sqrt((1.0 - self.rate) * (1.0 + self.rate * low**2))
        kept = self._kept(inputs)
        return ops.where(kept, inputs, low) * scale - scale * low * self.rate


@LAYERS.register()
class ActivityRegularization(Layer):
    """The inputs unchanged; l1 · Σ|x| + l2 · Σx², over the number of samples, joins the loss."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        self.l1 = number("ActivityRegularization.l1", l1, 0.0)
        self.l2 = number("ActivityRegularization.l2", l2, 0.0)
        super().__init__(activity_regularizer=L1L2(self.l1, self.l2), **kwargs)

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config
