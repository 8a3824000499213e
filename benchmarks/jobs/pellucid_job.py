# mypy: ignore-errors
"""Train 30-16-1 with Pellucid."""

import sys

import numpy as np

from pellucid import Sequential, layers, losses, optimizers

data = np.load(sys.argv[1])
x, y = data["x"], data["y"]
model = Sequential(
    [layers.Input((x.shape[1],)), layers.Dense(16, activation="relu"), layers.Dense(1)]
)
model.compile(optimizers.Adam(1e-3), losses.BinaryCrossentropy(from_logits=True))
history = model.fit(x, y, batch_size=32, epochs=int(sys.argv[2]), verbose=0)
print(history.history["loss"][-1])
