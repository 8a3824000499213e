"""Keys: the same after the same seed, different otherwise."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.nn.seeds import generator, next_key, set_random_seed


def test_the_same_seed_gives_the_same_keys() -> None:
    runs = []
    for seed in (3, 3, 4):
        set_random_seed(seed)
        runs.append([next_key() for _ in range(100)])
    assert runs[0] == runs[1]
    assert len(set(runs[0] + runs[2])) == 200
    assert all(0 <= key < 2**63 for key in runs[0])


def test_the_generators_of_python_and_numpy_follow() -> None:
    draws = []
    for _ in range(2):
        set_random_seed(12)
        draws.append((random.random(), np.random.rand()))  # noqa: NPY002 - it is what is tested
    assert draws[0] == draws[1]


def test_generators_are_new_or_repeated() -> None:
    set_random_seed(0)
    assert generator().normal() != generator().normal()
    assert generator(5).normal() == generator(5).normal()


def test_processes_without_a_seed_differ() -> None:
    script = "from pellucid.nn.seeds import next_key; print(next_key())"
    keys = {subprocess.check_output([sys.executable, "-c", script]) for _ in range(2)}
    assert len(keys) == 2


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "1", None, True])
def test_what_is_no_seed(seed: Any) -> None:
    with pytest.raises(ArgumentError, match=r"expected a whole number in \[0, 2\*\*32\)"):
        set_random_seed(seed)
