"""A training run that can be killed: everything random in it, and a checkpoint folder.

Run as a program: ``python resumed.py FOLDER SAVE_FREQ OUT`` trains, goes on from what it finds in
FOLDER, and writes the final weights, optimizer state and history to OUT.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.nn.layers import BatchNormalization, Dense, Dropout, Input
from pellucid.nn.seeds import set_random_seed
from pellucid.train import BackupAndRestore, Sequential, optimizers
from pellucid.train.callbacks import Callback, EarlyStopping, ReduceLROnPlateau

EPOCHS = 8


class StopAt(Callback):
    """Ends a run without warning after so many batches, as a crash would."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self.left = batches

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count down."""
        self.left -= 1
        if not self.left:
            raise RuntimeError("crash")


class Slowly(Callback):
    """Takes its time, so that there is some to be killed in."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Wait."""
        time.sleep(0.02)


def data() -> tuple[Any, Any]:
    """Points of two kinds, with enough noise that validation gets worse now and then."""
    random = np.random.default_rng(0)
    x = random.normal(size=(150, 5)).astype(np.float32)
    return x, (x.sum(1) + 3 * random.normal(size=150) > 0).astype(np.float32)


def run(folder: Any, save_freq: Any, crash: int = 0, extra: Any = ()) -> tuple[Sequential, Any]:
    """Train with dropout, batch statistics, Adam, shuffling and callbacks that count."""
    set_random_seed(7)
    model = Sequential(
        [
            Input((5,)),
            Dense(16, "relu"),
            BatchNormalization(),
            Dropout(0.3),
            Dense(1, "sigmoid"),
        ]
    )
    model.compile(optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy", "auc"])
    callbacks: list[Callback] = [
        EarlyStopping(patience=5, restore_best_weights=True),
        ReduceLROnPlateau(patience=1),
        *extra,
    ]
    if folder:
        kept = BackupAndRestore(folder, save_freq, delete_checkpoint=False, double_checkpoint=True)
        callbacks.insert(0, kept)
    if crash:
        callbacks.append(StopAt(crash))
    x, y = data()
    history = model.fit(
        x, y, batch_size=16, epochs=EPOCHS, validation_split=0.2, callbacks=callbacks
    )
    return model, history


def outcome(model: Sequential, history: Any) -> dict[str, Any]:
    """All that must be the same, as JSON: bytes as hexadecimal text."""
    return {
        "weights": [value.tobytes().hex() for value in model.get_weights()],
        "optimizer": [v.value.tobytes().hex() for v in model.optimizer.variables],
        "states": [v.value.tobytes().hex() for v in model.variables],
        "history": history.history,
        "epoch": history.epoch,
    }


def main() -> None:
    """The program."""
    folder, save_freq, out = sys.argv[1:]
    print("ready", flush=True)
    frequency = save_freq if save_freq == "epoch" else int(save_freq)
    Path(out).write_text(json.dumps(outcome(*run(folder, frequency, extra=[Slowly()]))))


if __name__ == "__main__":
    main()
