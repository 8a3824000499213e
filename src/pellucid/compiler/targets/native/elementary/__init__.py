"""Elementary functions of float32 and float64 values, scalar or vector, within 4 ulp.

Each is right over its whole range: at infinities, NaN, signed zeros and denormals. No fast-math:
only products and sums are fused, and nothing is reordered.
"""

from pellucid.compiler.targets.native.elementary.circular import arctan, cos, sin
from pellucid.compiler.targets.native.elementary.division import floor_divide, mod
from pellucid.compiler.targets.native.elementary.exponential import (
    erf,
    exp,
    expm1,
    log,
    log1p,
    sigmoid,
    tanh,
)
from pellucid.compiler.targets.native.elementary.powers import power

__all__ = [
    "arctan",
    "cos",
    "erf",
    "exp",
    "expm1",
    "floor_divide",
    "log",
    "log1p",
    "mod",
    "power",
    "sigmoid",
    "sin",
    "tanh",
]
