"""How good predictions are: the usual figures, each with a 95 % interval.

`evaluate` measures predictions against what came true; it knows nothing of how they were made.
"""

from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.measure import (
    Evaluation,
    balanced_threshold,
    compare,
    decide,
    evaluate,
)

__all__ = ["Estimate", "Evaluation", "balanced_threshold", "compare", "decide", "evaluate"]
