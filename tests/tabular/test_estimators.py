"""The estimators keep scikit-learn's contract, on arrays and on frames, in pickles and searches."""

from __future__ import annotations

import pickle
import pickletools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data.read import read_table
from pellucid.data.table import Table
from pellucid.tabular.recipes import RealMLP

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_moons
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from pellucid.tabular.estimators import TabularClassifier, TabularRegressor

QUICK: dict[str, Any] = {"recipe": RealMLP(hidden=(8,), embed_numbers=False), "folds": 2}

# What does not hold, and why.
EXEMPT = {
    "check_sample_weight_equivalence_on_dense_data": (
        "Members learn from mini-batches and leave out folds, both drawn over rows: a row that "
        "stands twice is drawn twice, a row of weight two once, so weights and repetitions agree "
        "in expectation only. tests/tabular/test_linear.py holds the linear member to equality."
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "estimator",
    [TabularClassifier(epochs=8, **QUICK), TabularRegressor(epochs=30, **QUICK)],
    ids=["classifier", "regressor"],
)
@pytest.mark.filterwarnings("ignore::Warning")  # the checks themselves warn on purpose
def test_scikit_learns_own_checks(estimator: Any) -> None:
    results = check_estimator(estimator, expected_failed_checks=EXEMPT, on_fail=None, on_skip=None)
    failed = {
        each["check_name"]: each["exception"] for each in results if each["status"] == "failed"
    }
    assert not failed
    assert len(results) > 50
    assert sum(each["status"] == "xfail" for each in results) == len(EXEMPT)


@pytest.fixture(scope="module")
def fitted() -> TabularClassifier:
    x, y = load_breast_cancer(return_X_y=True)
    return TabularClassifier(epochs=20, **QUICK).fit(x, y)


def test_it_is_good(fitted: TabularClassifier) -> None:
    x, y = load_breast_cancer(return_X_y=True)
    model = TabularClassifier(recipe=RealMLP(hidden=(32,), embed_numbers=False), epochs=30)
    assert cross_val_score(model, x, y, cv=3).mean() > 0.95
    assert cross_val_score(model, x, y, cv=3, scoring="neg_log_loss").mean() > -0.13


def test_pickles_hold_a_model_file_and_nothing_that_runs(fitted: TabularClassifier) -> None:
    x, _ = load_breast_cancer(return_X_y=True)
    data = pickle.dumps(fitted)
    again = pickle.loads(data)
    assert (again.predict_proba(x) == fitted.predict_proba(x)).all()
    assert again.get_params().keys() == fitted.get_params().keys()
    named = {str(arg) for op, arg, _ in pickletools.genops(data) if op.name == "SHORT_BINUNICODE"}
    modules = {name for name in named if name.startswith("pellucid.")}
    # The estimator and its parameter; the network is bytes of safetensors and JSON.
    assert modules <= {"pellucid.tabular.estimators", "pellucid.tabular.recipes.realmlp"}
    assert b"EncodeColumns" not in data or "model_file" in named


def test_clones_and_parameters() -> None:
    model = TabularClassifier(epochs=3, class_weight="balanced", **QUICK)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(epochs=5, threshold=0.3).epochs == 5
    with pytest.raises(NotFittedError):
        model.predict(np.zeros((2, 3)))


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_frames_of_mixed_columns(kind: str, shared_data: Path) -> None:
    pytest.importorskip(kind)
    table = read_table(shared_data / "titanic" / "kaggle-train.csv").take(range(400))
    x = table.select(["Pclass", "Sex", "Age", "Fare", "Embarked"])
    frame, y = x.to_frame(kind), table.strings("Survived").astype(str)
    if kind == "pyarrow":
        # Arrow's tables have no sklearn-checked names; they are taken as read_table takes them.
        frame = Table.from_frame(frame).to_frame("pandas")
    model = TabularClassifier(epochs=10, **QUICK).fit(frame, y)
    assert model.feature_names_in_.tolist() == list(x.names)
    assert model.classes_.tolist() == ["0", "1"]
    assert model.score(frame, y) > 0.7
    used = {column.name for column in model.predictor_.features.columns}
    assert {"Sex", "Pclass"} <= used
    with pytest.raises(ValueError, match="feature names"):
        model.predict(Table({**x.columns, "Fore": x["Fare"]}).select(
            ["Pclass", "Sex", "Age", "Fore", "Embarked"]).to_frame("pandas"))  # fmt: skip


def test_a_pipeline_and_a_grid_search() -> None:
    x, y = load_iris(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), TabularClassifier(epochs=5, **QUICK))
    search = GridSearchCV(
        pipeline, {"tabularclassifier__calibration": ["none", "temperature"]}, cv=2
    )
    search.fit(x, y)
    assert search.best_params_["tabularclassifier__calibration"] in ("none", "temperature")
    assert search.best_score_ > 0.8


