"""From a table to a checked predictor: what its columns are, and what is made of them.

`train_predictor` does it all on a table; `load_predictor` reads the model it made.
"""

from pellucid.tabular.evaluation import Evaluation, evaluate
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.features import Features
from pellucid.tabular.predictor import Predictions, Predictor, load_predictor
from pellucid.tabular.recipe import Recipe
from pellucid.tabular.schema import ColumnSchema, infer_schema
from pellucid.tabular.task import Task, infer_task
from pellucid.tabular.training import Outcome, fit_predictor, train_predictor

__all__ = [
    "ColumnSchema",
    "Estimate",
    "Evaluation",
    "Features",
    "Outcome",
    "Predictions",
    "Predictor",
    "Recipe",
    "Task",
    "evaluate",
    "fit_predictor",
    "infer_schema",
    "infer_task",
    "load_predictor",
    "train_predictor",
]
