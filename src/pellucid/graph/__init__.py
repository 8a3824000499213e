"""What a computation is: Tensor expressions, their evaluation, and their derivatives."""

from pellucid.graph import ops
from pellucid.graph.arrays import Array
from pellucid.graph.check import check_gradient, difference_quotient
from pellucid.graph.dims import Dim, N, Shape, SymbolicDim, format_shape
from pellucid.graph.dtypes import DTYPES, DType, as_dtype, is_float, promote
from pellucid.graph.evaluate import evaluate, toposort
from pellucid.graph.gradient import gradient, hessian, jacobian
from pellucid.graph.rewrite import substitute
from pellucid.graph.tensor import (
    Origin,
    Tensor,
    Variable,
    apply,
    as_tensor,
    constant,
    current_origin,
    label,
    origin,
    placeholder,
)

__all__ = [
    "DTYPES",
    "Array",
    "DType",
    "Dim",
    "N",
    "Origin",
    "Shape",
    "SymbolicDim",
    "Tensor",
    "Variable",
    "apply",
    "as_dtype",
    "as_tensor",
    "check_gradient",
    "constant",
    "current_origin",
    "difference_quotient",
    "evaluate",
    "format_shape",
    "gradient",
    "hessian",
    "is_float",
    "jacobian",
    "label",
    "ops",
    "origin",
    "placeholder",
    "promote",
    "substitute",
    "toposort",
]
