"""A real data set of real size: handwritten digits, 784-128-64-10, five epochs."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.nn.layers import Dense, Input
from pellucid.nn.seeds import set_random_seed
from pellucid.train import Sequential, optimizers, schedules


def _read(path: Path) -> Any:
    with gzip.open(path) as file:
        data = file.read()
    dims = [int.from_bytes(data[4 * i + 4 : 4 * i + 8], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(dims)


def digits(folder: Path, part: str) -> tuple[Any, Any]:
    """Images as rows of 784 numbers in [0, 1], and their classes."""
    x = _read(folder / "mnist" / f"{part}-images-idx3-ubyte.gz")
    y = _read(folder / "mnist" / f"{part}-labels-idx1-ubyte.gz")
    return x.reshape(len(x), -1).astype(np.float32) / 255.0, y


@pytest.mark.slow
def test_five_epochs_reach_the_figure(shared_data: Path) -> None:
    set_random_seed(0)
    model = Sequential([Input((784,)), Dense(128, "relu"), Dense(64, "relu"), Dense(10, "softmax")])
    x, y = digits(shared_data, "train")
    # Seeds 0 to 4 give 0.979 to 0.980; a constant rate of 0.001 gives 0.973 to 0.977.
    rate = schedules.CosineDecay(0.002, decay_steps=5 * math.ceil(len(x) / 64))
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizers.Adam(rate), loss, metrics=["accuracy"])
    model.fit(x, y, batch_size=64, epochs=5)
    loss, accuracy = model.evaluate(*digits(shared_data, "t10k"), batch_size=1000)
    assert accuracy >= 0.975
    assert loss < 0.1
