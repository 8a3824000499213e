"""The layers, under Keras's names, one family a file."""

from pellucid.nn.layers.core import Activation, Dense, Identity, Lambda
from pellucid.nn.layers.input import Input, InputLayer

__all__ = ["Activation", "Dense", "Identity", "Input", "InputLayer", "Lambda"]
