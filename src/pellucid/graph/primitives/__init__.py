"""The primitive ops; importing this fills the tables."""

from pellucid.graph.primitives import (
    contraction,
    elementwise,
    indexing,
    movement,
    random,
    reduction,
    scan,
)

__all__ = ["contraction", "elementwise", "indexing", "movement", "random", "reduction", "scan"]
