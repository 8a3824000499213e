"""Random numbers: published vectors, distributions, and the same bits for the same seed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ShapeError
from pellucid.graph import N, Variable, constant, evaluate, gradient, ops, placeholder
from pellucid.graph.ops import random
from pellucid.graph.primitives.random import philox, random_words
from pellucid.graph.tensor import apply
from tests.graph.targets import TARGETS

# Known answers of Random123 (Salmon et al. 2011): counter, key, result.
VECTORS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words(text: str) -> list[int]:
    """Numbers written in base 16."""
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_known_answers(counter: str, key: str, expected: str) -> None:
    arrays: Any = tuple(np.array([word], np.uint64) for word in words(counter))
    k0, k1 = words(key)
    assert [int(word[0]) for word in philox(arrays, (k0, k1))] == words(expected)


def test_the_first_words_of_a_seed() -> None:
    assert random_words(0, 0, 4).tolist() == words(VECTORS[0][2])
    # NumPy's generator counts in 64-bit words of its own; the bits must come from every part.
    for seed, draw in ((2**40 + 3, 1), (-1, 2**35), (3, -2)):
        many = random_words(seed, draw, 1000)
        assert len(set(many.tolist())) == 1000
        assert many.tolist() != random_words(seed, draw + 1, 1000).tolist()
        assert many.tolist() != random_words(seed + 1, draw, 1000).tolist()
        assert many.tolist() != random_words(seed + 2**32, draw, 1000).tolist()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 1000])
def test_fewer_numbers_are_the_first_of_more(count: int, dtype: str) -> None:
    many = random.uniform((2003,), dtype=dtype, seed=5).numpy()
    few = random.uniform((count,), dtype=dtype, seed=5).numpy()
    assert few.tobytes() == many[:count].tobytes()
    square = random.uniform((7, 11), dtype=dtype, seed=5).numpy()
    assert square.tobytes() == many[:77].tobytes()


def test_a_seed_may_be_a_variable() -> None:
    seed = Variable(np.array([5, 0]), "seed", trainable=False)
    noise = random.normal((3, 2), seed=seed)
    first = noise.numpy()
    np.testing.assert_array_equal(noise, first)
    np.testing.assert_array_equal(random.normal((3, 2), seed=5), first)
    seed.assign(seed.value + [0, 1])
    assert (noise.numpy() != first).all()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_bits_on_every_target(dtype: str, target: str) -> None:
    seed = placeholder(2, "int64", "seed")
    noise = random.uniform((5, 3), dtype=dtype, seed=seed)
    array = np.array([2**50 + 1, 7])
    expected = evaluate(noise, {seed: array})
    assert TARGETS[target](noise, [seed], [array]).tobytes() == expected.tobytes()


def distance(sample: Any, cumulative: Any) -> float:
    """Kolmogorov and Smirnov's: the largest gap between two distribution functions."""
    ordered = np.sort(sample.ravel())
    n = len(ordered)
    expected = cumulative(ordered)
    steps = np.arange(n + 1) / n
    return float(max((steps[1:] - expected).max(), (expected - steps[:-1]).max()))


# At 200,000 numbers a fair sample is farther than this once in a million seeds: 2.6 / sqrt(n).
COUNT = 200_000
FAR = 2.6 / math.sqrt(COUNT)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_uniform_numbers(dtype: str) -> None:
    u = random.uniform((COUNT,), dtype=dtype, seed=1).numpy()
    assert u.dtype == dtype
    assert 0 <= u.min() < 1e-4
    assert 1 - 1e-4 < u.max() < 1
    assert distance(u.astype(float), lambda x: x) < FAR
    assert abs(u.mean() - 0.5) < 5 * math.sqrt(1 / 12 / COUNT)
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 5 / math.sqrt(COUNT)
    counts = np.bincount((u * 256).astype(int), minlength=256)
    chi = ((counts - COUNT / 256) ** 2 / (COUNT / 256)).sum()
    assert abs(chi - 255) < 5 * math.sqrt(2 * 255)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normal_numbers(dtype: str) -> None:
    z = random.normal((COUNT,), 3.0, 2.0, dtype, seed=2).numpy().astype(float)
    z = (z - 3) / 2
    assert distance(z, lambda x: 0.5 * (1 + ops.erf(x / math.sqrt(2)).numpy())) < FAR
    for power, moment in ((1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0)):
        spread = math.sqrt((math.prod(range(1, 4 * power, 2)) ** 0.5) / COUNT) * 5
        assert abs((z**power).mean() - moment) < spread, power
    assert 4 < np.abs(z).max() < 8


@pytest.mark.parametrize(("low", "high"), [(0, 6), (-3, 4), (5, 6), (0, 1000)])
def test_whole_numbers(low: int, high: int) -> None:
    x = random.randint((COUNT,), low, high, seed=3).numpy()
    assert x.dtype == np.int32
    assert (x.min(), x.max()) == (low, high - 1)
    expected = COUNT / (high - low)
    counts = np.bincount(x - low)
    assert (np.abs(counts - expected) <= 6 * math.sqrt(expected)).all()


@pytest.mark.parametrize(("low", "high"), [(1.0, 2.0), (-1.0, 1.0), (100.0, 101.0)])
def test_the_upper_end_is_left_out(low: float, high: float) -> None:
    top = constant(np.array([1 - 2**-24, 0.0, 0.5], np.float32))
    spread = random._spread(top, low, high).numpy()
    assert low == spread.min() < spread.max() < high


def test_limits_may_be_tensors() -> None:
    low = Variable([-1.0, 10.0])
    x = random.uniform((1000, 2), low, low + 2, seed=1)
    assert (np.floor(x.numpy().min(0)) == [-1, 10]).all()
    assert (np.ceil(x.numpy().max(0)) == [1, 12]).all()
    np.testing.assert_allclose(gradient(ops.sum(x), low), [1000, 1000], 1e-5)


@pytest.mark.parametrize("n", [0, 1, 7])
def test_noise_for_n_samples(n: int) -> None:
    x = placeholder((N, 3), name="x")
    noisy = x + random.normal((N, 3), seed=1)
    value = evaluate(noisy, {x: np.zeros((n, 3))})
    assert value.shape == (n, 3)
    assert np.isfinite(value).all()


@pytest.mark.parametrize("seed", [[1], [[1, 2]], [1, 2, 3]])
def test_a_seed_is_two_numbers(seed: Any) -> None:
    with pytest.raises(ShapeError, match="two int64 numbers"):
        random.uniform((2,), seed=seed)


def test_a_seed_is_whole() -> None:
    with pytest.raises(ShapeError, match="two int64 numbers"):
        apply("random_uniform", constant([1.0, 2.0]), shape=(2,), dtype="float32")
