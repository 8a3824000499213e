"""From a table to a checked predictor: what its columns are, and what is made of them.

`train_predictor` does it all on a table; `load_predictor` reads the model it made;
`TabularClassifier` and `TabularRegressor` do it under scikit-learn's contract.
"""

from typing import TYPE_CHECKING, Any

from pellucid.tabular.abstention import Abstention
from pellucid.tabular.evaluation import Evaluation, evaluate
from pellucid.tabular.evaluation.intervals import Estimate
from pellucid.tabular.features import Features
from pellucid.tabular.options import Options
from pellucid.tabular.overrides import Overrides, read_overrides
from pellucid.tabular.predictor import Predictions, Predictor, load_predictor
from pellucid.tabular.provenance import Provenance
from pellucid.tabular.recipes import Recipe
from pellucid.tabular.schema import ColumnSchema, infer_schema
from pellucid.tabular.schema_file import schema_text, write_schema
from pellucid.tabular.task import Task, infer_task
from pellucid.tabular.training import Outcome, fit_predictor, train_predictor

if TYPE_CHECKING:
    from pellucid.tabular.estimators import TabularClassifier, TabularRegressor

__all__ = [
    "Abstention",
    "ColumnSchema",
    "Estimate",
    "Evaluation",
    "Features",
    "Options",
    "Outcome",
    "Overrides",
    "Predictions",
    "Predictor",
    "Provenance",
    "Recipe",
    "TabularClassifier",
    "TabularRegressor",
    "Task",
    "evaluate",
    "fit_predictor",
    "infer_schema",
    "infer_task",
    "load_predictor",
    "read_overrides",
    "schema_text",
    "train_predictor",
    "write_schema",
]

# These bring scikit-learn with them, which takes a second to load.
_ESTIMATORS = ("TabularClassifier", "TabularRegressor")


def __getattr__(name: str) -> Any:
    if name not in _ESTIMATORS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    from pellucid.tabular import estimators

    return getattr(estimators, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_ESTIMATORS])
