"""The table of layers that every common test runs through, and what those tests share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graph import Tensor, Variable, evaluate, gradient, ops
from pellucid.graph.tensor import Array
from pellucid.nn import layers
from pellucid.nn.layer import Layer
from pellucid.nn.structure import flatten, map_leaves


class Case(NamedTuple):
    """A layer of a name and arguments, and the shapes of one sample of its inputs."""

    layer: str
    arguments: dict[str, Any] = {}
    shape: Any = (4,)
    categories: int = 0
    training: bool = False
    in_keras: bool = True

    def make(self, **more: Any) -> Layer:
        """The layer."""
        made: Layer = getattr(layers, self.layer)(**self.arguments, **more)
        return made

    def inputs(self, rows: int = 3, dtype: str = "float32", seed: int = 0) -> Any:
        """Random inputs of some rows: an array, or a list of them."""
        rng = np.random.default_rng(seed)
        several = bool(self.shape) and isinstance(self.shape[0], tuple)
        found = [
            rng.integers(0, self.categories, (rows, *shape))
            if self.categories
            else away_from_kinks(rng, (rows, *shape)).astype(dtype)
            for shape in (self.shape if several else [self.shape])
        ]
        return found if several else found[0]

    def id(self) -> str:
        """A name for the test's report."""
        arguments = ",".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.layer}({arguments}){self.shape}".replace(" ", "")


def away_from_kinks(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Numbers of size 0.1 to 2.1, so that a small step crosses no kink at 0."""
    size = rng.uniform(0.1, 2.1, shape)
    return np.where(rng.random(shape) < 0.5, -size, size)


def randomize(layer: Layer, seed: int = 1) -> None:
    """Give every weight of floating type a random value, positive so that it can be a variance."""
    rng = np.random.default_rng(seed)
    for variable in layer.weights:
        if variable.dtype.startswith("float"):
            variable.assign(rng.uniform(0.2, 1.2, variable.shape))


def outputs_of(layer: Layer, inputs: Any, **how: Any) -> list[Array]:
    """The values of what a layer returns."""
    return [np.asarray(leaf) for leaf in flatten(layer(inputs, **how))]


def gradient_errors(layer: Layer, inputs: Any, training: bool = False) -> list[float]:
    """Relative errors of first and second derivatives by inputs and weights, in float64.

    Along a random direction of all of them, against Richardson's difference quotient.
    """
    points = map_leaves(lambda a: Variable(a, "x") if a.dtype.kind == "f" else a, inputs)
    results = flatten(layer(points, training=training))
    free = [leaf for leaf in flatten(points) if isinstance(leaf, Variable)]
    free += layer.trainable_weights
    rng = np.random.default_rng(3)
    total: Tensor = sum(  # type: ignore[assignment]
        ops.sum(y * rng.uniform(0.5, 1.5, y.shape)) for y in results
    )
    directions = [rng.standard_normal(variable.shape) for variable in free]
    errors = []
    for _ in range(2):
        slopes = gradient(total, free)
        slope: Any = sum(ops.sum(g * d) for g, d in zip(slopes, directions, strict=True))
        exact, estimate = float(evaluate(slope)), quotient(total, free, directions)
        errors.append(abs(exact - estimate) / max(1.0, abs(exact), abs(estimate)))
        total = slope
    return errors


def quotient(value: Tensor, free: Sequence[Variable], directions: Sequence[Array]) -> float:
    """How fast a value changes along a direction of its variables."""
    start = [variable.value.copy() for variable in free]

    def at(step: float) -> float:
        for variable, middle, direction in zip(free, start, directions, strict=True):
            variable.assign(middle + step * direction)
        return float(evaluate(value))

    near, wide = ((at(h) - at(-h)) / (2 * h) for h in (5e-5, 1e-4))
    for variable, middle in zip(free, start, strict=True):
        variable.assign(middle)
    return (4 * near - wide) / 3


IMAGE = (5, 6, 3)

CASES = [
    Case("Identity"),
    Case("Activation", {"activation": "tanh"}, (3, 2)),
    Case("Activation", {"activation": "softmax"}),
    Case("Dense", {"units": 3}),
    Case("Dense", {"units": 2, "activation": "sigmoid", "use_bias": False}, (2, 5)),
    Case("Dense", {"units": 2, "activation": "relu"}, (2, 3, 4)),
    Case("Softmax"),
    Case("Softmax", {"axis": 1}, (3, 4)),
    Case("Softmax", {"axis": [1, 2]}, (3, 4)),
    Case("ReLU"),
    Case("ReLU", {"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.05}, (3, 2)),
    Case("LeakyReLU"),
    Case("LeakyReLU", {"negative_slope": 0.01}, (2, 2)),
    Case("ELU", {"alpha": 0.7}),
    Case("PReLU"),
    Case("PReLU", {"shared_axes": [1, 2]}, IMAGE),
    Case("Flatten", shape=IMAGE),
    Case("Flatten", shape=()),
    Case("Reshape", {"target_shape": (2, -1)}, (3, 4)),
    Case("Reshape", {"target_shape": (12,)}, (3, 4)),
    Case("Permute", {"dims": (3, 1, 2)}, IMAGE),
    Case("RepeatVector", {"n": 3}),
    Case("Embedding", {"input_dim": 5, "output_dim": 3}, (4,), categories=5),
    Case("Embedding", {"input_dim": 5, "output_dim": 2}, (), categories=5),
    Case("Rescaling", {"scale": 0.5, "offset": -1.0}, IMAGE),
    Case("Rescaling", {"scale": [1.0, 2.0, 3.0]}, IMAGE),
    Case("Normalization"),
    Case("Normalization", {"axis": None, "mean": 2.0, "variance": 4.0}, (3, 2)),
    Case("Normalization", {"axis": (1, 2), "invert": True}, (2, 3)),
    Case("Normalization", {"mean": [1.0, 2.0, 3.0, 4.0], "variance": [1.0, 4.0, 9.0, 16.0]}),
    Case("BatchNormalization"),
    Case("BatchNormalization", {"momentum": 0.8, "epsilon": 1e-2}, training=True),
    Case("BatchNormalization", {"axis": 1, "scale": False}, (3, 4), training=True),
    Case("BatchNormalization", {"center": False}, IMAGE, training=True),
    Case("LayerNormalization"),
    Case("LayerNormalization", {"axis": [1, 2], "epsilon": 1e-2}, (3, 4)),
    Case("LayerNormalization", {"axis": 1, "center": False}, (3, 4)),
    # Keras warns that this argument does not do what its name says.
    Case("LayerNormalization", {"rms_scaling": True}, in_keras=False),
    Case("RMSNormalization", {"axis": -1}, (3, 4)),
    Case("UnitNormalization"),
    Case("UnitNormalization", {"axis": [1, 2]}, (3, 4)),
    Case("Dropout", {"rate": 0.4}),
    Case("GaussianNoise", {"stddev": 0.4}),
    Case("GaussianDropout", {"rate": 0.4}),
    Case("AlphaDropout", {"rate": 0.4}),
    Case("SpatialDropout1D", {"rate": 0.4}, (3, 4)),
    Case("SpatialDropout2D", {"rate": 0.4}, IMAGE),
    Case("SpatialDropout3D", {"rate": 0.4}, (2, 2, 2, 3)),
    Case("ActivityRegularization", {"l1": 0.1, "l2": 0.2}),
    Case("Add", shape=((4,), (4,), (4,))),
    Case("Add", shape=((4,), (3, 4))),
    Case("Subtract", shape=((2, 3), (2, 3))),
    Case("Multiply", shape=((4,), (4,))),
    Case("Multiply", shape=((4,), (1,))),
    Case("Average", shape=((4,), (4,), (4,))),
    Case("Maximum", shape=((4,), (4,))),
    Case("Minimum", shape=((4,), (4,), (4,))),
    Case("Concatenate", shape=((4,), (2,), (1,))),
    Case("Concatenate", {"axis": 1}, ((2, 3), (4, 3))),
    Case("Dot", {"axes": 1}, ((4,), (4,))),
    Case("Dot", {"axes": (1, 2), "normalize": True}, ((3, 5), (2, 3))),
    Case("Dot", {"axes": -1}, ((2, 5), (5,))),
    Case("Conv1D", {"filters": 4, "kernel_size": 3}, (7, 2)),
    Case("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal", "strides": 2}, (7, 2)),
    Case("Conv1D", {"filters": 4, "kernel_size": 2, "groups": 2, "dilation_rate": 2}, (7, 4)),
    Case("Conv2D", {"filters": 2, "kernel_size": 3, "activation": "tanh"}, IMAGE),
    Case("Conv2D", {"filters": 2, "kernel_size": (2, 3), "strides": 2, "padding": "same"}, IMAGE),
    Case("Conv3D", {"filters": 2, "kernel_size": 2, "use_bias": False}, (3, 3, 3, 2)),
    Case("DepthwiseConv1D", {"kernel_size": 2, "padding": "same"}, (5, 3)),
    Case("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2, "strides": 2}, IMAGE),
    Case("MaxPooling1D", shape=(7, 2)),
    Case("MaxPooling2D", {"pool_size": (2, 3), "padding": "same"}, IMAGE),
    Case("MaxPooling3D", {"pool_size": 2}, (3, 4, 4, 2)),
    Case("AveragePooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (6, 2)),
    Case("AveragePooling2D", {"pool_size": 2}, IMAGE),
    Case("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, IMAGE),
    Case("AveragePooling3D", {"pool_size": 2}, (3, 4, 4, 2)),
    Case("GlobalMaxPooling1D", shape=(5, 3)),
    Case("GlobalMaxPooling2D", {"keepdims": True}, IMAGE),
    Case("GlobalAveragePooling1D", {"keepdims": True}, (5, 3)),
    Case("GlobalAveragePooling2D", shape=IMAGE),
    Case("SimpleRNN", {"units": 3}, (4, 2)),
    Case("SimpleRNN", {"units": 3, "return_sequences": True, "use_bias": False}, (4, 2)),
    Case("LSTM", {"units": 3}, (5, 2)),
    Case("LSTM", {"units": 2, "return_sequences": True, "unit_forget_bias": False}, (4, 3)),
    Case("GRU", {"units": 3}, (5, 2)),
    Case("GRU", {"units": 2, "reset_after": False, "go_backwards": True}, (4, 3)),
    Case("GRU", {"units": 2, "return_sequences": True, "dropout": 0.3}, (4, 3)),
    Case("SimpleRNN", {"units": 2, "dropout": 0.3, "recurrent_dropout": 0.3}, (4, 3)),
]
