"""How good predictions are: the usual figures, each with a 95 % interval.

`evaluate` measures predictions against what came true, `verdict` two models against each other;
neither knows how the predictions were made.
"""

from pellucid.tabular.evaluation.cross import Answers, CrossEvaluation, cross_evaluate
from pellucid.tabular.evaluation.decision_curve import decision_curve
from pellucid.tabular.evaluation.drift import ColumnProfile, drift, profile
from pellucid.tabular.evaluation.importance import correlated_columns, permutation_importance
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.evaluation.learning_curve import diagnose, learning_curve
from pellucid.tabular.evaluation.measure import compare, decide, evaluate
from pellucid.tabular.evaluation.resampling import Resampling
from pellucid.tabular.evaluation.result import Evaluation
from pellucid.tabular.evaluation.subgroups import subgroups
from pellucid.tabular.evaluation.thresholds import balanced_threshold, choose_threshold
from pellucid.tabular.evaluation.verdict import verdict

__all__ = [
    "Answers",
    "ColumnProfile",
    "CrossEvaluation",
    "Estimate",
    "Evaluation",
    "Resampling",
    "balanced_threshold",
    "choose_threshold",
    "compare",
    "correlated_columns",
    "cross_evaluate",
    "decide",
    "decision_curve",
    "diagnose",
    "drift",
    "evaluate",
    "learning_curve",
    "permutation_importance",
    "profile",
    "subgroups",
    "verdict",
]
