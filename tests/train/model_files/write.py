#!/usr/bin/env python3
"""Write model files of networks with today's code, and beside each what it predicts.

    python tests/train/model_files/write.py v2 FOLDER

Run once for every version of the format that is released, and never again for that version.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.nn import layers, losses, metrics, seeds
from pellucid.train import Model, Sequential, optimizers

_RANDOM = np.random.default_rng(5)


def _pictures() -> tuple[Any, Any, Any]:
    model = Sequential(
        [
            layers.Input((6, 6, 2)),
            layers.Conv2D(3, 3, activation="gelu", padding="same"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(3, "softmax", kernel_regularizer="l2"),
        ],
        name="pictures",
    )
    model.compile("adamw", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, _RANDOM.normal(size=(24, 6, 6, 2)).round(2).astype("float32"), np.arange(24) % 3


def _words() -> tuple[Any, Any, Any]:
    words = layers.Input((5,), dtype="int32", name="words")
    dose = layers.Input((2,), name="dose")
    steps = layers.Embedding(11, 4)(words)
    steps = layers.LSTM(5, return_sequences=True)(steps)
    steps = layers.GRU(4)(steps)
    both = layers.Concatenate()([steps, layers.LayerNormalization()(dose)])
    out = layers.Dense(1, name="score")(layers.Dense(4, "swish")(both))
    model = Model([words, dose], out, name="words_and_dose")
    loss = losses.Huber(delta=0.5)
    optimizer = optimizers.SGD(0.05, momentum=0.9)
    model.compile(optimizer, loss, metrics=[metrics.MeanAbsoluteError("mae")])
    x = [_RANDOM.integers(0, 11, (20, 5)), _RANDOM.normal(size=(20, 2)).astype("float32")]
    return model, x, _RANDOM.normal(size=(20, 1)).astype("float32")


NETWORKS: dict[str, Callable[[], tuple[Any, Any, Any]]] = {"pictures": _pictures, "words": _words}


def write(name: str, version: str, folder: Path) -> None:
    """Train two epochs, save, predict, and say what one more epoch without shuffling gives."""
    with seeds.seeded(3):
        model, x, y = NETWORKS[name]()
        model.fit(x, y, epochs=2, batch_size=8, verbose=0)
    model.save(folder / f"{version}-{name}.pellucid")
    inputs = x if isinstance(x, list) else [x]
    facts = {
        "inputs": [np.float64(each).round(6).tolist() for each in inputs],
        "types": [str(each.dtype) for each in inputs],
        "targets": y.tolist(),
        "answers": model.predict(x, verbose=0).tolist(),
        "evaluated": [float(value) for value in model.evaluate(x, y, verbose=0)],
        "optimizer": type(model.optimizer).__name__,
        "iterations": int(model.optimizer.iterations.value),
    }
    (folder / f"{version}-{name}.json").write_text(json.dumps(facts) + "\n", "utf-8")


if __name__ == "__main__":
    for each in NETWORKS:
        write(each, sys.argv[1], Path(sys.argv[2]))
