"""Initial weights: their moments against the formulas, their seeds, their configs, Keras's."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph import constant
from pellucid.nn import initializers
from pellucid.nn.initializers import INITIALIZERS, compute_fans
from pellucid.nn.seeds import set_random_seed

FAN_IN, FAN_OUT = 400, 100

# Each with its standard deviation and its largest magnitude for a (400, 100) matrix.
# Cut at two sigma and not widened again, a normal keeps 0.8796 of its deviation.
_CUT = 0.8796256610342398
_INF = math.inf
RANDOM: dict[str, tuple[Any, float, float]] = {
    "RandomNormal": (initializers.RandomNormal(seed=1), 0.05, _INF),
    "RandomNormal moved": (initializers.RandomNormal(0.0, 2.0, seed=1), 2.0, _INF),
    "RandomUniform": (initializers.RandomUniform(seed=1), 0.05 / math.sqrt(3), 0.05),
    "TruncatedNormal": (initializers.TruncatedNormal(seed=1), 0.05 * _CUT, 0.1),
    "VarianceScaling": (initializers.VarianceScaling(seed=1), 0.05, 2 * 0.05 / _CUT),
    "VarianceScaling avg uniform": (
        initializers.VarianceScaling(0.75, "fan_avg", "uniform", seed=1),
        math.sqrt(0.75 / 250),
        math.sqrt(3 * 0.75 / 250),
    ),
    "VarianceScaling out normal": (
        initializers.VarianceScaling(0.09, "fan_out", "untruncated_normal", seed=1),
        0.03,
        _INF,
    ),
    "VarianceScaling axes": (
        initializers.VarianceScaling(seed=1, input_axes=[1], output_axes=[0]),
        0.1,
        2 * 0.1 / _CUT,
    ),
    "GlorotUniform": (initializers.GlorotUniform(1), math.sqrt(2 / 500), math.sqrt(6 / 500)),
    "GlorotNormal": (
        initializers.GlorotNormal(1),
        math.sqrt(2 / 500),
        2 * math.sqrt(2 / 500) / _CUT,
    ),
    "HeUniform": (initializers.HeUniform(1), math.sqrt(2 / 400), math.sqrt(6 / 400)),
    "HeNormal": (initializers.HeNormal(1), math.sqrt(2 / 400), 2 * math.sqrt(2 / 400) / _CUT),
    "LecunUniform": (initializers.LecunUniform(1), 0.05, math.sqrt(3 / 400)),
    "LecunNormal": (initializers.LecunNormal(1), 0.05, 2 * 0.05 / _CUT),
    "Orthogonal": (initializers.Orthogonal(seed=1), 0.05, 1.0),
}


@pytest.mark.parametrize("name", RANDOM)
def test_moments(name: str) -> None:
    initializer, stddev, largest = RANDOM[name]
    w = initializer((FAN_IN, FAN_OUT), "float64")
    # Forty thousand numbers: the mean is within five of its standard errors of 0, the deviation
    # within 2.5 % (seven standard errors of a normal one).
    assert abs(w.mean()) < 5 * stddev / 200
    assert w.std() == pytest.approx(stddev, rel=0.025)
    assert np.abs(w).max() <= largest * (1 + 1e-12)
    assert np.abs(w).max() > min(0.97 * largest, 3 * stddev)


@pytest.mark.parametrize("name", ["RandomNormal", "TruncatedNormal", "RandomUniform"])
def test_the_mean_is_moved(name: str) -> None:
    initializer = {
        "RandomNormal": initializers.RandomNormal(3.0, 0.1, seed=0),
        "TruncatedNormal": initializers.TruncatedNormal(3.0, 0.1, seed=0),
        "RandomUniform": initializers.RandomUniform(2.9, 3.1, seed=0),
    }[name]
    assert initializer((100, 100)).mean() == pytest.approx(3.0, abs=0.005)


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_repeats_and_rounds(name: str) -> None:
    initializer = RANDOM[name][0]
    w = initializer((7, 5))
    assert w.dtype == np.float32
    assert np.array_equal(w, initializer((7, 5)))
    assert np.array_equal(w, initializer((7, 5), "float64").astype("float32"))
    assert np.array_equal(w, initializer.clone()((7, 5)))


@pytest.mark.parametrize("name", sorted({name.split()[0] for name in RANDOM}))
def test_without_a_seed_the_process_decides(name: str) -> None:
    runs = []
    for _ in range(2):
        set_random_seed(5)
        initializer = initializers.get(name)
        assert initializer is not None
        runs.append([initializer((4, 4)) for _ in range(2)])
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0][0], runs[0][1])


def test_the_numbers_of_one_seed_are_independent() -> None:
    w = initializers.RandomNormal(stddev=1.0, seed=3)((200, 200), "float64")
    neighbours = np.corrcoef(w[:, :-1].ravel(), w[:, 1:].ravel())[0, 1]
    assert abs(neighbours) < 0.02


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (3, 3, 2, 7), (2, 2, 40)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    w = initializers.Orthogonal(gain=2.0, seed=0)(shape, "float64")
    assert w.shape == shape
    flat = w.reshape(-1, shape[-1])
    flat = flat if flat.shape[0] >= flat.shape[1] else flat.T
    assert np.allclose(flat.T @ flat, 4 * np.eye(flat.shape[1]), atol=1e-12)


def test_every_orthogonal_matrix_is_equally_likely() -> None:
    # Without the choice of signs the first element would never be positive.
    firsts = [initializers.Orthogonal(seed=s)((3, 3))[0, 0] for s in range(200)]
    assert 0.35 < np.mean(np.array(firsts) > 0) < 0.65


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("zeros", [[0.0, 0.0], [0.0, 0.0]]),
        ("one", [[1.0, 1.0], [1.0, 1.0]]),
        (initializers.Constant(3), [[3.0, 3.0], [3.0, 3.0]]),
        (initializers.Constant([1.0, 2.0]), [[1.0, 2.0], [1.0, 2.0]]),
        (initializers.Identity(0.5), [[0.5, 0.0], [0.0, 0.5]]),
        (np.array([[1, 2], [3, 4]]), [[1.0, 2.0], [3.0, 4.0]]),
        (constant([[1.0, 2.0], [3.0, 4.0]]), [[1.0, 2.0], [3.0, 4.0]]),
        (lambda shape, dtype: np.full(shape, 9, dtype), [[9.0, 9.0], [9.0, 9.0]]),
    ],
)
def test_constants(identifier: Any, expected: list[list[float]]) -> None:
    initializer = initializers.get(identifier)
    assert initializer is not None
    w = initializer((2, 2), dtype="float32")
    assert w.dtype == np.float32
    assert w.tolist() == expected


def test_the_setting_floatx_is_the_default_type() -> None:
    with settings.using(floatx="float64"):
        assert {initializers.get(name)((2, 2)).dtype.name for name in _classes()} == {"float64"}  # type: ignore[misc]
    assert initializers.Zeros()((2,), "int64").dtype == np.int64


def _classes() -> list[str]:
    return [name for name in INITIALIZERS.names() if name[0].isupper() and name != "Values"]


@pytest.mark.parametrize("name", _classes())
def test_configs_go_there_and_back(name: str) -> None:
    initializer = initializers.get(name)
    config = json.loads(json.dumps(initializers.serialize(initializer)))
    again = initializers.deserialize(config)
    assert (type(again), repr(again)) == (type(initializer), repr(initializer))


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((7,), (7, 7)), ((3, 5), (3, 5)), ((4, 3, 5), (12, 20)), ((0, 5), (0, 5))],
)
def test_fans(shape: tuple[int, ...], fans: tuple[int, int]) -> None:
    assert compute_fans(shape) == fans


def test_an_empty_shape_has_a_weight() -> None:
    assert initializers.GlorotUniform(0)(()).shape == ()
    assert initializers.HeNormal(0)((0, 3)).shape == (0, 3)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: initializers.get("glorot_unifrom"), "glorot_uniform"),
        (lambda: initializers.get(3), "received 3"),
        (lambda: initializers.GlorotUniform("1"), r"GlorotUniform.seed: expected a whole number"),
        (lambda: initializers.HeNormal(-1), "received -1"),
        (lambda: initializers.RandomNormal(stddev=-1), "stddev: expected a number >= 0"),
        (lambda: initializers.RandomUniform(1, 0), "maxval: expected a number >= 1"),
        (lambda: initializers.VarianceScaling(0), "scale: expected a number > 0"),
        (lambda: initializers.VarianceScaling(mode="in"), "'fan_in', 'fan_out', 'fan_avg'"),
        (lambda: initializers.VarianceScaling(distribution="x"), "'uniform'; received 'x'"),
        (lambda: initializers.Constant("a"), "expected a number or an array of numbers"),
    ],
)
def test_wrong_arguments(build: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        build()


@pytest.mark.parametrize(
    ("initializer", "shape"),
    [
        (initializers.Identity(), (2, 2, 2)),
        (initializers.Orthogonal(), (3,)),
        (initializers.Constant([1.0, 2.0]), (2, 3)),
        (initializers.get(np.ones(3)), (2, 3)),
    ],
)
def test_wrong_shapes(initializer: Any, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=str(shape).replace("(", r"\(").replace(")", r"\)")):
        initializer(shape)


@pytest.mark.parametrize("name", _classes())
def test_names_and_defaults_are_those_of_keras(name: str) -> None:
    keras = pytest.importorskip("keras")
    ours: Any = initializers.get(name)
    theirs = getattr(keras.initializers, name)()
    # Keras forgets the gain of an identity matrix.
    kept = {"gain": 1.0} if "Identity" in name else {}
    assert ours.get_config() == {**kept, **theirs.get_config()}
    for each in INITIALIZERS.names():
        # Keras's Constant cannot be asked for by name.
        if INITIALIZERS.find(each) is type(ours) and each.lower() != "constant":
            assert type(keras.initializers.get(each)) is type(theirs)


@pytest.mark.parametrize("name", _classes())
@pytest.mark.parametrize("shape", [(400, 300), (3, 3, 60, 80)])
def test_distributions_are_those_of_keras(name: str, shape: tuple[int, ...]) -> None:
    keras = pytest.importorskip("keras")
    if name.startswith("Identity") and len(shape) != 2:
        return
    keras.utils.set_random_seed(1)
    set_random_seed(1)
    ours = initializers.get(name)(shape)  # type: ignore[misc]
    theirs = np.asarray(getattr(keras.initializers, name)()(shape))
    assert ours.dtype == theirs.dtype
    share = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]
    scale = float(theirs.std()) or 1.0
    assert np.quantile(ours, share) == pytest.approx(np.quantile(theirs, share), abs=0.04 * scale)
