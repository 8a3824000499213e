"""A program written for Keras runs with another import line, and gives the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

# Keras's own arrays do not yet take the argument that NumPy 2 gives them.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

_SEQUENTIAL = """
import numpy as np
import keras
from keras import layers
from keras.callbacks import EarlyStopping, LambdaCallback, ReduceLROnPlateau
from keras.utils import to_categorical

keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)
x = rng.normal(size=(240, 6)).astype("float32")
kinds = (x[:, 0] + x[:, 1] * x[:, 2] > 0).astype(int) + (x[:, 3] > 0.5)
x_train, x_test = x[:200], x[200:]
y_train, y_test = to_categorical(kinds[:200], 3), to_categorical(kinds[200:], 3)

model = keras.Sequential(
    [
        keras.Input(shape=(6,)),
        layers.Normalization(mean=[0.1] * 6, variance=[1.1] * 6),
        layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-3)),
        layers.BatchNormalization(),
        layers.Dense(3, activation="softmax"),
    ],
    name="kinds",
)
model.set_weights([rng.normal(scale=0.3, size=w.shape) ** 2 for w in model.get_weights()])
rate = keras.optimizers.schedules.ExponentialDecay(0.02, decay_steps=20, decay_rate=0.9)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=rate),
    loss="categorical_crossentropy",
    metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(k=2, name="top2")],
)
seen = []
history = model.fit(
    x_train,
    y_train,
    batch_size=32,
    epochs=12,
    shuffle=False,
    verbose=0,
    validation_split=0.2,
    callbacks=[
        EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True),
        LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs["loss"])),
    ],
)
score = model.evaluate(x_test, y_test, verbose=0)
results = {
    "loss": history.history["loss"],
    "val_accuracy": history.history["val_accuracy"],
    "seen": seen,
    "score": score,
    "predictions": model.predict(x_test, verbose=0),
    "params": model.count_params(),
    "names": [len(model.layers), model.name == "kinds"],
}
"""

_FUNCTIONAL = """
import numpy as np
import keras
from keras.layers import Concatenate, Dense, Input
from keras.models import Model

rng = np.random.default_rng(3)
price, size = rng.normal(size=(90, 2)), rng.normal(size=(90, 3))
target = price[:, :1] * 2 - size[:, 1:2]

prices = Input((2,), name="prices")
sizes = Input((3,), name="sizes")
shared = Dense(4, activation="tanh", name="shared")
joined = Concatenate()([shared(Dense(3)(prices)), shared(sizes)])
value = Dense(1, name="value")(joined)
dear = Dense(1, activation="sigmoid", name="dear")(joined)
model = Model(inputs=[prices, sizes], outputs=[value, dear])
model.set_weights([rng.normal(scale=0.4, size=w.shape) for w in model.get_weights()])
model.get_layer("shared").trainable = False
model.compile(
    optimizer=keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True, clipnorm=1.0),
    loss={"value": "mse", "dear": keras.losses.BinaryCrossentropy()},
    loss_weights={"value": 1.0, "dear": 0.5},
    metrics={"value": ["mae"], "dear": ["accuracy"]},
)
history = model.fit(
    {"prices": price, "sizes": size},
    {"value": target, "dear": (target > 0).astype("float32")},
    batch_size=16,
    epochs=6,
    shuffle=False,
    verbose=0,
)
value_out, dear_out = model.predict([price, size], verbose=0)
results = {
    "loss": history.history["loss"],
    "value_mae": history.history["value_mae"],
    "dear_accuracy": history.history["dear_accuracy"],
    "value": value_out,
    "dear": dear_out,
    "weights": np.concatenate([w.ravel() for w in model.get_weights()]),
    "trained": [len(model.trainable_weights), len(model.non_trainable_weights)],
}
"""

_SUBCLASSED = """
import numpy as np
import keras
from keras import ops


class Scaled(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones", name="w")
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")

    def call(self, inputs):
        return ops.tanh(ops.matmul(inputs, self.w) * self.scale) / 2


def distance(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=-1) + 0.1 * ops.mean(ops.abs(y_pred), axis=-1)


rng = np.random.default_rng(5)
x = rng.normal(size=(64, 4)).astype("float32")
y = np.tanh(x @ rng.normal(size=(4, 2))).astype("float32")
model = keras.Sequential([keras.Input((4,)), Scaled(8), keras.layers.Dense(2, use_bias=False)])
model.set_weights([rng.normal(scale=0.5, size=w.shape) for w in model.get_weights()])
model.compile(optimizer=keras.optimizers.RMSprop(0.01), loss=distance)
history = model.fit(x, y, epochs=5, batch_size=16, shuffle=False, verbose=0)
results = {"loss": history.history["loss"], "predictions": model.predict(x, verbose=0)}
"""

_PROGRAMS = {
    "sequential": _SEQUENTIAL,
    "functional": _FUNCTIONAL,
    "own layer and loss": _SUBCLASSED,
}


def _for_pellucid(program: str) -> str:
    """The import lines changed, and nothing else."""
    lines = [
        "import pellucid as keras"
        if line == "import keras"
        else line.replace("from keras", "from pellucid", 1)
        if line.startswith("from keras")
        else line
        for line in program.splitlines()
    ]
    return "\n".join(lines)


def _results(program: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(program, "program", "exec"), namespace)
    return namespace["results"]


@pytest.mark.parametrize("case", _PROGRAMS)
def test_the_same_program_gives_the_same_numbers(case: str) -> None:
    pytest.importorskip("keras")
    expected = _results(_PROGRAMS[case])
    found = _results(_for_pellucid(_PROGRAMS[case]))
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-3, atol=2e-4, err_msg=name)


def test_a_program_differs_in_its_imports_alone() -> None:
    for program in _PROGRAMS.values():
        pairs = zip(program.splitlines(), _for_pellucid(program).splitlines(), strict=True)
        changed = [old for old, new in pairs if old != new]
        assert changed and all("import" in line for line in changed)
