"""Model and Sequential: networks that can be trained, saved, loaded and printed."""

from __future__ import annotations

import os

from pellucid.nn.chain import Chain
from pellucid.nn.layer import LAYERS
from pellucid.nn.network import Network
from pellucid.train import model_file
from pellucid.train.trainer import Trainer


class Saved(Trainer):
    """Adds files to training."""

    def save(
        self,
        filepath: str | os.PathLike[str],
        overwrite: bool = True,
        include_optimizer: bool = True,
    ) -> None:
        """Write architecture, weights and training state to one file; see `load_model`."""
        model_file.save_model(self, filepath, overwrite, include_optimizer)

    def save_weights(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the weights to one ``.safetensors`` file."""
        model_file.save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | os.PathLike[str]) -> None:
        """Take the weights of a file of `save_weights` or `save`, by name or else in order.

        Raises `ModelFileError` if they do not fit, and then nothing has changed.
        """
        model_file.load_weights(self, filepath)


@LAYERS.register()
class Model(Saved, Network):
    """A network that can be trained: from `inputs` to `outputs`, or a subclass with its own call.

    >>> from pellucid.nn.layers import Dense, Input
    >>> x = Input((4,), name="measured")
    >>> model = Model(x, Dense(2, activation="softmax", name="kind")(x))
    >>> model.predict([[5.1, 3.5, 1.4, 0.2]]).shape
    (1, 2)
    """


@LAYERS.register()
class Sequential(Saved, Chain):
    """Layers one after another, that can be trained.

    >>> from pellucid.nn.layers import Dense, Input
    >>> model = Sequential([Input((9,)), Dense(16, "relu"), Dense(1, "sigmoid")])
    >>> model.compile("adam", loss="binary_crossentropy", metrics=["accuracy"])
    >>> model.count_params()
    177
    """
