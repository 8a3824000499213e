"""Names that layers get when none is given: "dense", "dense_1", …, counted for each type."""

from __future__ import annotations

from pellucid.nn.registry import to_snake_case

_counts: dict[str, int] = {}


def automatic_name(prefix: str) -> str:
    """`prefix`, or `prefix_1`, `prefix_2`, … when it was given before.

    >>> clear_session(); automatic_name("dense"), automatic_name("dense")
    ('dense', 'dense_1')
    """
    count = _counts.get(prefix, 0)
    _counts[prefix] = count + 1
    return f"{prefix}_{count}" if count else prefix


def clear_session() -> None:
    """Start counting names anew, so that the next dense layer is called "dense" again.

    Layers that exist keep their names.
    """
    _counts.clear()


def name_of(owner: type) -> str:
    """An automatic name for an object of a class."""
    return automatic_name(to_snake_case(owner.__name__.lstrip("_")) or "layer")
