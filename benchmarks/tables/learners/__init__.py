"""The learners that take part, by name. Each module is imported by its own worker alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

OURS = "pellucid"


@dataclass(frozen=True)
class Learner:
    """A learner of tables.

    `made_by` is `module:class`, a module of this package, and `settings` are what the class takes.
    `ours` runs in this interpreter, all others in the peers'. `package` is the one whose version
    is told.
    """

    name: str
    label: str
    made_by: str
    package: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Whether it is a recipe of this library."""
        return self.package == "pellucid"


_STOPS = {"stops_early": True}

LEARNERS = {
    each.name: each
    for each in (
        Learner(OURS, "Pellucid", "own:Ours", "pellucid"),
        Learner("pellucid-plain", "Pellucid, plain", "own:Ours", "pellucid", {"recipe": "plain"}),
        Learner("pellucid-tabm", "Pellucid, tabm", "own:Ours", "pellucid", {"recipe": "tabm"}),
        Learner("linear", "Logistic / ridge", "scikit:Linear", "scikit-learn"),
        Learner("mlp", "scikit-learn MLP", "scikit:Network", "scikit-learn"),
        Learner("forest", "Random forest", "scikit:Forest", "scikit-learn"),
        Learner("histgb", "HistGradientBoosting", "scikit:HistBoosting", "scikit-learn"),
        Learner("xgboost", "XGBoost", "boosting:XGBoost", "xgboost"),
        Learner("xgboost-stop", "XGBoost, stops early", "boosting:XGBoost", "xgboost", _STOPS),
        Learner("lightgbm", "LightGBM", "boosting:LightGBM", "lightgbm"),
        Learner("lightgbm-stop", "LightGBM, stops early", "boosting:LightGBM", "lightgbm", _STOPS),
        Learner("catboost", "CatBoost", "boosting:CatBoost", "catboost"),
        Learner("catboost-stop", "CatBoost, stops early", "boosting:CatBoost", "catboost", _STOPS),
        Learner("realmlp", "RealMLP-TD (pytabkit), 5 folds", "realmlp:RealMLP", "pytabkit"),
        Learner(
            "realmlp-ce",
            "RealMLP-TD (pytabkit), 5 folds, for log-loss",
            "realmlp:RealMLP",
            "pytabkit",
            {"for_log_loss": True},
        ),
    )
}


def threads() -> int:
    """How many threads this process was given; the libraries of OpenMP look there themselves."""
    return int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)


# Those that --learners takes by default: our default recipe and every peer.
USUAL = tuple(name for name, each in LEARNERS.items() if name == OURS or not each.ours)
