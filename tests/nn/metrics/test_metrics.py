"""Metrics on their own: values by hand, state, large counts, odd input, names, refusals."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError, PellucidError, ShapeError
from pellucid.graph import ops
from pellucid.nn import losses, metrics
from tests.nn.metrics.cases import CASES, Case, batches

LOG2 = float(np.log(2))
M = metrics


@pytest.mark.parametrize(
    ("metric", "y_true", "y_pred", "weight", "expected"),
    [
        (M.Accuracy(), [1, 2, 3, 4], [1, 2, 3, 0], None, 0.75),
        (M.Accuracy(), [1, 2, 3, 4], [1, 2, 3, 0], [1, 1, 0, 2], 0.5),
        (M.BinaryAccuracy(), [1, 1, 0, 0], [0.9, 0.5, 0.5, 0.6], None, 0.5),
        (M.BinaryAccuracy(threshold=0.7), [[1, 1], [0, 0]], [[0.9, 0.5], [0.6, 0.1]], None, 0.75),
        (M.BinaryAccuracy(), [1, 0], [[0.9], [0.9]], [3, 1], 0.75),
        (M.CategoricalAccuracy(), [[0, 1], [1, 0]], [[0.1, 0.9], [0.5, 0.5]], None, 1.0),
        (M.SparseCategoricalAccuracy(), [1, 0, 2], np.eye(3), None, 1 / 3),
        (M.SparseCategoricalAccuracy(), [[0], [1], [1]], np.eye(3), None, 2 / 3),
        (M.SparseCategoricalAccuracy(), [0.0, 1.0], np.eye(2), None, 1.0),
        (M.TopKCategoricalAccuracy(k=2), [[1, 0, 0]], [[0.2, 0.5, 0.3]], None, 0.0),
        (M.TopKCategoricalAccuracy(k=3), [[1, 0, 0]], [[0.2, 0.5, 0.3]], None, 1.0),
        # Equal predictions share their place.
        (M.SparseTopKCategoricalAccuracy(k=1), [0, 1], [[0.5, 0.5]] * 2, None, 1.0),
        (
            M.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True),
            [1, 2],
            [[5, 1, 2]] * 2,
            None,
            0.5,
        ),
        (M.MeanSquaredError(), [[0, 4]], [[1, 1]], None, 5.0),
        (M.MeanSquaredError(), [[0, 4], [1, 1]], [[1, 1], [1, 1]], [1, 3], 1.25),
        (M.RootMeanSquaredError(), [[0], [0]], [[3], [5]], None, np.sqrt(17)),
        (M.MeanAbsoluteError(), [[0, 4]], [[1, 1]], None, 2.0),
        (M.MeanAbsolutePercentageError(), [[1, 4]], [[2, 1]], None, 87.5),
        (M.MeanSquaredLogarithmicError(), [[1.0]], [[3.0]], None, LOG2**2),
        (M.CosineSimilarity(), [[3, 4]], [[4, 3]], None, 0.96),
        (M.LogCoshError(), [[0.0]], [[100.0]], None, 100 - LOG2),
        (M.KLDivergence(), [[0.5, 0.5]], [[0.25, 0.75]], None, LOG2 - np.log(3) / 2),
        (M.Poisson(), [[2.0]], [[4.0]], None, 4 - 4 * LOG2),
        (M.BinaryCrossentropy(), [[1], [0]], [[0.5], [0.75]], None, 1.5 * LOG2),
        (M.BinaryCrossentropy(from_logits=True), [[1], [0]], [[0.0], [-1e4]], None, LOG2 / 2),
        (M.CategoricalCrossentropy(), [[0, 1]], [[0.75, 0.25]], None, 2 * LOG2),
        (M.SparseCategoricalCrossentropy(), [1], [[0.75, 0.25]], None, 2 * LOG2),
        (
            M.SparseCategoricalCrossentropy(ignore_class=0),
            [0, 1, 0],
            [[0.75, 0.25]] * 3,
            None,
            2 * LOG2,
        ),
        (
            M.SparseCategoricalCrossentropy(ignore_class=0),
            [[0, 1], [1, 1]],
            [[[0.75, 0.25]] * 2, [[0.5, 0.5]] * 2],
            [1, 0.5],
            1.5 * LOG2,
        ),
        (M.Hinge(), [[1.0], [-1.0]], [[0.5], [0.5]], None, 1.0),
        (M.SquaredHinge(), [[1.0], [-1.0]], [[0.5], [0.5]], None, 1.25),
        (M.CategoricalHinge(), [[0, 1, 0]], [[0.5, 0.25, 0.0]], None, 1.25),
        (M.TruePositives(), [1, 1, 0, 0], [0.9, 0.1, 0.9, 0.1], None, 1.0),
        (M.TrueNegatives(), [1, 1, 0, 0], [0.9, 0.1, 0.9, 0.1], [1, 2, 4, 8], 8.0),
        (M.FalsePositives(), [1, 1, 0, 0], [0.9, 0.1, 0.9, 0.1], [1, 2, 4, 8], 4.0),
        (M.FalseNegatives(), [1, 1, 0, 0], [0.9, 0.1, 0.9, 0.1], [1, 2, 4, 8], 2.0),
        (M.FalseNegatives([0.0, 0.5]), [1, 1], [0.9, 0.1], None, [0.0, 1.0]),
        (M.Precision(), [1, 1, 0, 0], [0.9, 0.9, 0.9, 0.1], None, 2 / 3),
        (M.Precision(), [1, 0], [0.1, 0.2], None, 0.0),
        (M.Precision(top_k=2), [[0, 0, 1, 1]], [[0.1, 0.2, 0.3, 0.0]], None, 0.5),
        (M.Precision(class_id=1), [[0, 1], [1, 0]], [[0, 0.9], [0, 0.9]], None, 0.5),
        (M.Recall(), [1, 1, 1, 0], [0.9, 0.9, 0.1, 0.1], None, 2 / 3),
        (M.Recall(top_k=1), [[0, 0, 1, 1]], [[0.1, 0.2, 0.3, 0.0]], None, 0.5),
        (M.SensitivityAtSpecificity(0.5), [0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], None, 1.0),
        (M.SensitivityAtSpecificity(0.9), [0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], None, 0.5),
        (M.SpecificityAtSensitivity(0.9), [0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], None, 0.5),
        (M.PrecisionAtRecall(0.9), [0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], None, 2 / 3),
        (M.RecallAtPrecision(0.9), [0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], None, 0.5),
        (M.AUC(), [0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], None, 0.75),
        (M.AUC(), [0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], [1, 3, 1, 1], 0.625),
        (M.AUC(from_logits=True), [0, 0, 1, 1], [-2.0, 1.0, -1.0, 2.0], None, 0.75),
        (M.AUC(), [0, 1], [0.5, 0.5], None, 0.5),
        (M.AUC(), [1, 1], [0.5, 0.6], None, 0.0),
        (M.AUC(curve="PR"), [0, 1, 1], [0.1, 0.4, 0.9], None, 1.0),
        (
            M.AUC(multi_label=True),
            [[0, 1], [1, 0], [1, 0], [0, 1]],
            [[0.1, 0.1], [0.9, 0.9], [0.4, 0.4], [0.6, 0.6]],
            None,
            0.5,
        ),
        (
            M.AUC(multi_label=True, label_weights=[3, 1]),
            [[0, 1], [1, 0], [1, 0], [0, 1]],
            [[0.1, 0.1], [0.9, 0.9], [0.4, 0.4], [0.6, 0.6]],
            None,
            0.625,
        ),
        (M.F1Score(), [[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.2]], None, [2 / 3, 0.0]),
        (M.F1Score(average="macro"), [[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.2]], None, 1 / 3),
        (M.F1Score("micro"), [[1, 0], [0, 1]], [[0.9, 0.1], [0.8, 0.2]], None, 0.5),
        (M.F1Score("weighted"), [[1, 0], [1, 0]], [[0.9, 0.1], [0.8, 0.2]], None, 1.0),
        (M.FBetaScore(beta=2.0, threshold=0.5), [[1], [1]], [[0.9], [0.1]], None, [5 / 9]),
        (M.R2Score(), [[1], [2], [3]], [[1], [2], [4]], None, 0.5),
        (M.R2Score(), [[1], [2], [3]], [[1], [2], [9]], [1, 1, 0], 1.0),
        (M.R2Score(None), [[1, 1], [3, 3]], [[1, 2], [3, 2]], None, [1.0, 0.0]),
        (M.R2Score(num_regressors=1), [[1], [2], [3], [4]], [[1], [2], [3], [6]], None, -0.2),
        (M.Sum(), [1, 2, 3], [4, 5, 6], None, 32.0),
        (M.Mean(), [1, 2, 3], [0, 1, 1], None, 2.5),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, M.Metric) else "",
)
def test_by_hand(metric: Any, y_true: Any, y_pred: Any, weight: Any, expected: Any) -> None:
    arguments = (y_true, np.asarray(y_pred, np.float32))
    if type(metric) not in (M.Sum, M.Mean):
        metric.update_state(*arguments, sample_weight=weight)
    else:
        metric.update_state(*arguments)  # of values and weights
    np.testing.assert_allclose(metric.result().numpy(), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.data}")
def test_reset_forgets_everything(case: Case) -> None:
    metric = case.build()
    y_true, y_pred, _ = batches(case)[1]
    first = metric(y_true, y_pred).numpy()
    metric.update_state(*batches(case)[2][:2])
    metric.reset_state()
    assert all(np.array_equal(v.value, np.zeros(v.shape)) for v in metric.variables)
    np.testing.assert_array_equal(metric(y_true, y_pred).numpy(), first)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.data}")
def test_a_config_builds_it_again(case: Case) -> None:
    metric = case.build()
    again = metrics.get(json.loads(json.dumps(metrics.serialize(metric))))
    y_true, y_pred, weight = batches(case)[0]
    assert type(again) is type(metric) and again.name == metric.name
    np.testing.assert_array_equal(
        again(y_true, y_pred, weight).numpy(), metric(y_true, y_pred, weight).numpy()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.data}")
def test_no_batch_gives_a_number(case: Case) -> None:
    assert np.isfinite(case.build().result().numpy()).all()


@pytest.mark.parametrize("name", ["Mean", "BinaryAccuracy", "Recall", "AUC", "MeanSquaredError"])
def test_counting_goes_on_beyond_float32(name: str) -> None:
    metric = getattr(metrics, name)()
    many = 2.0**24
    for variable in metric.variables:
        variable.assign(np.full(variable.shape, many))
    arguments = ([[1.0]], [1.0]) if name == "Mean" else ([[1.0]], [[0.75]])
    metric.update_state(*arguments)
    grown = [v.value.max() for v in metric.variables]
    assert max(grown) == many + 1


def test_a_large_batch_is_counted_exactly() -> None:
    metric = metrics.BinaryAccuracy()
    size = 2**24 + 3
    metric.update_state(np.ones(size, np.int32), np.ones(size, np.float32))
    assert float(metric.variables[1]) == size


def test_r2_of_large_labels_that_vary_little() -> None:
    rng = np.random.default_rng(0)
    times = 1.7e9 + rng.normal(size=(1000, 1)) * 10
    guess = times + rng.normal(size=(1000, 1))
    exact = 1 - ((times - guess) ** 2).sum() / ((times - times.mean()) ** 2).sum()
    metric = metrics.R2Score()
    for part in np.array_split(np.arange(1000), 7):
        metric.update_state(times[part], guess[part])
    assert float(metric.result()) == pytest.approx(exact, abs=1e-6)


def test_r2_of_labels_that_do_not_vary() -> None:
    y, weight = np.full((5, 1), 0.1), [0.3, 0.7, 0.2, 0.9, 0.11]
    assert float(metrics.R2Score()(y, y, weight)) == 1.0
    assert float(metrics.R2Score()(y, y + 0.1, weight)) == 0.0


@pytest.mark.parametrize(
    "metric",
    [
        metrics.BinaryAccuracy(),
        metrics.AUC(),
        metrics.Precision(),
        metrics.SensitivityAtSpecificity(0.5),
    ],
    ids=lambda metric: type(metric).__name__,
)
def test_predictions_that_are_no_numbers_are_not_positive(metric: Any) -> None:
    y_true, y_pred = [0, 1, 1], np.array([0.1, 0.9, np.nan], np.float32)
    as_zero = np.nan_to_num(y_pred)
    again = metrics.get(metrics.serialize(metric))
    assert float(metric(y_true, y_pred)) == float(again(y_true, as_zero))


def test_logits_outside_0_and_1_fall_in_the_outer_buckets() -> None:
    metric = metrics.AUC()
    assert float(metric([0, 1, 0, 1], np.array([-7.0, 0.5, 0.25, 9.0], np.float32))) == 1.0


def test_dtype_is_that_of_the_result() -> None:
    assert metrics.Mean().result().dtype == "float64"
    assert metrics.AUC(dtype="float32").result().dtype == "float32"


def test_functions_as_metrics() -> None:
    def worst(y_true: Any, y_pred: Any) -> Any:
        return ops.max(abs(y_true - y_pred), axis=-1)

    metric = metrics.resolve(worst)
    assert metric.name == "worst"
    assert float(metric([[0.0, 0.0], [1.0, 1.0]], [[1.0, 2.0], [1.0, 2.0]])) == 1.5
    with pytest.raises(ArgumentError, match="worst"):
        metrics.serialize(metric)
    for function in (losses.huber, metrics.binary_accuracy):
        named = metrics.MeanMetricWrapper(function)
        again = metrics.get(json.loads(json.dumps(metrics.serialize(named))))
        assert float(again([[1.0]], [[0.75]])) == float(named([[1.0]], [[0.75]]))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *[(spelling, "MeanSquaredError") for spelling in ("mse", "MSE", "mean_squared_error")],
        ("mae", "MeanAbsoluteError"),
        ("mape", "MeanAbsolutePercentageError"),
        ("msle", "MeanSquaredLogarithmicError"),
        ("bce", "BinaryCrossentropy"),
        ("auc", "AUC"),
        ("f1_score", "F1Score"),
        ("f_beta_score", "FBetaScore"),
        ("r2_score", "R2Score"),
        ("top_k_categorical_accuracy", "TopKCategoricalAccuracy"),
        ("true_positives", "TruePositives"),
        ("precision", "Precision"),
        ("SparseCategoricalAccuracy", "SparseCategoricalAccuracy"),
    ],
)
def test_found_by_name(name: str, kind: str) -> None:
    assert type(metrics.get(name)).__name__ == kind
    assert metrics.resolve(name).name == name


@pytest.mark.parametrize(
    ("y_true", "y_pred", "loss", "kind"),
    [
        ((None, 1), (None, 1), None, "BinaryAccuracy"),
        ((None,), (None, 1), None, "BinaryAccuracy"),
        ((None,), (None, 10), None, "SparseCategoricalAccuracy"),
        ((None, 1), (None, 10), None, "SparseCategoricalAccuracy"),
        ((None, 10), (None, 10), None, "CategoricalAccuracy"),
        ((None, 6), (None, 6, 4), None, "SparseCategoricalAccuracy"),
        (None, (None, 10), "sparse_categorical_crossentropy", "SparseCategoricalAccuracy"),
        (None, (None, 10), losses.SparseCategoricalCrossentropy(), "SparseCategoricalAccuracy"),
        (None, (None, 10), losses.categorical_crossentropy, "CategoricalAccuracy"),
    ],
)
def test_accuracy_is_the_one_that_fits(y_true: Any, y_pred: Any, loss: Any, kind: str) -> None:
    for name in ("accuracy", "acc", "Accuracy"):
        metric = metrics.resolve(name, y_true, y_pred, loss)
        assert (type(metric).__name__, metric.name) == (kind, name)


def test_accuracy_of_logits_divides_at_zero() -> None:
    loss = losses.BinaryCrossentropy(from_logits=True)
    metric = metrics.resolve("accuracy", (None, 1), (None, 1), loss)
    assert float(metric([[1], [0]], [[0.25], [-0.25]])) == 1.0
    plain = metrics.resolve("accuracy", (None, 1), (None, 1), losses.BinaryCrossentropy())
    assert float(plain([[1], [0]], [[0.25], [-0.25]])) == 0.5


def test_a_metric_stays_itself() -> None:
    mine = metrics.AUC(name="area")
    assert metrics.resolve(mine) is mine and mine.name == "area"
    assert type(metrics.resolve(metrics.AUC)) is metrics.AUC
    assert metrics.get(None) is None
    for nothing in (None, "acuracy", 3):
        with pytest.raises(ArgumentError):
            metrics.resolve(nothing)


@pytest.mark.parametrize(
    ("build", "where"),
    [
        (lambda: metrics.BinaryAccuracy(threshold="high"), "BinaryAccuracy.threshold"),
        (lambda: metrics.TopKCategoricalAccuracy(k=0), "TopKCategoricalAccuracy.k"),
        (lambda: metrics.SparseTopKCategoricalAccuracy(k=1.5), "SparseTopKCategoricalAccuracy.k"),
        (lambda: metrics.Precision(thresholds=[0.5, 1.5]), "Precision.thresholds"),
        (lambda: metrics.Precision(top_k=0), "Precision.top_k"),
        (lambda: metrics.Recall(class_id=-1), "Recall.class_id"),
        (lambda: metrics.TruePositives(-0.5), "TruePositives.thresholds"),
        (
            lambda: metrics.SensitivityAtSpecificity(1.5),
            "SensitivityAtSpecificity.specificity",
        ),
        (lambda: metrics.PrecisionAtRecall(0.5, 0), "PrecisionAtRecall.num_thresholds"),
        (lambda: metrics.AUC(num_thresholds=1), "AUC.num_thresholds"),
        (lambda: metrics.AUC(curve="POC"), "AUC.curve"),
        (lambda: metrics.AUC(summation_method="left"), "AUC.summation_method"),
        (lambda: metrics.AUC(thresholds=[2.0]), "AUC.thresholds"),
        (lambda: metrics.AUC(num_labels=3), "AUC.num_labels"),
        (lambda: metrics.F1Score(average="mean"), "F1Score.average"),
        (lambda: metrics.F1Score(threshold=0.0), "F1Score.threshold"),
        (lambda: metrics.FBetaScore(beta=0.0), "FBetaScore.beta"),
        (lambda: metrics.R2Score("sum"), "R2Score.class_aggregation"),
        (lambda: metrics.R2Score(num_regressors=-1), "R2Score.num_regressors"),
    ],
)
def test_bad_arguments(build: Any, where: str) -> None:
    with pytest.raises(ArgumentError) as refusal:
        build()
    assert refusal.value.where == where


@pytest.mark.parametrize(
    ("metric", "y_true", "y_pred"),
    [
        (metrics.AUC(), (4, 3), (4, 2)),
        (metrics.AUC(multi_label=True), (4,), (4,)),
        (metrics.Precision(), (4,), (4, 3)),
        (metrics.Recall(class_id=0), (4,), (4,)),
        (metrics.F1Score(), (4,), (4,)),
        (metrics.F1Score(), (4, 2), (4, 3)),
        (metrics.R2Score(), (4,), (4,)),
        (metrics.MeanSquaredError(), (4, 3), (4, 2)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_shapes_that_do_not_fit(metric: Any, y_true: Any, y_pred: Any) -> None:
    with pytest.raises(ShapeError):
        metric.update_state(np.zeros(y_true), np.zeros(y_pred))


def test_a_class_number_beyond_the_classes() -> None:
    with pytest.raises(PellucidError):
        metrics.SparseTopKCategoricalAccuracy()([7], [[0.5, 0.5]])
