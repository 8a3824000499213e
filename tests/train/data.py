"""Small data sets and networks that several tests of training share."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.nn.layers import Dense, Input
from pellucid.train import Sequential


def blobs(rows: int = 70, features: int = 4, classes: int = 3, seed: int = 0) -> tuple[Any, Any]:
    """Points around a centre for each class, and their classes; float32 and int64."""
    random = np.random.default_rng(seed)
    y = random.integers(classes, size=rows)
    centres = random.normal(size=(classes, features))
    return (centres[y] + random.normal(size=(rows, features))).astype(np.float32), y


def halves(rows: int = 70, features: int = 4, seed: int = 0) -> tuple[Any, Any]:
    """Points and whether they lie on the positive side of a plane; targets of shape (N, 1)."""
    x, _ = blobs(rows, features, 2, seed)
    return x, (x.sum(1, keepdims=True) > 0).astype(np.float32)


def small_net(features: int = 4, classes: int = 3, **compile: Any) -> Sequential:
    """A network of two layers, compiled with SGD and cross-entropy unless told otherwise."""
    model = Sequential(
        [
            Input((features,)),
            Dense(8, "tanh", name="hidden"),
            Dense(classes, "softmax", name="output"),
        ]
    )
    given = {"optimizer": "sgd", "loss": "sparse_categorical_crossentropy", **compile}
    model.compile(**given)
    return model


def same(a: Any, b: Any) -> bool:
    """Whether two lists of arrays agree in every bit."""
    return len(a) == len(b) and all(
        x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes()
        for x, y in zip(map(np.asarray, a), map(np.asarray, b), strict=True)
    )
