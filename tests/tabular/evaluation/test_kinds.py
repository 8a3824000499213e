"""Several classes, several labels, numbers: against scikit-learn, by hand, and over groups."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from sklearn import metrics

from pellucid.errors import ArgumentError, DataError
from pellucid.tabular.evaluation import Evaluation, evaluate, verdict
from pellucid.tabular.evaluation.intervals import delong, wilson
from pellucid.tabular.task import Task

BINARY = Task("ill", "binary", ("no", "yes"))
THREE = Task("kind", "multiclass", ("a", "b", "c"))
LABELS = Task("a, b", "multilabel", ("a", "b"), (("no", "yes"),) * 2)
NUMBER = Task("price", "regression")
_RANDOM = np.random.default_rng(1)


def _binary(n: int, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    p = random.beta(1, 2, n)
    return (random.random(n) < p).astype(int), np.stack([1 - p, p], axis=1)


def _three(n: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    p = random.dirichlet([0.6, 0.6, 0.3], n)
    return (p.cumsum(axis=1) > random.random((n, 1))).argmax(axis=1), p


def _values(found: Evaluation) -> dict[str, float]:
    return {name: each.value for name, each in found.figures.items()}


def test_two_classes_are_scikit_learn_s() -> None:
    y, p = _binary(300)
    values, score = _values(evaluate(BINARY, y, p, threshold=0.3)), p[:, 1]
    called = score >= 0.3
    expected = {
        "accuracy": metrics.accuracy_score(y, called),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, called),
        "auc": metrics.roc_auc_score(y, score),
        "auprc": metrics.average_precision_score(y, score),
        "sensitivity": metrics.recall_score(y, called),
        "ppv": metrics.precision_score(y, called),
        "f1": metrics.f1_score(y, called),
        "log_loss": metrics.log_loss(y, score),
        "brier": metrics.brier_score_loss(y, score),
        "brier_skill": 1 - metrics.brier_score_loss(y, score) / (y.mean() * (1 - y.mean())),
        "lr_plus": metrics.class_likelihood_ratios(y, called)[0],
        "lr_minus": metrics.class_likelihood_ratios(y, called)[1],
    }
    assert {name: values[name] for name in expected} == pytest.approx(expected)


def test_three_classes_are_scikit_learn_s() -> None:
    y, p = _three(400)
    found, called = evaluate(THREE, y, p), p.argmax(axis=1)
    expected = {
        "accuracy": metrics.accuracy_score(y, called),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, called),
        "auc": metrics.roc_auc_score(y, p, multi_class="ovr"),
        "auc_weighted": metrics.roc_auc_score(y, p, multi_class="ovr", average="weighted"),
        "f1": metrics.f1_score(y, called, average="macro"),
        "log_loss": metrics.log_loss(y, p),
        "brier": ((p - np.eye(3)[y]) ** 2).sum(axis=1).mean(),
    }
    values = _values(found)
    assert {name: values[name] for name in expected} == pytest.approx(expected)
    assert list(found.parts) == ["a", "b", "c"]
    for k, part in enumerate(found.parts.values()):
        assert part.n == (y == k).sum()
        assert part["auc"] == delong(y == k, p[:, k])
        hits = int(((called == k) & (y == k)).sum())
        assert part["sensitivity"] == wilson(hits, int((y == k).sum()))
        assert part["ppv"] == wilson(hits, int((called == k).sum()))
        assert part.calibration is not None
        assert part.calibration.slope.low < 1 < part.calibration.slope.high
    assert found.calibration is not None
    assert found.calibration.slope.low < 1 < found.calibration.slope.high


def test_labels_are_binary_evaluations_and_their_means() -> None:
    random = np.random.default_rng(4)
    p = random.random((250, 2))
    y = (random.random((250, 2)) < p).astype(int)
    found = evaluate(LABELS, y, p, threshold=0.4)
    for k, name in enumerate(("a", "b")):
        alone = evaluate(BINARY, y[:, k], np.stack([1 - p[:, k], p[:, k]], axis=1), threshold=0.4)
        assert found.parts[name].figures == alone.figures
    called = p >= 0.4
    expected = {
        "subset_accuracy": metrics.accuracy_score(y, called),
        "hamming_loss": metrics.hamming_loss(y, called),
        "auc": metrics.roc_auc_score(y, p),
        "auprc": metrics.average_precision_score(y, p),
        "f1": metrics.f1_score(y, called, average="macro"),
        "log_loss": np.mean([metrics.log_loss(y[:, k], p[:, k]) for k in range(2)]),
        "brier": ((p - y) ** 2).mean(),
    }
    assert _values(found) == pytest.approx(expected)


def test_numbers_lines_and_intervals() -> None:
    random = np.random.default_rng(5)
    predicted = random.normal(50, 10, 600)
    y = 5 + 0.8 * predicted + random.normal(0, 4, 600)
    found = evaluate(NUMBER, y, predicted, interval=(predicted - 12, predicted + 6))
    assert found.calibration is not None
    slope, intercept = np.polyfit(predicted, y, 1)
    assert found.calibration.slope.value == pytest.approx(slope)
    assert found.calibration.intercept.value == pytest.approx(intercept)
    assert found.calibration.slope.low < 0.8 < found.calibration.slope.high < 1
    inside = (predicted - 12 <= y) & (y <= predicted + 6)
    assert found["coverage"] == wilson(int(inside.sum()), 600)
    assert found["width"].value == pytest.approx(18)
    assert found["bias"].value == pytest.approx((predicted - y).mean())
    assert found["median_error"].value == pytest.approx(np.median(np.abs(predicted - y)))
    assert found["median_error"].low < found["median_error"].value < found["median_error"].high
    facts = found.to_json()
    assert sum(facts["residuals"]["counts"]) == 600
    assert np.sum(facts["joint"]["counts"]) == 600
    assert facts["residuals"]["quantiles"]["0.5"] == pytest.approx(np.median(y - predicted))


_CASES = {
    "binary": (BINARY, *_binary(120)),
    "multiclass": (THREE, *_three(120)),
    "multilabel": (LABELS, _RANDOM.integers(2, size=(120, 2)), _RANDOM.random((120, 2))),
    "regression": (NUMBER, _RANDOM.normal(size=120), _RANDOM.normal(size=120)),
}


@pytest.mark.parametrize("kind", _CASES)
def test_every_kind_becomes_json_of_numbers(kind: str) -> None:
    task, y, predicted = _CASES[kind]
    for groups in (None, np.arange(120) // 3):
        facts = evaluate(task, y, predicted, groups=groups).to_json()
        text = json.dumps(facts, allow_nan=False)
        assert json.loads(text)["n"] == 120
        assert facts.get("n_groups") == (None if groups is None else 40)
        for figure in facts["figures"].values():
            assert figure["low"] <= figure["value"] <= figure["high"]


@pytest.mark.parametrize("kind", _CASES)
def test_weights_of_two_are_cases_twice(kind: str) -> None:
    task, y, predicted = _CASES[kind]
    times = 1 + np.arange(120) % 2
    rows = np.repeat(np.arange(120), times)
    weighted = evaluate(task, y, predicted, weights=times.astype(float))
    repeated = evaluate(task, y[rows], predicted[rows], groups=rows)
    values = _values(weighted)
    if kind == "regression":
        values.pop("median_error")
    assert {name: _values(repeated)[name] for name in values} == pytest.approx(values)


_OPTIONS = {
    "threshold": {"threshold": 0.3},
    "thresholds": {"thresholds": {"rule": 0.123}},
    "prevalence": {"prevalence": 0.02},
    "groups": {"groups": np.arange(120) // 6},
    "weights": {"weights": np.linspace(0, 1, 120)},
    "brief": {"brief": True},
    "seed": {"seed": 1},
}


@pytest.mark.parametrize("option", _OPTIONS)
def test_every_option_changes_what_is_told(option: str) -> None:
    task, y, predicted = _CASES["binary"]
    plain = evaluate(task, y, predicted).to_json()
    assert evaluate(task, y, predicted, **_OPTIONS[option]).to_json() != plain
    assert evaluate(task, y, predicted).to_json() == plain


def test_named_thresholds_stand_in_the_table() -> None:
    task, y, predicted = _CASES["binary"]
    found = evaluate(task, y, predicted, threshold=0.25, thresholds={"screening": 0.07})
    names = {row.threshold: row.name for row in found.thresholds}
    assert names[0.25] == "chosen"
    assert names[0.07] == "screening"
    assert names[0.5] is None
    assert [row.threshold for row in found.thresholds] == sorted(names)


_NAN = np.full((4, 2), np.nan)
_HALF = np.full((4, 2), 0.5)
_BAD = {
    "no cases": (BINARY, np.zeros(0, int), np.zeros((0, 2)), {}, DataError),
    "not finite": (BINARY, np.zeros(4, int), _NAN, {}, DataError),
    "no class": (BINARY, np.array([0, 1, 2, 0]), _HALF, {}, DataError),
    "no probabilities": (BINARY, np.zeros(4, int), _HALF * 3, {}, DataError),
    "sums": (THREE, np.zeros(4, int), np.full((4, 3), 0.5), {}, DataError),
    "threshold": (BINARY, np.zeros(4, int), _HALF, {"threshold": 1.5}, ArgumentError),
    "thresholds of cases": (
        THREE,
        np.zeros(4, int),
        np.full((4, 3), 1 / 3),
        {"threshold": np.full(4, 0.5)},
        ArgumentError,
    ),
    "groups": (BINARY, np.zeros(4, int), _HALF, {"groups": np.zeros(3)}, DataError),
}


@pytest.mark.parametrize("name", _BAD)
def test_what_is_no_prediction_is_refused(name: str) -> None:
    task, y, predicted, options, error = _BAD[name]
    with pytest.raises(error):
        evaluate(task, y, predicted, **options)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_smallest_tables_survive(n: int) -> None:
    p = np.linspace(0.2, 0.7, n)
    found = evaluate(BINARY, np.arange(n) % 2, np.stack([1 - p, p], axis=1))
    json.dumps(found.to_json(), allow_nan=False)
    assert evaluate(NUMBER, p, p + 0.1)["mae"].value == pytest.approx(0.1)
    third = np.full((n, 3), 1 / 3)
    json.dumps(evaluate(THREE, np.zeros(n, int), third).to_json(), allow_nan=False)


@pytest.mark.slow
def test_seventy_thousand_cases_take_seconds() -> None:
    y, p = _binary(70_000)
    start = time.process_time()
    found = evaluate(BINARY, y, p, groups=np.arange(70_000) // 7)
    assert time.process_time() - start < 10
    assert len(json.dumps(found.to_json())) < 60_000
    assert found["auc"].high - found["auc"].low < 0.02


def _odd(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Probabilities of an unpleasant sort: sure ones, equal ones, tied ones, tiny ones."""
    kinds = [
        random.integers(2, size=shape).astype(float),
        np.full(shape, random.random()),
        random.random(shape).round(1),
        10.0 ** -random.integers(0, 20, shape),
    ]
    return kinds[random.integers(len(kinds))]


@pytest.mark.parametrize("seed", range(40))
def test_odd_predictions_have_figures_too(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.choice([1, 2, 3, 10, 40]))
    groups = random.integers(1 + n // 3, size=n) if seed % 2 else None
    weights = 1.0 * (np.arange(n) % 3 == 0) if seed % 3 == 0 else None
    p, q = _odd(random, (n,)), _odd(random, (n, 3)) + 1e-30
    cases = [
        (BINARY, random.integers(1 + seed % 2, size=n), np.stack([1 - p, p], axis=1)),
        (THREE, random.integers(1 + seed % 3, size=n), q / q.sum(axis=1, keepdims=True)),
        (LABELS, random.integers(2, size=(n, 2)), _odd(random, (n, 2))),
        (NUMBER, np.full(n, 3.0) if seed % 4 else 1e6 + p, p),
    ]
    for task, y, predicted in cases:
        found = evaluate(task, y, predicted, groups=groups, weights=weights, prevalence=0.1)
        json.dumps(found.to_json(), allow_nan=False)
        for figure in found.figures.values():
            assert not figure.has_interval or figure.low <= figure.value <= figure.high
        other = verdict(task, y, predicted, predicted[::-1], groups=groups, weights=weights)
        json.dumps(other, allow_nan=False)