def test_numbers_and_intervals() -> None:
    x, y = load_diabetes(return_X_y=True)
    model = TabularRegressor(epochs=40, coverage=0.8, **QUICK).fit(x[:300], y[:300])
    assert model.score(x[300:], y[300:]) > 0.35
    low, high = model.predict_interval(x[300:])
    assert 0.68 < ((low <= y[300:]) & (y[300:] <= high)).mean() < 0.92


def test_sets_cover(fitted: TabularClassifier) -> None:
    x, y = load_breast_cancer(return_X_y=True)
    assert fitted.predict_set(x)[np.arange(len(y)), y].mean() > 0.85


SWITCHES: dict[str, dict[str, Any]] = {
    "epochs": {"epochs": 150},
    "folds": {"folds": 3},
    "recipe": {"recipe": RealMLP(hidden=(16, 16), embed_numbers=False)},
    "calibration": {"calibration": "affine"},
    "class_weight": {"class_weight": {0: 5, 1: 1}},
    "random_state": {"random_state": 7},
}


@pytest.mark.parametrize("name", SWITCHES)
def test_every_parameter_changes_the_probabilities(name: str) -> None:
    # No straight line parts the moons, so the blend needs the networks.
    x, y = make_moons(250, noise=0.3, random_state=0)
    recipe = RealMLP(hidden=(32, 32), embed_numbers=False)
    shared = {"recipe": recipe, "folds": 2, "epochs": 256, "calibration": "none"}
    plain, other = (
        TabularClassifier(**{**shared, **more}).fit(x, y).predict_proba(x)
        for more in ({}, SWITCHES[name])
    )
    assert np.abs(plain - other).max() > 1e-4


def test_threshold_and_coverage_change_what_they_should(fitted: TabularClassifier) -> None:
    x, y = load_breast_cancer(return_X_y=True)
    low = clone(fitted).set_params(threshold=0.02, coverage=0.99).fit(x, y)
    assert (low.predict_proba(x) == fitted.predict_proba(x)).all()
    assert low.predict(x).sum() > fitted.predict(x).sum()
    assert low.predict_set(x).sum() > fitted.predict_set(x).sum()


def test_groups_and_weights_count() -> None:
    x, y = load_breast_cancer(return_X_y=True)
    x, y = x[:200], y[:200]
    model = TabularClassifier(epochs=5, **QUICK)
    plain = model.fit(x, y).predict_proba(x)
    grouped = clone(model).fit(x, y, groups=np.arange(200) // 4).predict_proba(x)
    weighted = clone(model).fit(x, y, sample_weight=1 + 9 * (y == 0)).predict_proba(x)
    assert np.abs(plain - grouped).max() > 1e-4
    assert weighted[:, 0].mean() > plain[:, 0].mean()


def test_scikit_learn_is_loaded_only_when_an_estimator_is_asked_for() -> None:
    program = (
        "import sys, pellucid.tabular as t; assert 'sklearn' not in sys.modules; "
        "t.TabularClassifier; assert 'sklearn' in sys.modules; "
        "assert 'TabularRegressor' in dir(t)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
