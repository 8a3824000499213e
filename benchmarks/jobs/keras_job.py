# mypy: ignore-errors
"""Train 30-16-1 with Keras 3, on the backend of its environment variable."""

import sys

import keras
import numpy as np
from keras import layers

data = np.load(sys.argv[1])
x, y = data["x"], data["y"]
model = keras.Sequential(
    [layers.Input((x.shape[1],)), layers.Dense(16, activation="relu"), layers.Dense(1)]
)
whole = {"steps_per_execution": len(x) // 32} if keras.backend.backend() == "jax" else {}
model.compile(
    keras.optimizers.Adam(1e-3), keras.losses.BinaryCrossentropy(from_logits=True), **whole
)
history = model.fit(x, y, batch_size=32, epochs=int(sys.argv[2]), verbose=0)
print(history.history["loss"][-1])
