"""Constant folding: what depends on nothing but constants is computed now."""

from __future__ import annotations

import numpy as np

from pellucid.compiler.passes.rewriting import rewrite
from pellucid.compiler.program import LEAVES, Program
from pellucid.graph import Tensor, constant
from pellucid.graph.dims import is_static, size_of
from pellucid.graph.primitives.table import NUMPY_RULES

# Bigger results would swell the program; a broadcast is smaller as it stands.
_LARGEST = 4096
_KEPT = (*LEAVES, "broadcast_to", "iota", "scan", "item", "random_uniform", "dim_size")


def fold(program: Program) -> Program:
    """Evaluate nodes whose inputs are all constants, where the result is small."""
    return rewrite(program, _rule)


def _rule(node: Tensor) -> Tensor | None:
    if node.op in _KEPT or not all(tensor.op == "constant" for tensor in node.inputs):
        return None
    if not is_static(node.shape) or int(str(size_of(node.shape))) > _LARGEST:
        return None
    arrays = [tensor.attrs["value"].array for tensor in node.inputs]
    with np.errstate(all="ignore"):
        value = NUMPY_RULES[node.op](*arrays, **node.attrs)
    return constant(np.asarray(value, node.dtype))
