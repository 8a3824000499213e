"""How good the default network for a table is, beside logistic regression, in cross-validation.

    python -m benchmarks.accuracy [TABLE ...] [--seeds N] [--folds K] [--json FILE]

Stratified K-fold cross-validation (5 folds), repeated with N seeds (3); everything that is chosen
is chosen inside the training rows of each fold. `spread_over_seeds`, in the JSON, is the standard
deviation of the mean accuracy from one seed to the next. For a numeric target (mpg, red-wine) RMSE,
R² and RMSE stand in the places of accuracy, AUC and log-loss.

The Wisconsin tables come with the package and with scikit-learn; the others are read from the
folder named by PELLUCID_DATA and passed over without it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pellucid import settings
from pellucid.data.datasets import wisconsin_diagnostic, wisconsin_original_csv
from pellucid.data.read import read_table
from pellucid.data.splits import kfold
from pellucid.data.table import Table
from pellucid.tabular.baselines import linear_prediction
from pellucid.tabular.evaluation import decide
from pellucid.tabular.evaluation.scores import auc, log_loss, macro_auc, r2, rmse
from pellucid.tabular.recipe import Recipe
from pellucid.tabular.task import Task, infer_task
from pellucid.tabular.training import fit_predictor

ROOT = Path(__file__).resolve().parent.parent


class Case(NamedTuple):
    """A table, its target, and the column whose equal values stay in one fold."""

    name: str
    table: Table
    target: str
    group: str | None = None


class Score(NamedTuple):
    """Figures of one fold; for a numeric target RMSE, R² and RMSE again stand in their places."""

    accuracy: float
    auc: float
    log_loss: float


def _numbered(count: int, last: str) -> list[str]:
    return [*(f"x{k}" for k in range(1, count + 1)), last]


# Path in the data folder, names where the file has no header, target.
_FILES: dict[str, tuple[str, list[str] | None, str]] = {
    "pima": ("pima-diabetes/pima-indians-diabetes.data.csv", _numbered(8, "class"), "class"),
    "heart": ("heart-cleveland/processed.cleveland.data", _numbered(13, "num"), "num"),
    "haberman": ("haberman/haberman.csv", ["age", "year", "nodes", "status"], "status"),
    "titanic": ("titanic/kaggle-train.csv", None, "Survived"),
    "early-diabetes": ("early-diabetes/diabetes_data_upload.csv", None, "class"),
    "framingham": ("framingham/framingham.csv", None, "CHD"),
    "stroke": ("stroke/healthcare-dataset-stroke-data.csv", None, "stroke"),
    "iris": ("iris/iris.csv", _numbered(4, "species"), "species"),
    "penguins": ("penguins/penguins.csv", None, "species"),
    "thyroid": ("new-thyroid/new-thyroid.csv", _numbered(5, "class"), "class"),
    "mpg": ("messy-real/mpg.csv", None, "mpg"),
    "red-wine": ("wine-quality/winequality-red.csv", _numbered(11, "quality"), "x11"),
}


def cases(wanted: Sequence[str]) -> Iterator[Case]:
    """The tables of these names that are at hand; all of them if none is named."""
    made: dict[str, Callable[[], Case | None]] = {
        "wisconsin": lambda: Case("wisconsin", read_table(wisconsin_original_csv()), "class"),
        "wisconsin-by-id": lambda: Case(
            "wisconsin-by-id", read_table(wisconsin_original_csv()), "class", "id"
        ),
        "diagnostic": _diagnostic,
        **{name: lambda name=name: _from_file(name) for name in _FILES},
    }
    for name in wanted or made:
        case = made[name]()
        if case is None:
            print(f"{name}: no such file in the data folder", file=sys.stderr)
        else:
            yield case


def _diagnostic() -> Case:
    data = wisconsin_diagnostic()
    columns: dict[str, Any] = dict(zip(data.feature_names, data.x.T, strict=True))
    columns["class"] = np.array(data.class_names, dtype=object)[data.y]
    return Case("diagnostic", Table(columns, "diagnostic"), "class")


def _from_file(name: str) -> Case | None:
    path, names, target = _FILES[name]
    folder = settings.get("data_folder") or ROOT.parent / "shared" / "data"
    if not (folder / path).is_file():
        return None
    table = read_table(folder / path, names=names)
    if name == "heart":
        # The five stages of the file count as ill or not in all published figures.
        columns = dict(table.columns)
        columns[target] = (table[target] > 0).astype(float)
        table = Table(columns, table.source)
    return Case(name, table, target)


def cross_validate(
    case: Case, n_folds: int, seed: int, recipe: Recipe
) -> tuple[list[Score], list[Score], list[float]]:
    """Scores of the network, of the linear model, and seconds of training, for every fold."""
    rows = case.table.take(~case.table.missing(case.target))
    task = infer_task(rows, case.target)
    y = task.codes(rows)
    groups = None if case.group is None else np.unique(rows[case.group], return_inverse=True)[1]
    stratify = y if task.is_classification else None
    network, linear, seconds = [], [], []
    for train, test in kfold(len(rows), n_folds, stratify=stratify, groups=groups, seed=seed):
        known, new = rows.take(train), rows.take(test)
        start = time.perf_counter()
        predictor = fit_predictor(
            known,
            task,
            groups=None if groups is None else groups[train],
            leave_out=(case.group,) if case.group else (),
            recipe=recipe,
            seed=seed,
        )
        seconds.append(time.perf_counter() - start)
        network.append(_score(task, y[test], predictor.answers(new)))
        encode = predictor.features.encode
        answers = linear_prediction(task, encode(known), y[train], encode(new))
        linear.append(_score(task, y[test], answers))
    return network, linear, seconds


def _score(task: Task, y: np.ndarray, answers: np.ndarray) -> Score:
    if not task.is_classification:
        error = rmse(y, answers)
        return Score(error, r2(y, answers), error)
    accuracy = float((decide(answers) == y).mean())
    binary = task.kind == "binary"
    area = auc(y == 1, answers[:, 1]) if binary else macro_auc(y, answers)
    return Score(accuracy, area, log_loss(y, answers))


def measure(case: Case, n_folds: int, n_seeds: int, recipe: Recipe) -> dict[str, Any]:
    """The mean scores over folds and seeds."""
    found = [cross_validate(case, n_folds, seed, recipe) for seed in range(n_seeds)]
    network, linear, seconds = (np.concatenate([each[part] for each in found]) for part in range(3))
    return {
        "table": case.name,
        "rows": len(case.table),
        "network": dict(zip(Score._fields, network.mean(axis=0).tolist(), strict=True)),
        "linear": dict(zip(Score._fields, linear.mean(axis=0).tolist(), strict=True)),
        "spread_over_seeds": float(
            network[:, 0].reshape(n_seeds, n_folds).mean(axis=1).std() if n_seeds > 1 else 0
        ),
        "seconds_a_fold": float(np.median(seconds)),
    }


_SIZES = (9, 8, 9)


def _line(result: dict[str, Any]) -> str:
    parts = [
        "".join(f"{value:>{size}.4f}" for value, size in zip(part.values(), _SIZES, strict=True))
        for part in (result["network"], result["linear"])
    ]
    start = f"{result['table']:16} {result['rows']:>5}"
    return f"{start}  {'  '.join(parts)}  {result['seconds_a_fold']:>6.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and write the figures if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tables", nargs="*", metavar="TABLE")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args(arguments)
    print(f"{'':16} {'rows':>5}  {'network':^26}  {'linear model':^26}  {'s/fold':>6}")
    figures = "accuracy     AUC log-loss"
    print(f"{'':22}  {figures:>26}  {figures:>26}")
    results = []
    for case in cases(chosen.tables):
        results.append(measure(case, chosen.folds, chosen.seeds, Recipe()))
        print(_line(results[-1]), flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
