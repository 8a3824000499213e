"""Data that lie in files are read in pieces: never converted, copied or put in order as a whole."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import settings
from pellucid.compiler import compiled
from pellucid.nn.layers import Dense, Input
from pellucid.nn.seeds import set_random_seed
from pellucid.train import Sequential, feeds

ROWS, FEATURES = 1_000_000, 40


def in_file(path: Path, dtype: str, shape: tuple[int, ...]) -> Any:
    """An array in a sparse file, with something in its first and last rows."""
    array = np.memmap(path, dtype, "w+", shape=shape)
    array[:1000] = np.arange(1000).reshape(-1, *[1] * (len(shape) - 1)) % 7
    array[-1:] = 1
    return array


def peak(run: Callable[[], object]) -> int:
    """The most bytes that NumPy and Python held at once."""
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
@pytest.mark.parametrize("shuffle", [True, False])
def test_a_file_is_not_read_as_a_whole(tmp_path: Path, dtype: str, shuffle: bool) -> None:
    x = in_file(tmp_path / "x", dtype, (ROWS, FEATURES))
    y = in_file(tmp_path / "y", dtype, (ROWS,))
    model = Sequential([Input((FEATURES,)), Dense(1)])
    model.compile("sgd", loss="mse")
    model.fit(x[:2000], y[:2000], batch_size=1000, verbose=0)
    whole = ROWS * FEATURES * 4 * 0.8
    assert peak(lambda: model.fit(x, y, batch_size=1000, shuffle=shuffle, verbose=0)) < whole
    assert peak(lambda: model.evaluate(x, y, batch_size=1000, verbose=0)) < whole
    assert peak(lambda: model.predict(x, verbose=0)) < whole


@pytest.mark.parametrize("target", ["native", "numpy"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("size", [32, 7])
def test_pieces_give_what_the_whole_gives(
    target: str, order: Any, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((301, 5)), rng.standard_normal((301, 1))
    results = []
    for pieces in (False, True):
        if pieces:
            monkeypatch.setattr(compiled, "_SMALL", 0)
            monkeypatch.setattr(compiled, "_BLOCK", 5000)
            monkeypatch.setattr(feeds, "_CONVERT_AT_ONCE", 0)
        with settings.using(target=target):
            set_random_seed(0)
            model = Sequential([Input((5,)), Dense(4, "tanh"), Dense(1)])
            model.compile("adam", loss="mse")
            data = np.asarray(x, order=order), np.asarray(y, order=order)
            history = model.fit(*data, batch_size=size, epochs=3, verbose=0)
            found = [*history.history["loss"], model.evaluate(*data, batch_size=size, verbose=0)]
            results.append((found, model.get_weights()))
    (losses, weights), (others, same) = results
    np.testing.assert_allclose(losses, others, rtol=1e-6)
    for a, b in zip(weights, same, strict=True):
        np.testing.assert_array_equal(a, b)
