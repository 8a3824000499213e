"""The linear member: scikit-learn's optimum, the best penalty, honest left-out scores, one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pellucid.data.datasets import wisconsin_diagnostic, wisconsin_original_csv
from pellucid.data.read import read_table
from pellucid.data.splits import kfold
from pellucid.data.table import Table
from pellucid.tabular.features import Features
from pellucid.tabular.linear import Linear, train_linear
from pellucid.tabular.links import link_of, mean_loss, probabilities_of
from pellucid.tabular.members import Members
from pellucid.tabular.task import Task, infer_task
from pellucid.train.model_file import load_model, save_model

CLASSES = {"binary": 2, "multiclass": 4, "regression": 0}


def _table(kind: str, n: int = 240, seed: int = 0) -> tuple[Table, Task]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 4)) * [1.0, 20.0, 0.01, 1.0] + [0.0, 300.0, 0.0, 5.0]
    ward = random.choice(["a", "b", "c"], size=n)
    score = x[:, 0] + (x[:, 1] - 300) / 20 + 2.0 * (ward == "a")
    y = score + random.normal(size=n)
    if kind != "regression":
        y = np.digitize(y, np.quantile(y, np.linspace(0, 1, CLASSES[kind] + 1)[1:-1]))
    names = tuple(str(k) for k in range(CLASSES[kind]))
    columns = {f"x{k}": x[:, k] for k in range(4)} | {"ward": ward.astype(object), "y": y}
    return Table(columns), Task("y", kind, names)  # type: ignore[arg-type]


def _train(table: Table, task: Task, **options: object) -> tuple[Members, np.ndarray, np.ndarray]:
    features = Features.fit(table, leave_out=(task.target,))
    matrix, y = features.matrix(table), task.codes(table)
    folds = kfold(len(y), 5, stratify=y if task.is_classification else None, seed=0)
    members = train_linear(task, features, matrix, y, folds, **options)  # type: ignore[arg-type]
    return members, matrix, y


def _encoded(table: Table) -> np.ndarray:
    """The features, each brought to standard deviation 1, as the penalty sees them."""
    features = Features.fit(table, leave_out=("y",))
    encoding = features.robust(10**9)
    x = encoding.scale(encoding.spread(features.matrix(table))).numpy().astype(float)
    return (x - x.mean(axis=0)) / x.std(axis=0)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_is_the_optimum_that_scikit_learn_finds(kind: str, weighted: bool) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    table, task = _table(kind)
    weight = np.random.default_rng(1).integers(1, 4, len(table)).astype(float) if weighted else None
    one = Linear(penalties=(0.02,))
    members, matrix, y = _train(table, task, sample_weight=weight, recipe=one)
    x = _encoded(table)
    total = len(y) if weight is None else weight.sum()
    if kind == "regression":
        spread = np.sqrt(np.average((y - np.average(y, weights=weight)) ** 2, weights=weight))
        peer = linear_model.Ridge(alpha=0.02 * total, tol=1e-10).fit(x, y, sample_weight=weight)
        difference = (members.model.predict(matrix, verbose=0)[:, 0] - peer.predict(x)) / spread
    else:
        peer = linear_model.LogisticRegression(C=1 / (0.02 * total), tol=1e-9, max_iter=10_000)
        wanted = peer.fit(x, y, sample_weight=weight).predict_proba(x)
        scores = members.model.predict(matrix, verbose=0)
        found = probabilities_of(link_of(task), scores)
        difference = found - (wanted[:, 1:] if kind == "binary" else wanted)
    assert np.abs(difference).max() < 1e-4


def test_more_features_than_rows_are_no_obstacle() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    random = np.random.default_rng(5)
    x = random.normal(size=(60, 400))
    y = (x[:, :3].sum(axis=1) > 0).astype(int)
    table = Table({f"g{k}": x[:, k] for k in range(400)} | {"y": y})
    task = Task("y", "binary", ("0", "1"))
    members, matrix, _ = _train(table, task, recipe=Linear(penalties=(0.5,)))
    encoded = _encoded(table)
    peer = linear_model.LogisticRegression(C=1 / (0.5 * 60), tol=1e-9, max_iter=10_000)
    wanted = peer.fit(encoded, y).predict_proba(encoded)[:, 1]
    found = probabilities_of("sigmoid", members.model.predict(matrix, verbose=0))[:, 0]
    assert np.abs(found - wanted).max() < 1e-3


def test_the_penalty_with_the_least_left_out_loss_is_taken() -> None:
    table = read_table(wisconsin_original_csv())
    task = infer_task(table, "class")
    members, _, y = _train(table, task)
    losses, tried = members.record["left_out_loss"], members.record["penalties"]
    assert members.record["settings"]["penalty"] == tried[int(np.argmin(losses))]
    assert mean_loss("sigmoid", members.left_out, y) == pytest.approx(min(losses))
    assert 0.06 < min(losses) < 0.11  # scikit-learn's C = 1 gives 0.099 on these folds
    # Stopped when weaker penalties no longer helped.
    assert len(losses) < len(Linear().penalties)


def test_left_out_rows_had_no_part_in_their_scores() -> None:
    table, task = _table("binary", n=80)
    random = np.random.default_rng(2)
    noise = Table({**table.columns, "y": random.permutation(table["y"])})
    members, matrix, y = _train(noise, task, recipe=Linear(penalties=(1e-6,)))
    inside = mean_loss("sigmoid", members.model.predict(matrix, verbose=0), y)
    assert mean_loss("sigmoid", members.left_out, y) > inside + 0.05


def test_rows_that_no_fold_leaves_out_have_no_score() -> None:
    table, task = _table("binary")
    features = Features.fit(table, leave_out=("y",))
    y = task.codes(table)
    folds = [(np.arange(100, 240), np.arange(100)), (np.arange(50, 240), np.arange(50))]
    left = train_linear(task, features, features.matrix(table), y, folds).left_out
    assert np.isfinite(left[:100]).all() and np.isnan(left[100:]).all()


def test_it_is_good_on_the_diagnostic_tumours() -> None:
    data = wisconsin_diagnostic()
    table = Table({f"x{k}": data.x[:, k] for k in range(data.x.shape[1])} | {"y": data.y})
    members, _, y = _train(table, infer_task(table, "y"))
    assert mean_loss("sigmoid", members.left_out, y) < 0.08


def test_it_loads_from_its_file(tmp_path: Path) -> None:
    table, task = _table("multiclass")
    members, matrix, _ = _train(table, task)
    save_model(members.model, tmp_path / "linear.pellucid", include_optimizer=False)
    again = load_model(tmp_path / "linear.pellucid", compile=False)
    assert (again.predict(matrix, verbose=0) == members.model.predict(matrix, verbose=0)).all()
