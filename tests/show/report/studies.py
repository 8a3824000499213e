"""Studies of real data to make reports from: two classes, three, several labels, numbers, little.

The models are scikit-learn's, small and quick; all figures are those of the evaluation itself.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.datasets import load_diabetes, load_digits, load_wine
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pellucid.data.datasets import wisconsin_original_csv
from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.tabular.abstention import Abstention
from pellucid.tabular.evaluation import Resampling, decision_curve, evaluate, verdict
from pellucid.tabular.evaluation.importance import permutation_importance
from pellucid.tabular.evaluation.learning_curve import diagnose, learning_curve
from pellucid.tabular.provenance import Provenance
from pellucid.tabular.schema import infer_schema
from pellucid.tabular.task import Task
from pellucid.tabular.training import train_predictor

Study = dict[str, Any]


def plain(study: Study) -> Study:
    """The same after a trip through JSON, as a file would give it back."""
    return json.loads(json.dumps(study, allow_nan=False))


@functools.cache
def _binary() -> str:
    table = read_table(wisconsin_original_csv())
    names = [name for name in table.names if name not in ("id", "class")]
    x = np.stack([np.nan_to_num(table.numbers(name), nan=1.0) for name in names], axis=1)
    y = (table["class"] == "malignant").astype(np.int64)
    task = Task("class", "binary", ("benign", "malignant"))
    train, test = _split(len(y))
    models = _fitted(x[train], y[train])
    answers = {name: each.predict_proba(x[test]) for name, each in models.items()}
    answers["constant"] = np.tile([1 - y[train].mean(), y[train].mean()], (len(test), 1))
    truth = y[test]
    options = {"thresholds": {"balanced": 0.31}, "prevalence": 0.02}
    study = _frame(task, table, truth, answers, names, len(train), options)
    scores = {name: answers[name][:, 1] for name in ("network", "linear")}
    study["decision_curve"] = decision_curve(truth == 1, scores, Resampling(len(truth)))
    study |= _asked_again(task, table, models, names, (x, y), (train, test))
    study["threshold"] = {"value": 0.5, "rule": "given", "prevalence": 0.02}
    study["subgroups"] = {
        "mitoses": {
            level: evaluate(task, truth[part], answers["network"][part]).to_json()
            for level, part in {
                "one": x[test][:, 8] == 1,
                "more": x[test][:, 8] > 1,
            }.items()
        }
    }
    return json.dumps(study, allow_nan=False)


def _asked_again(
    task: Task,
    table: Table,
    models: Mapping[str, Any],
    names: list[str],
    known: tuple[np.ndarray, np.ndarray],
    parts: tuple[np.ndarray, np.ndarray],
) -> Study:
    """What takes more than one look at the models: importance, learning curve, who chose what."""
    (x, y), (train, test) = known, parts

    def predict(rows: Table) -> np.ndarray:
        columns = [np.nan_to_num(rows.numbers(name), nan=1.0) for name in names]
        return models["network"].predict_proba(np.stack(columns, axis=1))

    def fit(learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
        return models["linear"].fit(x[learned], y[learned]).predict_proba(x[asked])

    uses = {"features": train, "weights": train, "epoch": train[::5], "test": test}
    return {
        "importance": permutation_importance(task, table, y, [(predict, test)], names),
        "learning_curve": learning_curve(task, y, fit),
        "provenance": Provenance.of(table, uses).to_json(),
    }


@functools.cache
def _multiclass() -> str:
    data = load_wine()
    task = Task("cultivar", "multiclass", ("barolo", "grignolino", "barbera"))
    return _classes(task, data.data, data.target, list(data.feature_names))


@functools.cache
def _labels() -> str:
    """Two things to be told of each lump."""
    table = read_table(wisconsin_original_csv())
    names = ["uniformity_of_cell_size", "marginal_adhesion", "bland_chromatin", "mitoses"]
    x = np.stack([table.numbers(name) for name in names], axis=1)
    y = np.stack([table["class"] == "malignant", table["clump_thickness"] > 5], axis=1)
    task = Task("class, thick", "multilabel", ("class", "thick"), (("0", "1"), ("0", "1")))
    train, test = _split(len(y))
    answers: dict[str, np.ndarray] = {}
    for label in y.T.astype(np.int64):
        for name, model in _fitted(x[train], label[train]).items():
            one = model.predict_proba(x[test])[:, 1:]
            answers[name] = np.hstack([answers[name], one]) if name in answers else one
    answers["constant"] = np.tile(y[train].mean(axis=0), (len(test), 1))
    table = Table({**{n: table[n] for n in names}, "class": y[:, 0], "thick": y[:, 1]})
    study = _frame(task, table, y[test].astype(np.int64), answers, names, len(train), {})
    return json.dumps(study, allow_nan=False)


@functools.cache
def _ten_classes() -> str:
    data = load_digits()
    task = Task("digit", "multiclass", tuple(map(str, range(10))))
    names = [f"pixel_{k // 8}_{k % 8}" for k in range(64)]
    return _classes(task, data.data[:900], data.target[:900], names)


@functools.cache
def _regression() -> str:
    data = load_diabetes()
    x, y = data.data, data.target
    task = Task("progression", "regression")
    train, test = _split(len(y))
    network = make_pipeline(
        StandardScaler(),
        MLPRegressor(
            hidden_layer_sizes=(8,), solver="lbfgs", alpha=1.0, max_iter=80, random_state=0
        ),
    )
    answers = {
        "network": _quiet(network, x[train], y[train]).predict(x[test]),
        "linear": Ridge(0.1).fit(x[train], y[train]).predict(x[test]),
        "constant": np.full(len(test), y[train].mean()),
    }
    truth, own = y[test], answers["network"]
    table = Table({**{n: x[:, k] for k, n in enumerate(data.feature_names)}, "progression": y})
    interval = (own - 110.0, own + 110.0)
    study = _frame(
        task,
        table,
        truth,
        answers,
        list(data.feature_names),
        len(train),
        {"interval": interval},
    )
    study["conformal"] = {"method": "absolute", "coverage": 0.95, "quantiles": [110.0], "n": 353}
    return json.dumps(study, allow_nan=False)


@functools.cache
def _trained() -> str:
    """As training itself writes it, with all that can be asked for."""
    table = read_table(wisconsin_original_csv())
    abstain = Abstention("band", 0.1)
    outcome = train_predictor(
        table,
        "class",
        group="id",
        by=("mitoses",),
        prevalence=0.03,
        external={"elsewhere": table.take(np.arange(0, 699, 3))},
        abstain=abstain,
        epochs=16,
    )
    return json.dumps(outcome.study, allow_nan=False)


STUDIES: Mapping[str, Callable[[], Study]] = {
    "trained": lambda: json.loads(_trained()),
    "binary": lambda: json.loads(_binary()),
    "multiclass": lambda: json.loads(_multiclass()),
    "labels": lambda: json.loads(_labels()),
    "ten": lambda: json.loads(_ten_classes()),
    "regression": lambda: json.loads(_regression()),
}


def _classes(task: Task, x: np.ndarray, y: np.ndarray, names: list[str]) -> str:
    train, test = _split(len(y))
    answers = {name: m.predict_proba(x[test]) for name, m in _fitted(x[train], y[train]).items()}
    shares = np.bincount(y[train], minlength=len(task.classes)) / len(train)
    answers["constant"] = np.tile(shares, (len(test), 1))
    labels = np.array(task.classes, dtype=object)[y]
    table = Table({**{name: x[:, k] for k, name in enumerate(names)}, task.target: labels})
    return json.dumps(_frame(task, table, y[test], answers, names, len(train), {}), allow_nan=False)


def _split(n: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(3).permutation(n)
    return order[: 2 * n // 3], order[2 * n // 3 :]


def _fitted(x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    network = make_pipeline(
        StandardScaler(),
        MLPClassifier((8,), solver="lbfgs", alpha=1.0, max_iter=60, random_state=0),
    )
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    return {"network": _quiet(network, x, y), "linear": linear.fit(x, y)}


def _quiet(model: Any, x: np.ndarray, y: np.ndarray) -> Any:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(x, y)


def _frame(
    task: Task,
    table: Table,
    truth: np.ndarray,
    answers: Mapping[str, np.ndarray],
    names: list[str],
    n_train: int,
    options: Mapping[str, Any],
) -> Study:
    """All parts of a study that any task has."""
    return {
        "version": 1,
        "created": "2026-11-21T01:00:00+00:00",
        "versions": {"pellucid": "0.1.0", "numpy": "2.3.0", "python": "3.11.2"},
        "seed": 0,
        "settings": {"target": task.target, "test_size": 0.33, "recipe": "realmlp", "epochs": 256},
        "data": _data(table),
        "schema": [each.to_json() for each in infer_schema(table, target=task.targets)],
        "task": task.to_json(),
        "split": {"kind": "holdout", "n_train": n_train, "n_test": len(truth), "folds": 5},
        "training": _training(),
        "evaluation": {
            name: evaluate(task, truth, each, **options).to_json() for name, each in answers.items()
        },
        "verdict": verdict(task, truth, answers["network"], answers["linear"]),
        "importance": _importance(names),
        "learning_curve": _learning_curve(n_train),
        **_certainty(len(truth)),
    }


def _data(table: Table) -> Study:
    missing = {name: int(table.missing(name).sum()) for name in table.names}
    return {
        "source": "measurements.csv",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "n_rows": len(table),
        "n_columns": len(table.names),
        "reading": {"format": "csv", "encoding": "gb18030", "delimiter": ",", "header": True},
        "refused": {
            "count": 3,
            "file": "measurements.refused.csv",
            "lines": [{"line": 17, "reason": "12 ≠ 11"}, {"line": 240}],
        },
        "without_target": 0,
        "missing": {
            name: {"n": n, "share": n / len(table), "marks": {"?": n} if n else {}}
            for name, n in missing.items()
        },
    }


def _training() -> Study:
    epochs = np.arange(60)
    train = (0.6 * np.exp(-epochs / 9) + 0.05).tolist()
    valid = (0.55 * np.exp(-epochs / 8) + 0.1 + epochs * 6e-4).tolist()
    return {
        "recipe": "realmlp",
        "settings": {"hidden": [256, 256, 256], "dropout": 0.15, "learning_rate": 0.04},
        "members": 10,
        "epochs": [31, 40, 38, 44, 52],
        "seconds": 4.237,
        "curves": {"train": train, "valid": valid},
        "blend": {"realmlp": 0.72, "linear": 0.28},
        "calibration": {
            "method": "temperature",
            "parameters": {"slope": 0.93},
            "log_loss_before": 0.0841,
            "log_loss_after": 0.0822,
        },
        "diagnosis": diagnose(train, valid, constant=0.65, linear=0.12),
    }


def _importance(names: list[str]) -> list[Study]:
    sizes = np.sort(np.random.default_rng(0).gamma(1.0, 0.02, len(names)))[::-1]
    return [
        {"column": name, "value": size, "low": size - 0.01, "high": size + 0.015}
        for name, size in zip(names, sizes.tolist(), strict=True)
    ]


def _learning_curve(n_train: int) -> Study:
    points = [
        {
            "n": n,
            "train": {"value": 0.02 + n / 30_000, "low": 0.01, "high": 0.04 + n / 30_000},
            "valid": {"value": 4 / n + 0.08, "low": 3 / n + 0.07, "high": 6 / n + 0.1},
        }
        for n in (50, 100, 200, 300, n_train)
    ]
    return {"points": points, "text_key": "rising"}


def _certainty(n: int) -> Study:
    levels = [
        {
            "level": level,
            "coverage": {"value": level - 0.01, "low": level - 0.05, "high": level + 0.02},
            "size": 1 + level / 4,
        }
        for level in (0.8, 0.9, 0.95)
    ]
    return {
        "conformal": {"method": "lac", "coverage": 0.95, "levels": levels},
        "abstention": {
            "kind": "band",
            "width": 0.12,
            "n": n,
            "n_abstained": 7,
            "accuracy": {"answered": 0.97, "abstained": 0.57, "all": 0.958},
        },
    }
