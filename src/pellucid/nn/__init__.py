"""Neural networks: layers, activations, losses, and how layers connect."""

from pellucid.nn.chain import Chain
from pellucid.nn.layer import LAYERS, Layer
from pellucid.nn.naming import clear_session
from pellucid.nn.network import Network
from pellucid.nn.seeds import set_random_seed
from pellucid.nn.state import Record, recording

__all__ = [
    "LAYERS",
    "Chain",
    "Layer",
    "Network",
    "Record",
    "clear_session",
    "recording",
    "set_random_seed",
]
