"""Small helpers under Keras's names: seeds, names counted anew, classes as rows of 0 and 1."""

from pellucid.nn.naming import clear_session
from pellucid.nn.seeds import set_random_seed
from pellucid.nn.utils.classes import to_categorical

__all__ = ["clear_session", "set_random_seed", "to_categorical"]
