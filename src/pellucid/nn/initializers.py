"""What weights start as: constants first, then random ones, then those scaled to their layer.

An initializer is called once, with a shape, when a layer is built; it gives a NumPy array and takes
no part in the graph. Random ones draw from `numpy.random.Generator(Philox)`, in float64, then
rounded, so float32 and float64 weights of one seed agree.

With `seed=None` every call takes the next key of the process (`set_random_seed` starts those
again), so two weights never start equal by accident. With a whole number as seed every call gives
the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid import settings
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import Array, Tensor, as_dtype
from pellucid.nn.arguments import choice, number
from pellucid.nn.registry import Configurable, Registry
from pellucid.nn.seeds import generator

INITIALIZERS: Registry[Callable[..., Any]] = Registry("initializer", snake_case=True)

Axes = Sequence[int] | None


class Initializer(Configurable):
    """The base of initializers: a subclass writes `__call__(shape, dtype=None)`.

    `dtype` None means the setting `floatx`. A plain function `f(shape, dtype)` serves as well.
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """An array of this shape and type."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it starts with")

    def clone(self) -> Initializer:
        """Another initializer with the same arguments."""
        return type(self).from_config(self.get_config())


def _as_type(values: Any, dtype: Any) -> Array:
    return np.asarray(values).astype(as_dtype(dtype or settings.get("floatx")))


@INITIALIZERS.register("zero")
class Zeros(Initializer):
    """0 everywhere: the usual start of biases.

    >>> Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """Zeros of this shape and type."""
        return _as_type(np.zeros(shape), dtype)


@INITIALIZERS.register("one")
class Ones(Initializer):
    """1 everywhere: the usual start of scales."""

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """Ones of this shape and type."""
        return _as_type(np.ones(shape), dtype)


@INITIALIZERS.register()
class Constant(Initializer):
    """One value everywhere, or an array that is broadcast to the shape.

    Raises `ShapeError` where the array does not broadcast.

    >>> Constant(0.5)((2,)).tolist(), Constant([1.0, 2.0])((2, 2)).tolist()
    ([0.5, 0.5], [[1.0, 2.0], [1.0, 2.0]])
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = _plain(value)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """The value, spread over this shape."""
        try:
            return _as_type(np.broadcast_to(self.value, tuple(shape)), dtype)
        except ValueError:
            raise _wrong_shape("Constant", np.shape(self.value), shape) from None


@INITIALIZERS.register()
class Values(Initializer):
    """Just these values: what an array given as an initializer becomes. The shape must be theirs.

    >>> get(np.eye(2))((2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, value: Any) -> None:
        self.value = _plain(value)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """The values, in another type."""
        if np.shape(self.value) != tuple(shape):
            raise _wrong_shape("Values", np.shape(self.value), shape)
        return _as_type(self.value, dtype)


@INITIALIZERS.register("IdentityInitializer")
class Identity(Initializer):
    """`gain` on the main diagonal of a matrix, 0 elsewhere; raises `ShapeError` for other ranks."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = number("Identity.gain", gain)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """A matrix of this shape, square or not."""
        if len(shape) != 2:
            raise ShapeError("Identity", expected="a shape of 2 axes", received=str(tuple(shape)))
        rows, columns = shape
        return _as_type(self.gain * np.eye(rows, columns), dtype)


class RandomInitializer(Initializer):
    """The base of random initializers: a checked `seed`."""

    def __init__(self, seed: int | None = None) -> None:
        whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool) and seed >= 0
        if seed is not None and not whole:
            raise ArgumentError(
                f"{type(self).__name__}.seed",
                expected="a whole number >= 0, or None",
                received=repr(seed),
            )
        self.seed = None if seed is None else int(seed)


@INITIALIZERS.register("normal")
class RandomNormal(RandomInitializer):
    """Normally distributed numbers."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = number("RandomNormal.mean", mean)
        self.stddev = number("RandomNormal.stddev", stddev, 0)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """Numbers with this mean and standard deviation."""
        return _as_type(generator(self.seed).normal(self.mean, self.stddev, shape), dtype)


@INITIALIZERS.register("uniform")
class RandomUniform(RandomInitializer):
    """Numbers spread evenly over [minval, maxval)."""

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
    ) -> None:
        super().__init__(seed)
        self.minval = number("RandomUniform.minval", minval)
        self.maxval = number("RandomUniform.maxval", maxval, self.minval)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """Numbers in this range."""
        return _as_type(generator(self.seed).uniform(self.minval, self.maxval, shape), dtype)


