"""Activations by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graph import Tensor
from pellucid.nn.registry import Registry

Activation = Callable[..., Tensor]

ACTIVATIONS: Registry[Activation] = Registry("activation")


def get(identifier: Any) -> Activation:
    """The activation meant by a name, a config, or any function of a Tensor; None means linear.

    Raises `ArgumentError` for anything else.

    >>> get("swish").__name__, get(None).__name__
    ('silu', 'linear')
    """
    found = ACTIVATIONS.get("linear" if identifier is None else identifier)
    assert found is not None
    return found


serialize = ACTIVATIONS.serialize
deserialize = ACTIVATIONS.deserialize
