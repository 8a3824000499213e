"""Optimizers by name, and back."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from pellucid.errors import ArgumentError
from pellucid.nn.registry import Registry
from pellucid.train.optimizers.optimizer import Optimizer

optimizers: Registry[Optimizer] = Registry("optimizer")


def get(identifier: Any) -> Optimizer:
    """The optimizer meant by a name in any case, a config, a class, or an optimizer itself.

    Raises `ArgumentError` for anything else.

    >>> from pellucid.train.optimizers import Adam
    >>> get("adam").learning_rate, get(Adam(0.01)).learning_rate
    (0.001, 0.01)
    """
    found = identifier
    if isinstance(identifier, str):
        found = optimizers.deserialize(_spelling(identifier))
    elif isinstance(identifier, Mapping):
        found = optimizers.deserialize(identifier)
    elif inspect.isclass(identifier):
        found = identifier()
    if not isinstance(found, Optimizer):
        raise ArgumentError(
            "optimizer",
            expected="the name or config of an optimizer, or an optimizer",
            received=identifier,
        )
    return found


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """The name of its class and its arguments, as JSON can hold them; state is not included."""
    config: dict[str, Any] = optimizers.serialize(optimizer)
    return config


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Optimizer:
    """The optimizer that `serialize` described; `custom_objects` adds classes by name."""
    return optimizers.deserialize(config, custom_objects)


def _spelling(name: str) -> str:
    """A name as it is registered, whatever its capitals."""
    return name.lower() if name.lower() in optimizers.names() else name