@INITIALIZERS.register()
class TruncatedNormal(RandomInitializer):
    """Normally distributed numbers, none further than two `stddev` from `mean`: others are redrawn.

    `stddev` is that of the whole bell; what remains has 0.8796 of it.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = number("TruncatedNormal.mean", mean)
        self.stddev = number("TruncatedNormal.stddev", stddev, 0)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """Numbers within two standard deviations of the mean."""
        z = _truncated_normal(generator(self.seed), tuple(shape))
        return _as_type(self.mean + self.stddev * z, dtype)


def _truncated_normal(source: np.random.Generator, shape: tuple[int, ...]) -> Array:
    z = source.standard_normal(shape)
    while (outside := np.abs(z) > 2).any():  # 4.6 % of them, so four or five rounds for a million
        z[outside] = source.standard_normal(np.count_nonzero(outside))
    return z


# The standard deviation of a normal distribution cut at two of its own:
# sqrt(1 - 4 φ(2) / (2 Φ(2) - 1)).
_TRUNCATED_STDDEV = 0.8796256610342398


@INITIALIZERS.register()
class VarianceScaling(RandomInitializer):
    """Random numbers of mean 0 and variance scale / n, so that signals keep their size.

    n is the number of inputs of one unit (`mode` "fan_in"), of outputs ("fan_out"), or the mean of
    the two ("fan_avg"), see `compute_fans`; at least 1. `distribution` is "truncated_normal"
    (also called "normal"; cut at two standard deviations, then widened to the full variance),
    "untruncated_normal" or "uniform" (±sqrt(3 scale / n)). `input_axes` and `output_axes`, given
    together, name the axes that count as inputs and outputs.

    He et al. 2015, "Delving deep into rectifiers", section 2.2.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        input_axes: Axes = None,
        output_axes: Axes = None,
    ) -> None:
        super().__init__(seed)
        kinds = ("truncated_normal", "untruncated_normal", "uniform")
        kind = "truncated_normal" if distribution == "normal" else distribution
        self.scale = number("VarianceScaling.scale", scale, 0, above=True)
        self.mode = choice("VarianceScaling.mode", mode, ("fan_in", "fan_out", "fan_avg"))
        self.distribution = choice("VarianceScaling.distribution", kind, kinds)
        self.input_axes = input_axes
        self.output_axes = output_axes

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """Numbers of the variance that suits this shape."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, n))
        source = generator(self.seed)
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return _as_type(source.uniform(-limit, limit, shape), dtype)
        if self.distribution == "untruncated_normal":
            return _as_type(stddev * source.standard_normal(shape), dtype)
        return _as_type(stddev / _TRUNCATED_STDDEV * _truncated_normal(source, tuple(shape)), dtype)


def compute_fans(
    shape: Sequence[int], input_axes: Axes = None, output_axes: Axes = None
) -> tuple[int, int]:
    """How many inputs one output depends on, and how many outputs one input reaches.

    For a matrix (F_in, F_out) these are its sides; for a convolution kernel (spatial…, C_in, C_out)
    both are multiplied by the number of taps; for a vector both are its length.

    >>> compute_fans((784, 128)), compute_fans((3, 3, 16, 32))
    ((784, 128), (144, 288))
    """
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    taps = math.prod(shape[:-2])
    return taps * shape[-2], taps * shape[-1]


class _Scaled(VarianceScaling):
    """A named case of VarianceScaling, which keeps only `seed` and the axes open."""

    case: tuple[float, str, str]

    def __init__(
        self, seed: int | None = None, input_axes: Axes = None, output_axes: Axes = None
    ) -> None:
        super().__init__(*self.case, seed, input_axes, output_axes)


@INITIALIZERS.register()
class GlorotUniform(_Scaled):
    """Uniform within ±sqrt(6 / (fan_in + fan_out)): the default of kernels (Glorot, Bengio 2010).

    >>> bool(abs(GlorotUniform(seed=0)((3, 3))).max() <= 1)
    True
    """

    case = (1.0, "fan_avg", "uniform")


@INITIALIZERS.register()
class GlorotNormal(_Scaled):
    """Truncated normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010)."""

    case = (1.0, "fan_avg", "truncated_normal")


@INITIALIZERS.register()
class HeUniform(_Scaled):
    """Uniform within ±sqrt(6 / fan_in): variance 2 / fan_in, for relu (He et al. 2015)."""

    case = (2.0, "fan_in", "uniform")


@INITIALIZERS.register()
class HeNormal(_Scaled):
    """Truncated normal with variance 2 / fan_in, for relu (He et al. 2015)."""

    case = (2.0, "fan_in", "truncated_normal")


@INITIALIZERS.register()
class LecunUniform(_Scaled):
    """Uniform within ±sqrt(3 / fan_in): variance 1 / fan_in (LeCun et al. 1998)."""

    case = (1.0, "fan_in", "uniform")


@INITIALIZERS.register()
class LecunNormal(_Scaled):
    """Truncated normal with variance 1 / fan_in, for selu (LeCun et al. 1998)."""

    case = (1.0, "fan_in", "truncated_normal")


@INITIALIZERS.register("OrthogonalInitializer")
class Orthogonal(RandomInitializer):
    """`gain` times a random matrix with orthonormal columns (rows, if there are fewer of them).

    Axes before the last count as rows. From the QR decomposition of a normal matrix, the signs
    chosen so that every orthogonal matrix is equally likely (Saxe et al. 2014; Mezzadri 2007).
    Raises `ShapeError` for a shape of fewer than two axes.

    >>> w = Orthogonal(seed=0)((3, 2))
    >>> bool(np.allclose(w.T @ w, np.eye(2), atol=1e-6))
    True
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = number("Orthogonal.gain", gain)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Array:
        """A matrix of this shape."""
        if len(shape) < 2:
            expected = "a shape of 2 axes or more"
            raise ShapeError("Orthogonal", expected=expected, received=str(tuple(shape)))
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(generator(self.seed).standard_normal(tall))
        q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
        q = q.T if rows < columns else q
        return _as_type(self.gain * q.reshape(shape), dtype)


def get(identifier: Any) -> Callable[..., Any] | None:
    """The initializer meant by a name, a config, a class, an array, or any f(shape, dtype).

    None gives None. Raises `ArgumentError` for anything else.

    >>> get("he_normal")
    HeNormal(seed=None, input_axes=None, output_axes=None)
    """
    if isinstance(identifier, np.ndarray | np.generic | Tensor):
        return Values(identifier)
    return INITIALIZERS.get(identifier)


serialize = INITIALIZERS.serialize
deserialize = INITIALIZERS.deserialize


def _plain(value: Any) -> Any:
    """A number or nested lists, so that a config holds nothing that JSON cannot."""
    value = np.asarray(value)
    if value.dtype.kind not in "biuf":
        expected = "a number or an array of numbers"
        raise ArgumentError("initializer value", expected=expected, received=str(value.dtype))
    return value.tolist()


def _wrong_shape(where: str, have: Sequence[int], want: Sequence[int]) -> ShapeError:
    return ShapeError(
        where,
        expected=f"values for a weight of shape {tuple(want)}",
        received=f"values of shape {tuple(have)}",
    )


# Keras's short names.
zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, orthogonal = VarianceScaling, Orthogonal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal = HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal
