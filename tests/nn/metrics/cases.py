"""Every metric with data it is meant for, and every argument away from its default once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pellucid.nn import metrics

Array = NDArray[Any]
SIZES = (32, 32, 7)


class Case(NamedTuple):
    """A class, its arguments, and the kind of data it judges."""

    name: str
    arguments: dict[str, Any]
    data: str

    def build(self) -> metrics.Metric:
        """The metric."""
        built: metrics.Metric = getattr(metrics, self.name)(**self.arguments)
        return built


CASES = [
    Case("Accuracy", {}, "classes"),
    Case("BinaryAccuracy", {}, "binary"),
    Case("BinaryAccuracy", {"threshold": 0.3}, "multi_label"),
    Case("CategoricalAccuracy", {}, "one_hot"),
    Case("SparseCategoricalAccuracy", {}, "sparse"),
    Case("SparseCategoricalAccuracy", {}, "sparse_column"),
    Case("SparseCategoricalAccuracy", {}, "sequence"),
    Case("TopKCategoricalAccuracy", {"k": 2}, "one_hot"),
    Case("SparseTopKCategoricalAccuracy", {"k": 3}, "sparse"),
    Case("SparseTopKCategoricalAccuracy", {"k": 9}, "sparse"),
    Case("SparseTopKCategoricalAccuracy", {"k": 2, "from_sorted_ids": True}, "sorted_ids"),
    Case("MeanSquaredError", {}, "numbers"),
    Case("MeanAbsoluteError", {}, "numbers"),
    Case("MeanAbsolutePercentageError", {}, "numbers"),
    Case("MeanSquaredLogarithmicError", {}, "positive"),
    Case("RootMeanSquaredError", {}, "numbers"),
    Case("CosineSimilarity", {}, "numbers"),
    Case("CosineSimilarity", {"axis": 1}, "sequence_numbers"),
    Case("LogCoshError", {}, "numbers"),
    Case("KLDivergence", {}, "distributions"),
    Case("Poisson", {}, "positive"),
    Case("BinaryCrossentropy", {}, "binary"),
    Case("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, "binary_logits"),
    Case("CategoricalCrossentropy", {"label_smoothing": 0.1}, "one_hot"),
    Case("CategoricalCrossentropy", {"from_logits": True}, "one_hot_logits"),
    Case("SparseCategoricalCrossentropy", {}, "sparse"),
    Case("SparseCategoricalCrossentropy", {"from_logits": True}, "sparse_logits"),
    Case("Hinge", {}, "binary"),
    Case("SquaredHinge", {}, "binary"),
    Case("CategoricalHinge", {}, "one_hot"),
    Case("TruePositives", {}, "binary"),
    Case("TrueNegatives", {"thresholds": [0.1, 0.7, 0.2]}, "binary"),
    Case("FalsePositives", {"thresholds": 0.3}, "multi_label"),
    Case("FalseNegatives", {"thresholds": [0.0, 0.5, 1.0]}, "binary"),
    Case("Precision", {}, "binary"),
    Case("Precision", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}, "binary"),
    Case("Precision", {"top_k": 2}, "multi_label"),
    Case("Precision", {"class_id": 1, "thresholds": 0.2}, "one_hot"),
    Case("Recall", {}, "binary"),
    Case("Recall", {"thresholds": [0.1, 0.2]}, "flat"),
    Case("Recall", {"top_k": 1, "class_id": 2}, "one_hot"),
    Case("SensitivityAtSpecificity", {"specificity": 0.6}, "binary"),
    Case("SpecificityAtSensitivity", {"sensitivity": 0.6, "num_thresholds": 50}, "binary"),
    Case("SpecificityAtSensitivity", {"sensitivity": 0.6, "class_id": 0}, "one_hot"),
    Case("PrecisionAtRecall", {"recall": 0.4, "num_thresholds": 1}, "binary"),
    Case("RecallAtPrecision", {"precision": 0.5}, "flat"),
    Case("AUC", {}, "binary"),
    Case("AUC", {}, "flat"),
    Case("AUC", {"num_thresholds": 17, "summation_method": "minoring"}, "binary"),
    Case("AUC", {"curve": "PR"}, "binary"),
    Case("AUC", {"curve": "PR", "summation_method": "majoring"}, "binary"),
    Case("AUC", {"curve": "PRGAIN"}, "binary"),
    Case("AUC", {"thresholds": [0.2, 0.7, 0.3]}, "binary"),
    Case("AUC", {"thresholds": [0.5]}, "binary"),
    Case("AUC", {"from_logits": True}, "binary_logits"),
    Case("AUC", {"multi_label": True}, "multi_label"),
    Case("AUC", {"multi_label": True, "num_labels": 4, "thresholds": [0.2, 0.9]}, "multi_label"),
    Case(
        "AUC",
        {"multi_label": True, "label_weights": [0.1, 0.2, 0.3, 0.4], "curve": "PR"},
        "multi_label",
    ),
    Case("AUC", {"label_weights": [0.1, 0.2, 0.3, 0.4]}, "multi_label"),
    Case("FBetaScore", {"beta": 2.0, "threshold": 0.4}, "multi_label"),
    Case("FBetaScore", {"average": "micro", "beta": 0.5}, "one_hot"),
    Case("F1Score", {}, "one_hot"),
    Case("F1Score", {"average": "macro", "threshold": 0.5}, "multi_label"),
    Case("F1Score", {"average": "weighted"}, "one_hot"),
    Case("R2Score", {}, "numbers"),
    Case("R2Score", {"class_aggregation": None}, "numbers"),
    Case("R2Score", {"class_aggregation": "variance_weighted_average"}, "numbers"),
    Case("R2Score", {"num_regressors": 4}, "number"),
    Case("R2Score", {"num_regressors": 200}, "number"),
]


def _softmax(z: Array) -> Array:
    e = np.exp(z)
    return e / e.sum(-1, keepdims=True)


def batch(kind: str, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Labels and predictions of one kind; probabilities rounded, so that there are ties."""
    score = rng.random((size, 1)).round(2)
    wide = rng.random((size, 4)).round(2)
    logits = rng.normal(size=(size, 5)) * 3
    classes = rng.integers(0, 5, size)
    numbers = rng.normal(size=(size, 3)) * 4
    pairs: dict[str, Any] = {
        "classes": (classes, rng.integers(0, 5, size)),
        "binary": (rng.random((size, 1)) < score, score),
        "flat": (rng.random(size) < score[:, 0], score[:, 0]),
        "binary_logits": (rng.random((size, 1)) < 0.5, logits[:, :1]),
        "multi_label": (rng.random((size, 4)) < wide, wide),
        "one_hot": (np.eye(5)[classes], _softmax(logits).round(1)),
        "one_hot_logits": (np.eye(5)[classes], logits),
        "sparse": (classes, _softmax(logits)),
        "sparse_column": (classes[:, None], _softmax(logits)),
        "sparse_logits": (classes, logits),
        "sequence": (rng.integers(0, 4, (size, 6)), rng.random((size, 6, 4))),
        "sequence_numbers": (rng.normal(size=(size, 6, 2)), rng.normal(size=(size, 6, 2))),
        "sorted_ids": (classes, np.argsort(-logits, axis=-1)[:, :3]),
        "numbers": (numbers, numbers + rng.normal(size=(size, 3))),
        "number": (numbers[:, :1], numbers[:, :1] + rng.normal(size=(size, 1))),
        "positive": (np.abs(numbers), np.abs(numbers + rng.normal(size=(size, 3)))),
        "distributions": (_softmax(logits), _softmax(logits + rng.normal(size=(size, 5)))),
    }
    y_true, y_pred = pairs[kind]
    whole = kind in (
        "classes",
        "sparse",
        "sparse_column",
        "sparse_logits",
        "sequence",
        "sorted_ids",
    )
    return y_true.astype(np.int32 if whole else np.float32), np.asarray(
        y_pred, np.int32 if kind == "classes" else np.float32
    )


def batches(case: Case) -> list[tuple[Array, Array, Array]]:
    """Labels, predictions and weights (some of them 0) of three batches, the last one smaller."""
    rng = np.random.default_rng(11)
    result = []
    for size in SIZES:
        weight = (rng.random(size) * rng.integers(0, 3, size)).astype(np.float32)
        result.append((*batch(case.data, size, rng), weight))
    return result
