"""How good predictions are: the usual figures, each with a 95 % interval.

`evaluate` measures predictions against what came true, `verdict` two models against each other;
neither knows how the predictions were made.
"""

from pellucid.tabular.evaluation.decision_curve import decision_curve
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.measure import compare, decide, evaluate
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.result import Evaluation
from pellucid.tabular.evaluation.thresholds import balanced_threshold, choose_threshold
from pellucid.tabular.evaluation.verdict import verdict

__all__ = [
    "Estimate",
    "Evaluation",
    "Resampling",
    "balanced_threshold",
    "choose_threshold",
    "compare",
    "decide",
    "decision_curve",
    "evaluate",
    "verdict",
]
