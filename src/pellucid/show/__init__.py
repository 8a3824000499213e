"""Drawings: what a computation, a network or a training run looks like."""

from pellucid.show.graph_text import draw_graph

__all__ = ["draw_graph"]
